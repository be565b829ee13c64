"""The marks of the timeline as SVG. Put together here: a picture has hundreds of them, and a template takes ten times as long."""

from collections.abc import Iterable, Iterator
from math import sqrt

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from archive.pictures.timeline import BARS_HEIGHT, TARGET, Bar, Column, Mark, Picture, Span, Thing
from archive.templatetags.archive import lang_by_letters

register = template.Library()


@register.filter
def spoken(thing: Thing) -> str:
    """A mark in words: what it is, when, how many, and whether it took place."""
    return _spoken(thing, ngettext("%(n)d event", "%(n)d events", thing.n) % {"n": thing.n})


@register.filter
def spoken_change(thing: Thing) -> str:
    """A mark of the membership lane in words."""
    return _spoken(thing, ngettext("%(n)d change", "%(n)d changes", thing.n) % {"n": thing.n})


def _spoken(thing: Thing, several: str) -> str:
    known = {"name": thing.name, "when": thing.when, "several": several, "note": thing.note}
    if thing.n > 1:
        text = (
            gettext("%(name)s, %(when)s: %(several)s, of which %(note)s")
            if thing.note
            else gettext("%(name)s, %(when)s: %(several)s")
        )
    else:
        text = gettext("%(name)s, %(when)s (%(note)s)") if thing.note else gettext("%(name)s, %(when)s")
    return text % known


@register.simple_tag
def marks(drawn: Iterable[Mark]) -> SafeString:
    """The marks of a lane of events."""
    return _joined(_linked(mark, spoken(mark.thing)) for mark in drawn)


@register.simple_tag
def change_marks(picture: Picture) -> SafeString:
    """The marks of the membership lane."""
    return _joined(_linked(one.mark, spoken_change(one.mark.thing)) for one in picture.changes)


@register.simple_tag
def press_bars(drawn: Iterable[Bar]) -> SafeString:
    """The articles of each column."""
    return _joined(_press_bar(bar) for bar in drawn if bar.n)


def _press_bar(bar: Bar) -> str:
    column = bar.column
    words = ngettext("%(when)s: %(n)d article", "%(when)s: %(n)d articles", bar.n) % {"when": column.title, "n": bar.n}
    return (
        f'<a href="{escape(bar.url)}"><title>{escape(words)}</title>'
        f'<rect class="hit" x="{column.x:.1f}" width="{column.width:.1f}" height="{BARS_HEIGHT}"/>'
        f'<rect class="articles" x="{column.x + 2:.1f}" y="{bar.y:.1f}" width="{column.width - 4:.1f}" height="{bar.height:.1f}"/>'
        f'<text class="n" x="{column.middle}" y="{bar.y - 3:.1f}">{bar.n}</text></a>\n'
    )


def _joined(parts: Iterable[str]) -> SafeString:
    # Each part has escaped what came from records.
    return SafeString("".join(parts))


def _linked(mark: Mark, words: str) -> str:
    label = _label(mark) if mark.label else ""
    return (
        f'<a class="{mark.thing.form}" href="{escape(mark.thing.url)}"><title>{escape(words)}</title>'
        f'<rect class="hit" x="{mark.x:.1f}" y="{mark.y:.1f}" width="{mark.width:.1f}" height="{TARGET}"/>'
        f"{_SHAPES[mark.shape](mark)}{label}</a>\n"
    )


def _label(mark: Mark) -> str:
    """The name beside the mark; or on its bar, in the colour that can be read there."""
    inside = mark.label_anchor == "inside"
    on_shape = ' class="on-shape"' if inside and mark.thing.form == "held" and not mark.is_vague else ""
    anchor = "start" if inside else mark.label_anchor
    y = _centre(mark) + 4
    told = f"{on_shape}{lang_by_letters(mark.thing.name)}"
    return f'<text{told} x="{mark.label_x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(mark.label)}</text>'


def _centre(mark: Mark) -> float:
    return mark.y + TARGET / 2


def _crossed(mark: Mark, reach: float) -> str:
    """A cross over what was cancelled."""
    if mark.thing.form != "cancelled":
        return ""
    left, right = mark.middle - reach, mark.middle + reach
    top, bottom = _centre(mark) - reach, _centre(mark) + reach
    return f'<path class="cross" d="M{left} {top}L{right} {bottom}M{left} {bottom}L{right} {top}"/>'


def _dot(mark: Mark) -> str:
    return f'<circle class="shape" cx="{mark.middle}" cy="{_centre(mark)}" r="5"/>{_crossed(mark, 6)}'


def _dash(mark: Mark) -> str:
    """One event that lasts, in a column."""
    x, y = mark.middle - 8, _centre(mark) - 4
    return f'<rect class="shape" x="{x:.1f}" y="{y}" width="16" height="8" rx="2"/>{_crossed(mark, 6)}'


def _count(mark: Mark) -> str:
    radius = min(round(6.5 + 1.3 * sqrt(mark.thing.n), 1), TARGET / 2 - 0.5)
    return f'<circle class="shape" cx="{mark.middle}" cy="{_centre(mark)}" r="{radius}"/>{_number(mark)}{_crossed(mark, 8)}'


def _number(mark: Mark) -> str:
    if mark.thing.n < 2:
        return ""
    small = " small" if mark.thing.n > 99 else ""
    return f'<text class="n{small}" x="{mark.middle}" y="{_centre(mark) + 4}">{mark.thing.n}</text>'


def _bar(mark: Mark) -> str:
    """From a day to another, or some day between; an arrow where it goes on outside the picture."""
    thick = 18 if mark.label_anchor == "inside" else 10
    low, width = _centre(mark) - thick / 2, mark.end - mark.begin - 1
    vague = " vague" if mark.is_vague else ""
    return (
        f'<rect class="shape{vague}" x="{mark.begin + 0.5:.1f}" y="{low}" width="{width:.1f}" height="{thick}" rx="2"/>'
        f"{_arrow(mark, mark.begin + 1, 5) if mark.is_cut_before else ''}"
        f"{_arrow(mark, mark.end - 1, -5) if mark.is_cut_after else ''}{_crossed(mark, 7)}"
    )


def _arrow(mark: Mark, tip: float, back: float) -> str:
    y = _centre(mark)
    return f'<path class="cut" d="M{tip + back:.1f} {y - 7}L{tip:.1f} {y}L{tip + back:.1f} {y + 7}"/>'


def _diamond(mark: Mark) -> str:
    x, y, reach = mark.middle, _centre(mark), 6 if mark.thing.n < 2 else 11.5
    return f'<path class="shape" d="M{x - reach} {y}L{x} {y - reach}L{x + reach} {y}L{x} {y + reach}Z"/>{_number(mark)}'


_SHAPES = {"dot": _dot, "dash": _dash, "count": _count, "bar": _bar, "diamond": _diamond}


@register.simple_tag
def grid(picture: Picture, height: int) -> SafeString:
    """The columns behind a lane; every one of a year's, or of all years."""
    every = 12 if picture.span.scale == "months" else 1
    lines = "".join(
        f"M{column.x:.1f} 0V{height}" for column in picture.span.columns if column.index and not column.index % every
    )
    return SafeString(f'<path class="grid" d="{lines}"/>' if lines else "")


@register.simple_tag
def mark_list(drawn: Iterable[Mark]) -> SafeString:
    """The marks of a lane as a list of links."""
    return _joined(["<ul>", *(f"<li>{_listed(mark.thing)}</li>\n" for mark in drawn), "</ul>"])


def _listed(thing: Thing) -> str:
    words = thing.name if thing.n == 1 else ngettext("%(n)d event", "%(n)d events", thing.n) % {"n": thing.n}
    note = f' <span class="flag">{escape(thing.note)}</span>' if thing.note else ""
    link = f'<a href="{escape(thing.url)}"{lang_by_letters(words)}>{escape(words)}</a>'
    return f'<span class="when">{escape(thing.when)}</span> {link}{note}'


@register.simple_tag
def axis(picture: Picture, narrowed: str = "") -> SafeString:
    """The scale above the lanes; years lead closer."""
    return _joined(_SCALES[picture.span.scale](picture.span, f"&amp;{escape(narrowed)}" if narrowed else ""))


@register.simple_tag
def foot(picture: Picture) -> SafeString:
    """The scale again, below the lanes, without its links."""
    if picture.span.scale == "months":
        return _joined(_year_text(column) for column in picture.span.columns if column.first.month == 1)
    return _joined(f'<text x="{column.middle}" y="18">{escape(column.label)}</text>' for column in picture.span.columns)


def _year_text(column: Column) -> str:
    return f'<text class="year" x="{column.x:.1f}" dx="4" y="14">{column.first.year}</text>'


def _closer(year: int, narrowed: str, x: float, width: float, text: str) -> str:
    title = gettext("%(year)s by month") % {"year": year}
    return (
        f'<a href="?year={year:04}{narrowed}"><title>{escape(title)}</title>'
        f'<rect class="hit" x="{x:.1f}" width="{width:.1f}" height="{TARGET}"/>{text}</a>\n'
    )


def _years(span: Span, narrowed: str) -> Iterator[str]:
    for column in span.columns:
        text = f'<text x="{column.middle}" y="17">{escape(column.label)}</text>'
        if column.first.year == column.last.year:
            yield _closer(column.first.year, narrowed, column.x, column.width, text)
        else:
            asked = f"from={column.first.year:04}&amp;to={column.last.year:04}{narrowed}"
            yield (
                f'<a href="?{asked}"><title>{escape(column.title)}</title>'
                f'<rect class="hit" x="{column.x:.1f}" width="{column.width:.1f}" height="{TARGET}"/>{text}</a>\n'
            )


def _months(span: Span, narrowed: str) -> Iterator[str]:
    """Years above, the numbers of their months below."""
    for column in span.columns:
        if column.first.month == 1:
            yield _closer(column.first.year, narrowed, column.x, 48, _year_text(column))
        yield f'<text class="minor" x="{column.middle}" y="36">{escape(column.label)}</text>'


def _days(span: Span, narrowed: str) -> Iterator[str]:
    for column in span.columns:
        yield f'<text x="{column.middle}" y="17">{escape(column.label)}</text>'


_SCALES = {"years": _years, "months": _months, "days": _days}
