"""Facet counts of an engine, turned into what a page shows: labels, selection, order."""

from collections.abc import Callable, Collection, Mapping

from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic
from archive.search.documents import FACETS
from archive.search.query import Facet, FacetValue, Query

# Most values that one facet shows; chosen ones are always among them.
SHOWN = 12


def _by_slug(model: type) -> Callable[[Collection[str]], dict[str, str]]:
    return lambda values: dict(model.objects.filter(slug__in=values).values_list("slug", "name"))  # type: ignore[attr-defined]


def _kinds(values: Collection[str]) -> dict[str, str]:
    return {
        str(value): str(label)
        for kinds in (Article.Kind, Event.Kind, Participant.Kind)
        for value, label in kinds.choices
    }


_LABELS: Mapping[str, Callable[[Collection[str]], dict[str, str]]] = {
    "year": lambda values: {value: value for value in values},
    "kind": _kinds,
    "country": lambda values: dict(Country.objects.filter(iso2__in=values).values_list("iso2", "name")),
    "topic": _by_slug(Topic),
    "city": _by_slug(City),
    "series": _by_slug(EventSeries),
    "participant": _by_slug(Participant),
    "publisher": _by_slug(Publisher),
}


def facets(query: Query, counts: Mapping[str, Mapping[str, int]]) -> tuple[Facet, ...]:
    """The facets of a result page. One query for each kind of label, whatever the number of values."""
    shown = []
    for key, label in FACETS.items():
        included, excluded = query.include.get(key, ()), query.exclude.get(key, ())
        counted = counts.get(key, {})
        chosen = {*included, *excluded}
        by_count = sorted(counted, key=lambda value: (-counted[value], value))
        values = [*chosen, *(value for value in by_count if value not in chosen)][: max(SHOWN, len(chosen))]
        labels = _LABELS[key](values)
        found = [
            FacetValue(
                value=value,
                label=labels.get(value, value),
                count=counted.get(value, 0),
                is_included=value in included,
                is_excluded=value in excluded,
            )
            for value in values
        ]
        if key == "year":
            found.sort(key=lambda one: one.value, reverse=True)
        else:
            found.sort(key=lambda one: (-one.count, one.label))
        shown.append(Facet(key, str(label), tuple(found)))
    return tuple(shown)
