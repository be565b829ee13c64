"""What to try where little or nothing was found: another spelling, fewer words, fewer filters. Each with what it finds."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.search.engine import engine
from archive.search.grammar import MAX_CHARACTERS, MIN_FUZZY, write
from archive.search.query import (
    Advice,
    Alternative,
    And,
    Facet,
    InField,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Query,
    SearchTooSlow,
    Word,
)
from archive.search.text import stem
from archive.search.turns import CHEAP, cost

# A correction is proposed up to so many results.
FEW = 3
# A word that does stand somewhere is corrected only to one in so many times as many documents.
_TIMES = 10
# Parts of a query that are tried one by one.
MAX_PARTS = 8
# Seconds after which no more is tried: advice is worth less than the time of other readers.
_PATIENCE = 0.3

_SIDES = {"include": gettext_lazy("%(facet)s: %(value)s"), "exclude": gettext_lazy("not %(facet)s: %(value)s")}

# How many results a query has.
Totals = Callable[[Query], int]


def advise(query: Query, tree: Node, total: int, facets: Iterable[Facet], totals: Totals) -> Advice:
    """What to try instead. Asks the engine for each proposal, and proposes nothing that finds no more.

    Of a costly query (`turns`) not what costs as much again: less of it, or the same with fewer filters.
    """
    if total > FEW:
        return Advice()
    until = time.monotonic() + _PATIENCE
    correction = _correction(query, tree, total, totals, until)
    if total:
        return Advice(correction)
    less = () if cost(tree) > CHEAP else (*_with_fewer_parts(query, tree), *_with_fewer_filters(query, facets))
    without = [
        Alternative(label, other, n) for label, other in less if time.monotonic() < until and (n := totals(other))
    ]
    barren = [
        text
        for part in _parts(tree)
        if not isinstance(part, Not)
        and time.monotonic() < until
        and not totals(Query(text := write(part), query.scope, variants=query.variants))
    ]
    return Advice(correction, tuple(barren), tuple(without))


# Fewer parts ----------------------------------------------------------------------------------------------------------


def _parts(tree: Node) -> tuple[Node, ...]:
    """What is asked for together: nothing less can be asked for where it is one thing."""
    return tree.nodes[:MAX_PARTS] if isinstance(tree, And) else ()


def _with_fewer_parts(query: Query, tree: Node) -> Iterator[tuple[str, Query]]:
    if isinstance(tree, And):
        for part in _parts(tree):
            rest = tuple(node for node in tree.nodes if node is not part)
            yield write(part), _asking(query, rest[0] if len(rest) == 1 else And(rest))


def _with_fewer_filters(query: Query, facets: Iterable[Facet]) -> Iterator[tuple[str, Query]]:
    """Without what is included, or excluded, of one facet: of alternatives one less finds no more."""
    for facet in facets:
        for side, said in _SIDES.items():
            values = [value.label for value in facet.values if getattr(value, f"is_{side}d")]
            if values:
                label = str(said) % {"facet": facet.label, "value": get_text_list(values, _("or"))}
                kept = {key: chosen for key, chosen in getattr(query, side).items() if key != facet.key}
                without = replace(query, include=kept) if side == "include" else replace(query, exclude=kept)
                yield label, replace(without, page=1)


def _asking(query: Query, tree: Node) -> Query:
    return replace(query, text=write(tree), page=1)


# Another spelling -----------------------------------------------------------------------------------------------------


def _correction(query: Query, tree: Node, total: int, totals: Totals, until: float) -> Alternative | None:
    corrected = _corrected(tree, until)
    # However long it took to find: the page is kept for others, and the first word that is looked for reads all words.
    if corrected == tree:
        return None
    other = _asking(query, corrected)
    if len(other.text) > MAX_CHARACTERS:
        return None
    try:
        n = totals(other)
    except SearchTooSlow:
        # What was asked for is answered all the same.
        return None
    return Alternative(other.text, other, n) if n > total else None


def _corrected(node: Node, until: float) -> Node:
    """The query with each word that stands nowhere, or hardly anywhere, in the likeliest spelling; after `until` as it is."""
    match node:
        case Word(form):
            return Word(_likeliest(form, until))
        case Phrase(forms):
            return Phrase(tuple(_likeliest(form, until) for form in forms))
        case Near(forms, distance):
            return Near(tuple(dict.fromkeys(_likeliest(form, until) for form in forms)), distance)
        case InField(name, term):
            fixed = _corrected(term, until)
            return InField(name, fixed) if isinstance(fixed, Word | Phrase | Near) else node
        case Or(nodes):
            return Or(tuple(_corrected(part, until) for part in nodes))
        case And(nodes):
            return And(tuple(_corrected(part, until) for part in nodes))
        case _:
            # What is excluded finds nothing, and a prefix or a period has no spelling.
            return node


def _likeliest(form: str, until: float) -> str:
    """The word, or the most frequent one of those with the fewest other letters."""
    if time.monotonic() > until:
        return form
    edits = max((edits for edits, least in MIN_FUZZY.items() if len(form) >= least), default=0)
    if not edits or not form.isalpha():
        return form
    known = engine().alike(form, edits)
    own = sum(n for word, n in known.items() if stem(word) == stem(form))
    near = set(engine().alike(form, 1)) if edits > 1 else set(known)
    better = [word for word, n in known.items() if stem(word) != stem(form) and n > own * _TIMES]
    return min(better, key=lambda word: (word not in near, -known[word], word), default=form)
