"""How often one client may do what costs: one limiter for all that limits, whatever counts (archive/counters).

No address is kept: only a keyed hash of it, until its time is up.
"""

import hashlib
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest

from archive import metrics
from archive.counters import Lost, counters

T = TypeVar("T")


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
    # Of pages that have to be made; those that are kept cost nothing and are not counted. A university may be one client.
    "search": (Limit(300, 60),),
    # One with each letter that is typed.
    "suggestions": (Limit(1_200, 60),),
    # Bad passwords only (archive/curation/logins.py): of an address, which may be an office's; of an account.
    "login-address": (Limit(50, 15 * 60), Limit(200, 24 * 60 * 60)),
    "login-account": (Limit(10, 15 * 60), Limit(50, 24 * 60 * 60)),
    # Bad codes of six digits, by whoever knows the password: in a year of such days one of fifty finds a right one.
    "login-code": (Limit(5, 15 * 60), Limit(20, 24 * 60 * 60)),
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


def wait(request: HttpRequest, name: str) -> int:
    """Count one more of the client's; the seconds that it has to wait first, 0 where it may go on."""
    return count(request, name).wait


def count(request: HttpRequest, name: str) -> Standing:
    """Count one more of the client's, and say how it stands then."""
    return count_of(client_of(request), name)


def count_of(who: str, name: str) -> Standing:
    """Count one more of whoever that is.

    A broken counter keeps nobody out: it is logged, and the client may go on.
    """
    limits = LIMITS[name]
    keys = [(_key_of(f"{name} {who}", limit), limit.seconds) for limit in limits]
    counted = _tried(lambda: counters().count(keys))
    if not counted:
        return Standing(limits[0], limits[0].number, limits[0].seconds)
    standing = _standing(limits, counted)
    if standing.wait:
        metrics.refusals.labels(name).inc()
    return standing


def take_back(who: str, name: str) -> None:
    """Count one less, of what turned out not to be limited."""
    keys = [_key_of(f"{name} {who}", limit) for limit in LIMITS[name]]
    _tried(lambda: counters().take_back(keys))


def remember(what: str, seconds: int) -> None:
    """Keep for so long that it was so."""
    _tried(lambda: counters().keep(keyed(what), seconds))


def is_remembered(what: str) -> bool:
    return bool(_tried(lambda: counters().has(keyed(what))))


def keyed(text: str) -> str:
    """A hash of the text that only this site can make."""
    return hashlib.blake2b(text.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=16).hexdigest()


def _tried(act: Callable[[], T]) -> T | None:
    """What it gives; None where the counters can't be used."""
    try:
        return act()
    except Lost:
        return None


def _standing(limits: tuple[Limit, ...], counted: list[tuple[int, float]]) -> Standing:
    """Of each limit, how often it was used and the seconds that it still counts, in the order of the limits."""
    rows = [
        (limit, limit.number - number, int(left) + 1) for limit, (number, left) in zip(limits, counted, strict=True)
    ]
    limit, remaining, reset = min(rows, key=lambda row: (max(0, row[1]), -row[2]))
    reset = min(reset, limit.seconds)
    return Standing(limit, max(0, remaining), reset, max((left for _limit, more, left in rows if more < 0), default=0))


def _key_of(who: str, limit: Limit) -> str:
    return keyed(f"{who} {limit.number}/{limit.seconds}")


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


def is_from_proxy(request: HttpRequest) -> bool:
    """Whether a proxy that is trusted hands the request on."""
    return _is_trusted(request.META.get("REMOTE_ADDR", ""))


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
