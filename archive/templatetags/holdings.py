"""The grid of series and years, put together here: it has hundreds of cells, and a template takes ten times as long."""

from collections.abc import Iterator

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from archive.pictures.holdings import Cell, SeriesRow, YearRow

register = template.Library()

# Of the chart of years, in its units.
_COLUMN, _HEIGHT, _FOOT = 27, 110, 24


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
    """A chart of the years: events that an article covers, and above them those without."""
    return SafeString("".join(_columns(rows, most)))


def _columns(rows: tuple[YearRow, ...], most: int) -> Iterator[str]:
    events = reverse("archive:event-list")
    box, label = f"0 0 {max(len(rows), 1) * _COLUMN} {_HEIGHT + _FOOT}", escape(gettext("Events by year"))
    yield f'<svg viewBox="{box}" role="group" aria-label="{label}">'
    for at, row in enumerate(rows):
        x = at * _COLUMN
        if row.events:
            words = ngettext(
                "%(year)s: %(n)d event, %(covered)d with press",
                "%(year)s: %(n)d events, %(covered)d with press",
                row.events,
            )
            with_press = round((_HEIGHT - 16) * row.covered / most, 1)
            without = round((_HEIGHT - 16) * row.uncovered / most, 1)
            top = round(_HEIGHT - with_press - without, 1)
            title = escape(words % {"year": row.year, "n": row.events, "covered": row.covered})
            yield (
                f'<a href="{events}?year={row.year:04}"><title>{title}</title>'
                f'<rect class="hit" x="{x}" width="{_COLUMN}" height="{_HEIGHT + _FOOT}"/>'
                f'<rect class="without" x="{x + 4}" y="{top}" width="{_COLUMN - 8}" height="{without}"/>'
                f'<rect class="with" x="{x + 4}" y="{_HEIGHT - with_press}" width="{_COLUMN - 8}" height="{with_press}"/>'
                f'<text x="{x + _COLUMN / 2}" y="{top - 3}">{row.events}</text>'
                f'<text x="{x + _COLUMN / 2}" y="{_HEIGHT + 16}">’{row.year % 100:02}</text></a>\n'
            )
        else:
            yield f'<text x="{x + _COLUMN / 2}" y="{_HEIGHT + 16}">’{row.year % 100:02}</text>\n'
    yield "</svg>"
