"""Which requests are read from a replica of the database: those of readers, but for what a reader has just written."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.databases import replicas

logger = logging.getLogger(__name__)

# Up to where a reader has written, so that what follows shows it. By then every replica that is read from has it.
_COOKIE, _COOKIE_AGE = "written", 60
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


class ReplicaMiddleware:
    """The innermost, so that the check against forgery has had its say before a view is called from here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if replicas.ALIAS not in settings.DATABASES:
            raise MiddlewareNotUsed
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in _SAFE:
            with replicas.reading() if _may_be_old(request) else nullcontext():
                return self._get_response(request)
        response = self._get_response(request)
        if settings.SESSION_COOKIE_NAME not in request.COOKIES and response.status_code < 400:
            _remember(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Call the view; where the replica fails it, call it again on the primary. Readers see nothing of it."""
        if replicas.alias() != replicas.ALIAS:
            return None
        try:
            return view(request, *args, **kwargs)
        except DatabaseError as error:
            replicas.watch.give_up(error)
        with replicas.primary():
            return view(request, *args, **kwargs)


def _remember(response: HttpResponseBase) -> None:
    """Give the reader the cookie. What was written is written, so that he gets his answer even where that fails."""
    try:
        written = replicas.written()
    except DatabaseError:
        logger.exception("a reader may not be shown at once what he wrote")
        return
    response.set_cookie(
        _COOKIE,
        written,
        max_age=_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _may_be_old(request: HttpRequest) -> bool:
    """Whether the reader is content with the replica's state. Whoever is logged in works on what he sees: he never is."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return False
    return replicas.watch.is_usable(request.COOKIES.get(_COOKIE, ""))
