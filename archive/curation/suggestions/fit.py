"""How well an event fits what a text says around a cue, in points: by number, place, day, and distance in time."""

from datetime import date, timedelta

from archive.curation.suggestions import dates
from archive.curation.suggestions.agenda import Happening
from archive.curation.suggestions.scene import Around, Scene

NEVER = -100.0

# So many days from the event to the day of publication at most, and from there to it: points.
_AFTER = ((3, 3.0), (10, 2.0), (45, 1.0), (400, 0.0))
_BEFORE = ((14, 2.0), (60, 1.5), (250, 1.0))
_FAR = -1.5
# What serves as the occasion of something else goes on at the time.
_AT_THE_TIME = 5
# Of an event that is dated by its month the days say nothing.
_A_MONTH = timedelta(days=27)


def points(scene: Scene, cue: Around, event: Happening) -> float:
    """The points of an event of the cue's series."""
    if cue.number and event.ordinal and cue.number != event.ordinal:
        return NEVER
    if cue.year and not is_in_year(event, cue.year):
        return NEVER
    return (
        (5.0 if cue.number and cue.number == event.ordinal else 0.0)
        + (4.0 if cue.year else 0.0)
        + _of_place(scene, cue, event)
        + _of_days(scene, cue, event)
        + _of_time(scene, cue, event)
        + min(2, len(event.people & scene.people.keys())) * 0.75
    )


def is_in_year(event: Happening, year: int) -> bool:
    return event.first is not None and event.last is not None and event.first.year <= year <= event.last.year


def _of_place(scene: Scene, cue: Around, event: Happening) -> float:
    value = 0.0
    if event.city:
        if event.city in cue.sentence.cities:
            value = 3.0
        elif event.city == scene.here:
            value = 2.5
        elif event.city in scene.cities:
            value = 1.5
        elif cue.sentence.cities:
            value = -2.0
    if not event.hosts.isdisjoint(cue.sentence.countries):
        return value + 1.0
    return value if event.hosts.isdisjoint(scene.countries) else value + 0.5


def _of_days(scene: Scene, cue: Around, event: Happening) -> float:
    """For the days, months and years that stand in the sentence; half for those that stand elsewhere with the year."""
    if event.first is None or event.last is None:
        return 0.0
    value = max((_of_day(one, event) for one in cue.sentence.days), default=0.0)
    value = max(value, *(_of_span(*span, event) / 2 for span in scene.dated), 0.0)
    if any(event.first <= day <= event.last for day in cue.weekdays):
        value = max(value, 1.5)
    if any(is_in_year(event, year) for year in cue.sentence.years):
        return value + 3.0
    return value + 1.5 if any(is_in_year(event, year) for year in cue.relative_years) else value


def _of_day(one: dates.Mentioned, event: Happening) -> float:
    assert event.first
    span = one.within(one.year or event.first.year)
    return _of_span(*span, bool(one.day), event) if span else 0.0


def _of_span(first: date, last: date, has_days: bool, event: Happening) -> float:
    if event.first is None or event.last is None or first > event.last or last < event.first:
        return 0.0
    return 3.0 if has_days and event.last - event.first <= _A_MONTH else 1.0


def _of_time(scene: Scene, cue: Around, event: Happening) -> float:
    """For how near the event is to the day of publication."""
    published = scene.published
    if published is None or event.first is None or event.last is None:
        return 0.0
    before, after = (event.first - published).days, (published - event.last).days
    if cue.is_aside and max(before, after) > _AT_THE_TIME:
        return NEVER
    if before > 0:
        value = next((value for most, value in _BEFORE if before <= most), _FAR)
        return value + 1.0 if cue.is_ahead else value
    value = next((value for most, value in _AFTER if after <= most), _FAR)
    if value == _FAR and any(is_in_year(event, year) for year in cue.sentence.years):
        return 0.0
    return value - 2.0 if after > 0 and cue.is_ahead else value
