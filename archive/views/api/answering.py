"""An answer as JSON, made only for who has not got it already."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from archive.views.api.door import described_by
from archive.views.conditional import state
from archive.views.keeping import kept_by_tag

# Raised when something is answered otherwise than before: what clients hold is old then, though no record changed.
_EDITION = 1


def answered(
    request: HttpRequest, make: Callable[[], Mapping[str, Any]], *, from_index: bool = False
) -> HttpResponseBase:
    """What `make` gives, with the tag of its state; 304 where the client has that state. `next` in it is a link, too.

    It is kept until the archive changes, but not where it is from the index, which may be behind; nor behind a cursor, where
    who harvests comes once.
    """
    etag, changed_at = state(request, _EDITION)
    response: HttpResponseBase | None = get_conditional_response(
        request, etag=etag, last_modified=int(changed_at.timestamp())
    )
    if response is None:
        is_lasting = not from_index and "cursor" not in request.GET
        response = kept_by_tag(request, etag, lambda: _written(make()), is_lasting=is_lasting)
    if response.status_code >= 500:
        return response
    response.setdefault("ETag", etag)
    response["Last-Modified"] = http_date(changed_at.timestamp())
    return response


def _written(made: Mapping[str, Any]) -> HttpResponse:
    response = HttpResponse(json.dumps(made, ensure_ascii=False), content_type="application/json")
    if following := made.get("next"):
        response["Link"] = f'<{following}>; rel="next", {described_by()}'
    return response
