"""Who met whom: how many events two participants, or two countries, were both at.

Only public events that were held count. A participant was there where an attendance says so; a country where a delegation
came, or somebody in an office of that country (`AttendanceQuerySet.for_countries`). An event and the one that it is part
of are two events: who came to one is not taken to have been at the other. `EventQuerySet.with_present` finds exactly the
events that are counted here.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from archive.kept import Kept
from archive.languages import sort_key
from archive.models import Attendance, Country, CountryStatus, Delegation, Event, Participant
from archive.pictures.network_drawing import MOST_MARKS, Drawing, Places, draw, draw_around, layout
from archive.querysets import EventQuerySet

# What a number, a name or a form here follows from.
_RECORD_TYPES = (
    "attendance",
    "city",
    "country",
    "countrystatus",
    "delegation",
    "event",
    "eventseries",
    "office",
    "participant",
    "topic",
)

# Networks of narrowed events are many; those made last are kept.
_MOST_KEPT = 40

# Of whom one met, the page of one lists so many.
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Basis:
    """What a network is made of: events held, those with anybody named, those with two or more."""

    held: int
    named: int
    shared: int


@dataclass(frozen=True, slots=True)
class Node:
    """A participant or country; at how many events it was, how many others it met, at how many events in all."""

    record: Any
    events: int
    met: int
    meetings: int
    form: str  # of its mark: "member", "associated" or "none"

    @property
    def key(self) -> int:
        return self.record.pk

    @property
    def is_organisation(self) -> bool:
        return getattr(self.record, "kind", None) == Participant.Kind.ORGANISATION

    @property
    def name(self) -> str:
        return str(self.record)

    @property
    def query(self) -> str:
        """Of the list of the events."""
        return f"present={self.record.slug}"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that were both at `events` events."""

    one: Node
    other: Node
    events: int

    @property
    def query(self) -> str:
        """Of the list of these events."""
        return f"{self.one.query}&{self.other.query}"

    @property
    def keys(self) -> tuple[int, int]:
        return self.one.key, self.other.key

    def turned(self) -> "Pair":
        return Pair(self.other, self.one, self.events)


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair in a matrix, the one of the row first; `level` from 1 to 5 says how dark."""

    pair: Pair
    level: int


@dataclass(frozen=True, slots=True)
class Row:
    """Of a matrix: a cell for each column, None where the two never met."""

    node: Node
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The bare numbers by keys: events of each, events of each two (the lower key first)."""

    basis: Basis
    present: Mapping[int, int]
    shared: Mapping[tuple[int, int], int]


class Network:
    """The numbers, and what is drawn of them."""

    def __init__(self, counted: Counted, records: Mapping[int, Any], forms: Mapping[int, str]) -> None:
        """`records` are participants or countries by key, `forms` the forms of marks by the key of a country."""
        self.basis = counted.basis
        # A record may be younger than what was kept of the others: then its meetings are too.
        self._shared = {pair: n for pair, n in counted.shared.items() if records.keys() >= set(pair)}
        met = self._met = {key: Counter[int]() for key in counted.present if key in records}
        for (one, other), n in self._shared.items():
            met[one][other] = met[other][one] = n
        self.nodes = {
            key: Node(
                records[key],
                counted.present[key],
                len(others),
                others.total(),
                forms.get(_country_of(records[key]), "none"),
            )
            for key, others in met.items()
        }
        self._by_language: dict[tuple[str | None, str], Any] = {}

    @property
    def alone(self) -> int:
        """How many were at events, but with nobody else whom the archive names."""
        return sum(not node.met for node in self.nodes.values())

    @cached_property
    def pairs(self) -> list[Pair]:
        """In no order; `ranked` has one."""
        return [Pair(self.nodes[one], self.nodes[other], n) for (one, other), n in self._shared.items()]

    def ranked(self) -> list[Pair]:
        """Most events first, equal ones by name in the language at hand."""
        return self._in_language("pairs", self._ranked)

    def _ranked(self) -> list[Pair]:
        names = {node: sort_key(node.name) for node in self.nodes.values()}
        named = [pair if names[pair.one] <= names[pair.other] else pair.turned() for pair in self.pairs]
        return sorted(named, key=lambda pair: (-pair.events, names[pair.one], names[pair.other]))

    def around(self, key: int) -> list[Pair]:
        """The ranked pairs with that one, who comes first in each."""
        found = [Pair(self.nodes[key], self.nodes[other], n) for other, n in self._met.get(key, {}).items()]
        return sorted(found, key=lambda pair: (-pair.events, sort_key(pair.other.name)))

    @cached_property
    def leading(self) -> list[Node]:
        """Those who met somebody: the best connected first."""
        met = [node for node in self.nodes.values() if node.met]
        return sorted(met, key=lambda node: (-node.met, -node.meetings, -node.events, node.key))

    def drawing(self) -> Drawing:
        """The best connected and the strongest lines between them; the same for the same numbers."""
        return self._in_language("drawing", lambda: draw(self.leading[:MOST_MARKS], self.pairs, self._places))

    @cached_property
    def matrix(self) -> tuple["Row", ...]:
        """The best connected by the best connected; nobody by himself."""
        shown = self.leading[:MOST_MARKS]
        most = max((pair.events for pair in self.pairs), default=1)
        found = {pair.keys: pair for pair in self.pairs}

        def cell(row: Node, column: Node) -> Cell | None:
            pair = found.get((min(row.key, column.key), max(row.key, column.key)))
            return Cell(pair if pair.one is row else pair.turned(), _level(pair.events, most)) if pair else None

        return tuple(Row(row, tuple(cell(row, column) for column in shown)) for row in shown)

    @cached_property
    def _places(self) -> Places:
        drawn = {node.key for node in self.leading[:MOST_MARKS]}
        return layout(drawn, {pair: n for pair, n in self._shared.items() if drawn.issuperset(pair)})

    def _in_language(self, what: str, make: Callable[[], Any]) -> Any:
        key = (get_language(), what)
        if key not in self._by_language:
            self._by_language[key] = make()
        return self._by_language[key]


def _level(events: int, most: int) -> int:
    """From 1 to 5, as the number is to the largest."""
    return -(-5 * events // most)


def _country_of(record: Any) -> int:
    """Key of a country, or of the one somebody is from; 0 for none."""
    return record.pk if isinstance(record, Country) else record.country_id or 0


# Numbers of the database ----------------------------------------------------------------------------------------------


def _of_people(events: QuerySet) -> QuerySet:
    """Event and participant, for everybody who was there."""
    came = Attendance.objects.public().filter(event__in=events).order_by()
    return came.values_list("event", "participant").distinct()


def _of_countries(events: QuerySet) -> QuerySet:
    """Event and country, for each that was represented."""
    sent = Delegation.objects.taking_part().filter(event__in=events).order_by().values_list("event", "country")
    came: QuerySet = Attendance.objects.for_countries().filter(event__in=events).order_by()
    return sent.union(came.values_list("event", "for_country"))


# Each with itself too: that is the number of its own events.
_PAIRS = """
    SELECT a.who, b.who, COUNT(*) FROM presence a
    JOIN presence b ON b.event = a.event AND b.who >= a.who
    GROUP BY a.who, b.who
"""
_SIZES = """
    SELECT COUNT(*), COUNT(CASE WHEN size > 1 THEN 1 END)
    FROM (SELECT COUNT(*) AS size FROM presence GROUP BY event) AS sizes
"""


def count(presence: QuerySet, held: int) -> Counted:
    """Who shared how many events, counted in the database: two queries. `presence` are rows of event and key, each once."""
    connection = connections[presence.db]
    rows, parameters = presence.query.get_compiler(connection=connection).as_sql()
    # Django wrote the rows, and their values are parameters.
    presence_rows = f"WITH presence (event, who) AS ({rows})"
    with connection.cursor() as cursor:
        cursor.execute(f"{presence_rows} {_PAIRS}", parameters)
        pairs = {(one, other): n for one, other, n in cursor.fetchall()}
        cursor.execute(f"{presence_rows} {_SIZES}", parameters)
        named, shared = cursor.fetchone()
    return Counted(
        Basis(held, named, shared),
        {one: n for (one, other), n in sorted(pairs.items()) if one == other},
        {pair: n for pair, n in sorted(pairs.items()) if pair[0] != pair[1]},
    )


# How the mark of a country is drawn, and of those who come from it, by its standing.
_FORMS: Mapping[str, str] = {
    CountryStatus.Standing.FOUNDING_MEMBER: "member",
    CountryStatus.Standing.MEMBER: "member",
    CountryStatus.Standing.OBSERVER: "associated",
    CountryStatus.Standing.DIALOGUE_PARTNER: "associated",
    CountryStatus.Standing.PARTNER: "associated",
}


class Networks:
    """All networks at one point of the change log; each is made when it is first asked for."""

    def __init__(self) -> None:
        self._networks: dict[tuple[str, Hashable], Network] = {}
        self._today = timezone.localdate()

    @cached_property
    def _countries(self) -> dict[int, Country]:
        found = Country.objects.prefetch_related("sco_status").only("iso2", "name", "name_ru", "name_zh")
        return {country.pk: country for country in found}

    @cached_property
    def _people(self) -> dict[int, Participant]:
        fields = ("slug", "kind", "country", "status", "name", "name_ru", "name_zh")
        found = Participant.objects.published().filter(pk__in=Attendance.objects.values("participant")).only(*fields)
        return {person.pk: person for person in found}

    def _forms(self) -> dict[int, str]:
        today = timezone.localdate()
        standings = {pk: country.status_on(today) for pk, country in self._countries.items()}
        return {pk: _FORMS.get(one.status, "none") for pk, one in standings.items() if one}

    def of(self, show: str, events: EventQuerySet | None = None, narrowed: Hashable = ()) -> Network:
        """The network of "people" or "countries" at the held ones of the events (all public ones where None).

        `narrowed` says which events they are: for equal values the network is made once.
        """
        if self._today != timezone.localdate():
            self._networks, self._today = {}, timezone.localdate()  # standings end
        key = (show, narrowed)
        network = self._networks.get(key)
        if network is None:
            # The two whole ones are on every page: they stay.
            for old in [key for key in self._networks if key[1]][: -_MOST_KEPT + 1]:
                self._networks.pop(old, None)
            network = self._networks[key] = self._made(show, Event.objects.published() if events is None else events)
        return network

    def _made(self, show: str, events: EventQuerySet) -> Network:
        held = events.held().order_by()
        rows = {"people": _of_people, "countries": _of_countries}[show](held.values("pk"))
        records: Mapping[int, Any] = self._people if show == "people" else self._countries
        return Network(count(rows, held.count()), records, self._forms())


# The networks as the archive is now. One query where nothing has changed.
networks = Kept(Networks, _RECORD_TYPES)


# Of one ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ego:
    """Whom one met: the first of the pairs, how many there are, and a drawing of those met most often."""

    record: Any
    node: Node | None
    pairs: tuple[Pair, ...]
    total: int
    drawing: Drawing | None


def ego_network(record: Participant | Country, last: tuple[int, str] | None = None) -> Ego:
    """Of all held events. `last` is the head of the change log, where it was asked for already."""
    network = networks(last).of("countries" if isinstance(record, Country) else "people")
    node = network.nodes.get(record.pk)
    pairs = network.around(record.pk) if node else []
    drawing = draw_around(node, pairs) if node and pairs else None
    return Ego(record, node, tuple(pairs[:MOST_LISTED]), len(pairs), drawing)
