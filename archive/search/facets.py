"""Facet counts of an engine, turned into what a page shows: labels, selection, order, bars along time."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import cast

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from archive import dates
from archive.models import Article, Event, Participant
from archive.search.directory import Directory, Label, labels
from archive.search.documents import FACETS
from archive.search.query import Facet, FacetValue, Found, Histogram, Query

# Most values that one facet shows; chosen ones are always among them. Months are offered by their bars.
SHOWN = 12
_SHOWN = dict.fromkeys(FACETS, SHOWN) | {"month": 0}
# Years without results are shown between others, unless they would be too many.
_MOST_YEARS = 60


# A text is looked up in its language some forty times as slowly as in a dictionary.
@cache
def _titles(language: str | None) -> dict[str, str]:
    """The names of the facets; the cache keeps them apart by the reader's language."""
    return {key: str(label) for key, label in FACETS.items()}


@cache
def _kinds(language: str | None) -> dict[str, Label]:
    """The labels of all kinds, by language as well."""
    kinds = (Article.Kind, Event.Kind, Participant.Kind)
    return labels({str(value): str(label) for one in kinds for value, label in one.choices})


# A page has a hundred: a named tuple's own constructor takes twice as long.
_facet_value = cast("Callable[[tuple[object, ...]], FacetValue]", partial(tuple.__new__, FacetValue))


def _month(value: str) -> str:
    if value.endswith("-00"):
        return _("%(year)s, month not known") % {"year": value.removesuffix("-00")}
    try:
        return dates.show(value)
    except dates.DateError:
        return value  # what an address names, but no record has


# Facets that are shown in the order of time, and what names their values.
_IN_TIME: Mapping[str, Callable[[str], str]] = {"month": _month, "year": str}


def facets(query: Query, found: Found, names: Directory) -> tuple[Facet, ...]:
    """The facets of a result page."""
    # Asked once: to look the language up takes longer than most of the rest.
    language = get_language()
    return tuple([_facet(query, found, names, key, language, _most_frequent(query, found, key)) for key in FACETS])


def whole_facet(query: Query, found: Found, names: Directory, key: str, contains: str = "") -> Facet:
    """A facet with all its values, or those of which a name contains the text."""
    language, wanted = get_language(), contains.casefold()
    values = {**dict.fromkeys(_chosen(query, key), 0), **found.counts.get(key, {})}
    if key in _IN_TIME:
        values = {value: n for value, n in values.items() if wanted in _IN_TIME[key](value).casefold()}
    elif key == "kind":
        known = _kinds(language)
        values = {
            value: n for value, n in values.items() if wanted in known.get(value, Label.unknown(value)).text.casefold()
        }
    elif contains:
        matching = names.having(key, contains)
        values = {value: n for value, n in values.items() if value in matching}
    return _facet(query, found, names, key, language, values)


def _chosen(query: Query, key: str) -> tuple[str, ...]:
    if not query.include and not query.exclude:
        return ()
    return (*query.include.get(key, ()), *query.exclude.get(key, ()))


def _most_frequent(query: Query, found: Found, key: str) -> Mapping[str, int]:
    """The values that the facet shows, and how many results have each: the chosen ones, then the most frequent."""
    counted, chosen = found.counts.get(key, {}), _chosen(query, key)
    if not chosen and len(counted) <= _SHOWN[key]:
        return counted
    shown = {value: counted.get(value, 0) for value in chosen}
    room = max(0, _SHOWN[key] - len(shown))
    if not room:
        return shown
    others = {value: n for value, n in counted.items() if value not in shown} if shown else counted
    if room < len(others):
        # Numbers alone are sorted much faster than what they are of.
        least = sorted(others.values(), reverse=True)[room - 1]
        others = {value: n for value, n in others.items() if n >= least}
    ordered = sorted([(-n, value) for value, n in others.items()])
    return shown | {value: -n for n, value in ordered[:room]}


def _facet(
    query: Query, found: Found, names: Directory, key: str, language: str | None, values: Mapping[str, int]
) -> Facet:
    """The facet with these values: the most frequent first, or in the order of time."""
    rows: list[tuple[str, str, int]] = []
    if key in _IN_TIME:
        rows = [(value, _IN_TIME[key](value), values[value]) for value in sorted(values, reverse=True)]
    elif values:
        known = _kinds(language) if key == "kind" else names.labels(key, language)
        ordered = sorted([(-n, known.get(value) or Label.unknown(value), value) for value, n in values.items()])
        rows = [(value, label[1], -n) for n, label, value in ordered]
    # Chosen values without results stand beside those that have some.
    counted, chosen = found.counts.get(key, {}), _chosen(query, key)
    size = len(counted) + (sum(value not in counted for value in {*chosen}) if chosen else 0)
    return Facet(key, _titles(language)[key], tuple(_values(query, found, key, rows)), size)


def _values(query: Query, found: Found, key: str, rows: Iterable[tuple[str, str, int]]) -> list[FacetValue]:
    """Rows of value, label and number as values of the facet."""
    included, excluded = query.include.get(key, ()), query.exclude.get(key, ())
    total = found.totals[query.scope]
    if not included and not excluded:
        return [_facet_value((value, label, n, False, False, n, total - n)) for value, label, n in rows]
    carried = found.carried.get(key)

    def of(value: str, label: str, n: int) -> FacetValue:
        union = rest = None
        if not included and value not in excluded:
            union, rest = n, total - n
        elif carried is not None and value not in (*included, *excluded):
            union, rest = total + n - carried.get(value, 0), total - carried.get(value, 0)
        return FacetValue(value, label, n, value in included, value in excluded, union, rest)

    return [of(*row) for row in rows]


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
    counted = found.counts.get(key, {})
    rows = [(value, _IN_TIME[key](value), counted.get(value, 0)) for value in values]
    return Histogram(key, tuple(_values(query, found, key, rows)), year)
