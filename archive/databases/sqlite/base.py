"""Django's SQLite, but for the file: one that is not there is not made, and one that was replaced is noticed.

SQLite makes an empty database of any name that it is asked for. So an archive whose disk was not mounted would look as if it
had lost everything, and take new records in beside the old. Only `migrate` makes the file (management/commands/migrate.py).
"""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from archive.concurrency import places
from archive.databases.faults import BUSY, fault_of
from archive.databases.locks import MOST_SECONDS


class DatabaseWrapper(base.DatabaseWrapper):
    # Device and number of the file that is open.
    _opened: tuple[int, int] | None = None
    # Opened as a file that nobody can change.
    _is_immutable = False

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if path := self.path():
            params["database"] = f"{path.as_uri()}?mode=rw"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        self._opened, self._is_immutable = self._on_disk(), False
        try:
            return super().get_new_connection(conn_params)
        except sqlite3.OperationalError:
            if not self._is_frozen():
                raise
            # Where nothing can be written, SQLite can't open a file whose readers share memory; nor is there a writer.
            self.init_commands: list[str] = []
            path = conn_params["database"].partition("?")[0]
            self._is_immutable = True
            return super().get_new_connection({**conn_params, "database": f"{path}?mode=ro&immutable=1"})

    def _start_transaction_under_autocommit(self) -> None:
        """Wait for those who write, as long as they come to their ends; not for one who holds the lock all the time.

        SQLite gives up after its timeout, whoever had the lock meanwhile. If something was written since, a queue moves.
        """
        give_up = time.monotonic() + MOST_SECONDS
        while True:
            written = self._last_written()
            try:
                with places.given_back_for_a_lock():
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]
            except OperationalError as error:
                if fault_of(error) is not BUSY or self._last_written() == written or time.monotonic() > give_up:
                    raise
            else:
                return

    def is_usable(self) -> bool:
        """Asked once for each request (CONN_HEALTH_CHECKS): whether the name still leads to the file that is open.

        And where it was taken for one that nobody can change, whether that is still so: nothing that others write would be seen.
        """
        return self._opened == self._on_disk() and (not self._is_immutable or self._is_frozen())

    def path(self) -> Path | None:
        """The file's absolute path; None where the database is in memory, or is named by an address of its own."""
        name = self.settings_dict["NAME"]
        return None if self.is_in_memory_db() or str(name).startswith("file:") else Path(name).absolute()

    def _on_disk(self) -> tuple[int, int] | None:
        try:
            found = path.stat() if (path := self.path()) else None
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found else None

    def _last_written(self) -> int | None:
        """When any process last wrote to the log beside the file; None where there is none."""
        path = self.path()
        try:
            return path.with_name(f"{path.name}-wal").stat().st_mtime_ns if path else None
        except OSError:
            return None

    def _is_frozen(self) -> bool:
        """Whether the file is on a file system that is read-only for everybody, and holds all: no log beside it."""
        path = self.path()
        if path is None or not path.exists():
            return False
        log = path.with_name(f"{path.name}-wal")
        is_whole = not log.exists() or not log.stat().st_size
        return is_whole and bool(os.statvfs(path).f_flag & os.ST_RDONLY)
