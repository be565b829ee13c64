"""The one door to full-text search: `search(Query) → Results`. Engines, their queries and their files stay behind it."""

from dataclasses import replace
from functools import partial

from django.utils.translation import gettext as _

from archive import metrics
from archive.models import Change
from archive.search.advice import advise
from archive.search.bigrams import in_bigrams
from archive.search.checking import IndexReport, check_index, index_damages, repair_index
from archive.search.directory import Named, Suggestion, directory
from archive.search.documents import FACETS
from archive.search.engine import engine
from archive.search.evaluate import MAX_EXPANSION
from archive.search.facets import facets, histogram, whole_facet
from archive.search.freshness import ensure_fresh, follow_changes, rebuild_index
from archive.search.grammar import MAX_CHARACTERS, MAX_CLAUSES, MAX_DEPTH, parse, write
from archive.search.query import (
    Advice,
    Alternative,
    Facet,
    FacetValue,
    Found,
    Fragment,
    Histogram,
    Hit,
    IndexState,
    IndexUnusable,
    Node,
    PageOutOfRange,
    Parsed,
    Query,
    QueryTooLong,
    Reason,
    Results,
    Scope,
    SearchBusy,
    SearchError,
    SearchTooCostly,
    SearchTooSlow,
    Sort,
    TooManyValues,
)
from archive.search.reasons import explained
from archive.search.records import shown
from archive.search.similar import similar
from archive.search.snippets import Marker, best_passage, mark
from archive.search.turns import turn
from archive.search.variants import Table, expand, table
from archive.search.wording import describe, restate

__all__ = [
    "FACETS",
    "MAX_CHARACTERS",
    "MAX_CHOSEN",
    "MAX_CLAUSES",
    "MAX_DEPTH",
    "MAX_EXPANSION",
    "Advice",
    "Alternative",
    "Facet",
    "FacetValue",
    "Fragment",
    "Histogram",
    "Hit",
    "IndexReport",
    "IndexState",
    "IndexUnusable",
    "Named",
    "PageOutOfRange",
    "Parsed",
    "Query",
    "QueryTooLong",
    "Reason",
    "Results",
    "Scope",
    "SearchBusy",
    "SearchError",
    "SearchTooCostly",
    "SearchTooSlow",
    "Sort",
    "Suggestion",
    "TooManyValues",
    "check_index",
    "describe",
    "ensure_fresh",
    "facet_values",
    "follow_changes",
    "index_damages",
    "index_state",
    "keys",
    "parse",
    "rebuild_index",
    "repair_index",
    "restate",
    "search",
    "similar",
    "suggest",
    "write",
]

# Facet values that may be chosen at once: each is a link on the page, and in each link are all the others.
MAX_CHOSEN = 50


def search(query: Query) -> Results:
    """Answer a query from the newest state of the index.

    Raises QueryTooLong, TooManyValues, PageOutOfRange and SearchTooCostly (the reader's to mend), SearchBusy and SearchTooSlow
    (later it may do), and IndexUnusable (the operator's).
    A constant number of database queries, whatever is found; where next to nothing is, some more for the advice.
    """
    parsed = parse(query.text)
    _check_chosen(query)
    if query.page < 1:
        raise PageOutOfRange(_("Pages count from 1."))
    with metrics.timed_search("search"), turn(parsed.tree):
        results = _answer(query, parsed)
    if not results.total:
        metrics.searches_without_results.labels(metrics.engine_name()).inc()
    return results


def _answer(query: Query, parsed: Parsed) -> Results:
    head = Change.objects.head()
    known = table(head)
    tree, variants = expand(parsed.tree, known)
    tree = in_bigrams(tree if query.variants else parsed.tree)
    found = _find(query, tree, head)
    total = found.totals[query.scope]
    if query.page > max(1, -(-total // query.page_size)):
        raise PageOutOfRange(_("There is no such page."))
    by_facet = facets(query, found, directory(head))
    return Results(
        query=query,
        parsed=replace(parsed, notes=parsed.notes + found.notes) if found.notes else parsed,
        total=total,
        totals=found.totals,
        hits=_hits(query.scope, found.pks, tree, head),
        facets=by_facet,
        histogram=histogram(query, found),
        advice=advise(query, parsed.tree, total, by_facet, partial(_total, known)),
        variants=variants,
    )


def facet_values(query: Query, key: str, contains: str = "") -> tuple[Facet, int]:
    """A facet with all its values under the query, or with those of which a name contains the text; and the query's total.

    Raises as `search` does.
    """
    _check_chosen(query)
    head = Change.objects.head()
    with metrics.timed_search("facet"), turn(parse(query.text).tree):
        found = _find(query, _searched(query, table(head)), head)
    return whole_facet(query, found, directory(head), key, contains), found.totals[query.scope]


def keys(query: Query, most: int) -> list[int]:
    """The keys of the first `most` results in their order, whatever page is asked for.

    Raises as `search` does. A record may be changed after the index was read: take those that are public.
    """
    _check_chosen(query)
    head = Change.objects.head()
    with metrics.timed_search("keys"), turn(parse(query.text).tree):
        found = _find(replace(query, page=1, page_size=most), _searched(query, table(head)), head)
    return list(found.pks)


def suggest(text: str, most: int = 10) -> list[Suggestion]:
    """Public records that a reader who types this may mean, the likeliest first. One database query."""
    with metrics.timed_search("suggest"):
        return directory().suggest(text, most)


def index_state() -> IndexState:
    """Up to where the index follows the change log, as it is now. Raises IndexUnusable."""
    return engine().state()


def _check_chosen(query: Query) -> None:
    if sum(len(values) for values in (*query.include.values(), *query.exclude.values())) > MAX_CHOSEN:
        raise TooManyValues(_("At most %(limit)d filters can be chosen at once.") % {"limit": MAX_CHOSEN})


def _searched(query: Query, known: Table) -> Node:
    """The tree that the engine is asked for."""
    tree = parse(query.text).tree
    return in_bigrams(expand(tree, known)[0] if query.variants else tree)


def _total(known: Table, query: Query) -> int:
    """How many results a query has, in the state of the index that was brought forward for another one."""
    return engine().find(replace(query, page=1, page_size=1), _searched(query, known)).totals[query.scope]


def _find(query: Query, tree: Node, head: tuple[int, str]) -> Found:
    """Ask the engine; where it was behind the head of the log, bring it forward and ask again.

    More than once, if a rebuild that ended between the two steps put an older state in place.
    """
    found = engine().find(query, tree)
    for _attempt in range(3):
        if found.reached == head:
            break
        state = ensure_fresh(head)
        found = engine().find(query, tree)
        if found.reached[0] >= state.number:
            break
    return found


def _hits(scope: Scope, pks: tuple[int, ...], tree: Node, head: tuple[int, str]) -> tuple[Hit, ...]:
    """The found records in the engine's order. The database has the last word: what is not public now is left out."""
    found = shown(scope, pks, head)
    marker = Marker(tree)
    hits = [
        Hit(one.record, mark(one.title, marker), best_passage(one.text, marker))
        for pk in pks
        if (one := found.get(pk)) is not None
    ]
    return explained(scope, hits, marker, head)
