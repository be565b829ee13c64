"""The one door to full-text search: `search(Query) → Results`. Engines, their queries and their files stay behind it."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from archive.models import Article, Event, Participant
from archive.search.checking import IndexReport, check_index, repair_index
from archive.search.documents import FACETS
from archive.search.engine import engine
from archive.search.facets import facets
from archive.search.freshness import ensure_fresh, follow_changes, rebuild_index
from archive.search.grammar import MAX_CHARACTERS, parse, write
from archive.search.query import (
    Facet,
    FacetValue,
    Found,
    Fragment,
    Hit,
    IndexState,
    IndexUnusable,
    Node,
    PageOutOfRange,
    Parsed,
    Query,
    QueryTooLong,
    Results,
    Scope,
    SearchError,
    Sort,
    TooManyValues,
)
from archive.search.snippets import Marker, best_passage, mark
from archive.search.wording import describe, restate

__all__ = [
    "FACETS",
    "MAX_CHARACTERS",
    "Facet",
    "FacetValue",
    "Fragment",
    "Hit",
    "IndexReport",
    "IndexState",
    "IndexUnusable",
    "PageOutOfRange",
    "Parsed",
    "Query",
    "QueryTooLong",
    "Results",
    "Scope",
    "SearchError",
    "Sort",
    "TooManyValues",
    "check_index",
    "describe",
    "ensure_fresh",
    "follow_changes",
    "parse",
    "rebuild_index",
    "repair_index",
    "restate",
    "search",
    "write",
]

# Facet values that may be chosen at once: each is a link on the page, and in each link are all the others.
MAX_CHOSEN = 50


def search(query: Query) -> Results:
    """Answer a query from the newest state of the index.

    Raises QueryTooLong, TooManyValues and PageOutOfRange (the reader's to mend) and IndexUnusable (the operator's).
    A constant number of database queries, whatever is found.
    """
    parsed = parse(query.text)
    if sum(len(values) for values in (*query.include.values(), *query.exclude.values())) > MAX_CHOSEN:
        raise TooManyValues(_("At most %(limit)d filters can be chosen at once.") % {"limit": MAX_CHOSEN})
    if query.page < 1:
        raise PageOutOfRange(_("Pages count from 1."))
    found = _find(query, parsed.tree)
    total = found.totals[query.scope]
    if query.page > max(1, -(-total // query.page_size)):
        raise PageOutOfRange(_("There is no such page."))
    return Results(
        query=query,
        parsed=replace(parsed, notes=parsed.notes + found.notes),
        total=total,
        totals=found.totals,
        hits=_hits(query.scope, found.pks, parsed),
        facets=facets(query, found.counts),
    )


def _find(query: Query, tree: Node) -> Found:
    """Ask the engine, again if a rebuild that ended between the two steps put an older state in place."""
    for _attempt in range(3):
        state = ensure_fresh()
        found = engine().find(query, tree)
        if found.number >= state.number:
            break
    return found


def _hits(scope: Scope, pks: tuple[int, ...], parsed: Parsed) -> tuple[Hit, ...]:
    """The found records in the engine's order. The database has the last word: what is not public now is left out."""
    models: dict[Scope, Any] = {Scope.ARTICLES: Article, Scope.EVENTS: Event, Scope.PARTICIPANTS: Participant}
    records = models[scope].objects.published()
    records = records.select_related("country") if scope is Scope.PARTICIPANTS else records.for_cards()
    by_pk = {record.pk: record for record in records.filter(pk__in=pks)}
    marker = Marker(parsed.tree)
    return tuple(
        Hit(
            record=record,
            title=mark(_title(record), marker),
            snippet=best_passage(_text(record), marker),
        )
        for pk in pks
        if (record := by_pk.get(pk)) is not None
    )


def _title(record: Article | Event | Participant) -> str:
    return record.shown_headline if isinstance(record, Article) else record.name


def _text(record: Article | Event | Participant) -> str:
    if isinstance(record, Article):
        return " ".join(part for part in (record.abstract, record.body) if part)
    return record.summary if isinstance(record, Event) else record.description
