"""The one pass over a draft, and what comes of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from archive import dates as edtf
from archive.curation.suggestions import datelines, dates, events, people, places, topics
from archive.curation.suggestions.agenda import KIND_WORDS, SUMMITS, Agenda, read_agenda
from archive.curation.suggestions.base import Draft, Evidence, Kind, Suggestion, Suggestions
from archive.curation.suggestions.datelines import Dateline, Press, read_press
from archive.curation.suggestions.decisions import decided, key_of
from archive.curation.suggestions.gazetteer import Bearer, Gazetteer, Hit, Of, read_gazetteer
from archive.curation.suggestions.reading import Reading
from archive.curation.suggestions.scene import read_scene
from archive.kept import Kept
from archive.models import Article, Country, Topic

# Whose changes make everything below anew.
_READ = (
    *(
        "attendance",
        "city",
        "country",
        "delegation",
        "event",
        "eventseries",
        "participant",
        "publisher",
        "term",
        "topic",
    ),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive knows, ready to be found in a text."""

    gazetteer: Gazetteer
    agenda: Agenda
    press: tuple[Press, ...]
    countries: dict[str, str]
    topics: dict[str, str]


def _read() -> Known:
    agenda = read_agenda()
    return Known(
        read_gazetteer(_spoken_of(agenda)),
        agenda,
        read_press(),
        dict(Country.objects.values_list("iso2", "name")),
        dict(Topic.objects.values_list("slug", "name")),
    )


def _spoken_of(agenda: Agenda) -> Iterator[tuple[Bearer, str]]:
    """The words for events and topics, which are found in the same pass as the names."""
    for slug, label, cue in agenda.cues:
        yield Bearer(Of.CUE, slug, label), cue
    for event in agenda.events.values():
        for name in event.names:
            yield Bearer(Of.EVENT, event.slug, event.name), name
    for kind, written in KIND_WORDS.items():
        for word in written:
            yield Bearer(Of.KIND, str(kind), str(kind)), word
    for word in KIND_WORDS["summit"]:
        yield Bearer(Of.CUE, SUMMITS, word), word
    for slug, written in topics.WORDS.items():
        for word in written:
            yield Bearer(Of.TOPIC, slug, slug), word


# By so many points the events must fit one year better than another.
_CLEARLY = 0.5
_FEW_DAYS = 7

# The archive as it is.
known = Kept(_read, _READ)


def suggest_links(source: Article | Draft) -> Suggestions:
    """What a draft seems to be linked with. A constant number of queries, whatever the text.

    Of an article without what is filled in, linked or decided already.
    """
    draft = (source if isinstance(source, Draft) else Draft.of(source)).within_limits()
    found = _suggest(draft, known())
    if isinstance(source, Article) and source.pk:
        settled = _settled(source)
        found = [one for one in found if not _is_settled(one, settled)]
    order = list(Kind)
    return Suggestions(tuple(sorted(found, key=lambda one: (order.index(one.kind), -one.confidence, one.label))))


def _suggest(draft: Draft, known: Known) -> list[Suggestion]:
    reading = Reading(draft, known.gazetteer.countries)
    hits = known.gazetteer.hits(reading)
    dateline = datelines.find_dateline(draft)
    found = [
        *datelines.suggest_dateline(dateline, reading, hits),
        *datelines.suggest_press(draft, dateline, reading, hits, known.press),
    ]
    named = _joined([*people.participants(reading, hits), *people.new_participants(reading, hits, known.gazetteer)])
    published, of_events, here = _dated(draft, dateline, reading, hits, named, known.agenda)
    if not draft.date:
        found += dates.suggest_date(published)
    found += named
    found += places.suggest_countries(reading, hits, dateline, here, of_events, known.countries)
    found += events.suggest_events(of_events)
    found += topics.suggest_topics(reading, hits, known.topics)
    return found


def _dated(
    draft: Draft,
    dateline: Dateline | None,
    reading: Reading,
    hits: list[Hit],
    named: Iterable[Suggestion],
    agenda: Agenda,
) -> tuple[dates.Published, list[events.Found], str]:
    """The day of publication, the events, and the slug of the city that is “here”.

    Where the day can be one of several years, it is that which the events fit best.
    """
    people_named = {one.key: one.evidence[0] for one in named if one.kind == Kind.PARTICIPANT and one.evidence}
    day = _known_day(draft)
    published = dates.Published((day,)) if day else dates.find_published(draft, dateline)
    scene = read_scene(reading, hits, published.day, datelines.city_of(dateline, reading, hits), people_named)
    if len(published.days) < 2:
        return published, events.find_events(scene, hits, agenda), scene.here
    tried = [(day, events.find_events(replace(scene, published=day), hits, agenda)) for day in published.days]
    worth = [sum(one.score for one in found) for _day, found in tried]
    best = max(range(len(tried)), key=worth.__getitem__)
    is_clear = all(worth[best] - value >= _CLEARLY for number, value in enumerate(worth) if number != best)
    return published.settled(best if is_clear else None), tried[best][1] if is_clear else [], scene.here


def _known_day(draft: Draft) -> date | None:
    """The day of the date that the draft has; none where it leaves more than a few days open."""
    try:
        partial = edtf.parse_or_none(draft.date)
    except edtf.DateError:
        return None
    return partial.earliest if partial and (partial.latest - partial.earliest).days <= _FEW_DAYS else None


def _joined(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Each kind and key once, with all its evidence and the best confidence."""
    found: dict[tuple[Kind, str], Suggestion] = {}
    for one in suggestions:
        key = (one.kind, one.key)
        before = found.get(key)
        if before is None:
            found[key] = one
        else:
            more: tuple[Evidence, ...] = tuple(words for words in one.evidence if words not in before.evidence)
            found[key] = replace(
                before, evidence=before.evidence + more, confidence=max(before.confidence, one.confidence)
            )
    return list(found.values())


# What needs no suggestion any more ------------------------------------------------------------------------------------

_FIELDS = {
    Kind.PUBLISHER: "publisher_id",
    Kind.AGENCY: "agency_id",
    Kind.DATELINE: "dateline",
    Kind.DATELINE_CITY: "dateline_city_id",
    Kind.DATE: "date",
}
_LINKS = (
    (Kind.COUNTRY, "countries", "iso2"),
    (Kind.PARTICIPANT, "participants", "slug"),
    (Kind.TOPIC, "topics", "slug"),
    (Kind.EVENT, "events", "slug"),
)


@dataclass(frozen=True, slots=True)
class Settled:
    """Kinds that are filled in; and what is linked or decided, by kind and key."""

    kinds: frozenset[Kind]
    keys: frozenset[tuple[str, str]]


def _settled(article: Article) -> Settled:
    """One query for each kind of link, and one for the decisions."""
    keys = decided(article)
    for kind, name, field in _LINKS:
        keys |= {(str(kind), key) for key in getattr(article, name).values_list(field, flat=True)}
    return Settled(frozenset(kind for kind, field in _FIELDS.items() if getattr(article, field)), frozenset(keys))


def _is_settled(suggestion: Suggestion, settled: Settled) -> bool:
    return suggestion.kind in settled.kinds or key_of(suggestion) in settled.keys
