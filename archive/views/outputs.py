"""A page in another format: the same address with `?format=`."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.formats.outputs import Asked, in_order, outputs_of
from archive.views.errors import show_error


def output(
    request: HttpRequest, records: QuerySet, keys: Collection[int], *, name: str, slug: str
) -> HttpResponseBase | None:
    """The records of those keys, in their order, in the format that the address asks for; None where it asks for the page.

    `name` is what the selection is called, `slug` names the file. A format that there is not, or more records than it
    takes at once, is answered with 400 and a sentence.
    """
    key = request.GET.get("format")
    if key is None:
        return None
    known = outputs_of(records.model)
    if key not in known:
        message = _("“%(value)s” is no format of this page: there are %(formats)s.") % {
            "value": key[:20],
            "formats": ", ".join(known),
        }
        return show_error(request, 400, _("Unknown format"), message)
    made = known[key]
    if made.most is not None and len(keys) > made.most:
        message = _(
            "%(found)s records are too many for %(format)s: at most %(most)s at once. Narrow the list down."
        ) % {
            "found": len(keys),
            "format": made.label,
            "most": made.most,
        }
        return show_error(request, 400, _("Too many records"), message)
    asked = Asked(settings.SITE_URL, timezone.localdate(), name, settings.SITE_URL + request.get_full_path())
    written = made.write(in_order(made, records, keys), asked)
    headers = {
        "Content-Disposition": f'attachment; filename="{slug}.{made.suffix}"',
        "Access-Control-Allow-Origin": "*",
    }
    content_type = f"{made.media_type}; charset=utf-8"
    if made.most is None:
        return StreamingHttpResponse(written, content_type=content_type, headers=headers)
    return HttpResponse(b"".join(_bytes(part) for part in written), content_type=content_type, headers=headers)


def _bytes(part: Any) -> bytes:
    return part if isinstance(part, bytes) else part.encode()
