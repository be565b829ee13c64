"""How often passwords and codes may be tried: ten wrong passwords for an account in a quarter of an hour, five wrong codes, and
fifty of either for an address.

Only what is wrong counts, and it is counted before the password is looked at, so that guesses at the same time are not one.

Who guesses at an account must not lock its owner out: where an account has logged in from an address within the last month,
that address has tries of its own for it, which nobody else uses up. The limit of an address keeps one client from trying one
password on many accounts; it is wider, for an office behind one address shares it.
"""

import unicodedata
from dataclasses import dataclass

from django.http import HttpRequest

from archive import ratelimit, security

_KNOWN_FOR = 30 * 24 * 60 * 60
# As Django has it.
_LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Attempt:
    """One password or code that is tried.

    `wait`: seconds that it has to wait; then it must not be looked at, and counts for nothing.
    `counted`: for whom it was counted, by which limits.
    """

    known_as: str
    counted: tuple[tuple[str, str], ...]
    wait: int


def attempt(request: HttpRequest, username: str, limit: str = "login-account") -> Attempt:
    """Begin one: counted as wrong until `succeeded`. `limit` is that of the account; without one only that of the address holds."""
    client = ratelimit.client_of(request)
    # What is longer is nobody's name, and thousands of accents take minutes to be put in order.
    account = unicodedata.normalize("NFKC", username[:_LONGEST_NAME])
    # By each limit: whoever knows the password alone is not known by it where codes are asked for.
    # Apart by what no form takes: else a name that is typed could be that of an account at its known address.
    known_as = f"known {account}\0{client}\0{limit}"
    counted_for = f"{account}\0{client}" if ratelimit.is_remembered(known_as) else account
    # The address first: so what one client can have counted is bounded, however many accounts it makes up.
    limits = ((client, "login-address"), (counted_for, limit))[: 2 if limit else 1]
    tried = Attempt(known_as, (), 0)
    for one in limits:
        wait = ratelimit.count_of(*one).wait
        tried = Attempt(known_as, (*tried.counted, one), wait)
        if wait:
            _take_back(tried)
            security.tell("login-throttled", request, account_hash=security.name_hash(username), wait=wait)
            break
    return tried


def succeeded(tried: Attempt) -> None:
    """It was right: it does not count, and the account is known at this address."""
    _take_back(tried)
    ratelimit.remember(tried.known_as, _KNOWN_FOR)


def _take_back(tried: Attempt) -> None:
    for who, limit in tried.counted:
        ratelimit.take_back(who, limit)
