"""What counts as a fault of database or disk, and what as one of the program's."""

import errno
import socket
import sqlite3
from contextlib import closing
from unittest.mock import patch

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection
from psycopg import errors
from psycopg.conninfo import make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from archive.databases.faults import BUSY, FULL, LOST, READ_ONLY, Fault, fault_of
from archive.databases.postgresql.connections import PatientConnection


def _sqlite(code: int, text: str = "") -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (_sqlite(sqlite3.SQLITE_BUSY), BUSY),
        (_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), BUSY),
        (_sqlite(sqlite3.SQLITE_FULL), FULL),
        (_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), READ_ONLY),
        (_sqlite(sqlite3.SQLITE_CANTOPEN), LOST),
        (_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), LOST),
        (_sqlite(sqlite3.SQLITE_ERROR, "no such table: archive_event"), LOST),
        (_sqlite(sqlite3.SQLITE_ERROR, "no such column: x"), None),
        (_sqlite(sqlite3.SQLITE_CONSTRAINT), None),
        (psycopg.OperationalError("the database server does not answer"), LOST),
        (psycopg.ProgrammingError("of ours"), None),
        (errors.AdminShutdown(), LOST),
        (errors.CannotConnectNow(), LOST),
        (errors.TooManyConnections(), BUSY),
        (errors.DiskFull(), FULL),
        (errors.QueryCanceled(), BUSY),
        (errors.LockNotAvailable(), BUSY),
        (errors.DeadlockDetected(), BUSY),
        (errors.ReadOnlySqlTransaction(), READ_ONLY),
        (errors.UndefinedColumn(), None),
        (errors.UniqueViolation(), None),
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (OSError(errno.EROFS, "Read-only file system"), READ_ONLY),
        (OSError(errno.ENOENT, "No such file"), None),
        (ValueError("of ours"), None),
        (None, None),
    ],
)
def test_faults(error: Exception | None, fault: Fault | None) -> None:
    assert fault_of(error) is fault


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_a_pool_whose_connections_are_all_with_others_is_no_lost_database() -> None:
    connection.ensure_connection()
    where = connection.connection.info.get_parameters() | {"password": connection.connection.info.password}
    conninfo = make_conninfo(**where)
    with ConnectionPool(conninfo, connection_class=PatientConnection, min_size=1, max_size=1) as pool:
        with pool.connection(), pytest.raises(PoolTimeout) as raised:
            pool.getconn(0.2)
        assert fault_of(raised.value) is BUSY
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    # Nobody is there.
    nowhere = {"HOST": "127.0.0.1", "PORT": str(port)}
    with patch.dict(connection.settings_dict, nowhere):
        assert fault_of(raised.value) is LOST


def test_djangos_own_say_from_what_they_were_raised() -> None:
    for kind in (OperationalError, DatabaseError):
        with pytest.raises(kind) as raised:
            raise kind("database is locked") from _sqlite(sqlite3.SQLITE_BUSY)
        assert fault_of(raised.value) is BUSY
    assert fault_of(OperationalError("of nobody knows what")) is None
