"""Dates and datelines as sources print them: found and read, never completed.

A date is read where the source leaves no choice: "04/05/2014" may be two days, and stays words.
"""

import re
from dataclasses import dataclass
from datetime import date

_MONTHS_EN = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS_RU = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_MONTH_RU = r"(?:январ|феврал|март|апрел|ма|июн|июл|август|сентябр|октябр|ноябр|декабр)(?:[яьйеа]|я)?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:r|rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?"
# What stands before and after a date on its line.
_BEFORE = rf"(?:(?:published|posted|updated|dated?)(?: on)?:? +)?(?:(?P<weekday>{_WEEKDAY})[.,]? +)?"
_AFTER = r"(?:,? +(?:at +)?\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: +(?:GMT|UTC|MSK|IST|EST|EDT|CST)(?:[+-]\d+)?)?)?"
# "June 25, 2016", "May, 25, 2016", "April 25 2016", "Apr. 18 2014", "24 September 2015", "3 Jun, 2015", "22nd May, 2018",
# "May 2014", "2014-08-24", "24.08.2014", "24 августа 2014 г.", "2014年8月24日".
_LAYOUTS = (
    rf"(?P<month>{_MONTH})[.,]? +(?P<day>{_DAY})(?:,? +| *, *)(?P<year>\d{{4}})",
    rf"(?P<day>{_DAY}) +(?:of +)?(?P<month>{_MONTH})[.,]? +(?P<year>\d{{4}})",
    rf"(?P<month>{_MONTH})[.,]? +(?P<year>\d{{4}})",
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)",
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    rf"(?P<day>\d{{1,2}}) +(?P<month>{_MONTH_RU}) +(?P<year>\d{{4}})(?: *г(?:ода|\.)?)?",
    r"(?P<year>\d{4}) ?年 ?(?P<month>\d{1,2}) ?月(?: ?(?P<day>\d{1,2}) ?日)?",
    # Day and month can't be told apart, but it is a date line.
    r"\d{1,2}/\d{1,2}/\d{4}",
)
_lines = [re.compile(f"{_BEFORE}{layout}{_AFTER}", re.IGNORECASE) for layout in _LAYOUTS]
_inside = [re.compile(layout, re.IGNORECASE) for layout in _LAYOUTS[:2]]
_LONGEST_LINE = 60
_LONGEST_DATELINE = 300

_dateline = re.compile(
    rf"""
    (?P<place>[A-Z][A-Z'’]{{2,}}(?:[ -][A-Z][A-Z'’]+)*)
    (?P<country>,\ (?!{_MONTH}\b)[A-Z][a-z]+(?:\ [A-Z][a-z]+)*)?
    (?:,\ (?P<day>{_MONTH}\.?\ \d{{1,2}}))?
    (?:,\ \d{{1,2}}:\d\d)?
    (?: \.?\ /(?P<slashed>[A-Z][A-Za-z .-]{{1,40}})/\.?
      | ,?\ \((?P<bracketed>[^()]{{2,80}})\)
      | (?=\ ?[—–]|\ --?\ )
    )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date as read: EDTF, empty where the words leave it open, and the weekday that stands beside it (0 is Monday)."""

    edtf: str
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline as printed; the date in it, as printed too, and the agency, as far as they stand there."""

    words: str
    printed_date: str = ""
    edtf: str = ""
    agency: str = ""


def date_line(line: str) -> PrintedDate | None:
    """What a line says that is nothing but a date; None for any other line."""
    line = " ".join(line.split())
    if len(line) > _LONGEST_LINE:
        return None
    for pattern in _lines:
        if match := pattern.fullmatch(line):
            name = match["weekday"]
            weekday = _WEEKDAYS.index(name[:3].lower()) if name else None
            edtf = _edtf(match.groupdict())
            # "31 February 2014" is on a date line and no day; it stays words.
            return PrintedDate(edtf, weekday)
    return None


def dateline_of(text: str) -> Dateline | None:
    """The dateline at the beginning of one of the first paragraphs: "DUSHANBE, June 19 (Xinhua)"."""
    for paragraph in [line.strip() for line in text.split("\n") if line.strip()][:4]:
        if match := _dateline.match(paragraph[:_LONGEST_DATELINE]):
            agency, printed, edtf = match["slashed"] or match["bracketed"] or "", match["day"] or "", ""
            for pattern in _inside:
                if not printed and (found := pattern.search(match[0])):
                    printed, edtf = found[0], _edtf(found.groupdict())
                    agency = agency.replace(printed, "").strip(" -–—,")
            return Dateline(match[0].strip(), printed, edtf, agency)
    return None


def _edtf(parts: dict[str, str | None]) -> str:
    year, month, day = parts.get("year"), parts.get("month"), parts.get("day")
    if not year or not month:
        return ""
    number = int(month) if month.isdigit() else _month(month)
    days = int(re.sub(r"\D", "", day)) if day else None
    try:
        date(int(year), number, 1 if days is None else days)
    except ValueError:
        return ""
    return f"{int(year):04}-{number:02}" + (f"-{days:02}" if days is not None else "")


def _month(name: str) -> int:
    name = name.lower()
    if name[:3] in _MONTHS_EN:
        return _MONTHS_EN.index(name[:3]) + 1
    # "ма" (мая) begins "март" too.
    return max((len(stem), n) for n, stem in enumerate(_MONTHS_RU, 1) if name.startswith(stem))[1]
