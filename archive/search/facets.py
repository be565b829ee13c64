"""Facet counts of an engine, turned into what a page shows: labels, selection, order, bars along time."""

from collections.abc import Callable, Collection, Mapping

from django.utils.translation import gettext as _

from archive import dates
from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic
from archive.search.directory import directory
from archive.search.documents import FACETS
from archive.search.query import Facet, FacetValue, Found, Histogram, Query

# Most values that one facet shows; chosen ones are always among them.
SHOWN = 12
# Years without results are shown between others, unless they would be too many.
_MOST_YEARS = 60


def _by_slug(model: type) -> Callable[[Collection[str]], dict[str, str]]:
    return lambda values: dict(model.objects.filter(slug__in=values).values_list("slug", "name"))  # type: ignore[attr-defined]


def _kinds(values: Collection[str]) -> dict[str, str]:
    return {
        str(value): str(label)
        for kinds in (Article.Kind, Event.Kind, Participant.Kind)
        for value, label in kinds.choices
    }


def _months(values: Collection[str]) -> dict[str, str]:
    return {value: _month(value) for value in values}


def _month(value: str) -> str:
    if value.endswith("-00"):
        return _("%(year)s, month not known") % {"year": value.removesuffix("-00")}
    try:
        return dates.show(value)
    except dates.DateError:
        return value  # what an address names, but no record has


_LABELS: Mapping[str, Callable[[Collection[str]], dict[str, str]]] = {
    "year": lambda values: {value: value for value in values},
    "month": _months,
    "kind": _kinds,
    "country": lambda values: dict(Country.objects.filter(iso2__in=values).values_list("iso2", "name")),
    "topic": _by_slug(Topic),
    "city": _by_slug(City),
    "series": _by_slug(EventSeries),
    "participant": _by_slug(Participant),
    "publisher": _by_slug(Publisher),
}


def facets(query: Query, found: Found) -> tuple[Facet, ...]:
    """The facets of a result page. One query for each kind of label, whatever the number of values."""
    shown = []
    for key in FACETS:
        values = _by_count(query, found, key)
        most = max(SHOWN, len(_chosen(query, key)))
        shown.append(_facet(query, found, key, values[:most], _LABELS[key](values[:most]), size=len(values)))
    return tuple(shown)


def whole_facet(query: Query, found: Found, key: str, contains: str = "") -> Facet:
    """A facet with all its values, or those of which a name contains the text. One query."""
    values = _by_count(query, found, key)
    if key in ("year", "month", "kind"):
        labels = _LABELS[key](values)
        matching = {value for value in values if contains.casefold() in labels.get(value, value).casefold()}
    else:
        table = directory()
        labels = {value: table.label(key, value) for value in values}
        matching = table.having(key, contains) if contains else set(values)
    kept = [value for value in values if value in matching]
    return _facet(query, found, key, kept, labels, size=len(values))


def _chosen(query: Query, key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*query.include.get(key, ()), *query.exclude.get(key, ()))))


def _by_count(query: Query, found: Found, key: str) -> list[str]:
    """All values of the facet: the chosen ones, then the most frequent first."""
    counted, chosen = found.counts.get(key, {}), _chosen(query, key)
    by_count = sorted(counted, key=lambda value: (-counted[value], value))
    return [*chosen, *(value for value in by_count if value not in chosen)]


def _facet(query: Query, found: Found, key: str, values: list[str], labels: Mapping[str, str], *, size: int) -> Facet:
    shown = [_value(query, found, key, value, labels.get(value, value)) for value in values]
    if key in ("year", "month"):
        shown.sort(key=lambda one: one.value, reverse=True)
    else:
        shown.sort(key=lambda one: (-one.count, one.label))
    return Facet(key, str(FACETS[key]), tuple(shown), size)


def _value(query: Query, found: Found, key: str, value: str, label: str) -> FacetValue:
    included, excluded = query.include.get(key, ()), query.exclude.get(key, ())
    count, total = found.counts.get(key, {}).get(value, 0), found.totals[query.scope]
    union = rest = None
    if value not in (*included, *excluded):
        if not included:
            union, rest = count, total - count
        elif key in found.carried:
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
    labels = _LABELS[key](values)
    return Histogram(key, tuple(_value(query, found, key, value, labels[value]) for value in values), year)
