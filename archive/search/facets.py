"""Facet counts of an engine, turned into what a page shows: labels, selection, order, bars along time."""

from collections.abc import Callable, Mapping
from functools import cache
from heapq import nsmallest

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from archive import dates
from archive.languages import sort_key
from archive.models import Article, Event, Participant
from archive.search.directory import Directory
from archive.search.documents import FACETS
from archive.search.query import Facet, FacetValue, Found, Histogram, Query

# Most values that one facet shows; chosen ones are always among them.
SHOWN = 12
# Years without results are shown between others, unless they would be too many.
_MOST_YEARS = 60


@cache
def _kinds(language: str | None) -> dict[str, str]:
    """The labels of all kinds; the cache keeps them apart by the reader's language."""
    kinds = (Article.Kind, Event.Kind, Participant.Kind)
    return {str(value): str(label) for one in kinds for value, label in one.choices}


def _month(value: str) -> str:
    if value.endswith("-00"):
        return _("%(year)s, month not known") % {"year": value.removesuffix("-00")}
    try:
        return dates.show(value)
    except dates.DateError:
        return value  # what an address names, but no record has


# The facets of which the values are no records. An address may name anything: what is no value is its own label.
_LABELS: Mapping[str, Callable[[str], str]] = {
    "year": str,
    "month": _month,
    "kind": lambda value: _kinds(get_language()).get(value, value),
}


def _label(names: Directory, key: str, value: str) -> str:
    return _LABELS[key](value) if key in _LABELS else names.label(key, value)


def facets(query: Query, found: Found, names: Directory) -> tuple[Facet, ...]:
    """The facets of a result page."""
    return tuple(_facet(query, found, names, key, _by_count(query, found, key, SHOWN)) for key in FACETS)


def whole_facet(query: Query, found: Found, names: Directory, key: str, contains: str = "") -> Facet:
    """A facet with all its values, or those of which a name contains the text."""
    values = _by_count(query, found, key)
    if key in _LABELS:
        matching = {value for value in values if contains.casefold() in _label(names, key, value).casefold()}
    else:
        matching = names.having(key, contains) if contains else set(values)
    kept = [value for value in values if value in matching]
    return _facet(query, found, names, key, kept)


def _chosen(query: Query, key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*query.include.get(key, ()), *query.exclude.get(key, ()))))


def _by_count(query: Query, found: Found, key: str, most: int | None = None) -> list[str]:
    """The values of the facet, or `most` of them: the chosen ones in any case, then the most frequent first."""
    counted, chosen = found.counts.get(key, {}), _chosen(query, key)
    others = (value for value in counted if value not in chosen)

    def order(value: str) -> tuple[int, str]:
        return -counted[value], value

    if most is None:
        return [*chosen, *sorted(others, key=order)]
    return [*chosen, *nsmallest(most - len(chosen), others, key=order)]


def _size(query: Query, found: Found, key: str) -> int:
    return len({*found.counts.get(key, ()), *_chosen(query, key)})


def _facet(query: Query, found: Found, names: Directory, key: str, values: list[str]) -> Facet:
    shown = [_value(query, found, key, value, _label(names, key, value)) for value in values]
    if key in ("year", "month"):
        shown.sort(key=lambda one: one.value, reverse=True)
    else:
        shown.sort(key=lambda one: (-one.count, sort_key(one.label)))
    return Facet(key, str(FACETS[key]), tuple(shown), _size(query, found, key))


def _value(query: Query, found: Found, key: str, value: str, label: str) -> FacetValue:
    included, excluded = query.include.get(key, ()), query.exclude.get(key, ())
    count, total = found.counts.get(key, {}).get(value, 0), found.totals[query.scope]
    if not included and value not in excluded:
        return FacetValue(value, label, count, union=count, rest=total - count)
    union = rest = None
    if value not in (*included, *excluded) and key in found.carried:
        carried = found.carried[key].get(value, 0)
        union, rest = total + count - carried, total - carried
    return FacetValue(value, label, count, value in included, value in excluded, union, rest)


def histogram(query: Query, found: Found) -> Histogram:
    """Results by year; by month where one year is chosen."""
    # An address may name anything.
    chosen = [year for year in query.include.get("year", ()) if len(year) == 4 and year.isascii() and year.isdigit()]
    if len(chosen) == 1 == len(query.include["year"]):
        return _bars(query, found, "month", [f"{chosen[0]}-{month:02}" for month in (*range(1, 13), 0)], year=chosen[0])
    counted = sorted(map(int, {*found.counts.get("year", {}), *chosen}))
    if counted and counted[-1] - counted[0] < _MOST_YEARS:
        counted = list(range(counted[0], counted[-1] + 1))
    return _bars(query, found, "year", list(map(str, counted)))


def _bars(query: Query, found: Found, key: str, values: list[str], *, year: str = "") -> Histogram:
    label = _LABELS[key]
    return Histogram(key, tuple(_value(query, found, key, value, label(value)) for value in values), year)
