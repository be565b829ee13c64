"""The day of an article: as printed, in the dateline, in its address, in the text; and the days that a text speaks of."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from archive import dates as edtf_dates
from archive.curation.suggestions.base import Draft, Evidence, Kind, Place, Suggestion
from archive.curation.suggestions.datelines import Dateline
from archive.models import DateBasis

_ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_RUSSIAN = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
_MONTH_NUMBERS = {
    **{name[:length]: number for number, name in enumerate(_ENGLISH, 1) for length in range(3, len(name) + 1)},
    "sept": 9,
}
_EN = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_RU = r"(?:январ|феврал|март|апрел|ма|июн|июл|август|сентябр|октябр|ноябр|декабр)(?:ь|я|е|а|й)?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19[89]\d|20\d\d)"
_ORD = r"(?:st|nd|rd|th)?"
_TO = r"(?:\s?[-–—]\s?|\sto\s|\sand\s|\sby\s)"

# The ways to write a day, a month, or a span. A year may be missing.
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?P<month>{_EN})\b[.,]?\s(?P<day>{_DAY}){_ORD}{_TO}(?:(?P<month2>{_EN})\b\.?\s)?(?P<day2>{_DAY}){_ORD}\b(?!:)(?:,?\s(?P<year>{_YEAR})\b)?",
        rf"\b(?P<day>{_DAY}){_ORD}(?:\s(?P<month>{_EN})\b\.?)?{_TO}(?P<day2>{_DAY}){_ORD}\s(?P<month2>{_EN})\b[.,]?(?:\s(?P<year>{_YEAR})\b)?",
        rf"\b(?P<month>{_EN})\b[.,]{{0,2}}\s(?P<day>{_DAY}){_ORD}\b(?!:)(?:,?\s(?P<year>{_YEAR})\b)?",
        rf"\b(?P<day>{_DAY}){_ORD}\s(?:of\s)?(?P<month>{_EN})\b[.,]{{0,2}}(?:\s(?P<year>{_YEAR})\b)?",
        rf"\b(?P<day>{_DAY})(?:\s?[-–—]\s?(?P<day2>{_DAY}))?\s(?P<month>{_RU})\b(?:\s(?P<year>{_YEAR})\b)?",
        rf"(?:(?P<year>{_YEAR})年)?(?P<month>1[0-2]|[1-9])月(?P<day>{_DAY})日",
        rf"\b(?P<year>{_YEAR})-(?P<month>0[1-9]|1[0-2])-(?P<day>{_DAY})\b",
        rf"\b(?P<month>{_EN})\b[.,]?\s(?P<year>{_YEAR})\b",
        rf"(?<=\bin\s)(?P<month>{_EN})\b",
        rf"(?:(?P<year>{_YEAR})年)?(?P<month>1[0-2]|[1-9])月",
    )
)
_NUMERIC = re.compile(rf"\b(?P<day>{_DAY})[./](?P<month>0?[1-9]|1[0-2])[./](?P<year>{_YEAR})\b")
_MONTH_ANYWHERE = re.compile(rf"\b{_EN}\b|\d{{1,2}}\s{_RU}|\d月|\d-\d\d-\d|\d[./]\d{{1,2}}[./]\d")
# The longest date is shorter on either side of its month.
_AROUND = 40
_IN_ADDRESS = re.compile(
    r"(?<!\d)(?P<year>20\d\d)[-/_]?(?P<month>0[1-9]|1[0-2])[-/_]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
)

_WEEKDAYS = {
    name: number
    for names in (
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье"),
        ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    )
    for number, name in enumerate(names)
}
# Spelt out: a search that minds no case is ten times slower.
_WEEKDAY = re.compile("|".join(form for name in _WEEKDAYS for form in {name, name.title(), name.upper()}))
# Years that a dateline without a year may mean.
FIRST_YEAR = 1996


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Days that a text speaks of: a month, and in it perhaps days; the year is 0 where it is not said."""

    year: int
    month: int
    day: int
    last_month: int
    last_day: int
    start: int
    end: int

    def within(self, year: int) -> tuple[date, date] | None:
        """First and last day, in that year; None where that year has no such day."""
        try:
            first = date(year, self.month, self.day or 1)
            last_day = self.last_day or self.day or calendar.monthrange(year, self.last_month)[1]
            return first, date(year, self.last_month, last_day)
        except ValueError:
            return None


def mentioned(text: str) -> Iterator[Mentioned]:
    """The days and months that the text names; none of them twice, the fullest way to read each."""
    for first, last in _neighbourhoods(text):
        yield from _mentioned_between(text, first, last)


def _neighbourhoods(text: str) -> Iterator[tuple[int, int]]:
    """Where there is something to read: the surroundings of months, joined where they meet."""
    first = last = -1
    for match in _MONTH_ANYWHERE.finditer(text):
        start, end = max(0, match.start() - _AROUND), min(len(text), match.end() + _AROUND)
        if start <= last:
            last = end
            continue
        if last >= 0:
            yield first, last
        first, last = start, end
    if last >= 0:
        yield first, last


def _mentioned_between(text: str, first: int, last: int) -> Iterator[Mentioned]:
    taken = bytearray(last - first)
    for pattern in (*_PATTERNS, _NUMERIC):
        for match in pattern.finditer(text, first, last):
            start, end = match.start() - first, match.end() - first
            if any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            groups = match.groupdict()
            month = _month(groups.get("month") or groups.get("month2") or "")
            last_month = _month(groups.get("month2") or "") or month
            if month and last_month:
                yield Mentioned(
                    int(groups.get("year") or 0),
                    month,
                    int(groups.get("day") or 0),
                    last_month,
                    int(groups.get("day2") or 0),
                    *match.span(),
                )


def _month(written: str) -> int:
    if written.isdigit():
        return int(written)
    folded = written.casefold()
    if number := _MONTH_NUMBERS.get(folded):
        return number
    return next(
        (
            number
            for number, stem in enumerate(_RUSSIAN, 1)
            if folded.startswith(stem) and (stem != "ма" or len(folded) == 3)
        ),
        0,
    )


# The day of the article -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Published:
    """When an article may have been published: one day, or one in each of several years; and how that is known."""

    days: tuple[date, ...] = ()
    basis: str = ""
    evidence: Evidence | None = None
    note: str = ""
    precision: str = "day"

    @property
    def day(self) -> date | None:
        """The one day, where there is but one."""
        return self.days[0] if len(self.days) == 1 else None

    def settled(self, number: int | None) -> "Published":
        """With the one of its days that fits what else is known; None where none does clearly."""
        if self.basis == DateBasis.PRINTED:
            if not number:
                note = _("The text names another weekday than that of the printed day.")
                return replace(self, days=self.days[:1], note=note)
            note = _("The printed year is wrong: the weekday that the text names and its events are those of %(year)d.")
            return replace(
                self, days=(self.days[number],), basis=DateBasis.CORRECTED, note=note % {"year": self.days[number].year}
            )
        if number is None:
            return self
        note = _("The dateline lacks the year: it is that of the events that the text speaks of.")
        return replace(self, days=(self.days[number],), note=note)


def find_published(draft: Draft, dateline: Dateline | None) -> Published:
    """Printed, else in the dateline, else in the address, else a full date in the first sentences."""
    for find in (_printed, _of_dateline, _of_address, _of_text):
        if found := find(draft, dateline):
            return found
    return Published()


def _printed(draft: Draft, dateline: Dateline | None) -> Published | None:
    if dateline and draft.printed_date in dateline.text:
        return None  # it is read there
    for one in mentioned(draft.printed_date):
        if one.year and (span := one.within(one.year)):
            evidence = Evidence(draft.printed_date, 0, len(draft.printed_date), Place.PRINTED_DATE)
            if not one.day:
                return Published((span[0],), DateBasis.PRINTED, evidence, precision="month")
            return Published((span[0], *_doubts(span[0], draft, dateline)), DateBasis.PRINTED, evidence)
    return None


def _of_dateline(draft: Draft, dateline: Dateline | None) -> Published | None:
    if not dateline:
        return None
    for one in mentioned(dateline.text):
        if not one.day:
            continue
        evidence = Evidence(dateline.text[one.start : one.end], dateline.start + one.start, dateline.start + one.end)
        if one.year and (span := one.within(one.year)):
            return Published((span[0],), DateBasis.DATELINE, evidence)
        weekday = _weekday(draft.text[dateline.end :])
        if days := tuple(_in_years(one, weekday)):
            return Published(days, DateBasis.DATELINE, evidence)
    return None


def _of_address(draft: Draft, dateline: Dateline | None) -> Published | None:
    match = _IN_ADDRESS.search(draft.url)
    if not match:
        return None
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    evidence = Evidence(match[0], match.start(), match.end(), Place.URL)
    return Published((day,), DateBasis.INFERRED, evidence, _("The day stands in the article's address."))


def _of_text(draft: Draft, dateline: Dateline | None) -> Published | None:
    opening = draft.text[:400]
    full = sorted(
        (one for one in mentioned(opening) if one.year and one.day and not one.last_day), key=lambda one: one.start
    )
    for one in full[:1]:
        if span := one.within(one.year):
            return Published((span[0],), DateBasis.TEXT, Evidence(opening[one.start : one.end], one.start, one.end))
    return None


def _in_years(one: Mentioned, weekday: int | None) -> Iterator[date]:
    """That day in the years that it can be: where the text names a weekday, in those in which it was one."""
    for year in range(timezone.localdate().year, FIRST_YEAR - 1, -1):
        span = one.within(year)
        if span and (weekday is None or span[0].weekday() == weekday) and span[0] <= timezone.localdate():
            yield span[0]


def weekdays(text: str) -> list[tuple[int, int, int]]:
    """The weekdays that the text names: number from Monday, 0, and where they stand."""
    return [(_WEEKDAYS[match[0].casefold()], match.start(), match.end()) for match in _WEEKDAY.finditer(text)]


def _weekday(text: str) -> int | None:
    """The weekday of the first sentences, where they name but one."""
    named = {number for number, _start, _end in weekdays(text[:600])}
    return named.pop() if len(named) == 1 else None


def _doubts(day: date, draft: Draft, dateline: Dateline | None) -> Iterator[date]:
    """The same day of the years beside, where the text names their weekday and not that of the printed day."""
    weekday = _weekday(draft.text[dateline.end :]) if dateline and dateline.day else None
    if weekday is not None and weekday != day.weekday():
        for year in (day.year - 1, day.year + 1):
            if _is_weekday(day, year, weekday):
                yield day.replace(year=year)


def _is_weekday(day: date, year: int, weekday: int) -> bool:
    try:
        return day.replace(year=year).weekday() == weekday
    except ValueError:
        return False


def day_of_weekday(weekday: int, published: date, *, is_ahead: bool = False) -> date:
    """The last such day up to the publication; or the next one."""
    if is_ahead:
        return published + timedelta(days=(weekday - published.weekday()) % 7)
    return published - timedelta(days=(published.weekday() - weekday) % 7)


def suggest_date(published: Published) -> list[Suggestion]:
    """The date, where it is one day (or month)."""
    day = published.day
    if not day:
        return []
    edtf = day.isoformat() if published.precision == "day" else f"{day:%Y-%m}"
    evidence = (published.evidence,) if published.evidence else ()
    prefill = {"basis": str(published.basis), "note": published.note}
    return [Suggestion(Kind.DATE, edtf, edtf_dates.show(edtf), evidence, 0.6 if published.note else 0.95, prefill)]
