"""The archive as a whole: the order of its public records, their numbers, who leads; kept until one of them changes.

What pages would otherwise sort and count anew, over all records, for each reader. Each part is made when it is first
asked for, and the whole is left for a new one as soon as the change log names a record that it was made of
(`archive.kept`): no page is older than the last committed change.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from archive import dates
from archive.addresses import address
from archive.gaps import gaps
from archive.kept import Kept
from archive.languages import NAME_FIELDS, language_of, name_field, own_name, sort_key
from archive.models import (
    Article,
    City,
    CorrectionNote,
    Country,
    DuplicateDecision,
    Event,
    EventSeries,
    Participant,
    Publisher,
    Topic,
)
from archive.models.base import Reviewed
from archive.querysets import count_by, month_days

# What an order, a number or a name here is made of.
_RECORD_TYPES = (
    "article",
    "attendance",
    "city",
    "correctionnote",
    "country",
    "countrystatus",
    "coverage",
    "delegation",
    "duplicatedecision",
    "event",
    "eventseries",
    "participant",
    "publisher",
    "topic",
)

# Participants are many: lists offer the most frequent.
OFFERED_PARTICIPANTS = 40
LEADERS = 12

# Of what is made for single records (cards, selections) so many things are kept; with more, all are left and made anew.
MOST_MADE = 6000

T = TypeVar("T")

# What is kept of each record of the kinds that others name, next to its key and names.
_LIGHT: Mapping[Any, tuple[str, ...]] = {
    City: ("slug",),
    Country: ("iso2",),
    Event: (
        *("slug", "status", "date", "kind", "state", "place", "format", "city", "series", "ordinal", "ordinal_basis"),
    ),
    EventSeries: ("slug",),
    Participant: ("slug", "status", "kind", "country"),
    Publisher: ("slug",),
    Topic: ("slug",),
}


class Timeline:
    """Dated records in time: their keys in either order, undated ones last, and when each may have been. One query."""

    def __init__(self, records: QuerySet) -> None:
        rows = list(records.oldest().values_list("pk", "date_earliest", "date_latest"))  # type: ignore[attr-defined]
        dated = [row for row in rows if row[1] is not None]
        self.oldest = [row[0] for row in rows]
        self.undated = self.oldest[len(dated) :]
        # Ties keep their order, which is that of slugs, as in `newest()` of the records.
        self.newest = [row[0] for row in sorted(dated, key=lambda row: row[1:], reverse=True)] + self.undated
        spans = [day for _pk, *span in dated for day in span]
        self._days = np.array([day.toordinal() for day in spans], dtype=np.int32).reshape(-1, 2)
        self._years = np.array([day.year for day in spans], dtype=np.int16).reshape(-1, 2)

    def __len__(self) -> int:
        return len(self.oldest)

    @cached_property
    def all(self) -> "Selection":
        return Selection(self, np.arange(len(self), dtype=np.int32))

    def among(self, keys: Iterable[int]) -> "Selection":
        """Those of the records that have one of the keys, each once; a key of no public record is passed over."""
        known = self._places
        places = {known.get(key, -1) for key in keys} - {-1}
        return Selection(self, np.sort(np.fromiter(places, np.int32, len(places))))

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


class Selection:
    """Some of the records of a timeline, by their places in it: how many, in either order, and how many when. No query."""

    def __init__(self, timeline: Timeline, places: np.ndarray) -> None:
        self._timeline = timeline
        self._places = places
        # Undated ones stand last.
        dated = places[: np.searchsorted(places, len(timeline._days))]
        self._days, self._years = timeline._days[dated], timeline._years[dated]
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
        return len(self._places) - len(self._days)

    def in_year(self, year: int) -> "Selection":
        """What may fall in the year, as `in_year()` of the records."""
        return self._where(self._overlaps(date(year, 1, 1), date(year, 12, 31)))

    def in_month(self, year: int, month: int) -> "Selection":
        """As `in_month()` of the records: what may be any day of the year stands under month 0."""
        whole = (self._days[:, 0] <= date(year, 1, 1).toordinal()) & (
            date(year, 12, 31).toordinal() <= self._days[:, 1]
        )
        return self._where(self._overlaps(*month_days(year, month)) & ~whole if month else whole)

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
        first, last = self._years.T
        named = {*first.tolist(), *last.tolist()} - {date.min.year, date.max.year}
        if date.max.year in last:
            named.add(today)
        if not named:
            return {}
        years = np.arange(min(named), max(named) + 1)
        begun = np.searchsorted(np.sort(first), years, side="right")
        ended = np.searchsorted(np.sort(last), years, side="left")
        return {year: n for year, n in zip(years.tolist(), (begun - ended).tolist(), strict=True) if n}

    def _overlaps(self, since: date, until: date) -> np.ndarray:
        return (self._days[:, 0] <= until.toordinal()) & (since.toordinal() <= self._days[:, 1])

    def _where(self, wanted: np.ndarray) -> "Selection":
        return Selection(self._timeline, self._places[: len(self._days)][wanted])


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
        return address(self.kind, self.slug.lower())


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


def part(make: Callable[["Overview"], T]) -> T:
    """Decorator: a property of the overview that is made when it is first asked for."""

    def read(overview: "Overview") -> T:
        return overview._part((make.__name__,), lambda: make(overview))

    return property(read, doc=make.__doc__)  # type: ignore[return-value]  # what is read of it is a T


class Overview:
    """The archive at one point of the change log. Its parts are made when they are first asked for.

    What has names in it is made for each language of its readers by itself.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._parts: dict[tuple[Any, ...], Any] = {}
        # Things of single records, which `each` bounds.
        self._made: dict[tuple[Any, ...], Any] = {}

    def _part(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What is kept under the key. One thread makes it while others wait: after a change dozens want the same at once."""
        found: T | None = self._parts.get(key)
        if found is None:
            with self._lock:
                found = self._parts.get(key)
                if found is None:
                    found = self._parts[key] = make()
        return found

    @part
    def events(self) -> Timeline:
        return Timeline(Event.objects.published())

    @part
    def articles(self) -> Timeline:
        return Timeline(Article.objects.published())

    @part
    def totals(self) -> dict[str, int]:
        """How many public records there are, of the kinds that the home page counts."""
        return {
            "articles": len(self.articles),
            "events": len(self.events),
            "participants": Participant.objects.published().count(),
            "countries": Country.objects.count(),
        }

    @part
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

        def make() -> Mapping[str, tuple[int, ...]]:
            found = defaultdict(list)
            for country in Country.objects.prefetch_related("sco_status"):
                if status := country.status_on(today):
                    found[status.status].append(country.pk)
            return {status: tuple(keys) for status, keys in found.items()}

        return self._part(("standing", today), make)

    @part
    def corrected(self) -> frozenset[tuple[str, int]]:
        """Kind and key of the records with a correction note. One query."""
        return frozenset(CorrectionNote.objects.order_by().values_list("record_type", "record_id"))

    @part
    def copies(self) -> Mapping[int, tuple[int, ...]]:
        """By article, the articles that a curator found to be syndicated copies of it, or it of them. One query."""
        found: dict[int, list[int]] = defaultdict(list)
        for one, other in DuplicateDecision.objects.syndicated().values_list("first", "second"):
            found[one].append(other)
            found[other].append(one)
        return {key: tuple(others) for key, others in found.items()}

    @part
    def documents(self) -> Mapping[int, tuple[Sequence[int], Sequence[int]]]:
        """By source document the positions in it of its public articles, in order, and the keys of those. One query."""
        rows = Article.objects.published().filter(source_document__isnull=False, source_position__isnull=False)
        places = rows.order_by("source_position").values_list("source_document", "source_position", "pk")
        found: dict[int, tuple[list[Any], list[int]]] = defaultdict(lambda: ([], []))
        for document, position, pk in places:
            positions, keys = found[document]
            positions.append(position)
            keys.append(pk)
        return dict(found)

    def records(self, model: Any) -> Mapping[int, Any]:
        """All public records of a kind that others name, by key: names and little else is loaded of them. One query.

        Participants have their country. They are shared by all threads: to be read only.
        """

        def make() -> Mapping[int, Any]:
            found = model.objects.published() if issubclass(model, Reviewed) else model.objects.all()
            made = {one.pk: one for one in found.order_by().only(*_LIGHT[model], *NAME_FIELDS)}
            if model is Participant:
                countries = self.records(Country)
                for one in made.values():
                    one.country = countries.get(one.country_id)
            return made

        return self._part(("records", model), make)

    def each(self, what: Any, keys: Iterable[int], make: Callable[[list[int]], Mapping[int, T]]) -> dict[int, T]:
        """A thing for each of the keys, in their order, kept for the language at hand; `what` tells it from others.

        `make` makes those that are not there yet, for as many keys as there are such things.
        """
        language, made = name_field(), self._made
        found = {key: made.get((what, language, key)) for key in keys}
        if lacking := [key for key, thing in found.items() if thing is None]:
            fresh = make(lacking)
            if len(made) + len(fresh) > MOST_MADE:
                made.clear()
            for key, thing in fresh.items():
                found[key] = made[what, language, key] = thing
        return {key: thing for key, thing in found.items() if thing is not None}

    def once(self, what: Any, make: Callable[[], T]) -> T:
        """A thing that is kept for the language at hand, as those of `each`."""
        return self.each(what, [0], lambda _keys: {0: make()})[0]

    def timeline(self, model: Any) -> Timeline:
        return {Event: self.events, Article: self.articles}[model]

    def counts(self, model: Any) -> Mapping[int, tuple[int, int]]:
        """Numbers of public events and articles by key of a linked record; those with none are left out."""
        return self._part(("counts", model), model.objects.counts)

    @part
    def covering(self) -> Mapping[int, int]:
        """How many public articles cover each public event, by its key; events without any are left out."""
        return count_by("Article", "events")

    def name(self, model: Any, pk: int) -> Name:
        """Of a country, city or publisher."""

        def make() -> Mapping[int, Name]:
            rows = model.objects.values_list("pk", "iso2" if model is Country else "slug", *NAME_FIELDS)
            return {pk: Name(key.lower(), own_name(names), language_of(names)) for pk, key, *names in rows}

        key = ("names", model, name_field())
        names = self._part(key, make)
        if pk not in names:
            # Newer than the rest of the overview.
            names = self._parts[key] = make()
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

        def make() -> tuple[tuple[str, str], ...]:
            if model in (Participant, Publisher):
                among = Participant.objects.published() if model is Participant else Publisher.objects.all()
                leaders = self._leaders(f"offered {model.__name__}", among, 1, OFFERED_PARTICIPANTS)
                return tuple((one.slug, one.name) for one in leaders)
            rows = model.objects.linked().values_list(key, *NAME_FIELDS)
            return tuple((value, own_name(names)) for value, *names in rows)

        return self._part(("offered", model, name_field()), make)

    def of(self, record: Any) -> tuple[Selection, Selection]:
        """The public events and articles of a linked record, those that `counts` counts; two queries, or three, once."""
        linked = type(record).objects

        def select(_keys: list[int]) -> dict[int, tuple[Selection, Selection]]:
            events = self.events.among(linked.event_keys(record))
            return {record.pk: (events, self.articles.among(linked.article_keys(record)))}

        return self.each(("of", type(record)), [record.pk], select)[record.pk]

    def selected(self, what: Any, record: Any, keys: Callable[[], Iterable[int]]) -> Selection:
        """Of the public articles those of the keys, which are asked for once; `what` tells them from others of the record."""
        return self.each(what, [record.pk], lambda _keys: {record.pk: self.articles.among(keys())})[record.pk]

    def beside(self, record: Any, model: Any, via: Any, link: str = "") -> tuple[Leader, ...]:
        """Records of another model that most public events, or articles (`via`), share with the record.

        `link` is the lookup from there to the model, where it isn't the usual one.
        """
        kind = "event" if via is Event else "article"
        link = link or getattr(model, f"{kind}_link")
        key = (type(record), record.pk, model, kind, link)
        own = getattr(record, f"{kind}_link")
        records = model.objects.published() if model is Participant else model.objects.all()
        return self._leading(key, records, lambda: count_by(via.__name__, link, among=(own, record)))

    @part
    def missing(self) -> Mapping[int, tuple[int, ...]]:
        """By year, keys of the series that meet every year and have no event of it here. One query."""
        members: dict[int, list[Any]] = defaultdict(list)
        rows = Event.objects.published().filter(series__is_yearly=True).in_series_order()
        for row in rows.values_list("series", "ordinal", "date_earliest", "date_latest", named=True):
            members[row.series].append(row)
        found: dict[int, list[int]] = defaultdict(list)
        for pk, events in members.items():
            for gap in gaps(events, is_yearly=True):
                if gap.kind == "years":
                    for year in range(gap.first, gap.last + 1):
                        found[year].append(pk)
        return {year: tuple(keys) for year, keys in found.items()}

    def _leaders(self, what: Any, records: QuerySet, column: int, most: int = LEADERS) -> tuple[Leader, ...]:
        """Those of the records with the highest numbers in that column of `counts`."""

        def numbers() -> Mapping[int, int]:
            return {pk: pair[column] for pk, pair in self.counts(records.model).items()}

        return self._leading(what, records, numbers, most)

    def _leading(
        self, what: Any, records: QuerySet, numbers: Callable[[], Mapping[int, int]], most: int = LEADERS
    ) -> tuple[Leader, ...]:
        """Those of the records with the highest numbers by key, none without any; of equal ones the older records.

        `what` tells these leaders from others.
        """

        def make() -> tuple[Leader, ...]:
            key = "iso2" if records.model is Country else "slug"
            among = {pk: (slug, names) for pk, slug, *names in records.values_list("pk", key, *NAME_FIELDS)}
            counted = self._part(("numbers", what), numbers)
            leading = sorted((pk for pk, n in counted.items() if n and pk in among), key=lambda pk: (-counted[pk], pk))
            kind = {"eventseries": "series"}.get(name := records.model._meta.model_name or "", name)
            found = (
                Leader(kind, slug, own_name(names), counted[pk], language_of(names))
                for pk in leading[:most]
                for slug, names in [among[pk]]
            )
            return tuple(sorted(found, key=lambda one: (-one.count, sort_key(one.name), one.slug)))

        return self._part(("leaders", what, name_field()), make)


# The archive as it is now. One query where nothing has changed.
overview = Kept(Overview, _RECORD_TYPES)
