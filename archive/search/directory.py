"""Every name that readers know a public record by: what is suggested while they type, and what long facets are searched by.

One table for all of them, kept in memory and made anew when the change log says that one of them may have changed.
"""

import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from typing import NamedTuple, Self

from django.db.models import QuerySet

from archive.kept import Kept
from archive.languages import NAME_FIELDS, language_of, own_name, sort_key
from archive.models import City, Country, Event, EventSeries, Participant, Publisher, Topic
from archive.search.text import forms, is_run

# The last code point of all: follows whatever may continue a prefix.
_LAST = "\U0010ffff"
# Signs of a name that are searched; no reader types more.
_KEY_LENGTH = 60
# Proposals of one kind, so that a hundred sessions of one council leave room for others.
_MOST_OF_A_KIND = 5


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the names of a kind of record come from, and the field that addresses and facets know it by."""

    public: Callable[[], QuerySet]
    key: str = "slug"
    extra: tuple[str, ...] = ()


# In the order in which they are proposed where nothing else decides; events last, since there are so many alike.
_SOURCES: Mapping[str, _Source] = {
    "participant": _Source(lambda: Participant.objects.published()),
    "city": _Source(lambda: City.objects.all()),
    "country": _Source(lambda: Country.objects.all(), key="iso2", extra=("iso3",)),
    "series": _Source(lambda: EventSeries.objects.all(), extra=("abbreviation",)),
    "topic": _Source(lambda: Topic.objects.all()),
    "publisher": _Source(lambda: Publisher.objects.all()),
    "event": _Source(lambda: Event.objects.published()),
}
_RECORD_TYPES = tuple("eventseries" if kind == "series" else kind for kind in _SOURCES)


@dataclass(frozen=True, slots=True)
class Named:
    """A record by its names; `key` is its slug or code. `own` are the English name, the Russian and the Chinese (or empty)."""

    kind: str
    key: str
    names: tuple[str, ...]
    own: tuple[str, str, str]

    @property
    def name(self) -> str:
        """As the active language has it."""
        return own_name(self.own)

    @property
    def shown_language(self) -> str:
        return language_of(self.own)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record that may be meant, and the name that was typed where it is another than the record's own."""

    record: Named
    also: str = ""


class Label(NamedTuple):
    """A name, and its place among those of its kind in the order of the active language."""

    place: int
    text: str

    @classmethod
    def unknown(cls, value: str) -> Self:
        """What has no name is its own, after all others."""
        return cls(sys.maxsize, value)


def labels(names: Mapping[str, str]) -> dict[str, Label]:
    """The names by key as labels: sorted once, so that no page has to compare words."""
    ordered = sorted(names, key=lambda key: (sort_key(names[key]), key))
    return {key: Label(place, names[key]) for place, key in enumerate(ordered)}


class Directory:
    """All names at one point of the change log, sorted for prefixes."""

    def __init__(self, records: list[Named]) -> None:
        order = {kind: place for place, kind in enumerate(_SOURCES)}
        # Own names before others, shorter before longer.
        self._best = sorted(
            ((record, name) for record in records for name in record.names),
            key=lambda one: (order[one[0].kind], one[1] not in one[0].own, len(one[1]), one[1], one[0].key),
        )
        size = len(self._best)
        # Each key with the rank of its name; from within a name after all that are from its beginning.
        typed = sorted(
            (key, rank + size * (place > 0))
            for rank, (_record, name) in enumerate(self._best)
            for place, key in enumerate(_keys(name))
        )
        self._typed = [key for key, _rank in typed]
        self._ranks = [rank for _key, rank in typed]
        self._labels: dict[tuple[str, str | None], dict[str, Label]] = {}
        self._by_kind: dict[str, dict[str, Named]] = {kind: {} for kind in _SOURCES}
        for record in records:
            self._by_kind[record.kind][record.key] = record

    def suggest(self, text: str, most: int) -> list[Suggestion]:
        """Records of which a name has a word that begins so: the name itself first, then names that begin so."""
        wanted = _folded(text)
        if not wanted:
            return []
        start = bisect_left(self._typed, wanted)
        same = bisect_right(self._typed, wanted, start)
        end = bisect_left(self._typed, wanted + _LAST, same)
        size = len(self._best)
        exact = [rank for rank in sorted(self._ranks[start:same]) if rank < size]
        # More than are shown: a record has several names, and a kind may be full.
        others = nsmallest(most * 20, self._ranks[start:end])
        found: dict[Named, Suggestion] = {}
        kinds: Counter[str] = Counter()
        for rank in (*exact, *others):
            record, name = self._best[rank % size]
            if len(found) < most and record not in found and kinds[record.kind] < _MOST_OF_A_KIND:
                kinds[record.kind] += 1
                found[record] = Suggestion(record, also=name if name != record.name else "")
        return list(found.values())

    def labels(self, kind: str, language: str | None) -> Mapping[str, Label]:
        """The names of the public records of a kind by key, in the active language, which the caller hands over.

        Made once for each language: to ask for it anew for a hundred names takes longer than a search.
        """
        if (kind, language) not in self._labels:
            self._labels[kind, language] = labels({key: one.name for key, one in self._by_kind[kind].items()})
        return self._labels[kind, language]

    def having(self, kind: str, text: str) -> set[str]:
        """Keys of the records of which a name has these letters, wherever in it."""
        wanted = _folded(text)
        return {key for key, names in self._folded_names[kind].items() if wanted in names}

    @cached_property
    def _folded_names(self) -> dict[str, dict[str, str]]:
        return {
            kind: {key: "\n".join(map(_folded, record.names)) for key, record in records.items()}
            for kind, records in self._by_kind.items()
        }


def _folded(text: str) -> str:
    return " ".join(forms(text))


def _keys(name: str) -> Iterator[str]:
    """What a reader may begin to type: the name from each of its words on; where there are no blanks, from each sign on."""
    typed = forms(name)
    for place, form in enumerate(typed):
        rest = " ".join(typed[place:])
        for start in range(len(form)) if is_run(form) else (0,):
            yield rest[start : start + _KEY_LENGTH]


# The table ------------------------------------------------------------------------------------------------------------


def _read() -> Directory:
    records = []
    for kind, source in _SOURCES.items():
        fields = (source.key, "variants", *NAME_FIELDS, *source.extra)
        for key, variants, *others in source.public().order_by("pk").values_list(*fields):
            english, russian, chinese = others[: len(NAME_FIELDS)]
            names = tuple(dict.fromkeys(filter(None, (*others, *variants))))
            records.append(Named(kind, key, names, (english, russian, chinese)))
    return Directory(records)


# The names as they are now. One query where nothing has changed.
directory = Kept(_read, _RECORD_TYPES)
