"""A page in another format: the same address with `?format=`."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _

from archive.formats.outputs import Asked, in_order
from archive.views.conditional import state
from archive.views.errors import show_error
from archive.views.feeds import feed_page
from archive.views.keeping import kept_by_tag
from archive.views.paging import BadPage, bad_page
from archive.views.portable import FEEDS, FeedFormat, Portable, address_of, with_format

# Raised when a format begins to write something else: what caches hold is old then, though no record changed.
_EDITION = 2

_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Disposition, ETag",
    # A search engine shows the page.
    "X-Robots-Tag": "noindex",
}


class _TooMany(Exception):
    """More records than a format takes at once; args: the format's name, the number it takes."""


def is_asked(request: HttpRequest) -> bool:
    """Whether the address asks for another format than the page."""
    return "format" in request.GET


def answer(request: HttpRequest, portable: Portable, *, from_index: bool = False) -> HttpResponseBase:
    """The page in the format that the address asks for; in English, whatever language the address has.

    It is kept until the archive changes, but not where it is from the index, which may be behind.

    A format that there is not, or more records than it takes at once, is answered with 400 and a sentence. Nothing is
    made for who has the newest state already (304). What `portable.parts` raises when asked for keys is raised.
    """
    key = request.GET["format"]
    if key not in portable.formats:
        return _refused(request, portable, key)
    today = timezone.localdate()
    etag, changed_at = state(request, _EDITION, today)
    response: HttpResponseBase | None = get_conditional_response(
        request, etag=etag, last_modified=int(changed_at.timestamp())
    )
    if response is None:

        def make() -> HttpResponseBase:
            with translation.override("en"):
                return _written(request, portable, key, today)

        try:
            response = kept_by_tag(request, etag, make, is_lasting=not from_index)
        except BadPage as error:
            return bad_page(request, error)
        except _TooMany as error:
            return _too_many(request, *error.args)
    if response.status_code >= 500:
        return response
    response.setdefault("ETag", etag)
    headers = {"Last-Modified": http_date(changed_at.timestamp()), "Content-Language": "en"}
    for name, value in {**headers, **_OPEN}.items():
        response[name] = value
    return response


def _written(request: HttpRequest, portable: Portable, key: str, today: date) -> HttpResponseBase:
    if key in FEEDS:
        return _feed(request, portable, FEEDS[key])
    return _output(request, portable, key, today)


def _feed(request: HttpRequest, portable: Portable, made: FeedFormat) -> HttpResponseBase:
    written = made.write(feed_page(request, portable))
    return _response(request, made.media_type, [written])


def _output(request: HttpRequest, portable: Portable, key: str, today: date) -> HttpResponseBase:
    made, part = portable.outputs()[key]
    keys = part.keys()
    most = made.at_most(part.most)
    if most is not None and len(keys) > most:
        raise _TooMany(made.label, most)
    asked = Asked(settings.SITE_URL, today, portable.name(), settings.SITE_URL + with_format(*address_of(request), key))
    written = made.write(in_order(made, part.records, keys), asked)
    response = _response(request, made.media_type, written, is_endless=made.most is None)
    response.headers["Content-Disposition"] = f'attachment; filename="{portable.slug}.{made.suffix}"'
    return response


def _response(request: HttpRequest, media_type: str, parts: Any, *, is_endless: bool = False) -> HttpResponseBase:
    content_type = f"{media_type}; charset=utf-8"
    if request.method == "HEAD":
        # Of a length that is not told, for nothing is made.
        return StreamingHttpResponse((), content_type=content_type)
    if is_endless:
        return StreamingHttpResponse(parts, content_type=content_type)
    return HttpResponse(b"".join(map(_bytes, parts)), content_type=content_type)


def _bytes(part: str | bytes) -> bytes:
    return part if isinstance(part, bytes) else part.encode()


def _refused(request: HttpRequest, portable: Portable, key: str) -> HttpResponse:
    message = _("This page can be had in no other format.")
    if portable.formats:
        message = _("“%(value)s” is no format of this page: there are %(formats)s.") % {
            "value": key[:20],
            "formats": ", ".join(portable.formats),
        }
    return show_error(request, 400, _("Unknown format"), message)


def _too_many(request: HttpRequest, label: str, most: int) -> HttpResponse:
    message = _("There are too many records for %(format)s: at most %(most)s at once. Narrow the list down.") % {
        "format": label,
        "most": most,
    }
    return show_error(request, 400, _("Too many records"), message)
