"""The archive as a whole: the order of its public records, their numbers, who leads; kept until one of them changes.

What pages would otherwise sort and count anew, over all records, for each reader. Each part is made when it is first
asked for, and the whole is left for a new one as soon as the change log names a record that it was made of
(`archive.kept`): no page is older than the last committed change.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from archive.addresses import address
from archive.gaps import gaps
from archive.kept import Kept
from archive.models import Article, City, Country, Event, EventSeries, Participant, Topic
from archive.querysets import count_by

# What an order, a number or a name here is made of.
_RECORD_TYPES = (
    "article",
    "attendance",
    "city",
    "country",
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
    """Dated records in time: their keys in either order, undated ones last, and when each may have been. One query."""

    def __init__(self, records: QuerySet) -> None:
        rows = list(records.oldest().values_list("pk", "date_earliest", "date_latest"))  # type: ignore[attr-defined]
        dated = [row for row in rows if row[1] is not None]
        self.oldest = [row[0] for row in rows]
        self.undated = self.oldest[len(dated) :]
        # Ties keep their order, which is that of slugs, as in `newest()` of the records.
        self.newest = [row[0] for row in sorted(dated, key=lambda row: row[1:], reverse=True)] + self.undated
        self._months = np.array([[_month(first), _month(last)] for _pk, first, last in dated], dtype=np.int32).reshape(
            -1, 2
        )

    def __len__(self) -> int:
        return len(self.oldest)

    @cached_property
    def all(self) -> "Selection":
        return Selection(self, np.arange(len(self), dtype=np.int32))

    def among(self, keys: Iterable[int]) -> "Selection":
        """Those of the records that have one of the keys, each once; a key of no public record is passed over."""
        places = {self._places[key] for key in keys if key in self._places}
        return Selection(self, np.array(sorted(places), dtype=np.int32))

    def in_year(self, year: int) -> "Selection":
        """As of a selection, of all records."""
        return self.all.in_year(year)

    def by_year(self) -> dict[int, int]:
        """As of a selection, of all records."""
        return self.all.by_year()

    @cached_property
    def _places(self) -> Mapping[int, int]:
        """Where each key stands in `oldest`."""
        return {key: place for place, key in enumerate(self.oldest)}

    @cached_property
    def _ranks(self) -> np.ndarray:
        """Where each record, in the order of `oldest`, stands in `newest`."""
        ranks = np.empty(len(self), dtype=np.int32)
        ranks[[self._places[key] for key in self.newest]] = np.arange(len(self))
        return ranks


def _month(day: date) -> int:
    """A number for the month: months follow one another without a gap."""
    return day.year * 12 + day.month - 1


_FIRST_MONTH, _LAST_MONTH = _month(date.min), _month(date.max)


class Selection:
    """Some of the records of a timeline, by their places in it: how many, in either order, and how many when. No query."""

    def __init__(self, timeline: Timeline, places: np.ndarray) -> None:
        self._timeline = timeline
        self._places = places
        # Undated ones stand last.
        dated = places[: np.searchsorted(places, len(timeline._months))]
        self._months = timeline._months[dated]
        self._by_year: dict[int, dict[int, int]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def oldest(self, most: int | None = None) -> list[int]:
        """Keys, oldest first."""
        return [self._timeline.oldest[place] for place in self._places[:most]]

    def newest(self, most: int | None = None) -> list[int]:
        """Keys, newest first, undated last."""
        ranks = np.sort(self._timeline._ranks[self._places])[:most]
        return [self._timeline.newest[rank] for rank in ranks]

    @property
    def undated(self) -> int:
        return len(self._places) - len(self._months)

    def in_year(self, year: int) -> "Selection":
        """What may fall in the year, as `in_year()` of the records."""
        return self._where(self._overlaps(year * 12, year * 12 + 11))

    def in_month(self, year: int, month: int) -> "Selection":
        """What may fall in the month and not just anywhere in the year; the rest of the year for month 0: as `in_month()`."""
        anywhere = self._anywhere(year)
        if not month:
            return self._where(anywhere)
        return self._where(self._overlaps(at := year * 12 + month - 1, at) & ~anywhere)

    def by_month(self, year: int) -> dict[int, int]:
        """How many `in_month()` finds for each month with any, 0 for the one that is not known."""
        return {month: n for month in range(13) if (n := len(self.in_month(year, month)))}

    def by_year(self) -> dict[int, int]:
        """How many `in_year()` finds, for each year from the first to the last that any date names.

        An open end reaches to the current year, an open start back to the first year.
        """
        today = timezone.localdate().year
        if today not in self._by_year:
            self._by_year = {today: self._counts(today)}
        return self._by_year[today]

    def _counts(self, today: int) -> dict[int, int]:
        first, last = self._months[:, 0] // 12, self._months[:, 1] // 12
        named = {*first.tolist(), *last.tolist()} - {date.min.year, date.max.year}
        if date.max.year in last:
            named.add(today)
        if not named:
            return {}
        years = np.arange(min(named), max(named) + 1)
        begun = np.searchsorted(np.sort(first), years, side="right")
        ended = np.searchsorted(np.sort(last), years, side="left")
        return {year: n for year, n in zip(years.tolist(), (begun - ended).tolist(), strict=True) if n}

    def _overlaps(self, since: int, until: int) -> np.ndarray:
        return (self._months[:, 0] <= until) & (since <= self._months[:, 1])

    def _anywhere(self, year: int) -> np.ndarray:
        """Of the year, but no month of it is known: it may be any, or one side is open."""
        first, last = self._months[:, 0], self._months[:, 1]
        is_open = (first == _FIRST_MONTH) | (last == _LAST_MONTH)
        whole = (first <= year * 12) & (year * 12 + 11 <= last)
        return self._overlaps(year * 12, year * 12 + 11) & (is_open | whole)

    def _where(self, wanted: np.ndarray) -> "Selection":
        return Selection(self._timeline, self._places[: len(self._months)][wanted])


@dataclass(frozen=True, slots=True)
class Leader:
    """A record by its name, with the number of events or articles that it leads by."""

    kind: str
    slug: str
    name: str
    count: int

    def get_absolute_url(self) -> str:
        return address(self.kind, self.slug.lower())


@dataclass(frozen=True, slots=True)
class Name:
    """A record by its name; `key` is its slug or code, as its address has it."""

    key: str
    name: str


class Overview:
    """The archive at one point of the change log. Its parts are made when they are first asked for."""

    def __init__(self) -> None:
        self._counts: dict[Any, Mapping[int, tuple[int, int]]] = {}
        self._offered: dict[Any, tuple[tuple[str, str], ...]] = {}
        self._names: dict[Any, Mapping[int, Name]] = {}
        self._beside: dict[tuple[Any, ...], tuple[Leader, ...]] = {}

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
        names = self._names.get(model, {})
        if pk not in names:
            # First asked for, or newer than the rest of the overview.
            rows = model.objects.values_list("pk", "iso2" if model is Country else "slug", "name")
            names = self._names[model] = {pk: Name(key.lower(), name) for pk, key, name in rows}
        return names[pk]

    @cached_property
    def cities(self) -> tuple[Leader, ...]:
        """Those with the most events."""
        return self._leaders(City.objects.all(), 0)

    @cached_property
    def topics(self) -> tuple[Leader, ...]:
        """Those with the most articles."""
        return self._leaders(Topic.objects.all(), 1)

    @cached_property
    def people(self) -> tuple[Leader, ...]:
        """Those named in the most articles."""
        return self._leaders(Participant.objects.published().filter(kind=Participant.Kind.PERSON), 1)

    def offered(self, model: Any, key: str) -> tuple[tuple[str, str], ...]:
        """Key and name of the records that a list can be narrowed by: linked ones; of many participants the most frequent."""
        if model not in self._offered:
            if model is Participant:
                leaders = self._leaders(Participant.objects.published(), 1, OFFERED_PARTICIPANTS)
                found = [(one.slug, one.name) for one in leaders]
            else:
                found = list(model.objects.linked().values_list(key, "name"))
            self._offered[model] = tuple(found)
        return self._offered[model]

    def of(self, record: Any) -> tuple[Selection, Selection]:
        """The public events and articles of a linked record, those that `counts` counts; two queries, or three."""
        linked = type(record).objects
        return self.events.among(linked.event_keys(record)), self.articles.among(linked.article_keys(record))

    def beside(self, record: Any, model: Any, via: Any, link: str = "") -> tuple[Leader, ...]:
        """Records of another model that most public events, or articles (`via`), share with the record.

        `link` is the lookup from there to the model, where it isn't the usual one.
        """
        key = (type(record), record.pk, model, via, link)
        if key not in self._beside:
            kind = "event" if via is Event else "article"
            own, other = getattr(record, f"{kind}_link"), link or getattr(model, f"{kind}_link")
            records = model.objects.published() if model is Participant else model.objects.all()
            self._beside[key] = _leading(records, count_by(via.__name__, other, among=(own, record)))
        return self._beside[key]

    @cached_property
    def missing(self) -> Mapping[int, tuple[Leader, ...]]:
        """By year, the series that meet every year and have no event of it here, by name; with their numbers of events."""
        found: dict[int, list[Leader]] = defaultdict(list)
        rows = Event.objects.published().filter(series__is_yearly=True).in_series_order()
        members: dict[int, list[Any]] = defaultdict(list)
        for row in rows.values_list("series", "ordinal", "date_earliest", "date_latest", named=True):
            members[row.series].append(row)
        for pk, slug, name in EventSeries.objects.filter(pk__in=members).named().values_list("pk", "slug", "name"):
            for gap in gaps(members[pk], is_yearly=True):
                if gap.kind == "years":
                    for year in range(gap.first, gap.last + 1):
                        found[year].append(Leader("series", slug, name, len(members[pk])))
        return {year: tuple(series) for year, series in found.items()}

    def _leaders(self, records: QuerySet, column: int, most: int = LEADERS) -> tuple[Leader, ...]:
        """Those of the records with the highest numbers in that column of `counts`."""
        return _leading(records, {pk: pair[column] for pk, pair in self.counts(records.model).items()}, most)


def _leading(records: QuerySet, numbers: Mapping[int, int], most: int = LEADERS) -> tuple[Leader, ...]:
    """Those of the records with the highest numbers by key, none without any; of equal ones the older records."""
    key = "iso2" if records.model is Country else "slug"
    among = {pk: (slug, name) for pk, slug, name in records.values_list("pk", key, "name")}
    leading = sorted((pk for pk, n in numbers.items() if n and pk in among), key=lambda pk: (-numbers[pk], pk))[:most]
    kind = {"eventseries": "series"}.get(name := records.model._meta.model_name or "", name)
    found = (Leader(kind, *among[pk], numbers[pk]) for pk in leading)
    return tuple(sorted(found, key=lambda one: (-one.count, one.name)))


# The archive as it is now. One query where nothing has changed.
overview = Kept(Overview, _RECORD_TYPES)
