"""Errors of the API: problem details (RFC 9457), each of a type that the manual explains."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem: its status, its title, and what a program can do about it."""

    status: int
    title: str
    remedy: str


KINDS: Mapping[str, Kind] = {
    "bad-parameter": Kind(
        400,
        "A parameter can't be understood",
        "Mend what `errors` names. Asking again without a change gives the same answer.",
    ),
    "bad-cursor": Kind(
        400,
        "The cursor is not of this list",
        "Begin again without a cursor. A cursor belongs to the filters and the order with which it was given.",
    ),
    "bad-request": Kind(400, "The request can't be understood", "Look at the address and at the headers."),
    "not-found": Kind(404, "There is nothing at this address", "Look the record up in its list, or search for it."),
    "method-not-allowed": Kind(405, "The API is read only", "Use GET, HEAD or OPTIONS."),
    "gone": Kind(
        410,
        "The record was withdrawn or removed",
        "Remove your copy, or mark it; `detail` says why it is gone, `gone_at` since when.",
    ),
    "too-many-requests": Kind(429, "Too many requests", "Wait as many seconds as `Retry-After` says."),
    "server-error": Kind(500, "Something broke on our side", "Try again later; tell us if it stays so."),
    "unavailable": Kind(
        503, "Out of order at the moment", "Wait as many seconds as `Retry-After` says, then try again."
    ),
}
# What is raised outside the API's own code comes with a status only.
_BY_STATUS = {400: "bad-request", 404: "not-found", 405: "method-not-allowed", 413: "bad-request", 503: "unavailable"}
# In seconds, where something is out of order.
_RETRY_AFTER = 30


@dataclass(frozen=True, slots=True)
class Fault:
    """A parameter that was not understood, and why."""

    parameter: str
    detail: str


class Refused(Exception):
    """The request is answered with a problem; the view that raises it says which."""

    def __init__(self, kind: str, detail: str, faults: Sequence[Fault] = (), **members: Any) -> None:
        super().__init__(kind, detail)
        self.kind, self.detail, self.faults, self.members = kind, detail, faults, members


class Moved(Exception):
    """The record has another address now; args: its path."""


def is_of_api(request: HttpRequest) -> bool:
    """Whether a program asks, so that an error is no page."""
    return request.path_info.startswith(PREFIX)


def problem(request: HttpRequest, kind: str, detail: str, faults: Sequence[Fault] = (), **members: Any) -> HttpResponse:
    """The answer; `members` stand beside those of the standard."""
    what = KINDS[kind]
    told: dict[str, Any] = {
        "type": f"{settings.SITE_URL}{PREFIX}#{kind}",
        "title": what.title,
        "status": what.status,
        "detail": detail,
        "instance": request.path,
        **members,
    }
    if faults:
        told["errors"] = [{"parameter": one.parameter, "detail": one.detail} for one in faults]
    response = HttpResponse(json.dumps(told, ensure_ascii=False), content_type=MEDIA_TYPE, status=what.status)
    if what.status == 503:
        response["Retry-After"] = str(_RETRY_AFTER)
    return response


def of_status(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    """The answer to what the site as a whole refuses, by the status that its page would have."""
    return problem(request, _BY_STATUS.get(status, "server-error" if status >= 500 else "bad-request"), detail)
