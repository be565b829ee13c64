"""What is common to all questions: which parameters there are, how many records, which fields, where to go on."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from archive.filters import TOLERATED
from archive.views.api.problems import Fault, Refused

# Of every list, beside its filters.
CONTROLS = ("limit", "cursor", "fields")
DEFAULT, MOST = 50, 200
# Without a time: one place has one cursor.
_SIGNER = signing.Signer(salt="archive.api.cursor")
# What is not part of the list itself: how many at once, where in it, and how much of each record.
_ASIDE = ("limit", "cursor", "fields")


def refuse(parameter: str, detail: str) -> Refused:
    return Refused("bad-parameter", detail, (Fault(parameter, detail),))


def check_names(params: QueryDict, known: Collection[str]) -> None:
    """Raise Refused where the address has a parameter that there is not."""
    unknown = [name for name in params if name not in known and not name.startswith(TOLERATED)]
    if unknown:
        there_are = ", ".join(known) or "none"
        faults = [Fault(name[:50], "There is no such parameter.") for name in unknown[:20]]
        raise Refused("bad-parameter", f"There is no parameter “{unknown[0][:50]}”; there are: {there_are}.", faults)


def single(params: QueryDict, name: str) -> str | None:
    """The value of a parameter that may stand once."""
    values = params.getlist(name)
    if len(values) > 1:
        raise refuse(name, f"“{name}” can be given once.")
    return values[0] if values else None


def number_of(params: QueryDict, name: str, *, least: int, most: int) -> int | None:
    """A whole number in digits."""
    text = single(params, name)
    if text is None:
        return None
    # Thousands of digits are refused by int() itself.
    value = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else least - 1
    if not least <= value <= most:
        raise refuse(name, f"“{text[:20]}”: “{name}” is a whole number from {least} to {most}.")
    return value


def fields_of(params: QueryDict, known: Sequence[str], always: Collection[str]) -> tuple[str, ...] | None:
    """The names of the fields that are asked for, in the order of the record; None where all are."""
    if "fields" not in params:
        return None
    asked = {name.strip() for value in params.getlist("fields") for name in value.split(",")}
    if unknown := sorted(asked - {*known}):
        detail = f"There is no field “{unknown[0][:50]}”; there are: {', '.join(known)}."
        raise Refused(
            "bad-parameter", detail, [Fault("fields", f"“{name[:50]}” is no field.") for name in unknown[:20]]
        )
    return tuple(name for name in known if name in asked or name in always)


@dataclass(frozen=True, slots=True)
class Place:
    """A list as an address asks for it: how many of it, and after what (`after` is what its cursor holds)."""

    path: str
    params: tuple[tuple[str, str], ...]
    limit: int
    after: Any = None

    @classmethod
    def of(cls, request: HttpRequest, *, default: int = DEFAULT, most: int = MOST) -> "Place":
        """Raises Refused for a limit out of bounds, and for a cursor that is not of this list."""
        params = tuple((name, value) for name, values in request.GET.lists() for value in values)
        limit = number_of(request.GET, "limit", least=1, most=most) or default
        place = cls(request.path, params, limit)
        cursor = single(request.GET, "cursor")
        return place if cursor is None else cls(request.path, params, limit, place._read(cursor))

    def _read(self, cursor: str) -> Any:
        try:
            mark, after = _SIGNER.unsign_object(cursor)
        except (signing.BadSignature, ValueError, TypeError):
            raise Refused("bad-cursor", "That is no cursor of this archive.", [Fault("cursor", "Not ours.")]) from None
        if mark != self._mark():
            detail = "The cursor is of another list: filters and order must stay as they were."
            raise Refused("bad-cursor", detail, [Fault("cursor", "Of another list.")])
        return after

    def cursor(self, after: Any) -> str:
        """What stands for the place behind `after`: signed, and kept nowhere."""
        return _SIGNER.sign_object([self._mark(), after])

    def following(self, after: Any) -> str:
        """The address of what comes behind `after`."""
        params = [(name, value) for name, value in self.params if name != "cursor"]
        return f"{settings.SITE_URL}{self.path}?{urlencode([*params, ('cursor', self.cursor(after))])}"

    def _mark(self) -> str:
        """Tells this list from others."""
        params = sorted(pair for pair in self.params if pair[0] not in _ASIDE and not pair[0].startswith(TOLERATED))
        return hashlib.sha256(json.dumps([self.path, params]).encode()).hexdigest()[:16]
