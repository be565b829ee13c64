"""How long somebody stays logged in: so many hours in all, so long without asking for anything, and with both factors."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, user_logged_in
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions import middleware
from django.db import DatabaseError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from archive import security
from archive.curation import second_step
from archive.databases.faults import fault_of

logger = logging.getLogger(__name__)

# Sessions are rows of the database: that somebody was seen is not written at every page. In seconds.
_EVERY = 60


class SessionMiddleware(middleware.SessionMiddleware):
    """Django's, but where the session can't be written now, what was asked for is answered all the same.

    It was done; what is lost are a message of it, when somebody was last seen, or a step of a form that is asked again. Not so
    where the session is a new one: whoever is told that he is logged in has to be.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except DatabaseError as error:
            is_new = request.session.session_key != request.COOKIES.get(settings.SESSION_COOKIE_NAME)
            if is_new or not (fault := fault_of(error)):
                raise
            logger.warning("a session was not written: the database is %s", fault.name)
            patch_vary_headers(response, ("Cookie",))
            return response


class SessionLimitMiddleware:
    """After the middlewares that bring session and user. Who was logged in too long is asked for the password again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Readers have no session, and none is looked for.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            _keep_or_end(request)
        return self._get_response(request)


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: object) -> None:
    """Counted from the login, also where nothing is asked for after it."""
    request.session["began"] = request.session["seen"] = int(time.time())


def _keep_or_end(request: HttpRequest) -> None:
    now = int(time.time())
    began, seen = request.session.get("began", now), request.session.get("seen", now)
    is_over = now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE
    # Asked in any case: it empties the session where the password was changed, and a session without its account is none.
    is_nobody = not request.user.is_authenticated
    if is_nobody and SESSION_KEY not in request.session:
        return
    if is_over or is_nobody or not second_step.is_complete(request):
        security.tell("session-ended", request)
        request.session.flush()
        request.user = AnonymousUser()
    elif "began" not in request.session or now - seen >= min(_EVERY, settings.SESSION_IDLE // 10):
        request.session["began"], request.session["seen"] = began, now
