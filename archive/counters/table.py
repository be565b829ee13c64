"""Counters in a table of the site's PostgreSQL, `archive_hits`: all machines count together.

The table is unlogged: counting costs no write-ahead log and waits for no disk, a server that crashed or a replica that was promoted
begins with an empty one. Time is the server's, for the machines' own may differ. Each call is one statement of its own, past any
replica; where a transaction is open already it has a savepoint, so that a failure breaks nothing else.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction

from archive.counters.base import Lost
from archive.databases.faults import LOST, fault_of
from archive.databases.replicas import ALIAS as REPLICA

log = logging.getLogger(__name__)

_NOW = "extract(epoch FROM statement_timestamp())::float8"
# In one order of keys: of two statements with the same keys none waits for the other in a circle.
_COUNT = f"""
INSERT INTO archive_hits AS hit (key, number, until)
SELECT key, 1, {_NOW} + seconds FROM unnest(%(keys)s::text[], %(seconds)s::float8[]) AS asked (key, seconds) ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    number = CASE WHEN hit.until <= {_NOW} THEN 1 ELSE hit.number + 1 END,
    until = CASE WHEN hit.until <= {_NOW} THEN excluded.until ELSE hit.until END
RETURNING key, number, until - {_NOW}
"""
_TAKE_BACK = """
UPDATE archive_hits SET number = number - 1
WHERE key IN (SELECT key FROM archive_hits WHERE key = ANY(%(keys)s) ORDER BY key FOR UPDATE)
"""
_KEEP = f"""
INSERT INTO archive_hits (key, number, until) VALUES (%(key)s, 1, {_NOW} + %(seconds)s)
ON CONFLICT (key) DO UPDATE SET number = 1, until = excluded.until
"""
_HAS = f"SELECT 1 FROM archive_hits WHERE key = %(key)s AND until > {_NOW}"
# What others count at the moment is left to the next.
_SWEEP = f"""
DELETE FROM archive_hits WHERE key IN (
    SELECT key FROM archive_hits WHERE until <= {_NOW} LIMIT 10000 FOR UPDATE SKIP LOCKED
)
"""
# Seconds between two sweeps of a process, and for which counters that failed are left alone: to find a server lost takes time.
_EVERY, _PAUSE = 60.0, 5.0


class TableCounters:
    def __init__(self) -> None:
        self._sweep_at = self._again_at = 0.0

    def is_there(self) -> bool:
        return connections[DEFAULT_DB_ALIAS].vendor == "postgresql"

    def count(self, keys: Sequence[tuple[str, int]]) -> list[tuple[int, float]]:
        asked = {"keys": [key for key, _seconds in keys], "seconds": [float(seconds) for _key, seconds in keys]}
        with self._cursor() as cursor:
            if (now := time.monotonic()) >= self._sweep_at:
                self._sweep_at = now + _EVERY
                cursor.execute(_SWEEP)
            cursor.execute(_COUNT, asked)
            by_key = {key: (number, float(left)) for key, number, left in cursor.fetchall()}
        return [by_key[key] for key, _seconds in keys]

    def take_back(self, keys: Sequence[str]) -> None:
        with self._cursor() as cursor:
            cursor.execute(_TAKE_BACK, {"keys": list(keys)})

    def keep(self, key: str, seconds: int) -> None:
        with self._cursor() as cursor:
            cursor.execute(_KEEP, {"key": key, "seconds": seconds})

    def has(self, key: str) -> bool:
        with self._cursor() as cursor:
            cursor.execute(_HAS, {"key": key})
            return cursor.fetchone() is not None

    def forget_all(self) -> None:
        with self._cursor() as cursor:
            cursor.execute("DELETE FROM archive_hits")

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        if time.monotonic() < self._again_at:
            raise Lost
        connection = connections[DEFAULT_DB_ALIAS]
        try:
            with transaction.atomic() if connection.in_atomic_block else nullcontext(), connection.cursor() as cursor:
                yield cursor
        except Error as error:
            self._again_at = time.monotonic() + _PAUSE
            if fault_of(error) is LOST and REPLICA not in connections:
                # Nothing else could answer either: who asks shall not wait for it once more.
                raise
            log.exception("the rate limiter could not count")
            raise Lost from error
