"""A parsed query in plain words, as the results page restates it."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive import dates
from archive.dates import Case
from archive.search.query import (
    And,
    Everything,
    Fuzzy,
    InField,
    Near,
    Node,
    Not,
    Or,
    Period,
    Phrase,
    Prefix,
    Variants,
    Word,
)

# The sentence, by what is asked for: words, dates, and what is excluded.
_SENTENCES = {
    (True, True, True): gettext_lazy("items with %(wanted)s, dated %(dates)s, without %(unwanted)s"),
    (True, True, False): gettext_lazy("items with %(wanted)s, dated %(dates)s"),
    (True, False, True): gettext_lazy("items with %(wanted)s, without %(unwanted)s"),
    (True, False, False): gettext_lazy("items with %(wanted)s"),
    (False, True, True): gettext_lazy("items dated %(dates)s, without %(unwanted)s"),
    (False, True, False): gettext_lazy("items dated %(dates)s"),
    (False, False, True): gettext_lazy("items without %(unwanted)s"),
    (False, False, False): gettext_lazy("everything"),
}

_IN_FIELDS = {
    "title": gettext_lazy("%(term)s in the title"),
    "participant": gettext_lazy("%(term)s in a participant’s name"),
    "country": gettext_lazy("%(term)s as country"),
    "city": gettext_lazy("%(term)s as host city"),
    "dateline": gettext_lazy("%(term)s in the dateline"),
    "topic": gettext_lazy("%(term)s as topic"),
    "event": gettext_lazy("%(term)s in an event’s name"),
    "series": gettext_lazy("%(term)s in a series’ name"),
    "publisher": gettext_lazy("%(term)s as publisher"),
    "kind": gettext_lazy("%(term)s as kind"),
}

# By precision; a month or year "in", a day "on".
_WHEN = {
    "year": gettext_lazy("in %(date)s"),
    "month": gettext_lazy("in %(date)s"),
    "day": gettext_lazy("on %(date)s"),
}


def restate(tree: Node) -> str:
    """The query as "items with …, dated …, without …". Words are asked for in any form, “words” in quotation marks exactly."""
    nodes = tree.nodes if isinstance(tree, And) else () if isinstance(tree, Everything) else (tree,)
    wanted = [node for node in nodes if not isinstance(node, Period | Not)]
    periods = [node for node in nodes if isinstance(node, Period)]
    unwanted = [node.node for node in nodes if isinstance(node, Not)]
    return str(_SENTENCES[bool(wanted), bool(periods), bool(unwanted)]) % {
        "wanted": _all(wanted),
        "dates": get_text_list([_when(period) for period in periods], _("and")),
        "unwanted": _none(unwanted),
    }


def describe(node: Node) -> str:
    """The node as what an item can have: "border", "words that begin with “terror”", "a date in 2014"."""
    match node:
        case Word(form):
            return form
        case Phrase(words):
            return _("“%(words)s”") % {"words": " ".join(words)}
        case Prefix(form):
            return _("words that begin with “%(prefix)s”") % {"prefix": form}
        case Near(words, distance):
            quoted = [_("“%(words)s”") % {"words": word} for word in words]
            return ngettext(
                "%(words)s next to each other", "%(words)s within %(distance)d words of each other", distance
            ) % {"words": get_text_list(quoted, _("and")), "distance": distance}
        case Fuzzy(form, edits):
            return ngettext(
                "words like “%(word)s” (one letter different)",
                "words like “%(word)s” (up to %(edits)d letters different)",
                edits,
            ) % {"word": form, "edits": edits}
        case InField(name, term):
            # A word of a title is asked for in any form, of another field exactly.
            exact = Phrase((term.form,)) if isinstance(term, Word) and name != "title" else term
            return str(_IN_FIELDS[name]) % {"term": describe(exact)}
        case Variants(written, _others):
            return _all(written)
        case Period():
            return _("a date %(when)s") % {"when": _when(node)}
        case Not(inner):
            return _("not %(term)s") % {"term": _grouped(inner)}
        case Or(nodes):
            return _listed(nodes, _("or"))
        case And(nodes):
            return _with_and_without(nodes)
    raise TypeError(node)


def _with_and_without(nodes: Sequence[Node]) -> str:
    """All of the nodes, within a longer sentence."""
    wanted = [node for node in nodes if not isinstance(node, Not)]
    unwanted = [node.node for node in nodes if isinstance(node, Not)]
    if not unwanted:
        return _all(wanted)
    if not wanted:
        return _("not %(term)s") % {"term": f"({_none(unwanted)})"}
    return _("%(wanted)s without %(unwanted)s") % {"wanted": _all(wanted), "unwanted": _none(unwanted)}


def _all(nodes: Sequence[Node]) -> str:
    parts = chain.from_iterable(node.written if isinstance(node, Variants) else (node,) for node in nodes)
    return _listed(parts, _("and"))


def _none(nodes: Sequence[Node]) -> str:
    """What none of may occur: alternatives are as good as a list."""
    parts = chain.from_iterable(node.nodes if isinstance(node, Or) else (node,) for node in nodes)
    return _listed(parts, _("or"))


def _listed(nodes: Iterable[Node], last: str) -> str:
    parts = list(nodes)
    # Alternatives alone need no brackets.
    texts = [describe(part) if len(parts) == 1 and isinstance(part, Or) else _grouped(part) for part in parts]
    return get_text_list(texts, last)


def _grouped(node: Node) -> str:
    is_group = isinstance(node, And | Or) or (isinstance(node, Variants) and len(node.written) > 1)
    return f"({describe(node)})" if is_group else describe(node)


def _when(period: Period) -> str:
    """ "in 2014", "from June 2014 to January 2015", "before 2013"."""
    name, _colon, value = period.written.partition(":")
    if name == "before":
        return _("before %(date)s") % {"date": dates.show(value, Case.GENITIVE)}
    if name == "after":
        return _("after %(date)s") % {"date": dates.show(value, Case.GENITIVE)}
    first, dots, last = days(period.first, period.last).partition("..")
    if not dots:
        point = dates.parse(first)
        assert point.start
        return str(_WHEN[point.start.precision]) % {"date": point.show()}
    if first and last:
        return _("from %(first)s to %(last)s") % {
            "first": dates.show(first, Case.GENITIVE),
            "last": dates.show(last),
        }
    if first:
        return _("from %(date)s on") % {"date": dates.show(first, Case.GENITIVE)}
    return _("up to %(date)s") % {"date": dates.show(last)} if last else _("at any time")


def days(first: date, last: date) -> str:
    """The two days as the language writes a period, as short as can be: "2014", "2014-06..2015-01", "..2012"."""
    if _shortest(first, "earliest") == _shortest(last, "latest"):
        return _shortest(first, "earliest")
    start = "" if first == date.min else _shortest(first, "earliest")
    end = "" if last == date.max else _shortest(last, "latest")
    return f"{start}..{end}"


def _shortest(day: date, side: str) -> str:
    """The year, month or day of which this is the earliest or the latest."""
    texts = (day.isoformat()[:length] for length in (4, 7, 10))
    return next(text for text in texts if getattr(dates.parse(text), side) == day)
