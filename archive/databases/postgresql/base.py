"""Django's PostgreSQL, but for the pool: while the server answers, who finds all connections with others waits longer."""

import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from archive.databases.postgresql.connections import is_known_silent, is_served

# For a connection, as long as there is a server to have one from. Writers in line hold theirs until it is their turn.
_MOST_SECONDS = 10.0


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises PoolTimeout: after the pool's own timeout where the server is silent, else after ten seconds.

        At once where the server was found to be silent just now, and the pool has no connection left from before.
        """
        give_up = time.monotonic() + _MOST_SECONDS
        # A request asks several times, and would wait as often.
        if self.pool and self._is_known_silent() and not self.pool.get_stats()["pool_available"]:
            raise PoolTimeout("the database server does not answer")
        while True:
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:
                if time.monotonic() > give_up or not is_served(self.settings_dict["HOST"], self.settings_dict["PORT"]):
                    raise

    def _is_known_silent(self) -> bool:
        return is_known_silent(self.settings_dict["HOST"], self.settings_dict["PORT"])
