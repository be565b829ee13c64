"""Django's PostgreSQL, but for the pool: while the server answers, who finds all connections with others waits longer."""

import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from archive.databases.postgresql.connections import is_known_silent, is_served

# For a connection, as long as there is a server to have one from. Writers in line hold theirs until it is their turn.
_MOST_SECONDS = 10.0
# Who waited in vain, because the server was silent, asks it first for so many seconds before waiting again.
_REMEMBERED = 3.0


class DatabaseWrapper(base.DatabaseWrapper):
    # When this thread last found the server silent.
    _silent_at = -_REMEMBERED

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises PoolTimeout: after the pool's own timeout where the server is silent, else after ten seconds.

        At once where the server was found to be silent just now, and the pool has no connection left from before; or where
        this thread found it so, and it still is.
        """
        server = self.settings_dict["HOST"], self.settings_dict["PORT"]
        begun = time.monotonic()
        # A request asks several times, and would wait as often.
        if self.pool and (
            (is_known_silent(*server) and not self.pool.get_stats()["pool_available"])
            or (begun < self._silent_at + _REMEMBERED and not is_served(*server))
        ):
            raise PoolTimeout("the database server does not answer")
        while True:
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:
                if not is_served(*server):
                    self._silent_at = time.monotonic()
                    raise
                if time.monotonic() > begun + _MOST_SECONDS:
                    raise
