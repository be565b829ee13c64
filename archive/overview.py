"""The archive as a whole: the order of its public records, their numbers, who leads; kept until one of them changes.

What pages would otherwise sort and count anew, over all records, for each reader. Each part is made when it is first
asked for, and the whole is left for a new one as soon as the change log names a record that it was made of
(`archive.kept`): no page is older than the last committed change.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from archive import dates
from archive.addresses import address
from archive.kept import Kept
from archive.languages import NAME_FIELDS, language_of, name_field, own_name, sort_key
from archive.models import Article, City, Country, Event, Participant, Publisher, Topic
from archive.querysets import count_by

# What an order, a number or a name here is made of.
_RECORD_TYPES = (
    "article",
    "attendance",
    "city",
    "country",
    "countrystatus",
    "coverage",
    "delegation",
    "event",
    "eventseries",
    "participant",
    "publisher",
    "topic",
)

# Participants are many: lists offer the most frequent.
OFFERED_PARTICIPANTS = 40
LEADERS = 12


class Timeline:
    """Dated records in time: their keys in either order, undated ones last, and the years that they may fall in. One query."""

    def __init__(self, records: QuerySet) -> None:
        rows = list(records.oldest().values_list("pk", "date_earliest", "date_latest"))  # type: ignore[attr-defined]
        dated = [row for row in rows if row[1] is not None]
        self.oldest = [row[0] for row in rows]
        self.undated = self.oldest[len(dated) :]
        # Ties keep their order, which is that of slugs, as in `newest()` of the records.
        self.newest = [row[0] for row in sorted(dated, key=lambda row: row[1:], reverse=True)] + self.undated
        self._first = np.array([first.year for _pk, first, _last in dated], dtype=np.int16)
        self._last = np.array([last.year for _pk, _first, last in dated], dtype=np.int16)
        self._by_year: dict[int, dict[int, int]] = {}

    def __len__(self) -> int:
        return len(self.oldest)

    def in_year(self, year: int) -> list[int]:
        """Keys of the records that `in_year()` finds, oldest first."""
        return [self.oldest[at] for at in np.flatnonzero((self._first <= year) & (year <= self._last))]

    def by_year(self) -> dict[int, int]:
        """How many `in_year()` finds, for each year from the first to the last that any date names.

        An open end reaches to the current year, an open start back to the first year.
        """
        today = timezone.localdate().year
        if today not in self._by_year:
            self._by_year = {today: self._counts(today)}
        return self._by_year[today]

    def _counts(self, today: int) -> dict[int, int]:
        named = {*self._first.tolist(), *self._last.tolist()} - {date.min.year, date.max.year}
        if date.max.year in self._last:
            named.add(today)
        if not named:
            return {}
        years = np.arange(min(named), max(named) + 1)
        begun = np.searchsorted(np.sort(self._first), years, side="right")
        ended = np.searchsorted(np.sort(self._last), years, side="left")
        return {year: n for year, n in zip(years.tolist(), (begun - ended).tolist(), strict=True) if n}


@dataclass(frozen=True, slots=True)
class Leader:
    """A record by its name, with the number of events or articles that it leads by."""

    kind: str
    slug: str
    name: str
    count: int
    # In which the name is shown.
    shown_language: str = "en"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address(self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class Name:
    """A record by its name; `key` is its slug or code, as its address has it."""

    key: str
    name: str
    # In which the name is shown.
    shown_language: str = "en"


@dataclass(frozen=True, slots=True)
class Anniversary:
    """An event that began, or an article that was published, on a day that is known: its day, model and key."""

    day: date
    model: Any
    pk: int


class Overview:
    """The archive at one point of the change log. Its parts are made when they are first asked for.

    What has names in it is made for each language of its readers by itself.
    """

    def __init__(self) -> None:
        self._counts: dict[Any, Mapping[int, tuple[int, int]]] = {}
        self._offered: dict[tuple[Any, str], tuple[tuple[str, str], ...]] = {}
        self._names: dict[tuple[Any, str], Mapping[int, Name]] = {}
        self._led: dict[tuple[str, str], tuple[Leader, ...]] = {}
        self._standing: dict[date, Mapping[str, tuple[int, ...]]] = {}

    @cached_property
    def events(self) -> Timeline:
        return Timeline(Event.objects.published())

    @cached_property
    def articles(self) -> Timeline:
        return Timeline(Article.objects.published())

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many public records there are, of the kinds that the home page counts."""
        return {
            "articles": len(self.articles),
            "events": len(self.events),
            "participants": Participant.objects.published().count(),
            "countries": Country.objects.count(),
        }

    @cached_property
    def anniversaries(self) -> Mapping[tuple[int, int], tuple[Anniversary, ...]]:
        """By month and day: events that were held and articles, newest first. Two queries."""
        found = defaultdict(list)
        for records in (Event.objects.published().held(), Article.objects.published()):
            for pk, text in records.order_by("slug").values_list("pk", "date"):
                partial = dates.parse_or_none(text)
                day = partial.first_day if partial else None
                if day:
                    found[day.month, day.day].append(Anniversary(day, records.model, pk))
        return {key: tuple(sorted(those, key=lambda one: one.day, reverse=True)) for key, those in found.items()}

    def standing(self, today: date) -> Mapping[str, tuple[int, ...]]:
        """Keys of the countries by their standing in the SCO on that day; those without any are left out. Two queries."""
        if today not in self._standing:
            found = defaultdict(list)
            for country in Country.objects.prefetch_related("sco_status"):
                if status := country.status_on(today):
                    found[status.status].append(country.pk)
            self._standing = {today: {status: tuple(keys) for status, keys in found.items()}}
        return self._standing[today]

    def timeline(self, model: Any) -> Timeline:
        return {Event: self.events, Article: self.articles}[model]

    def counts(self, model: Any) -> Mapping[int, tuple[int, int]]:
        """Numbers of public events and articles by key of a linked record; those with none are left out."""
        if model not in self._counts:
            self._counts[model] = model.objects.counts()
        return self._counts[model]

    @cached_property
    def covering(self) -> Mapping[int, int]:
        """How many public articles cover each public event, by its key; events without any are left out."""
        return count_by("Article", "events")

    def name(self, model: Any, pk: int) -> Name:
        """Of a country, city or publisher."""
        names = self._names.get((model, name_field()), {})
        if pk not in names:
            # First asked for, or newer than the rest of the overview.
            rows = model.objects.values_list("pk", "iso2" if model is Country else "slug", *NAME_FIELDS)
            names = self._names[model, name_field()] = {
                pk: Name(key.lower(), own_name(names), language_of(names)) for pk, key, *names in rows
            }
        return names[pk]

    @property
    def cities(self) -> tuple[Leader, ...]:
        """Those with the most events."""
        return self._leaders("cities", City.objects.all(), 0)

    @property
    def topics(self) -> tuple[Leader, ...]:
        """Those with the most articles."""
        return self._leaders("topics", Topic.objects.all(), 1)

    @property
    def people(self) -> tuple[Leader, ...]:
        """Those named in the most articles."""
        return self._leaders("people", Participant.objects.published().filter(kind=Participant.Kind.PERSON), 1)

    def offered(self, model: Any, key: str) -> tuple[tuple[str, str], ...]:
        """Key and name of the records that a list can be narrowed by: linked ones; of those that are many the most frequent."""
        if (made := self._offered.get((model, name_field()))) is not None:
            return made
        if model in (Participant, Publisher):
            among = Participant.objects.published() if model is Participant else Publisher.objects.all()
            leaders = self._leaders(f"offered {model.__name__}", among, 1, OFFERED_PARTICIPANTS)
            found = [(one.slug, one.name) for one in leaders]
        else:
            found = [
                (value, own_name(names)) for value, *names in model.objects.linked().values_list(key, *NAME_FIELDS)
            ]
        made = self._offered[model, name_field()] = tuple(found)
        return made

    def _leaders(self, what: Any, records: QuerySet, column: int, most: int = LEADERS) -> tuple[Leader, ...]:
        """Those of the records with the highest numbers in that column of `counts`; of equal ones the older records."""
        if (made := self._led.get((what, name_field()))) is not None:
            return made
        among = {pk: (slug, names) for pk, slug, *names in records.values_list("pk", "slug", *NAME_FIELDS)}
        numbers = {pk: pair[column] for pk, pair in self.counts(records.model).items() if pk in among and pair[column]}
        leading = sorted(numbers, key=lambda pk: (-numbers[pk], pk))[:most]
        kind = records.model._meta.model_name or ""
        found = (
            Leader(kind, slug, own_name(names), numbers[pk], language_of(names))
            for pk in leading
            for slug, names in [among[pk]]
        )
        made = self._led[what, name_field()] = tuple(
            sorted(found, key=lambda one: (-one.count, sort_key(one.name), one.slug))
        )
        return made


# The archive as it is now. One query where nothing has changed.
overview = Kept(Overview, _RECORD_TYPES)
