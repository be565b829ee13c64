"""Events that a text speaks of: which of a series, by number, place and day; and single ones by who was there.

A body or run of events is named by a cue (“defence ministers”, “Peace Mission”). Which of its events is meant, the words around
the cue tell, each for so many points; it is suggested where it has enough of them and clearly more than the next one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from archive.curation.suggestions.agenda import Agenda, Happening
from archive.curation.suggestions.base import Evidence, Kind, Suggestion
from archive.curation.suggestions.fit import NEVER, points
from archive.curation.suggestions.gazetteer import SUBJECT, Hit, Of
from archive.curation.suggestions.scene import Scene, around, is_ahead, is_aside
from archive.models import Coverage, Event

_ENOUGH = 3.0
_CLEARLY = 0.75
# Of a text with more cues than this the rest is not looked at.
_MAX_CUES = 40
_MAX_EVIDENCE = 8

# So long after an event what is written of it is a report.
_NEWS = timedelta(days=10)
# What lasts longer than so many days is too vague to be what goes on at a place, or to be an exercise.
_SHORT = 5
_LONG = 40


@dataclass(slots=True)
class Found:
    """An event that a text speaks of, so far."""

    event: Happening
    score: float
    relation: str
    evidence: list[Evidence] = field(default_factory=list)


def find_events(scene: Scene, hits: Sequence[Hit], agenda: Agenda) -> list[Found]:
    """The events, the surest first; each once. What is part of another event brings that one along."""
    found: dict[str, Found] = {}
    for find in (_named, _of_series, _of_kind, _founding, _where_it_was_written, _at_place_and_time):
        for one in find(scene, hits, agenda):
            _keep(found, one)
    for one in list(_attended(scene, hits, agenda, found)):
        _keep(found, one)
    for one in list(found.values()):
        if (whole := agenda.events.get(one.event.parent)) and whole.slug not in found:
            found[whole.slug] = Found(whole, one.score / 2, Coverage.Relation.MENTIONS, list(one.evidence))
    return sorted(found.values(), key=lambda one: -one.score)


def _keep(found: dict[str, Found], one: Found) -> None:
    known = found.setdefault(one.event.slug, one)
    known.evidence += [evidence for evidence in one.evidence if evidence not in known.evidence][:_MAX_EVIDENCE]
    if one.score > known.score:
        known.score, known.relation = one.score, one.relation


def _found(scene: Scene, event: Happening, score: float, hit: Hit) -> Found:
    return Found(event, score, _relation(scene, event, hit), [scene.reading.evidence(hit.first, hit.last)])


def _relation(scene: Scene, event: Happening, hit: Hit) -> str:
    """What is to come is previewed, what is of these days reported; what served as the occasion or is long past, mentioned."""
    reading, published = scene.reading, scene.published
    is_coming, is_occasion = is_ahead(reading, hit), is_aside(reading, hit)
    if published and event.first and event.last:
        is_coming = event.first > published or (event.first == published and is_coming)
        is_occasion = is_occasion or published - event.last > _NEWS
    elif is_occasion:
        return Coverage.Relation.MENTIONS
    if is_coming:
        return Coverage.Relation.PREVIEWS
    return Coverage.Relation.MENTIONS if is_occasion else Coverage.Relation.REPORTS


# One finder for each way to speak of an event -------------------------------------------------------------------------


def _named(scene: Scene, hits: Sequence[Hit], agenda: Agenda) -> Iterator[Found]:
    """By its own name: Orient 2015."""
    for hit in hits:
        if hit.bearer.of == Of.EVENT:
            yield _found(scene, agenda.events[hit.bearer.key], 6.0, hit)


def _of_series(scene: Scene, hits: Sequence[Hit], agenda: Agenda) -> Iterator[Found]:
    spoken = (hit for hit in hits if hit.bearer.of in (Of.SERIES, Of.CUE))
    # “SCO summit” and the summit in it are one cue: of those that end together the longest, which comes first.
    cues = list({(hit.bearer.key, hit.last): hit for hit in reversed(list(spoken))}.values())[::-1][:_MAX_CUES]
    for hit in cues:
        if not _is_explained(hit, cues, scene) and (best := _best(scene, hit, agenda)):
            yield _found(scene, *best, hit)


def _is_explained(hit: Hit, cues: Iterable[Hit], scene: Scene) -> bool:
    """Whether a single word (“summit”) goes with a cue that says more (“summit of heads of governments”)."""
    sentences = scene.reading.sentences
    return hit.size == 1 and any(
        other.size > 1
        and other.bearer.key != hit.bearer.key
        and 0 < other.first - hit.last <= 3
        and sentences[other.first] == sentences[hit.first]
        for other in cues
    )


def _best(scene: Scene, hit: Hit, agenda: Agenda) -> tuple[Happening, float] | None:
    """The event of the series that is clearly meant."""
    cue = around(scene, hit)
    scored = [(points(scene, cue, event), event.slug) for event in agenda.by_series.get(hit.bearer.key, ())]
    first, second = sorted([(NEVER, ""), (NEVER, ""), *scored], reverse=True)[:2]
    if first[0] < _ENOUGH or first[0] - second[0] < _CLEARLY:
        return None
    return agenda.events[first[1]], first[0]


def _of_kind(scene: Scene, hits: Sequence[Hit], agenda: Agenda) -> Iterator[Found]:
    """An exercise that the headline speaks of without its name, where one goes on or is at hand in a country that is named."""
    if not scene.published:
        return
    for hit in hits:
        if hit.bearer.of == Of.KIND and hit.bearer.key == Event.Kind.EXERCISE and hit.first < scene.reading.body:
            for event in agenda.by_kind.get(Event.Kind.EXERCISE, ()):
                if _is_current(event, scene, before=7, after=3, longest=_LONG) and event.hosts & scene.countries:
                    yield _found(scene, event, _ENOUGH + 0.5, hit)


def _where_it_was_written(scene: Scene, hits: Sequence[Hit], agenda: Agenda) -> Iterator[Found]:
    """What goes on in the city of the dateline on the day of publication is the occasion of the article."""
    if scene.dateline:
        evidence = scene.reading.evidence(scene.dateline.first, scene.dateline.last)
        for event in agenda.by_city.get(scene.dateline.bearer.key, ()):
            if event.series and _is_current(event, scene, before=0, after=1, longest=_SHORT):
                yield Found(event, _ENOUGH, Coverage.Relation.MENTIONS, [evidence])


def _is_current(event: Happening, scene: Scene, *, before: int, after: int, longest: int) -> bool:
    """Whether it goes on on the day of publication, or so many days before or after it; and is short enough to say so."""
    if not (scene.published and event.first and event.last) or (event.last - event.first).days > longest:
        return False
    return event.first - timedelta(days=before) <= scene.published <= event.last + timedelta(days=after)


def _founding(scene: Scene, hits: Sequence[Hit], agenda: Agenda) -> Iterator[Found]:
    """“The SCO, founded in 2001”: the first event of the series of summits."""
    event = agenda.events.get(agenda.founding)
    if not event or not event.first:
        return
    for word in scene.foundings:
        if scene.reading.forms[word] == str(event.first.year):
            yield Found(event, _ENOUGH, Coverage.Relation.MENTIONS, [scene.reading.evidence(word, word)])


def _at_place_and_time(scene: Scene, hits: Sequence[Hit], agenda: Agenda) -> Iterator[Found]:
    """“… in Ufa in July this year”: what alone was held in that city then, were nothing else said of it."""
    if not scene.published:
        return
    for hit in hits:
        if hit.bearer.of != Of.CITY or hit == scene.dateline:
            continue
        sentence = scene.sentences[scene.reading.sentences[hit.first]]
        spans = [
            span
            for one in sentence.days
            for year in ((one.year,) if one.year else (scene.published.year, scene.published.year - 1))
            if (span := one.within(year))
        ]
        held = {
            event.slug: event
            for event in agenda.by_city.get(hit.bearer.key, ())
            for first, last in spans
            if event.series and event.first and event.last and first <= event.last and event.first <= last
        }
        for event in held.values() if len(held) == 1 else ():
            yield _found(scene, event, _ENOUGH, hit)


# By who was there -----------------------------------------------------------------------------------------------------

_SINGLE = (
    Event.Kind.BILATERAL_MEETING,
    Event.Kind.RECEPTION,
    Event.Kind.SIGNING,
    Event.Kind.BRIEFING,
    Event.Kind.CEREMONY,
)


def _attended(scene: Scene, hits: Sequence[Hit], agenda: Agenda, found: dict[str, Found]) -> Iterator[Found]:
    """Meetings, receptions, signings and briefings, where all who were there are named and nothing speaks against it."""
    kinds = {hit.bearer.key for hit in hits if hit.bearer.of == Of.KIND}
    for kind in _SINGLE:
        if kind not in kinds and kind != Event.Kind.CEREMONY:
            continue
        for event in agenda.by_kind.get(kind, ()):
            # The body that the archive is about is always there.
            there = event.people or event.bodies - {SUBJECT}
            if not there or not there <= scene.people.keys():
                continue
            value = _points_of_attendance(scene, event, len(there) + (SUBJECT in event.bodies), found)
            if value >= _ENOUGH + 0.5:
                evidence = [scene.people[slug] for slug in sorted(there)]
                yield Found(event, value, Coverage.Relation.REPORTS, evidence)


def _points_of_attendance(scene: Scene, event: Happening, size: int, found: dict[str, Found]) -> float:
    value = 3.5 if size > 1 else 1.5
    if event.parent in found:
        value += 1.0
    if event.city and (event.city in scene.cities or event.city == scene.here):
        value += 1.0
    if event.countries and event.countries <= scene.countries:
        value += 0.5
    if scene.published and event.first and event.last:
        after = (scene.published - event.last).days
        before = (event.first - scene.published).days
        if after > 30 or before > 2:
            return NEVER
        value += 2.5 if after <= 3 else 0.5
    return value


# The suggestions ------------------------------------------------------------------------------------------------------


def suggest_events(found: Iterable[Found]) -> list[Suggestion]:
    return [
        Suggestion(
            Kind.EVENT,
            one.event.slug,
            one.event.name,
            tuple(one.evidence[:_MAX_EVIDENCE]),
            round(min(0.99, one.score / (one.score + 2.0)), 2),
            {"relation": str(one.relation), "city": one.event.city},
        )
        for one in found
    ]
