"""Countries: those that a text names, and those where what it reports took place."""

from collections import defaultdict
from collections.abc import Iterable

from archive.curation.suggestions.base import Kind, Place, Suggestion
from archive.curation.suggestions.datelines import Dateline, is_inside
from archive.curation.suggestions.events import Found
from archive.curation.suggestions.gazetteer import Hit, Of
from archive.curation.suggestions.reading import Reading
from archive.models import Coverage

# “The Russian ambassador to China”: the country belongs to the office.
_ENVOYS = frozenset(("ambassador", "envoy"))


def suggest_countries(
    reading: Reading,
    hits: Iterable[Hit],
    dateline: Dateline | None,
    here: str,
    events: Iterable[Found],
    labels: dict[str, str],
) -> list[Suggestion]:
    """A dateline alone names no country; a city does where an event that the text reports or previews is held there."""
    hosts = {one.event.city for one in events if one.relation != Coverage.Relation.MENTIONS}
    named: dict[str, list[Hit]] = defaultdict(list)
    by_city: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        is_in_dateline = dateline is not None and is_inside(hit, dateline, reading)
        if hit.bearer.of == Of.COUNTRY and not is_in_dateline and not _is_of_office(reading, hit):
            named[hit.bearer.key].append(hit)
        elif hit.bearer.of == Of.CITY and hit.bearer.key in hosts and (not is_in_dateline or hit.bearer.key == here):
            by_city[hit.bearer.country].append(hit)
    found = []
    for key in dict.fromkeys((*named, *by_city)):
        evidence = tuple(reading.evidence(hit.first, hit.last) for hit in (*named[key], *by_city[key]))
        found.append(
            Suggestion(Kind.COUNTRY, key, labels.get(key, key), evidence[:8], _confidence(reading, named[key]))
        )
    return found


def _is_of_office(reading: Reading, hit: Hit) -> bool:
    return reading.folded[max(0, hit.first - 1) : hit.first] == ["to"] and any(
        word in _ENVOYS for word in reading.folded[max(0, hit.first - 2) : hit.first]
    )


def _confidence(reading: Reading, named: list[Hit]) -> float:
    if any(reading.place(hit.first) == Place.HEADLINE for hit in named):
        return 0.95
    return 0.9 if len(named) > 1 else 0.85 if named else 0.7
