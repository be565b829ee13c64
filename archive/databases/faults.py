"""What an exception says about database and disk: a table of what is wrong with them, and not with the program or the request."""

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg_pool import PoolTimeout

from archive.databases.postgresql import connections as postgres


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that may be over soon; `is_lost`: nothing can be read either, whoever asks."""

    name: str
    status: int
    retry_after: int
    is_lost: bool = False


LOST = Fault("lost", 503, 5, is_lost=True)
BUSY = Fault("busy", 503, 2)
READ_ONLY = Fault("read-only", 503, 60)
FULL = Fault("full", 507, 60)

# Result codes, the first byte of the extended ones: https://www.sqlite.org/rescode.html
_SQLITE: Mapping[int, Fault] = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CANTOPEN: LOST,
    sqlite3.SQLITE_IOERR: LOST,
    sqlite3.SQLITE_CORRUPT: LOST,
    sqlite3.SQLITE_NOTADB: LOST,
}
# The beginnings of https://www.postgresql.org/docs/current/errcodes-appendix.html, the longest that fits counts.
_POSTGRESQL: Mapping[str, Fault] = {
    "08": LOST,
    "57P": LOST,
    "53": BUSY,
    "53100": FULL,
    "55P03": BUSY,
    "57014": BUSY,
    "40": BUSY,
    "25006": READ_ONLY,
    "3D000": LOST,
    "28": LOST,
    "58": LOST,
    "XX001": LOST,
    "XX002": LOST,
}
_SYSTEM: Mapping[int, Fault] = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY, errno.EIO: LOST}
# Of a file that was made by mistake, or is being set up.
_UNPREPARED = "no such table"


def fault_of(error: BaseException | None) -> Fault | None:
    """What is wrong with database or disk, where that is why something was raised; None where it has another reason."""
    return next((found for one in _chain(error) if (found := _fault(one))), None)


def is_silent() -> bool:
    """Whether the database's server was there before and answers nobody now; told within a second. A file never is."""
    database = connections[DEFAULT_DB_ALIAS]
    return database.vendor == "postgresql" and postgres.is_silent(
        database.settings_dict["HOST"], database.settings_dict["PORT"]
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and those that it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__


def _fault(error: BaseException) -> Fault | None:
    match error:
        case sqlite3.Error():
            code = getattr(error, "sqlite_errorcode", None)
            return LOST if str(error).startswith(_UNPREPARED) else _SQLITE.get((code or 0) & 0xFF)
        case PoolTimeout():
            # All connections are with others, or none can be made.
            server = connections[DEFAULT_DB_ALIAS].settings_dict
            return BUSY if postgres.is_served(server["HOST"], server["PORT"]) else LOST
        case psycopg.Error(sqlstate=None):
            # Never reached the server, or lost it on the way; InterfaceError: was closed before.
            return LOST if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) else None
        case psycopg.Error(sqlstate=str(state)):
            return next((_POSTGRESQL[state[:n]] for n in (5, 3, 2) if state[:n] in _POSTGRESQL), None)
        case OSError():
            return _SYSTEM.get(error.errno or 0)
    return None
