"""The grid of series and years, put together here: it has hundreds of cells, and a template takes ten times as long."""

from collections.abc import Iterator

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from archive.pictures.holdings import Cell, SeriesRow, YearRow

register = template.Library()

# Of the chart of years, in its units: columns, bars of events upwards and of articles downwards, and the years between.
_COLUMN, _UP, _MIDDLE, _DOWN = 27, 110, 26, 110
_NUMBER = 16  # room for the number at the end of a bar


@register.simple_tag
def cells(row: SeriesRow) -> SafeString:
    """The years of a series: how many events, and by form and word how many of them an article covers."""
    start = f"{reverse('archive:event-list')}?series={row.slug}&amp;year="
    return SafeString("".join(_cell(cell, start) for cell in row.cells))


def _cell(cell: Cell, start: str) -> str:
    if cell.n:
        words = ngettext("%(n)d event, %(covered)d with press", "%(n)d events, %(covered)d with press", cell.n)
        said = escape(words % {"n": cell.n, "covered": cell.covered})
        hidden = f'<span class="hidden">: {said}</span>'
        return f'<td><a class="{cell.press}" href="{start}{cell.year}" title="{said}">{cell.n}{hidden}</a></td>'
    if cell.is_gap:
        return f'<td><span class="gap">×<span class="hidden">{escape(gettext("no event in this archive"))}</span></span></td>'
    return "<td></td>"


@register.simple_tag
def year_columns(rows: tuple[YearRow, ...], most: int) -> SafeString:
    """A chart of the years: upwards events that an article covers and those without, downwards articles."""
    box, label = f"0 0 {len(rows) * _COLUMN} {_UP + _MIDDLE + _DOWN}", escape(gettext("Events and articles by year"))
    drawn = "".join(part for at, row in enumerate(rows) for part in _column(at * _COLUMN, row, most))
    return SafeString(f'<svg viewBox="{box}" role="group" aria-label="{label}">{drawn}</svg>')


def _column(x: float, row: YearRow, most: int) -> Iterator[str]:
    middle = x + _COLUMN / 2
    yield f'<text class="year" x="{middle}" y="{_UP + 17}">’{row.year % 100:02}</text>'
    if row.events:
        words = ngettext(
            "%(year)s: %(n)d event, %(covered)d with press",
            "%(year)s: %(n)d events, %(covered)d with press",
            row.events,
        ) % {"year": row.year, "n": row.events, "covered": row.covered}
        covered = (_UP - _NUMBER) * row.covered / most
        top = _UP - (_UP - _NUMBER) * row.events / most
        yield (
            f'<a href="{reverse("archive:event-list")}?year={row.year:04}"><title>{escape(words)}</title>'
            f'<rect class="hit" x="{x}" width="{_COLUMN}" height="{_UP}"/>'
            f"{_bar('without', x, top, _UP - covered - top)}{_bar('with', x, _UP - covered, covered)}"
            f'<text x="{middle}" y="{top - 4:.1f}">{row.events}</text></a>\n'
        )
    if row.articles:
        words = ngettext("%(year)s: %(n)d article", "%(year)s: %(n)d articles", row.articles)
        said = escape(words % {"year": row.year, "n": row.articles})
        start, height = _UP + _MIDDLE, (_DOWN - _NUMBER) * row.articles / most
        yield (
            f'<a href="{reverse("archive:article-list")}?year={row.year:04}"><title>{said}</title>'
            f'<rect class="hit" x="{x}" y="{start}" width="{_COLUMN}" height="{_DOWN}"/>'
            f'{_bar("press", x, start, height)}<text x="{middle}" y="{start + height + 12:.1f}">{row.articles}</text></a>\n'
        )


def _bar(name: str, x: float, y: float, height: float) -> str:
    if not height:
        return ""
    return f'<rect class="{name}" x="{x + 4}" y="{y:.1f}" width="{_COLUMN - 8}" height="{height:.1f}"/>'
