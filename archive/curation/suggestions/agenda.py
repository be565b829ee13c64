"""The archive's events as suggestions need them, kept in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from archive.models import Attendance, Delegation, Event, EventSeries, Participant, Status

# The series that “summit” means where nothing else is said.
SUMMITS = "council-of-heads-of-state"

# What a body's name has around what it is about: “Meeting of Defence Ministers”, “SCO defence chiefs' meeting”.
_BEFORE = (
    *("the ", "sco ", "regular ", "annual ", "top ", "national ", "joint ", "board ", "meeting of ", "meetings of "),
    *("council of ", "conference of ", "session of ", "совет ", "совещание ", "заседание ", "саммиты "),
)
_AFTER = (
    " meetings",
    " meeting",
    "' meeting",
    " conference",
    " council",
    " conferences",
    "'",
    "’",
    "会议",
    "理事会",
    "会晤",
)

# What kinds of events are called where nothing else is said.
KIND_WORDS: dict[str, tuple[str, ...]] = {
    Event.Kind.SUMMIT: ("summit", "саммит", "峰会"),
    Event.Kind.EXERCISE: (
        "drill",
        "drills",
        "exercise",
        "exercises",
        "war games",
        "maneuvers",
        "учения",
        "учений",
        "演习",
    ),
    Event.Kind.BILATERAL_MEETING: (
        *("met", "meet", "meets", "meeting", "talks", "discussed", "discuss", "hosted", "told", "counterpart"),
        *("встретился", "встреча", "переговоры", "会见", "会谈"),
    ),
    Event.Kind.RECEPTION: ("received", "receives", "met", "meets", "meeting", "met with", "принял", "会见"),
    Event.Kind.SIGNING: ("signed", "signing", "signs", "inked", "memorandum", "подписал", "подписали", "签署"),
    Event.Kind.BRIEFING: (
        *("briefing", "press conference", "news conference", "press briefing", "news briefing"),
        *("брифинг", "брифинге", "пресс-конференция", "пресс-конференции", "记者会"),
    ),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, and what can tell it from others. Without a date, its days are None."""

    slug: str
    name: str
    kind: str
    series: str
    ordinal: int
    first: date | None
    last: date | None
    city: str
    hosts: frozenset[str]
    people: frozenset[str]
    bodies: frozenset[str]
    countries: frozenset[str]
    parent: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agenda:
    """All events but withdrawn ones."""

    events: dict[str, Happening]
    by_series: dict[str, tuple[Happening, ...]]
    by_kind: dict[str, tuple[Happening, ...]]
    by_city: dict[str, tuple[Happening, ...]]
    # Slug and name of a series, and words by which it is spoken of.
    cues: tuple[tuple[str, str, str], ...]
    # Slug of the event at which the SCO was founded: its first summit.
    founding: str


def read_agenda() -> Agenda:
    """A constant number of queries."""
    people: dict[int, set[str]] = defaultdict(set)
    bodies: dict[int, set[str]] = defaultdict(set)
    rows = Attendance.objects.values_list("event_id", "participant__slug", "participant__kind")
    for event, slug, kind in rows:
        (people if kind == Participant.Kind.PERSON else bodies)[event].add(slug)
    countries: dict[int, set[str]] = defaultdict(set)
    for event, iso2 in Delegation.objects.values_list("event_id", "country__iso2"):
        countries[event].add(iso2)
    records = Event.objects.exclude(status=Status.WITHDRAWN).select_related("series", "city", "parent")
    events = [
        Happening(
            record.slug,
            record.name,
            record.kind,
            record.series.slug if record.series else "",
            record.ordinal or 0,
            record.date_earliest,
            record.date_latest,
            record.city.slug if record.city else "",
            frozenset(country.iso2 for country in record.host_countries.all()),
            frozenset(people[record.pk]),
            frozenset(bodies[record.pk]),
            frozenset(countries[record.pk]),
            record.parent.slug if record.parent else "",
            tuple(record.all_names),
        )
        for record in records.prefetch_related("host_countries").order_by("pk")
    ]
    series = list(EventSeries.objects.order_by("pk"))
    return Agenda(
        {event.slug: event for event in events},
        _grouped(events, "series"),
        _grouped(events, "kind"),
        _grouped(events, "city"),
        tuple((one.slug, one.name, cue) for one in series for cue in sorted(set(cues_of(one)))),
        next((event.slug for event in events if event.ordinal == 1 and event.series == SUMMITS), ""),
    )


def _grouped(events: Iterable[Happening], name: str) -> dict[str, tuple[Happening, ...]]:
    found: dict[str, list[Happening]] = defaultdict(list)
    for event in events:
        found[getattr(event, name)].append(event)
    return {key: tuple(group) for key, group in found.items() if key}


def cues_of(series: EventSeries) -> Iterator[str]:
    """The names of a series, and what they are about: “Meeting of Defence Ministers” → “defence ministers”."""
    for name in series.all_names:
        yield name
        bare = name.partition(" (")[0].lower().replace("’", "'")
        # What can't be told from other words without its capitals keeps its whole name.
        if series.kind == EventSeries.Kind.EXERCISE:
            continue
        stripped = True
        while stripped:
            shorter = bare
            for word in _BEFORE:
                shorter = shorter.removeprefix(word)
            for word in _AFTER:
                shorter = shorter.removesuffix(word)
            stripped, bare = shorter != bare, shorter
        yield bare
        # Not the other way round: “foreign minister” is somebody.
        if bare.isascii() and not bare.endswith("s"):
            yield f"{bare}s"
        yield from _turned(bare)


def _turned(phrase: str) -> Iterator[str]:
    """“Defence ministers” → “ministers of defence”; “security council secretaries” → “secretaries of security councils”."""
    *about, who = phrase.split()
    if about and "of" not in about and who.endswith("s") and who.isascii():
        yield f"{who} of {' '.join(about)}"
        yield f"{who} of {' '.join(about)}s"
