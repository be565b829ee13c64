"""Between password and code nobody is logged in: the session holds who gave a password, for some minutes, and no user.

Afterwards it holds the number of the app by which the user was verified. A session whose number is not that of the account's
app, because it began before that was set up, or the app was replaced or taken away, is ended (`archive.views.sessions`).
"""

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import SESSION_KEY, login
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from archive.curation import second_factor

_GIVEN, _NUMBER = "password_given", "second_factor"
# How long a password holds until the code is there; and where an app has to be installed first.
TO_ASK, TO_SET_UP = 5 * 60, 15 * 60


@dataclass(frozen=True, slots=True)
class Pending:
    """Who gave a password, and is to be asked for a code of that app, or to set one up first; and where he was going."""

    user: User
    next_url: str
    number: int

    @property
    def is_to_set_up(self) -> bool:
        return not self.number


def is_needed(user: User) -> bool:
    """Whether a password alone does not log the account in."""
    return bool(second_factor.number_of(user.pk)) or second_factor.is_required(user)


def begin(request: HttpRequest, user: User, next_url: str) -> None:
    """The password was right. Whoever was logged in is not any more."""
    request.session.flush()
    request.session[_GIVEN] = {
        "user": user.pk,
        # The same as in a session: it changes with the password.
        "hash": user.get_session_auth_hash(),
        "backend": getattr(user, "backend", ""),
        "at": int(time.time()),
        "next": next_url,
    }


def pending(request: HttpRequest) -> Pending | None:
    """None where no password was given, or too long ago, or the account is not what it was."""
    given: dict[str, Any] | None = request.session.get(_GIVEN)
    if given is None:
        return None
    user = User.objects.filter(pk=given["user"], is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(given["hash"], user.get_session_auth_hash()):
        return None
    number = second_factor.number_of(user.pk)
    if not number and not second_factor.is_required(user):
        return None
    if time.time() - given["at"] > (TO_ASK if number else TO_SET_UP):
        return None
    user.backend = given["backend"]
    return Pending(user, given["next"], number)


def complete(request: HttpRequest, user: User, number: int) -> None:
    """The code was right: log in, or go on in a session that is logged in already, under a new key.

    `number` is that of the app before it was asked for its code: one that was replaced meanwhile opens nothing.
    """
    request.session.pop(_GIVEN, None)
    if SESSION_KEY in request.session:
        request.session[_NUMBER] = number
        request.session.cycle_key()
    else:
        login(request, user)
        request.session[_NUMBER] = number


def is_complete(request: HttpRequest) -> bool:
    """Whether the session that is logged in has all that its account needs."""
    number = second_factor.number_of(int(request.session[SESSION_KEY]))
    if request.session.get(_NUMBER, 0) != number:
        return False
    return bool(number) or not second_factor.is_required(request.user)  # type: ignore[arg-type]
