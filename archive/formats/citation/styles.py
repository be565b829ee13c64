"""Citations written out: Chicago 17 (bibliography), APA 7, MLA 9, GOST R 7.0.5-2008 and GB/T 7714-2015.

Templates of our own: citeproc-py 0.11 repeats the title of what has no author and fails on a date "between", and most of
this archive's news names no author. The examples of the standards stand in tests/formats/test_styles.py.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import translation

from archive import dates
from archive.dates import PartialDate, Point
from archive.formats.citation.citable import ARCHIVE, Citable


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a citation in one face."""

    text: str
    is_italic: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """`name` is what people call it; `language` that of the words it puts in."""

    name: str
    language: str
    write: Callable[[Citable], Runs]


def plain(runs: Iterable[Run]) -> str:
    return "".join(run.text for run in runs)


def _chicago(one: Citable) -> Runs:
    """The Chicago Manual of Style, 17th edition, 14.191–14.200: what is unsigned stands under the paper's name."""
    head = one.author or one.container
    paper = [Run(" "), Run(one.container, is_italic=True), Run(",")] if one.author and one.container else []
    when = _dated(one.date, _american, "en")
    return _joined(
        [Run(_ended(head) + " ")] if head else [],
        [Run(f"“{_ended(one.title)}”")],
        paper,
        [Run(f" {_ended(when)}")] if when else [],
        _kept_here(one, ". "),
        [Run(f" Accessed {_american(_point(one.accessed))}.")],
        [Run(f" {_address(one)}.")],
    )


def _apa(one: Citable) -> Runs:
    """Publication Manual of the American Psychological Association, 7th edition, 10.1 and 10.16; 9.12 without an author."""
    when = f"({_dated(one.date, _apa_day, 'en') or 'n.d.'})."
    title = Run(_ended(one.title))
    head = [Run(f"{_ended(one.author)} {when} "), title] if one.author else [title, Run(f" {when}")]
    return _joined(
        head,
        [Run(" "), Run(one.container, is_italic=True), Run(".")] if one.container else [],
        _kept_here(one, ". "),
        [Run(f" Retrieved {_american(_point(one.accessed))}, from {_address(one)}")],
    )


def _mla(one: Citable) -> Runs:
    """MLA Handbook, 9th edition, 5.1–5.99: author. “Title.” Container, date, second container, address. Day of access."""
    when = _dated(one.date, _mla_day, "en")
    parts: list[Runs] = []
    if one.container:
        parts.append((Run(one.container, is_italic=True),))
    if when:
        parts.append((Run(when),))
    if one.container != ARCHIVE:
        parts.append((Run(ARCHIVE, is_italic=True),))
    parts.append((Run(_address(one)),))
    return _joined(
        [Run(f"{_ended(one.author)} ")] if one.author else [],
        [Run(f"“{_ended(one.title)}” ")],
        _with_commas(parts),
        [Run(f". Accessed {_mla_day(_point(one.accessed))}.")],
    )


def _gost(one: Citable) -> Runs:
    """GOST R 7.0.5-2008, 10: author. Title // Where it stands. Day. URL: address (day of access)."""
    when = _dated(one.date, _points_between, "ru") or "[б. г.]"
    here = f"{ARCHIVE}. " if one.container not in ("", ARCHIVE) else ""
    author = f"{_ended(one.author)} " if one.author else ""
    return (
        Run(
            f"{author}{one.title} // {one.container or ARCHIVE}. {_ended(when)} {here}"
            f"URL: {_address(one)} (дата обращения: {_points_between(_point(one.accessed))})."
        ),
    )


def _gbt(one: Citable) -> Runs:
    """GB/T 7714-2015, 8.8 and A.4: author. Title[type/OL]. Paper, day[day of access]. Address."""
    when = _dated(one.date, _iso, "zh-hans")
    author = f"{_ended(one.author)} " if one.author else ""
    container = one.container or ARCHIVE
    day = f", {when}" if when and one.form.gbt == "N" else f". ({when})" if when else ". "
    return (
        Run(
            f"{author}{one.title}[{one.form.gbt}/OL]. {container}{day}[{_iso(_point(one.accessed))}]. {_address(one)}."
        ),
    )


STYLES: Mapping[str, Style] = {
    "chicago": Style("Chicago 17", "en", _chicago),
    "apa": Style("APA 7", "en", _apa),
    "mla": Style("MLA 9", "en", _mla),
    "gost": Style("ГОСТ Р 7.0.5-2008", "ru", _gost),
    "gbt": Style("GB/T 7714-2015", "zh-Hans", _gbt),
}


def _address(one: Citable) -> str:
    """Where the reader found it: the record here, which leads on to the source."""
    return one.permalink


def _kept_here(one: Citable, before: str) -> list[Run]:
    return [] if one.container == ARCHIVE else [Run(" "), Run(ARCHIVE), Run(before.strip())]


def _joined(*groups: Iterable[Run]) -> Runs:
    return tuple(run for group in groups for run in group if run.text)


def _with_commas(parts: list[Runs]) -> list[Run]:
    runs: list[Run] = []
    for part in parts:
        runs += [Run(", "), *part] if runs else part
    return runs


def _ended(text: str) -> str:
    """With a full stop, unless the text has its own end."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _dated(when: PartialDate | None, show: Callable[[Point], str], language: str) -> str:
    """A plain point as the style writes it; anything less sure in words, in brackets: it is not what the source prints."""
    if when is None:
        return ""
    if when.kind == "point" and when.start is not None and not when.start.qualifier:
        return show(when.start)
    with translation.override(language):
        words = dates.show(str(when))
    return words if when.kind == "interval" else f"[{words}]"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# MLA Handbook, 9th edition, appendix 1.
_SHORT = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")


def _point(day: date) -> Point:
    return Point(day.year, day.month, day.day)


def _american(point: Point) -> str:
    if point.month is None:
        return f"{point.year}"
    month = _MONTHS[point.month - 1]
    return f"{month} {point.day}, {point.year}" if point.day else f"{month} {point.year}"


def _apa_day(point: Point) -> str:
    if point.month is None:
        return f"{point.year}"
    return f"{point.year}, {_MONTHS[point.month - 1]}" + (f" {point.day}" if point.day else "")


def _mla_day(point: Point) -> str:
    parts = [str(point.day)] if point.day else []
    parts += [_SHORT[point.month - 1]] if point.month else []
    return " ".join([*parts, str(point.year)])


def _points_between(point: Point) -> str:
    """As Russian writes a day in figures: 27.08.2014."""
    return ".".join(f"{part:02}" for part in (point.day, point.month, point.year) if part)


def _iso(point: Point) -> str:
    return "-".join(f"{part:02}" for part in (point.year, point.month, point.day) if part)
