"""The language of a page is that of its address, and of nothing else: no cookie, no header, no request before."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation import get_language_from_path


class AddressLanguageMiddleware(LocaleMiddleware):
    """Django's, without its `Vary: Accept-Language`, for what readers prefer decides nothing here; and it leaves no trace.

    What is done after the answer (the body of a download is made then) is done in English again.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        translation.activate(settings.LANGUAGE_CODE)
        return response


def in_its_language(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator of the pages for errors, which may have been raised before the middleware looked at the address."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(get_language_from_path(request.path_info) or settings.LANGUAGE_CODE):
            return view(request, *args, **kwargs)

    return answer
