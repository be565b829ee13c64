"""Weekdays that texts name beside a date, and what the calendar says."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from archive import dates
from archive.curation.quality.base import Problem, live, problem
from archive.models import Article, Coverage, Event, EventSource, Figure, Reading
from archive.models.base import Dated

# Where people write dates in words. The captured text of an article is its source's affair.
_TEXTS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Article, ("printed_date", "dateline", "date_note", "abstract")),
    (Event, ("date_note", "summary")),
    (Coverage, ("note",)),
    (Figure, ("text", "note")),
    (Reading, ("value", "note")),
    (EventSource, ("note",)),
)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"\b(?:mon|tues?|wed(?:nes)?|thu(?:r|rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_MONTH = (
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
# Not of a span: whose weekday stands beside “23–24 June” can't be told.
_SPAN = r" ?(?:[–—/-]|to\b|and\b|or\b|&) ?"
_DAY = rf"(?<![\d–—/-])\d{{1,2}}(?:st|nd|rd|th)?(?!\d|{_SPAN}\d)"
# “8 June 2016”, “June 8, 2016”, “May, 25, 2016”; without a year it is that of the record's own day.
_DATE = rf"(?:{_DAY},? (?:of )?{_MONTH}|{_MONTH},? {_DAY})(?:,? \d{{4}}\b(?! ?[–-] ?\d))?"

_weekday = re.compile(_WEEKDAY, re.IGNORECASE)
# “Wednesday 8 June 2016”, “Thursday, the 4th of June”, “Thursday, which was 4 June 2015”, “Friday (10 July 2015)”.
_then_date = re.compile(rf"[ ,(]*(?:which was )?(?:the )?(?P<date>{_DATE})", re.IGNORECASE)
# “26 June 2014 was a Thursday”, “8 June 2016 (Wednesday)”; longer dates than this are not written.
_date_before = re.compile(rf"(?P<date>{_DATE}) ?(?:[,(]|(?:was|is|fell on) an?\b)? ?\Z", re.IGNORECASE)
_NEAR = 40
# “24 June 2016, Monday 27 June”, “24 June 2016 (Thursday and Friday)”: the weekday belongs elsewhere.
_goes_on = re.compile(rf"{_SPAN}{_WEEKDAY}|[ ,(]*(?:the )?(?:\d|{_MONTH})", re.IGNORECASE)


def contradicted_weekdays() -> Iterator[Problem]:
    message = _(
        "The %(field)s says “%(text)s”, but %(day)s is a %(weekday)s. Correct the day or the weekday; where the source "
        "itself has it so, accept the finding."
    )
    for model, fields in _TEXTS:
        own_date = ("date",) if issubclass(model, Dated) else ()
        # Nearly all are right: only what is not is read whole.
        wrong: dict[int, list[tuple[str, str, date]]] = {}
        for row in live(model).values("pk", *fields, *own_date):
            for field in fields:
                for text, day in _contradictions(row[field], row.get("date", "")):
                    wrong.setdefault(row["pk"], []).append((field, text, day))
        for record in live(model).filter(pk__in=wrong):
            for field, text, day in wrong[record.pk]:
                name = model._meta.get_field(field).verbose_name
                shown = dates.show(day.isoformat())
                yield problem(record, message, field=name, text=text, day=shown, weekday=WEEKDAYS[day.weekday()])


def _contradictions(text: str, own_date: str) -> Iterator[tuple[str, date]]:
    """The passages in which a weekday stands beside another date than it should, with that date."""
    text = " ".join(text.split())
    done = 0
    for weekday in _weekday.finditer(text):
        first, last = weekday.span()
        beside = []
        if after := _then_date.match(text, last):
            beside.append((after, first, after.end()))
        if after or not _goes_on.match(text, last):
            before = _date_before.search(text, max(done, first - _NEAR), first)
            beside += [(before, before.start(), last)] if before else []
        days = [(day, start, end) for found, start, end in beside if (day := _day(found["date"], own_date))]
        # With a date on either side, as in “8 June 2016 was a Wednesday, 9 June …”, one that fits is enough.
        fitting = [one for one in days if weekday[0].lower().startswith(_DAYS[one[0].weekday()])]
        for day, start, end in (fitting or days)[:1]:
            done = end
            if not fitting:
                yield text[start:end], day


def _day(written: str, own_date: str) -> date | None:
    """The day that is written; without a year, the record's own day where it is that one. None where it can't be told."""
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    month = next(number for number, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name}", written, re.IGNORECASE))
    if len(numbers) == 2:
        try:
            return date(numbers[1], month, numbers[0])
        except ValueError:
            return None
    own = dates.parse_or_none(own_date)
    is_own = own is not None and own.is_day and (own.earliest.month, own.earliest.day) == (month, numbers[0])
    return own.earliest if own and is_own else None
