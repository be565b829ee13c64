"""Around every request: its id, a line in the log, and what monitors count."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.encoding import escape_uri_path

from archive import logs, metrics
from archive.ratelimit import is_from_proxy

log = logging.getLogger("archive.access")

# In the environment of what a new worker asks itself for, before it serves: no reader asked. No client can set it.
BY_ITSELF = "archive.by_itself"

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class SeeingMiddleware:
    """The outermost: what others answer, refuse or fail at is seen too.

    A trusted proxy may give the request its id (`X-Request-ID`), so that its log and ours can be read side by side.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if BY_ITSELF in request.META:
            return self._get_response(request)
        given = request.META.get("HTTP_X_REQUEST_ID", "") if is_from_proxy(request) else ""
        request_id = logs.begin_request(given)
        begun = time.perf_counter()
        response = self._get_response(request)
        seconds = time.perf_counter() - begun
        response["X-Request-ID"] = request_id
        view = _view(request)
        method = request.method if request.method in _METHODS else "other"
        metrics.requests.labels(view, method, response.status_code).inc()
        metrics.request_seconds.labels(view).observe(seconds)
        # Escaped, so that no path makes a line of its own.
        path = escape_uri_path(request.path)
        log.info(
            "%s %s %d",
            method,
            path,
            response.status_code,
            extra={
                "method": method,
                "path": path,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
                "view": view,
                **_user(request),
            },
        )
        return response


def _view(request: HttpRequest) -> str:
    """The name of the address's pattern: there are as many as in urls.py, whatever is asked for."""
    match = request.resolver_match
    return (match.view_name or "unnamed") if match else "none"


def _user(request: HttpRequest) -> dict[str, int]:
    """The key of who is logged in, where that was asked for anyway."""
    user = getattr(request, "_cached_user", None)
    return {"user_id": user.pk} if user is not None and user.is_authenticated else {}
