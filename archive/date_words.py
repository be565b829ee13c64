"""Dates in words, a class for each language.

Not patterns for translators: months have cases in Russian, in Chinese the parts stand the other way round, and what two
dates share is written once, first or last.
"""

from enum import StrEnum
from typing import Protocol


class Point(Protocol):
    """What is said: a year, month or day with its qualifier (`archive.dates.Point`)."""

    @property
    def year(self) -> int: ...
    @property
    def month(self) -> int | None: ...
    @property
    def day(self) -> int | None: ...
    @property
    def qualifier(self) -> str: ...
    @property
    def precision(self) -> str: ...


class Case(StrEnum):
    """How a date stands in its sentence: by itself, after “from”, “before”, “since”, or after “between”."""

    NOMINATIVE = "nominative"
    GENITIVE = "genitive"
    INSTRUMENTAL = "instrumental"


class Words:
    """English, and the base of the others: its methods are what a language says of dates."""

    undated = "undated"
    about = "about {date}"
    uncertain = "{date} (uncertain)"
    or_later = "{date} or later"
    or_earlier = "{date} or earlier"
    since = "from {date}"
    until = "until {date}"
    since_unknown = "from {date}, end not known"
    until_unknown = "until {date}, start not known"
    some_time = "some time {date}"
    # The same where they stand in a sentence themselves, after “from” or “since”: those that are said otherwise there.
    embedded: dict[str, str] = {"since": "{date} on", "since_unknown": "{date}, end not known"}
    # The case of what follows, where it is another than that of a date by itself.
    cases = dict.fromkeys(("or_later", "or_earlier", "since", "since_unknown"), Case.GENITIVE)

    months = (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    )

    def point(self, at: Point, case: Case = Case.NOMINATIVE) -> str:
        """A year, month or day with its qualifier."""
        text = self.bare(at, case)
        if at.qualifier in ("~", "%"):
            text = self.roughly(at, text, case)
        return self.uncertain.format(date=text) if at.qualifier in ("?", "%") else text

    def bare(self, at: Point, case: Case) -> str:
        parts = (str(at.day or ""), self.months[at.month - 1] if at.month else "", f"{at.year:04}")
        return " ".join(part for part in parts if part)

    def roughly(self, at: Point, text: str, case: Case) -> str:
        return self.about.format(date=text)

    def lasting(self, first: Point, last: Point, case: Case = Case.NOMINATIVE) -> str:
        """From one to the other."""
        if _are_years(first, last):
            return f"{self.point(first)}–{self.point(last)}"
        match _shared(first, last):
            case "month":
                return f"{first.day}–{self.point(last)}"
            case "year" if first.day:
                return f"{first.day} {self.months[(first.month or 1) - 1]} – {self.point(last)}"
        return f"{self.point(first)} – {self.point(last)}"

    def between(self, first: Point, last: Point, case: Case = Case.NOMINATIVE) -> str:
        """Some day from one to the other."""
        if case is Case.GENITIVE:
            return self.some_time.format(date=self.between(first, last))
        match _shared(first, last):
            case "month":
                return f"between {first.day} and {self.point(last)}"
            case "year" if first.day:
                return f"between {first.day} {self.months[(first.month or 1) - 1]} and {self.point(last)}"
        return f"between {self.point(first)} and {self.point(last)}"

    def every_year(self, month: int, day: int) -> str:
        """A day of any year."""
        return f"{day} {self.months[month - 1]}"

    def open(self, phrase: str, at: Point, case: Case = Case.NOMINATIVE) -> str:
        """One of the phrases above, with its date."""
        if case is Case.GENITIVE and phrase in self.embedded:
            return self.embedded[phrase].format(date=self.point(at, case))
        return str(getattr(self, phrase)).format(date=self.point(at, self.cases.get(phrase, Case.NOMINATIVE)))


class Russian(Words):
    undated = "без даты"
    uncertain = "{date} (предположительно)"
    or_later = "не ранее {date}"
    or_earlier = "не позднее {date}"
    since = "с {date}"
    until = "по {date}"
    since_unknown = "с {date}, окончание неизвестно"
    until_unknown = "по {date}, начало неизвестно"
    some_time = "какого-то времени {date}"
    embedded = {
        "or_later": "{date} или более позднего времени",
        "or_earlier": "{date} или более раннего времени",
        "since": "{date} и далее",
        "since_unknown": "{date}, окончание неизвестно",
        "until": "времени не позднее {date}",
        "until_unknown": "времени не позднее {date}, начало неизвестно",
    }

    months = (
        *("январь", "февраль", "март", "апрель", "май", "июнь", "июль"),
        *("август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
    )
    genitive = (
        *("января", "февраля", "марта", "апреля", "мая", "июня", "июля"),
        *("августа", "сентября", "октября", "ноября", "декабря"),
    )
    instrumental = (
        *("январём", "февралём", "мартом", "апрелем", "маем", "июнем", "июлем"),
        *("августом", "сентябрём", "октябрём", "ноябрём", "декабрём"),
    )
    years = {Case.NOMINATIVE: "год", Case.GENITIVE: "года", Case.INSTRUMENTAL: "годом"}
    spans = {Case.NOMINATIVE: "годы", Case.GENITIVE: "годов", Case.INSTRUMENTAL: "годами"}

    def bare(self, at: Point, case: Case) -> str:
        return f"{self.day(at, case)} {at.year} года" if at.month else f"{at.year} {self.years[case]}"

    def day(self, at: Point, case: Case = Case.NOMINATIVE) -> str:
        """Day and month, or the month: the day carries the case."""
        if at.day:
            return f"{at.day} {self.genitive[(at.month or 1) - 1]}"
        by_case = {Case.NOMINATIVE: self.months, Case.GENITIVE: self.genitive, Case.INSTRUMENTAL: self.instrumental}
        return by_case[case][(at.month or 1) - 1]

    def roughly(self, at: Point, text: str, case: Case) -> str:
        # "Около" governs its own case; within a phrase that governs another stands an adverb.
        return f"около {self.bare(at, Case.GENITIVE)}" if case is Case.NOMINATIVE else f"примерно {text}"

    def lasting(self, first: Point, last: Point, case: Case = Case.NOMINATIVE) -> str:
        if _are_years(first, last):
            return f"{first.year}–{last.year} {self.spans[case]}"
        match _shared(first, last):
            case "month":
                return f"{first.day}–{self.point(last, case)}"
            case "year":
                return f"{self.day(first, case)} – {self.point(last, case)}"
        return f"{self.point(first, case)} – {self.point(last, case)}"

    def every_year(self, month: int, day: int) -> str:
        return f"{day} {self.genitive[month - 1]}"

    def between(self, first: Point, last: Point, case: Case = Case.NOMINATIVE) -> str:
        if case is Case.GENITIVE:
            return self.some_time.format(date=self.between(first, last))
        case = Case.INSTRUMENTAL
        if _are_years(first, last):
            return f"между {first.year} и {last.year} годами"
        match _shared(first, last):
            case "month":
                return f"между {first.day} и {self.point(last)}"
            case "year":
                return f"между {self.day(first, case)} и {self.point(last, case)}"
        return f"между {self.point(first, case)} и {self.point(last, case)}"


class Chinese(Words):
    undated = "日期不详"
    about = "约{date}"
    uncertain = "{date}（不确定）"
    or_later = "{date}或之后"
    or_earlier = "{date}或之前"
    since = "{date}起"
    until = "截至{date}"
    since_unknown = "{date}起，结束时间不详"
    until_unknown = "截至{date}，开始时间不详"
    some_time = "{date}某时"
    embedded = {"since": "{date}", "since_unknown": "{date}（结束时间不详）"}

    def bare(self, at: Point, case: Case) -> str:
        return f"{at.year}年" + self.within_year(at)

    def within_year(self, at: Point) -> str:
        return (f"{at.month}月" if at.month else "") + (f"{at.day}日" if at.day else "")

    def lasting(self, first: Point, last: Point, case: Case = Case.NOMINATIVE) -> str:
        match _shared(first, last):
            case "month":
                return f"{self.point(first)}至{last.day}日"
            case "year":
                return f"{self.point(first)}至{self.within_year(last)}"
        return f"{self.point(first)}至{self.point(last)}"

    def every_year(self, month: int, day: int) -> str:
        return f"{month}月{day}日"

    def between(self, first: Point, last: Point, case: Case = Case.NOMINATIVE) -> str:
        said = f"{self.lasting(first, last)}之间"
        return self.some_time.format(date=said) if case is Case.GENITIVE else said


def _shared(first: Point, last: Point) -> str:
    """What two days, or two months, without doubt about either have in common: "month", "year" or nothing."""
    if first.qualifier or last.qualifier or first.year != last.year or first.precision != last.precision:
        return ""
    if first.day and first.month == last.month:
        return "month"
    return "year" if first.month else ""


def _are_years(first: Point, last: Point) -> bool:
    return not (first.month or last.month or first.qualifier or last.qualifier)


_LANGUAGES = {"ru": Russian(), "zh-hans": Chinese()}
_ENGLISH = Words()


def words(language: str | None) -> Words:
    """What that language says of dates; English where nobody has written it down."""
    return _LANGUAGES.get(language or "", _ENGLISH)
