"""What every request passes first, and every answer last: who may ask for what by which method, and what browsers are told.

It stands outside of all else, so that an answer has its headers whoever made it: a page, the admin, a static file, a
redirect, an error. What Django and django-csp have settings for stands in the settings.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch

from archive.views import errors

# Of every answer that does not say otherwise itself.
HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    # Everything a page loads is this site's.
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Origin-Agent-Cluster": "?1",
    # What browsers can do for a page, and none of ours uses: the names that Chromium knows, which complains of others. Not
    # `unload`, which the admin's scripts listen to.
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            *("accelerometer", "autoplay", "browsing-topics", "camera", "compute-pressure", "cross-origin-isolated"),
            *("display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid"),
            *("identity-credentials-get", "idle-detection", "keyboard-map", "local-fonts", "magnetometer"),
            *("microphone", "midi", "otp-credentials", "payment", "picture-in-picture"),
            *("publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial"),
            *("storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking"),
        )
    ),
}
READ = ("GET", "HEAD", "OPTIONS")
READ_AND_WRITE = ("GET", "HEAD", "POST", "OPTIONS")
# The public addresses that take forms, by name; of the admin all do. Nothing else takes anything.
FORMS = frozenset({"archive:report", "archive:follow", "archive:follow-confirm", "archive:follow-stop", "oai"})
_ADMIN = "/admin/"
# Of the path and of the query as it was sent; a little less than gunicorn reads. The longest that a page of ours leads to is
# the form to follow a search for 500 Chinese characters.
MOST_OF_ADDRESS = 8_000
# As Django makes them. Another could be no session's, and some a database does not take.
_SESSION_KEY = re.compile(r"[a-z0-9]{32}")


def methods_of(request: HttpRequest, match: ResolverMatch) -> tuple[str, ...]:
    """By which methods that address may be asked."""
    takes_forms = match.view_name in FORMS or request.path_info.startswith(_ADMIN)
    return READ_AND_WRITE if takes_forms else READ


class HeadersMiddleware:
    """The outermost of ours. An answer that refuses the method has a page and says which are taken."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if response.status_code == 405 and isinstance(response, HttpResponse) and not response.content:
            # Views say it without a word.
            response = _with_allow(errors.method_not_allowed(request), response.headers["Allow"])
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # What may be read from elsewhere may be embedded there; all else is this site's alone.
        is_open = response.headers.get("Access-Control-Allow-Origin") == "*"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_open else "same-origin")
        return response


class RefusalMiddleware:
    """Before anything looks at the request: what no page has to answer is refused here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _SESSION_KEY.fullmatch(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        # Raises DisallowedHost.
        request.get_host()
        query = request.META.get("QUERY_STRING", "")
        if len(request.path) + len(query) > MOST_OF_ADDRESS:
            return errors.address_too_long(request)
        # Django's admin hands it to the database, and PostgreSQL does not take it. Our own pages say what is wrong with it.
        if request.path_info.startswith(_ADMIN) and ("\0" in request.path_info or "%00" in query):
            return errors.bad_request(request, ValueError("NUL in the address"))
        if "HTTP_TRANSFER_ENCODING" in request.META:
            # Django would take the form for empty.
            return errors.length_required(request)
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Before other middlewares look at the view, so that nothing is read of a form that goes nowhere."""
        match = request.resolver_match
        if match is None:
            return None
        allowed = methods_of(request, match)
        if request.method == "OPTIONS":
            return _with_allow(HttpResponse(status=204), ", ".join(allowed))
        if request.method not in allowed:
            return _with_allow(errors.method_not_allowed(request), ", ".join(allowed))
        return None


def _with_allow(response: HttpResponse, methods: str) -> HttpResponse:
    response.headers["Allow"] = methods
    return response
