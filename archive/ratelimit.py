"""How often one client may do what costs: one limiter for all, shared by the workers of a machine.

The counters stand in a small SQLite file of their own in the data folder: one statement counts and reads, so that no two
workers give the same place twice. (Django's caches that need no server count in two steps, which undercounts.) Where
several machines serve the site, each counts for itself. No address is kept: only a keyed hash of it, until its time is up.
"""

import hashlib
import ipaddress
import logging
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `number` times in `seconds`, counted from the first."""

    number: int
    seconds: int


# What is limited → its limits; all of them hold.
LIMITS: Mapping[str, tuple[Limit, ...]] = {
    "alerts": (Limit(5, 10 * 60), Limit(20, 24 * 60 * 60)),
    "tips": (Limit(5, 10 * 60), Limit(20, 24 * 60 * 60)),
    # Of 200 records each: an archive of 100 000 within the hour.
    "api": (Limit(300, 60), Limit(6_000, 60 * 60)),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a client stands with the limit that leaves it least: so many more times before `reset` seconds have passed.

    `wait` are the seconds until it may go on, 0 where it may at once.
    """

    limit: Limit
    remaining: int
    reset: int
    wait: int = 0


_TABLE = "CREATE TABLE IF NOT EXISTS hits (key TEXT PRIMARY KEY, number INTEGER NOT NULL, until REAL NOT NULL)"
_INDEX = "CREATE INDEX IF NOT EXISTS hits_until ON hits (until)"
_COUNT = """
INSERT INTO hits (key, number, until) VALUES (?, 1, ?)
ON CONFLICT (key) DO UPDATE SET number = number + 1
RETURNING number, until
"""


def wait(request: HttpRequest, name: str) -> int:
    """Count one more of the client's; the seconds that it has to wait first, 0 where it may go on."""
    return count(request, name).wait


def count(request: HttpRequest, name: str) -> Standing:
    """Count one more of the client's, and say how it stands then.

    A broken counter keeps nobody out: it is logged, and the client may go on.
    """
    limits = LIMITS[name]
    try:
        return _standing(limits, _count(f"{name} {client_of(request)}", limits))
    except sqlite3.OperationalError:
        log.exception("the rate limiter could not count")
    except sqlite3.DatabaseError:
        log.exception("the rate limiter's file is damaged: it is made anew")
        _path().unlink(missing_ok=True)
    return Standing(limits[0], limits[0].number, limits[0].seconds)


def _standing(limits: tuple[Limit, ...], counted: list[tuple[int, float]]) -> Standing:
    """Of each limit, how often it was used and the seconds that it still counts, in the order of the limits."""
    rows = [
        (limit, limit.number - number, int(left) + 1) for limit, (number, left) in zip(limits, counted, strict=True)
    ]
    limit, remaining, reset = min(rows, key=lambda row: (max(0, row[1]), -row[2]))
    reset = min(reset, limit.seconds)
    return Standing(limit, max(0, remaining), reset, max((left for _limit, more, left in rows if more < 0), default=0))


def _path() -> Path:
    return settings.DATA_DIR / "limits.sqlite3"


def _count(who: str, limits: tuple[Limit, ...]) -> list[tuple[int, float]]:
    now = time.time()
    counted = []
    with closing(sqlite3.connect(_path(), timeout=2, isolation_level=None)) as file:
        # Nothing is lost that matters when the power fails.
        file.execute("PRAGMA synchronous=OFF")
        file.execute("BEGIN IMMEDIATE")
        file.execute(_TABLE)
        file.execute(_INDEX)
        file.execute("DELETE FROM hits WHERE until <= ?", [now])
        for limit in limits:
            key = f"{who} {limit.number}/{limit.seconds}"
            digest = hashlib.blake2b(key.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16).hexdigest()
            ((number, until),) = file.execute(_COUNT, [digest, now + limit.seconds]).fetchall()
            counted.append((number, until - now))
        file.execute("COMMIT")
    return counted


# Who asks -------------------------------------------------------------------------------------------------------------


def client_of(request: HttpRequest) -> str:
    """The client's address, an IPv6 one by its network of 64 bits, which is one household's.

    Only proxies that are trusted (`TRUSTED_PROXIES`) say for whom they ask, so a client can't make an address up: what
    counts of X-Forwarded-For is the last address that no trusted proxy has.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    if not _is_trusted(peer):
        return _network(peer)
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        address = hop.strip()
        if _network(address) == "" or "*" in settings.TRUSTED_PROXIES:
            return _network(address) or _network(peer)
        if not _is_trusted(address):
            return _network(address)
    return _network(peer)


def _is_trusted(address: str) -> bool:
    return address in settings.TRUSTED_PROXIES or "*" in settings.TRUSTED_PROXIES


def _network(address: str) -> str:
    """The address in its one way of writing; empty for what is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))
