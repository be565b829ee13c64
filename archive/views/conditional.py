"""The state of an answer, by which clients ask whether theirs is still the newest."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.models import Change, Redirect

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class _State(NamedTuple):
    number: int
    sha256: str
    changed_at: datetime
    # Old addresses, which feeds tell of, are not in the log.
    newest_redirect: Any


def look(request: HttpRequest) -> None:
    """Look at the state now, before anything is read, for a `state` that is asked for later. Two queries.

    Else a change in between would leave what was read before it under the tag of what is after it, for good.
    """
    number, sha256, at = Change.objects.order_by("-number").values_list("number", "sha256", "at").first() or (
        0, "", _NEVER
    )  # fmt: skip
    newest_redirect = Redirect.objects.newest()
    changed_at = max(at, newest_redirect[1] if newest_redirect else _NEVER)
    request.state = _State(number, sha256, changed_at, newest_redirect)  # type: ignore[attr-defined]  # ours


def looked_at_first(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorator of views that `look` before all else."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        look(request)
        return view(request, *args, **kwargs)

    return answer


def state(request: HttpRequest, *known: object) -> tuple[str, datetime]:
    """ETag and time of what is answered where it follows from the records, the address, and what else is `known`.

    Of when the request was looked at (`look`).
    """
    seen: _State = request.state  # type: ignore[attr-defined]  # ours
    told = (*known, seen.number, seen.sha256, seen.newest_redirect, settings.SITE_URL, request.get_full_path())
    return f'"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"', seen.changed_at
