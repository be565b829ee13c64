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

# Raised when something is answered otherwise than before: what clients hold is old then, though no record changed.
_EDITION = 1


def answered(request: HttpRequest, make: Callable[[], Mapping[str, Any]]) -> HttpResponseBase:
    """What `make` gives, with the tag of its state; 304 where the client has that state. `next` in it is a link, too."""
    etag, changed_at = state(request, _EDITION)
    response: HttpResponseBase | None = get_conditional_response(
        request, etag=etag, last_modified=int(changed_at.timestamp())
    )
    if response is None:
        made = make()
        response = HttpResponse(json.dumps(made, ensure_ascii=False), content_type="application/json")
        if following := made.get("next"):
            response["Link"] = f'<{following}>; rel="next", {described_by()}'
    response["ETag"] = etag
    response["Last-Modified"] = http_date(changed_at.timestamp())
    return response
