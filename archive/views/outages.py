"""What readers get while the database can't be reached or the disk takes nothing: a sentence, soon, and no traceback.

The page needs neither. While the database is lost one request at a time finds out whether it is back; all others are answered
at once, so that they don't wait for it one after another. So nobody has to do anything when it is.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.databases.faults import BUSY, FULL, LOST, READ_ONLY, Fault, is_silent
from archive.views.api.problems import is_of_api, problem
from archive.views.bare import bare_page
from archive.views.language import in_its_language

logger = logging.getLogger(__name__)

# Seconds between two looks at a lost database, and until the one who looks is given up.
_PAUSE, _LOOK = 1.0, 5.0
# They say themselves what they find.
_WATCHES = ("/healthz", "/readyz", "/metrics")

_SENTENCES: Mapping[Fault, tuple[Promise, Promise]] = {
    LOST: (
        _("The archive is out of order at the moment"),
        _("Its database does not answer. Please try again in a few seconds."),
    ),
    BUSY: (
        _("The archive is busy at the moment"),
        _("What was asked could not be done in time, and nothing was changed. Please try again in a few seconds."),
    ),
    READ_ONLY: (
        _("Nothing can be changed at the moment"),
        _("The archive can be read only, and nothing was changed. Please try again later."),
    ),
    FULL: (
        _("Nothing can be saved at the moment"),
        _("The server's disk is full, and nothing was changed. Reading works as usual; please try again later."),
    ),
}


class Outage:
    """Whether the database is known to be lost. Of one process, shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._look_at: float | None = None

    def refuses(self) -> bool:
        """Whether this request is not to try. One each second is, and finds out for all."""
        if self._look_at is None:
            return False
        with self._lock:
            now = time.monotonic()
            if self._look_at is None:
                return False
            if now < self._look_at:
                return True
            self._look_at = now + _LOOK
        if is_silent():
            # Known sooner than by waiting for a connection.
            self.begin()
            return True
        return False

    def begin(self) -> None:
        with self._lock:
            is_new, self._look_at = self._look_at is None, time.monotonic() + _PAUSE
        if is_new:
            logger.error("the database is lost")
            # What lies in the pool leads nowhere any more.
            if pool := getattr(connection, "pool", None):
                pool.drain()

    def end(self) -> None:
        if self._look_at is not None:
            self._look_at = None
            logger.warning("the database is back")


outage = Outage()


class OutageMiddleware:
    """The innermost: what it answers gets the headers of all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info in _WATCHES:
            return self._get_response(request)
        if outage.refuses():
            return out_of_order(request, LOST)
        response = self._get_response(request)
        if response.status_code != LOST.status:
            outage.end()
        return response


@in_its_language
def out_of_order(request: HttpRequest, fault: Fault) -> HttpResponse:
    """The answer where that is in the way of what was asked; a lost database is remembered."""
    title, message = _SENTENCES[fault]
    of_api = is_of_api(request)
    response = problem(request, "unavailable", str(message)) if of_api else bare_page(title, message, fault.status)
    response["Retry-After"] = str(fault.retry_after)
    response["Cache-Control"] = "no-store"
    return response
