"""Counters in a SQLite file of their own in the data folder: `limits.sqlite3`.

One statement counts and reads. (Django's caches that need no server count in two steps, which undercounts.)
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from archive.counters.base import Lost

log = logging.getLogger(__name__)

_TABLE = "CREATE TABLE IF NOT EXISTS hits (key TEXT PRIMARY KEY, number INTEGER NOT NULL, until REAL NOT NULL)"
_INDEX = "CREATE INDEX IF NOT EXISTS hits_until ON hits (until)"
# A row whose time is up counts from the beginning.
_COUNT = """
INSERT INTO hits (key, number, until) VALUES (?1, 1, ?2)
ON CONFLICT (key) DO UPDATE SET
    number = CASE WHEN until <= ?3 THEN 1 ELSE number + 1 END, until = CASE WHEN until <= ?3 THEN ?2 ELSE until END
RETURNING number, until
"""
# So often what is over is taken out; it is not counted before either.
_SWEEP = 60.0


class FileCounters:
    def count(self, keys: Sequence[tuple[str, int]]) -> list[tuple[int, float]]:
        now = time.time()
        counted = []
        with _opened() as file:
            for key, seconds in keys:
                ((number, until),) = file.execute(_COUNT, [key, now + seconds, now]).fetchall()
                counted.append((number, until - now))
        return counted

    def take_back(self, keys: Sequence[str]) -> None:
        with _opened() as file:
            file.executemany("UPDATE hits SET number = number - 1 WHERE key = ?", [[key] for key in keys])

    def keep(self, key: str, seconds: int) -> None:
        with _opened() as file:
            file.execute("INSERT OR REPLACE INTO hits VALUES (?, 1, ?)", [key, time.time() + seconds])

    def has(self, key: str) -> bool:
        with _opened() as file:
            return bool(
                file.execute("SELECT 1 FROM hits WHERE key = ? AND until > ?", [key, time.time()]).fetchall()
            )  # fmt: skip

    def forget_all(self) -> None:
        with _opened() as file:
            file.execute("DELETE FROM hits")


class _File(threading.local):
    """Each thread's connection: to open the file would cost ten times what counting does. Left where the file is another."""

    def __init__(self) -> None:
        self._opened: tuple[Path, int] | None = None
        self._connection: sqlite3.Connection | None = None
        self._sweep_at = 0.0

    def open(self, path: Path) -> sqlite3.Connection:
        if self._connection is None or self._opened != (path, _number(path)):
            self.close()
            self._connection = sqlite3.connect(path, timeout=2, isolation_level=None)
            # Nothing is lost that matters when the power fails.
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=OFF")
            self._connection.execute(_TABLE)
            self._connection.execute(_INDEX)
            self._opened, self._sweep_at = (path, _number(path)), 0.0
        return self._connection

    def is_to_sweep(self, now: float) -> bool:
        is_time, self._sweep_at = now >= self._sweep_at, max(self._sweep_at, now + _SWEEP)
        return is_time

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    __del__ = close


_file = _File()


def _path() -> Path:
    return settings.DATA_DIR / "limits.sqlite3"


def _number(path: Path) -> int:
    """The file's; 0 where there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return 0


@contextmanager
def _opened() -> Iterator[sqlite3.Connection]:
    """The counters, in one transaction."""
    try:
        file = _file.open(_path())
        file.execute("BEGIN IMMEDIATE")
        try:
            if _file.is_to_sweep(now := time.time()):
                file.execute("DELETE FROM hits WHERE until <= ?", [now])
            yield file
            file.execute("COMMIT")
        finally:
            if file.in_transaction:
                file.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        log.exception("the rate limiter could not count")
        raise Lost from error
    except sqlite3.DatabaseError as error:
        log.exception("the rate limiter's file is damaged: it is made anew")
        _file.close()
        for name in ("", "-wal", "-shm"):
            _path().with_name(_path().name + name).unlink(missing_ok=True)
        raise Lost from error
