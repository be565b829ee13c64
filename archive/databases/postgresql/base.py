"""Django's PostgreSQL, but for the pool: while the server answers, who finds all connections with others waits longer."""

import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from archive.databases.postgresql.connections import is_served

# For a connection, as long as there is a server to have one from. Writers in line hold theirs until it is their turn.
_MOST_SECONDS = 10.0


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises PoolTimeout: after the pool's own timeout where the server is silent, else after ten seconds."""
        give_up = time.monotonic() + _MOST_SECONDS
        while True:
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:
                if time.monotonic() > give_up or not is_served(self.settings_dict["HOST"], self.settings_dict["PORT"]):
                    raise
