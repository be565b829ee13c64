"""What only one process may do at a time: among all machines that share a PostgreSQL, else among those of a data folder."""

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connection, connections, transaction

from archive.concurrency import places
from archive.databases.faults import BUSY, fault_of

# Seconds between two tries of who waits.
_PAUSE = 0.5
# Of who waits in a line, however well it moves.
MOST_SECONDS = 30.0


class Busy(Exception):
    """Somebody else is at it."""


@contextmanager
def alone(name: str, patience: float = 0) -> Iterator[None]:
    """Nobody else is inside a block of that name; who dies in it leaves it. Raises Busy after so many seconds."""
    locked = _in_database if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" else _in_folder
    until = time.monotonic() + patience
    with locked(name) as try_it:
        while not try_it():
            if time.monotonic() >= until:
                raise Busy
            time.sleep(_PAUSE)
        yield


def wait_in_line(number: int, moved: Callable[[], object]) -> None:
    """Hold that advisory lock of PostgreSQL until the transaction at hand ends.

    Waits for those who came before, as long as they come to their ends: as long as what `moved` gives changes within
    `WRITE_PATIENCE` (lock_timeout). Raises OperationalError where it does not, or after `MOST_SECONDS`; the transaction can
    go on then.
    """
    if _ask("SELECT pg_try_advisory_xact_lock(%s)", number):
        return
    give_up = time.monotonic() + MOST_SECONDS
    while True:
        before = moved()
        try:
            with places.given_back_for_a_lock(), transaction.atomic():
                _ask("SELECT pg_advisory_xact_lock(%s)", number)
        except OperationalError as error:
            if fault_of(error) is not BUSY or moved() == before or time.monotonic() > give_up:
                raise
        else:
            return


def _ask(statement: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [number])
        return bool(cursor.fetchone()[0])


@contextmanager
def _in_database(name: str) -> Iterator[Callable[[], bool]]:
    # A connection of its own: the default one may be closed and opened again meanwhile.
    own = connections[DEFAULT_DB_ALIAS].copy()
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)

    def ask(statement: str) -> bool:
        with own.cursor() as cursor:
            cursor.execute(statement, [number])
            return bool(cursor.fetchone()[0])

    try:
        yield lambda: ask("SELECT pg_try_advisory_lock(%s)")
    finally:
        # It goes back to the pool, where it would hold the lock. With a lost connection the lock is gone, too.
        with suppress(DatabaseError):
            ask("SELECT pg_advisory_unlock(%s)")
        own.close()


@contextmanager
def _in_folder(name: str) -> Iterator[Callable[[], bool]]:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / f"{name}.lock").open("w") as file:

        def try_it() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        yield try_it
