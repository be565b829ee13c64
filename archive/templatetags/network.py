"""The network's drawing, matrix and numbers: put together here, for they are hundreds of links on a page."""

import html
from collections.abc import Iterable, Sequence

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.fragments import join
from archive.models import Participant
from archive.pictures.network import Node, Pair, Row
from archive.pictures.network_drawing import Drawing, Mark
from archive.templatetags.archive import lang

register = template.Library()


@register.simple_tag
def network_drawing(drawing: Drawing, narrowing: str = "") -> SafeString:
    """The lines, each a link to the list of the events, and the marks, each a link to a page.

    Lines can't be reached by Tab: there are hundreds, and the table beside has the same links.
    """
    events = _Events(narrowing)
    lines = (
        (
            events.of(line.pair),
            _pair_text(line.pair),
            " ".join(map(str, line.pair.keys)),
            *2 * (line.x1, line.y1, line.x2, line.y2),
            line.width,
        )
        for line in drawing.lines
    )
    marks = (
        (mark.node.record.get_absolute_url(), _mark_text(mark), mark.node.key, _shape(mark), _label(mark))
        for mark in drawing.marks
    )
    return SafeString(f'<g class="lines">{join(_LINE, lines)}</g>\n<g class="marks">{join(_MARK, marks)}</g>')


_LINE = (
    '<a href="{0}" aria-label="{1}" tabindex="-1" data-ends="{2}"><title>{1}</title>'
    '<line class="target" x1="{3}" y1="{4}" x2="{5}" y2="{6}"/>'
    '<line x1="{7}" y1="{8}" x2="{9}" y2="{10}" stroke-width="{11}"/></a>\n'
)
_MARK = '<a href="{0}" aria-label="{1}" data-key="{2}"><title>{1}</title>{3}{4}</a>\n'
_TARGET = '<circle class="target" cx="{}" cy="{}" r="{}"/>'
_CIRCLE = '<circle class="{}" cx="{}" cy="{}" r="{}"/>'
_SQUARE = '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>'
_LABEL = '<text x="{}" y="{}" text-anchor="{}" aria-hidden="true"{}>{}</text>'


def _shape(mark: Mark) -> SafeString:
    target = join(_TARGET, [(mark.x, mark.y, mark.target)])
    if not mark.node.is_organisation:
        return SafeString(target + join(_CIRCLE, [(mark.node.form, mark.x, mark.y, mark.r)]))
    left, top = round(mark.x - mark.side / 2, 1), round(mark.y - mark.side / 2, 1)
    return SafeString(target + join(_SQUARE, [(mark.node.form, left, top, mark.side, mark.side)]))


def _mark_text(mark: Mark) -> str:
    """What the mark is called: with the words that are drawn beside it, or who speaks them can't choose it (WCAG 2.5.3)."""
    text = _node_text(mark.node)
    return text if mark.label is None or mark.label.text in text else f"{mark.label.text} – {text}"


def _label(mark: Mark) -> SafeString:
    label = mark.label
    if label is None:
        return SafeString("")
    return join(_LABEL, [(round(label.x, 1), round(label.y, 1), label.anchor, lang(mark.node.record), label.text)])


@register.simple_tag
def network_matrix(rows: Sequence[Row], narrowing: str = "") -> SafeString:
    """Head and body of a table of countries by countries; on the diagonal each one's own events."""
    events = _Events(narrowing)
    heads = join(_COLUMN, ((row.node.name, row.node.record.slug) for row in rows))
    body = ((*_named(row.node), row.node.record.slug, _cells(row, at, rows, events)) for at, row in enumerate(rows))
    corner = _("Country")
    return SafeString(
        f'<thead><tr><th scope="col">{corner}</th>{heads}</tr></thead>\n<tbody>{join(_ROW, body)}</tbody>'
    )


def _cells(row: Row, at: int, rows: Sequence[Row], events: "_Events") -> SafeString:
    """No more than numbers and links: the heads of row and column say the rest, and cells may be a thousand."""
    own = row.node.query
    cells = []
    for column, (cell, other) in enumerate(zip(row.cells, rows, strict=True)):
        if column == at:
            cells.append(_OWN.format(events.of_query(own), row.node.events))
        elif cell is None:
            cells.append(_NEVER)
        else:
            cells.append(_CELL.format(cell.level, events.of_query(f"{own}&amp;{other.node.query}"), cell.pair.events))
    return SafeString("".join(cells))


_COLUMN = '<th scope="col"><abbr title="{}">{}</abbr></th>'
_ROW = '<tr><th scope="row"><a href="{}"{}>{}</a> <span aria-hidden="true">{}</span></th>{}</tr>\n'
_CELL = '<td class="h{}"><a href="{}">{}</a></td>'
_OWN = '<td class="own"><a href="{}">{}</a></td>'
_NEVER = "<td></td>"


@register.simple_tag
def network_nodes(nodes: Iterable[Node], narrowing: str = "") -> SafeString:
    """Rows of a table: who, what kind of participant, how many events, how many others met."""
    events = _Events(narrowing)
    rows = (
        (
            *_named(node),
            join(_KIND, [(node.record.get_kind_display(),)]) if isinstance(node.record, Participant) else _NO_KIND,
            events.of(node),
            node.events,
            f"?around={node.record.slug}" + (f"&{narrowing}" if narrowing else ""),
            node.met,
        )
        for node in nodes
    )
    return join(_NODE, rows)


_KIND, _NO_KIND = '<td class="wide">{}</td>', SafeString("")
_NODE = (
    '<tr><th scope="row"><a href="{}"{}>{}</a></th>{}<td class="n"><a href="{}">{}</a></td>'
    '<td class="n"><a href="{}">{}</a></td></tr>\n'
)


@register.simple_tag
def network_pairs(pairs: Iterable[Pair], narrowing: str = "") -> SafeString:
    """Rows of a table: one, the other, and how many events they shared, with a link to these."""
    events = _Events(narrowing)
    rows = (
        (
            *_named(pair.one),
            *_named(pair.other),
            events.of(pair),
            _number_of_events(pair.events),
        )
        for pair in pairs
    )
    return join(_PAIR, rows)


_PAIR = '<tr><th scope="row"><a href="{}"{}>{}</a></th><td><a href="{}"{}>{}</a></td><td class="n"><a href="{}">{}</a></td></tr>\n'


@register.simple_tag
def network_met(pairs: Iterable[Pair]) -> SafeString:
    """Rows of a table: the other, and how many events they shared, with a link to these."""
    events = _Events("")
    return join(_MET, ((*_named(pair.other), events.of(pair), _number_of_events(pair.events)) for pair in pairs))


_MET = '<tr><th scope="row"><a href="{}"{}>{}</a></th><td class="n"><a href="{}">{}</a></td></tr>\n'


def _named(node: Node) -> tuple[str, SafeString, str]:
    """Address and name of a record, and between them the language of the name where it is not the page's."""
    return node.record.get_absolute_url(), lang(node.record), node.name


class _Events:
    """Addresses of lists of events under the filters in force, ready for HTML."""

    def __init__(self, narrowing: str) -> None:
        self._before = html.escape(reverse("archive:event-list")) + "?"
        self._after = html.escape(f"&{narrowing}") if narrowing else ""

    def of(self, one: Node | Pair) -> SafeString:
        # Slugs and codes need no quoting.
        return self.of_query(one.query.replace("&", "&amp;"))

    def of_query(self, query: str) -> SafeString:
        return SafeString(f"{self._before}{query}{self._after}")


def _number_of_events(n: int) -> str:
    return ngettext("%(n)s event", "%(n)s events", n) % {"n": n}


def _pair_text(pair: Pair) -> str:
    text = ngettext("%(one)s and %(other)s: %(n)s event", "%(one)s and %(other)s: %(n)s events", pair.events)
    return text % {"one": pair.one.name, "other": pair.other.name, "n": pair.events}


def _node_text(node: Node) -> str:
    text = ngettext("%(name)s: %(n)s event, met %(met)s", "%(name)s: %(n)s events, met %(met)s", node.events)
    return text % {"name": node.name, "n": node.events, "met": node.met}
