"""Views that one client may have made only so often."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive import ratelimit
from archive.views.errors import show_error

View = Callable[..., HttpResponseBase]


def limited(name: str, *, as_json: bool = False) -> Callable[[View], View]:
    """Decorator: each call is counted by the limits of that name (`ratelimit.LIMITS`), and refused with 429 beyond.

    Within `kept`, so that a page which is there already costs the client nothing.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if seconds := ratelimit.wait(request, name):
                return _refusal(request, seconds, as_json)
            return view(request, *args, **kwargs)

        return answer

    return decorate


def _refusal(request: HttpRequest, seconds: int, as_json: bool) -> HttpResponse:
    message = ngettext(
        "More was asked from your address than we can answer. Wait %(seconds)d second, then reload the page.",
        "More was asked from your address than we can answer. Wait %(seconds)d seconds, then reload the page.",
        seconds,
    ) % {"seconds": seconds}
    if as_json:
        response: HttpResponse = JsonResponse({"error": message}, status=429)
    else:
        response = show_error(request, 429, _("Too many requests"), message)
    response["Retry-After"] = str(seconds)
    return response
