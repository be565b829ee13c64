"""Reads go to a replica of the database, where there is one (DATABASE_REPLICA_URL) and a request allows it.

Everything that a request reads it reads from one of the two, the head of the change log included: so what is kept by the
state of the log holds for the replica's state as well, and no page is made of two states. A transaction, whatever writes, and
all commands stay with the primary.

Nobody waits for a replica: whether it is there and up to date is asked aside, once a second while there are readers, and an
answer that is missing means no.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

logger = logging.getLogger(__name__)

ALIAS = "replica"

# Seconds between two looks; after so many an answer is too old to go by; for so long a replica that failed is left alone.
_EVERY, _OLD, _PAUSE = 1.0, 3.0, 5.0

_is_reading: ContextVar[bool] = ContextVar("reading from the replica", default=False)

# Caught up, nothing is behind however long ago the last change was; else it is behind by the age of what it applied last.
# Caught up with the primary, for of what is stuck on the way a replica knows nothing; only where that can't be asked, with what
# it received. Without a receiver nobody knows what it lacks.
_STANDING = """
SELECT EXISTS (SELECT FROM pg_stat_wal_receiver), pg_last_wal_replay_lsn(), CASE
    WHEN coalesce(%s::pg_lsn, pg_last_wal_receive_lsn()) <= pg_last_wal_replay_lsn() THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
END
"""


def alias() -> str:
    """The database that is to be read from now."""
    if _is_reading.get() and not connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return ALIAS
    return DEFAULT_DB_ALIAS


@contextmanager
def reading() -> Iterator[None]:
    """Inside, reads go to the replica."""
    token = _is_reading.set(True)
    try:
        yield
    finally:
        _is_reading.reset(token)


@contextmanager
def primary() -> Iterator[None]:
    """Inside, all goes to the primary: what is read decides what is written."""
    token = _is_reading.set(False)
    try:
        yield
    finally:
        _is_reading.reset(token)


class Router:
    """Django's door to the above (DATABASE_ROUTERS)."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return alias()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


# Where changes stand ---------------------------------------------------------------------------------------------------


def written() -> str:
    """How far the primary has written, as PostgreSQL names it: "16/B374D848"."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        return str(cursor.fetchone()[0])


def _place(lsn: str) -> int:
    """As a number. Raises ValueError for what is no place in the log."""
    high, low = (int(part, 16) for part in lsn.split("/"))
    return (high << 32) + low


def _flushed() -> str | None:
    """How far the primary has what it wrote on its disk; None where it can't be asked."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_flush_lsn()")
            return str(cursor.fetchone()[0])
    except DatabaseError:
        return None
    finally:
        connection.close()


class Watch:
    """Whether the replica can be read from, as far as this process knows. Shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # When the last answer came, up to where the replica was then; None: not to be read from.
        self._answered, self._replayed = 0.0, None  # type: tuple[float, int | None]
        self._look_at = 0.0

    def is_usable(self, since: str = "") -> bool:
        """Whether it is there, up to date, and has what was written up to `since` (as of `written`). Never waits.

        Text that names no place in the log is beyond any.
        """
        now = time.monotonic()
        if now >= self._look_at:
            with self._lock:
                is_due, self._look_at = now >= self._look_at, now + _EVERY
            if is_due:
                threading.Thread(target=self._look, name="replica", daemon=True).start()
        replayed = self._replayed
        if replayed is None or now > self._answered + _OLD:
            return False
        try:
            return not since or replayed >= _place(since)
        except ValueError:
            return False

    def give_up(self, error: BaseException) -> None:
        """A reader met with an error: for a while, all read from the primary."""
        self._look_at = time.monotonic() + _PAUSE
        self._settle(None, f"{type(error).__name__}: {error}".splitlines()[0])

    def _look(self) -> None:
        # Before: what is written after this, nobody can hold against the replica.
        on_primary = _flushed()
        connection = connections[ALIAS]
        try:
            with connection.cursor() as cursor:
                cursor.execute(_STANDING, [on_primary])
                is_fed, replayed, behind = cursor.fetchone()
            if not is_fed:
                self._settle(None, "it receives nothing from the primary")
            elif behind is None or behind > settings.REPLICA_MAX_LAG:
                self._settle(None, f"it is {behind} s behind")
            else:
                self._settle(_place(replayed))
        except DatabaseError as error:
            self.give_up(error)
        finally:
            connection.close()

    def _settle(self, replayed: int | None, why: str = "") -> None:
        with self._lock:
            was_usable, self._replayed = self._replayed is not None, replayed
            self._answered = time.monotonic()
        if was_usable and replayed is None:
            logger.warning("the replica is not read from: %s", why)
        elif not was_usable and replayed is not None:
            logger.info("the replica is read from")


watch = Watch()
