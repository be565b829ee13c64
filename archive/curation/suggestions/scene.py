"""What a draft says of places, people and days, sentence by sentence, and around the words by which it speaks of events."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from archive.curation.suggestions import dates
from archive.curation.suggestions.base import Evidence, Place
from archive.curation.suggestions.gazetteer import Hit, Of
from archive.curation.suggestions.reading import Reading

_TEENS = ("thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth")
_ORDINALS = {
    word: number
    for number, word in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
            *("eleventh", "twelfth", *_TEENS),
        ),
        1,
    )
}
_NUMBERED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|й|е|го)")
# What an ordinal counts, and what may stand between.
_COUNTED = frozenset(
    (
        *("meeting", "meetings", "session", "sessions", "summit", "conference", "forum", "gathering", "round"),
        *("заседани", "саммит", "встреч"),
    )
)
_BETWEEN = frozenset(
    (
        *("sco", "regular", "annual", "council", "joint", "rats", "full", "scheduled", "defense", "of", "its", "kind"),
        *("очередн", "шос"),
    )
)
# So many words before and after a cue are looked at for its number, and for what is to come.
_NEAR = 8
_BESIDE = 6

_AHEAD = frozenset(
    (
        *("will", "upcoming", "forthcoming", "next", "ahead", "scheduled", "planned", "expected", "prepare", "eve"),
        *("preparations", "soon", "due", "slated", "later", "going", "предстоящ", "将"),
    )
)
_ASIDE = frozenset(("sidelines", "sideline", "margins", "framework", "полях"))
_HERE = frozenset(("here", "здесь"))
_FOUNDED = frozenset(("founded", "established", "set", "created", "formed", "founding"))
_FOUNDED_WITHIN = 5
_RELATIVE_YEARS = {("last", "year"): -1, ("this", "year"): 0, ("next", "year"): 1}

# A text with more days than this is a calendar.
_MAX_DAYS = 20


@dataclass(slots=True)
class Sentence:
    """What one sentence says."""

    cities: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    days: list[dates.Mentioned] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    years: set[int] = field(default_factory=set)


_NOTHING = Sentence()


@dataclass(frozen=True, slots=True)
class Scene:
    """A draft, as far as it can tell an event from others."""

    reading: Reading
    published: date | None
    sentences: Mapping[int, Sentence]
    cities: frozenset[str]
    countries: frozenset[str]
    people: Mapping[str, Evidence]
    # First and last day of all that the text dates with the year, and whether days are named.
    dated: tuple[tuple[date, date, bool], ...]
    # Words that are the year in which something was founded.
    foundings: tuple[int, ...]
    # City of the dateline; and its slug, where the text says “here”.
    dateline: Hit | None
    here: str


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a cue."""

    sentence: Sentence
    number: int
    # Right behind it: “Peace Mission 2014”.
    year: int
    # Last year, this year, next year.
    relative_years: frozenset[int]
    # The days that its weekdays can be, seen from the day of publication.
    weekdays: tuple[date, ...]
    is_ahead: bool
    is_aside: bool


def read_scene(
    reading: Reading,
    hits: Iterable[Hit],
    published: date | None,
    dateline: Hit | None,
    people: Mapping[str, Evidence],
) -> Scene:
    sentences: dict[int, Sentence] = defaultdict(Sentence)
    for hit in hits:
        if hit.bearer.of == Of.CITY:
            sentences[reading.sentences[hit.first]].cities.add(hit.bearer.key)
        elif hit.bearer.of == Of.COUNTRY:
            sentences[reading.sentences[hit.first]].countries.add(hit.bearer.key)
    foundings = tuple(_read_days(reading, sentences)) if len(reading) else ()
    dated = [
        (*span, bool(one.day))
        for sentence in sentences.values()
        for one in sentence.days
        if one.year and (span := one.within(one.year))
    ]
    return Scene(
        reading,
        published,
        dict(sentences),
        frozenset(city for sentence in sentences.values() for city in sentence.cities),
        frozenset(country for sentence in sentences.values() for country in sentence.countries),
        people,
        tuple(dict.fromkeys(dated))[:_MAX_DAYS],
        foundings,
        dateline,
        dateline.bearer.key if dateline and not _HERE.isdisjoint(reading.forms) else "",
    )


def _read_days(reading: Reading, sentences: dict[int, Sentence]) -> Iterator[int]:
    """Enter days, weekdays and years. Gives the years that are said of a founding, which date nothing else."""
    for place, source in ((Place.HEADLINE, reading.draft.headline), (Place.TEXT, reading.draft.text)):
        for one in dates.mentioned(source):
            days = sentences[_sentence_at(reading, place, one.start)].days
            if len(days) < _MAX_DAYS:
                days.append(one)
        for number, start, _end in dates.weekdays(source):
            sentences[_sentence_at(reading, place, start)].weekdays.add(number)
    for word, form in enumerate(reading.forms):
        if not (year := year_of(form)):
            continue
        if not _FOUNDED.isdisjoint(reading.folded[max(0, word - _FOUNDED_WITHIN) : word]):
            yield word
        else:
            sentences[reading.sentences[word]].years.add(year)


def _sentence_at(reading: Reading, place: Place, offset: int) -> int:
    return reading.sentences[min(reading.word_at(place, offset), len(reading) - 1)]


def year_of(form: str) -> int:
    """The year that a word is; 0 for other words."""
    return int(form) if len(form) == 4 and form.isascii() and form.isdigit() and form.startswith(("19", "20")) else 0


def around(scene: Scene, hit: Hit) -> Around:
    """What stands around the cue."""
    reading, published = scene.reading, scene.published
    sentence = scene.sentences.get(reading.sentences[hit.first], _NOTHING)
    is_coming = is_ahead(reading, hit)
    return Around(
        sentence,
        _number(reading, hit),
        _year_behind(reading, hit),
        _relative_years(reading, hit, published) if published else frozenset(),
        tuple(dates.day_of_weekday(one, published, is_ahead=is_coming) for one in sentence.weekdays)
        if published
        else (),
        is_coming,
        is_aside(reading, hit),
    )


def is_ahead(reading: Reading, hit: Hit) -> bool:
    """Whether the words around the cue speak of what is to come."""
    sentence = reading.sentence_of(hit.first)
    first, last = max(sentence.start, hit.first - _BESIDE), min(sentence.stop, hit.last + _BESIDE + 1)
    return not _AHEAD.isdisjoint(reading.folded[first:last])


def is_aside(reading: Reading, hit: Hit) -> bool:
    """Whether the cue only says on what occasion: “on the sidelines of the 15th SCO summit”."""
    before = reading.folded[max(reading.sentence_of(hit.first).start, hit.first - _BESIDE) : hit.first]
    return any(word in _ASIDE and following == "of" for word, following in pairwise([*before, "of"]))


def _number(reading: Reading, hit: Hit) -> int:
    """The number that the cue is given: “the 13th conference of SCO defence ministers”, “the 15th SCO summit”."""
    sentence = reading.sentence_of(hit.first)
    for word in range(max(sentence.start, hit.first - _NEAR), min(sentence.stop, hit.last + _NEAR)):
        if hit.first <= word <= hit.last or not (number := _ordinal(reading.folded[word])):
            continue
        end = hit.first if word < hit.first else sentence.stop
        counted = next((at for at in range(word + 1, end) if reading.folded[at] not in _BETWEEN), end)
        if counted >= sentence.stop or not (reading.folded[counted] in _COUNTED or counted == hit.first):
            continue
        behind = reading.folded[counted + 1 : counted + 4]
        # “The first meeting of its kind” counts something else; “since the first meeting of …” does not.
        if number > 1 or (behind[:1] == ["of"] and "kind" not in behind):
            return number
    return 0


def _ordinal(form: str) -> int:
    if number := _ORDINALS.get(form, 0):
        return number
    match = _NUMBERED.fullmatch(form)
    return int(match[1]) if match else 0


def _year_behind(reading: Reading, hit: Hit) -> int:
    sentence = reading.sentence_of(hit.first)
    behind = hit.last + 1
    return year_of(reading.forms[behind]) if behind < sentence.stop and len(reading.before(behind)) <= 2 else 0


def _relative_years(reading: Reading, hit: Hit, published: date) -> frozenset[int]:
    sentence = reading.sentence_of(hit.first)
    pairs = set(pairwise(reading.folded[sentence.start : sentence.stop]))
    return frozenset(published.year + shift for pair, shift in _RELATIVE_YEARS.items() if pair in pairs)
