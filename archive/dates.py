"""Partial dates: what a source really says about a day, as EDTF (ISO 8601-2:2019) text.

The archive never invents a day. A date is one of

====================================  ==============================================
``2014-08-24``, ``2016-07``, ``2016``  a day, a month, a year
``2014-08-24/2014-08-29``              lasting from … to …
``2014-08/..``, ``../2014``            open end, open start (``2014/`` end not known)
``[2016-01-16..2016-01-27]``           one day somewhere between
``2016?``, ``2016~``, ``2016%``        uncertain, about, both
====================================  ==============================================

Every date has an ``earliest`` and a ``latest`` day, both inclusive, for sorting and filtering:
a period matches what overlaps it. Open ends are ``date.min`` and ``date.max``.

Source: https://www.loc.gov/standards/datetime/ (levels 0 and 1, and one-of ranges of level 2).
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from archive.date_words import Case as Case
from archive.date_words import words

MAX_LENGTH = 40

_POINT = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?(?P<qualifier>[?~%]?)", re.ASCII)
_EXAMPLES = "2014-08-24, 2016-07, 2016, 2014-08-24/2014-08-29, [2016-01-16..2016-01-27], 2016?, 2016~"


class DateError(ValueError):
    """The text is not a date that this archive understands; the message names the fix."""


@dataclass(frozen=True, slots=True)
class Point:
    """One year, month or day, with its qualifier (``?`` uncertain, ``~`` about, ``%`` both)."""

    year: int
    month: int | None = None
    day: int | None = None
    qualifier: str = ""

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts) + self.qualifier

    @property
    def earliest(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def precision(self) -> str:
        return "day" if self.day else "month" if self.month else "year"

    def show(self, case: Case = Case.NOMINATIVE) -> str:
        """The point as people write it, in the active language."""
        return words(get_language()).point(self, case)


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A parsed partial date; ``str()`` gives back the EDTF text it was made from.

    ``kind`` is ``point`` (start is the date), ``interval`` (lasting) or ``one-of`` (some day between).
    ``start`` or ``end`` is None where that side is open; ``unknown`` marks an EDTF "not known" side.
    """

    kind: str
    start: Point | None
    end: Point | None
    unknown: bool = False

    def __str__(self) -> str:
        if self.kind == "point":
            return str(self.start)
        gap = "" if self.unknown else ".."
        if self.kind == "interval":
            return f"{self.start or gap}/{self.end or gap}"
        return f"[{self.start or ''}..{self.end or ''}]"

    @property
    def earliest(self) -> date:
        """First day it can mean, inclusive; ``date.min`` where the start is open."""
        return self.start.earliest if self.start else date.min

    @property
    def latest(self) -> date:
        """Last day it can mean, inclusive; ``date.max`` where the end is open."""
        last = self.start if self.kind == "point" else self.end
        return last.latest if last else date.max

    @property
    def is_day(self) -> bool:
        """True where exactly one certain day is meant."""
        return self.kind == "point" and self.start is not None and bool(self.start.day) and not self.start.qualifier

    @property
    def first_day(self) -> date | None:
        """The day that it is, or on which it begins, where that is certain to the day."""
        start = self.start
        if self.kind == "one-of" or start is None or not start.day or start.qualifier:
            return None
        return start.earliest

    def show(self, case: Case = Case.NOMINATIVE) -> str:
        """The date as people write it, in the active language: "24–29 August 2014", "between 16 and 27 January 2016".

        In the case that its sentence asks for: in the genitive it can stand after "since", whatever it says.
        """
        said = words(get_language())
        if self.start is None or self.end is None:
            point = self.start or self.end
            assert point is not None
            if self.kind == "point":
                return said.point(point, case)
            return said.open(self._openness(), point, case)
        if self.start == self.end:
            return said.point(self.start, case)
        return (said.between if self.kind == "one-of" else said.lasting)(self.start, self.end, case)

    def _openness(self) -> str:
        """Which of the phrases for open dates says it."""
        if self.kind == "one-of":
            return "or_later" if self.start else "or_earlier"
        return ("since" if self.start else "until") + ("_unknown" if self.unknown else "")


def parse(text: str) -> PartialDate:
    """Read EDTF text.

    Raises DateError, with a sentence for the user, for anything that is not a real date or runs backwards.
    Whether the date makes sense for the record is not judged here.
    """
    return _parse(text.strip())


# What pages have in common is made of the dates of all records, after each change; they are the same thousands again.
@lru_cache(maxsize=20_000)
def _parse(text: str) -> PartialDate:
    if text.startswith("[") and text.endswith("]") and ".." in text:
        return _parse_pair("one-of", *text[1:-1].split("..", 1), text=text)
    if "/" in text:
        return _parse_pair("interval", *text.split("/", 1), text=text)
    return PartialDate("point", _parse_point(text, text), None)


def parse_or_none(text: str) -> PartialDate | None:
    """`parse`, with the empty text (undated) as None."""
    return parse(text) if text else None


def show_day_of_year(month: int, day: int) -> str:
    """A day of any year, as people write it: "22 November"."""
    return words(get_language()).every_year(month, day)


def show(text: str, case: Case = Case.NOMINATIVE) -> str:
    """EDTF text as people write it; "undated" for none. `case`: see `PartialDate.show`."""
    return _shown(text, get_language(), case)


# Lists show a hundred of them, and there are only so many days.
@lru_cache(maxsize=20_000)
def _shown(text: str, language: str | None, case: Case) -> str:
    partial = parse_or_none(text)
    return partial.show(case) if partial else words(language).undated


def _parse_pair(kind: str, first: str, last: str, *, text: str) -> PartialDate:
    open_side = "" if kind == "one-of" else ".."
    start = None if first in ("", open_side) else _parse_point(first, text)
    end = None if last in ("", open_side) else _parse_point(last, text)
    if start is None and end is None:
        raise DateError(gettext("“%(text)s” has neither a start nor an end.") % {"text": text[:MAX_LENGTH]})
    if start and end and (start.earliest > end.earliest or start.latest > end.latest):
        raise DateError(gettext("“%(text)s” ends before it starts.") % {"text": text[:MAX_LENGTH]})
    missing = first if start is None else last if end is None else None
    return PartialDate(kind, start, end, unknown=kind == "interval" and missing == "")


def _parse_point(point: str, text: str) -> Point:
    match = _POINT.fullmatch(point)
    if not match:
        raise DateError(
            gettext("“%(text)s” is not a date. Write it like one of these: %(examples)s.")
            % {"text": text[:MAX_LENGTH], "examples": _EXAMPLES}
        )
    year, month, day = (int(part) if (part := match[name]) else None for name in ("year", "month", "day"))
    assert year is not None
    found = Point(year, month, day, match["qualifier"])
    try:
        # Zero is falsy, so "2014-00" would slip through `earliest` as January.
        date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise DateError(gettext("“%(text)s” names a day that does not exist.") % {"text": text[:MAX_LENGTH]}) from None
    return found


def validate_edtf(text: str) -> None:
    """Django validator: raises ValidationError with the message of `parse`."""
    try:
        parse(text)
    except DateError as error:
        raise ValidationError(str(error), code="invalid_date") from error


class EDTFField(models.CharField):
    """EDTF text; empty means not dated."""

    description = _("Partial date (EDTF)")

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max_length", MAX_LENGTH)
        kwargs.setdefault("blank", True)
        kwargs.setdefault(
            "help_text",
            _(
                "A day, month or year (2014-08-24, 2016-07, 2016), a span (2014-08-24/2014-08-29), "
                "or “some day between” ([2016-01-16..2016-01-27])."
            ),
        )
        kwargs.setdefault("validators", [validate_edtf])
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # CharField's own keywords
