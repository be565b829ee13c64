"""Short ways to ask the search in tests."""

from typing import Any

from archive import search
from archive.search import Facet, Query, Results, Scope


def ask(text: str = "", **query: Any) -> Results:
    return search.search(Query(text, **query))


def found(text: str = "", **query: Any) -> list[str]:
    """Headlines or names of the first page of results, in order."""
    return [str(hit.record) for hit in ask(text, **query).hits]


def events(text: str = "", **query: Any) -> list[str]:
    return found(text, scope=Scope.EVENTS, **query)


def participants(text: str = "", **query: Any) -> list[str]:
    return found(text, scope=Scope.PARTICIPANTS, **query)


def facet(results: Results, key: str) -> Facet:
    return next(facet for facet in results.facets if facet.key == key)


def counts(results: Results, key: str) -> dict[str, int]:
    """The counts that a facet shows, by value."""
    return {value.value: value.count for value in facet(results, key).values}
