"""What every request to the API passes: who may ask how, how often, and what each answer says besides."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from archive import ratelimit
from archive.views.api.problems import problem

PREFIX = "/api/v1/"
_METHODS = "GET, HEAD, OPTIONS"
_EXPOSED = (
    "ETag, Last-Modified, Link, Location, Retry-After, "
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy"
)
# Of every answer.
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": _EXPOSED,
    # Who keeps an answer asks whether it still holds, which costs little (ETag).
    "Cache-Control": "no-cache",
    "Content-Language": "en",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    # Pages are what search engines show.
    "X-Robots-Tag": "noindex",
}


class ApiMiddleware:
    """Outside of most others, so that whatever they answer gets the same headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self._get_response(request)
        response = self._answer(request)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        response.headers.setdefault("Link", described_by())
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return _preflight()
        if request.method not in ("GET", "HEAD"):
            response = problem(request, "method-not-allowed", f"{str(request.method)[:20]} is not allowed: {_METHODS}.")
            response["Allow"] = _METHODS
            return response
        standing = ratelimit.count(request, "api")
        answered = _too_many(request, standing.wait) if standing.wait else self._read(request)
        for name, value in _rate(standing).items():
            answered[name] = value
        return answered

    def _read(self, request: HttpRequest) -> HttpResponseBase:
        """HEAD is GET whose content is not sent: the views need not know of it."""
        is_head, request.method = request.method == "HEAD", "GET"
        response = self._get_response(request)
        if is_head and isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response


def _preflight() -> HttpResponse:
    """Browsers ask this before they send a header of their own; nothing is secret, so that anything may be sent."""
    headers = {
        "Allow": _METHODS,
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": "Accept, Content-Type, If-Modified-Since, If-None-Match",
        "Access-Control-Max-Age": "86400",
    }
    return HttpResponse(status=204, headers=headers)


def _too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    response = problem(request, "too-many-requests", f"Too many requests from your address: wait {seconds} seconds.")
    response["Retry-After"] = str(seconds)
    return response


def _rate(standing: ratelimit.Standing) -> dict[str, str]:
    """The headers of draft-ietf-httpapi-ratelimit-headers as most services send them (its revisions to 07)."""
    return {
        "RateLimit-Limit": str(standing.limit.number),
        "RateLimit-Remaining": str(standing.remaining),
        "RateLimit-Reset": str(standing.reset),
        "RateLimit-Policy": ", ".join(f"{one.number};w={one.seconds}" for one in ratelimit.LIMITS["api"]),
    }


def described_by() -> str:
    """Where the API is described, as links (RFC 8631)."""
    return (
        f'<{settings.SITE_URL}{reverse("api-v1:document")}>; rel="service-desc"; type="application/json", '
        f'<{settings.SITE_URL}{reverse("archive:api")}>; rel="service-doc"; type="text/html"'
    )
