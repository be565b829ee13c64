"""The names of the archive's records, found in a text in one pass.

Names are compared word by word, so a name never begins or ends inside a word: “Moscow” holds no SCO. The longest name
wins where two overlap, and there are names that only stand in the way of others: Inner Mongolia, the Sea of Japan.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import ahocorasick  # type: ignore[import-not-found]  # an extension without stubs

from archive.curation.suggestions.reading import CountryWord, Reading, forms_of
from archive.models import City, Country, EventSeries, Participant, Publisher, Status, Term

# Names that hold the name of a country and are none of it. Seas and gulfs of whatever country: `_GEOGRAPHY`.
_ELSEWHERE = (
    *("Inner Mongolia", "Outer Mongolia", "Indian Ocean", "South China Sea", "East China Sea", "Indian summer"),
    *("American Samoa", "French Guiana", "West Indian", "American Indian", "Chinese Taipei"),
    *("Внутренняя Монголия", "Японское море", "Индийский океан"),
    *("内蒙古", "日本海", "印度洋", "印度尼西亚", "南中国海", "东中国海", "印度支那"),
)
_GEOGRAPHY_BEFORE = frozenset({"sea", "gulf", "bay", "strait"})
_GEOGRAPHY_AFTER = frozenset({"sea", "gulf", "ocean"})

# The body that the archive is about: it is named everywhere and no participant of an article.
SUBJECT = "sco"

# Where the family name comes first, and is too short to stand for a person.
_FAMILY_NAME_FIRST = frozenset({"CN", "HK", "JP", "KH", "KP", "KR", "MM", "MO", "TW", "VN"})
_SHORTEST_SURNAME = 4
_LONGEST_ACRONYM = 6
_LONGEST_ABBREVIATION = 4


class Of(StrEnum):
    """What a name is a name of."""

    COUNTRY = "country"
    CITY = "city"
    PERSON = "person"
    SURNAME = "surname"
    ORGANISATION = "organisation"
    MINISTRY = "ministry"
    SERIES = "series"
    PUBLISHER = "publisher"
    EVENT = "event"
    # Words by which a series, a kind of events or a topic is spoken of.
    CUE = "cue"
    KIND = "kind"
    TOPIC = "topic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Bearer:
    """A record that names stand for."""

    of: Of
    key: str
    label: str
    # ISO code of its country, where it has one.
    country: str = ""
    # Quoted by the press as a source, were it also a participant.
    is_press: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    bearer: Bearer
    # How the first letter, or all of them, must be written; names of several words may be written in any case.
    capital: bool
    all_capitals: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A name that was found: its bearer, and its first and last word."""

    bearer: Bearer
    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


class Gazetteer:
    """All names, ready to be found."""

    def __init__(self, names: Iterable[tuple[Bearer, str]], countries: dict[str, CountryWord]) -> None:
        self.countries = countries
        by_words: dict[tuple[str, ...], dict[Bearer, _Name]] = defaultdict(dict)
        for bearer, name in names:
            forms = tuple(self._form(form) for form in forms_of(name))
            if forms:
                single = len(forms) == 1
                acronym = single and name.isupper() and len(name) <= _LONGEST_ACRONYM
                by_words[forms].setdefault(bearer, _Name(bearer, single and name[:1].isupper(), acronym))
        # To recognise other spellings of people by; where names are short, another spelling is another name.
        self.people = {
            " ".join(sorted(forms)): bearer
            for forms, found in by_words.items()
            for bearer in found
            if bearer.of == Of.PERSON and bearer.country not in _FAMILY_NAME_FIRST
        }
        self._automaton = ahocorasick.Automaton()
        for forms, found in by_words.items():
            self._automaton.add_word(f" {' '.join(forms)} ", (len(forms), tuple(found.values())))
        self._is_empty = not by_words
        if by_words:
            self._automaton.make_automaton()

    def _form(self, form: str) -> str:
        known = self.countries.get(form)
        return known.form if known else form

    def hits(self, reading: Reading) -> list[Hit]:
        """All names in the text, in order, without those inside a longer one that stands for something else."""
        if self._is_empty or not len(reading):
            return []
        text, ends, length = [], [], 0
        for form in reading.forms:
            length += len(form) + 1
            text.append(form)
            ends.append(length)
        found: list[Hit] = []
        for end, (size, names) in self._automaton.iter(f" {' '.join(text)} "):
            last = bisect_left(ends, end)
            first = last - size + 1
            if not reading.is_one(first, last):
                continue
            found += [
                Hit(name.bearer, first, last)
                for name in names
                if not name.capital or _is_so_written(reading.written(first, last), name)
            ]
        return _longest(_not_geography(found, reading))


def _is_so_written(written: str, name: _Name) -> bool:
    # Scripts without capitals have no small letters either.
    return written.isupper() if name.all_capitals else not written[0].islower()


def _not_geography(hits: Iterable[Hit], reading: Reading) -> Iterator[Hit]:
    """Without countries that only give a sea its name: “Sea of Japan”, “Japan Sea”."""
    forms = reading.folded
    for hit in hits:
        if hit.bearer.of == Of.COUNTRY:
            before, after = forms[max(0, hit.first - 2) : hit.first], forms[hit.last + 1 : hit.last + 2]
            if len(before) == 2 and before[0] in _GEOGRAPHY_BEFORE and before[1] == "of":
                continue
            if after and after[0] in _GEOGRAPHY_AFTER and reading.written(hit.last + 1, hit.last + 1)[0].isupper():
                continue
        yield hit


# Which names a longer one hides. A country named by part of another name is named all the same (the Chinese air force),
# but for names that are listed because it is not.
_HIDES: dict[Of, frozenset[Of]] = {
    Of.OTHER: frozenset({Of.COUNTRY, Of.CITY, Of.SURNAME}),
    Of.COUNTRY: frozenset({Of.CITY, Of.SURNAME}),
    Of.CITY: frozenset({Of.CITY, Of.SURNAME}),
    Of.PERSON: frozenset({Of.CITY, Of.SURNAME, Of.PERSON}),
    Of.ORGANISATION: frozenset({Of.CITY, Of.SURNAME, Of.PERSON, Of.MINISTRY, Of.SERIES}),
    Of.SERIES: frozenset({Of.CITY, Of.SURNAME, Of.SERIES}),
    Of.PUBLISHER: frozenset({Of.CITY, Of.SURNAME, Of.COUNTRY}),
}


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    """Without names inside a longer one that hides their kind."""
    kept: list[Hit] = []
    # Those that began before and can hold another one.
    around: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.first, -hit.last)):
        around = [one for one in around if one.last >= hit.first]
        of, last, size = hit.bearer.of, hit.last, hit.last - hit.first
        if not any(
            one.last >= last
            and one.last - one.first > size
            and of in _HIDES[one.bearer.of]
            and one.bearer != hit.bearer
            for one in around
        ):
            kept.append(hit)
        if hit.bearer.of in _HIDES:
            around.append(hit)
    return kept


# Made from the records ------------------------------------------------------------------------------------------------


def read_gazetteer(more: Iterable[tuple[Bearer, str]] = ()) -> Gazetteer:
    """The names of all records but withdrawn ones, and more. A constant number of queries."""
    countries = list(Country.objects.order_by("pk"))
    names = [
        *_countries(countries),
        *_cities(),
        *_participants(),
        *_others(),
        *((Bearer(Of.OTHER, "", name), name) for name in _ELSEWHERE),
        *more,
    ]
    return Gazetteer(names, _country_words(countries))


def _country_words(countries: Iterable[Country]) -> dict[str, CountryWord]:
    """The single words for countries, with the plurals and adjectives that follow from them: Afghans, Kazakhstani."""
    found: dict[str, CountryWord] = {}
    for country in countries:
        for name in country.all_names:
            forms = forms_of(name)
            if len(forms) != 1:
                continue
            word = CountryWord(f"@{country.iso2}", name.isupper())
            found.setdefault(forms[0], word)
            if forms[0].isascii() and not word.all_capitals:
                for ending in ("s", "i", "is"):
                    found.setdefault(forms[0] + ending, word)
    return found


def _countries(countries: Iterable[Country]) -> Iterator[tuple[Bearer, str]]:
    for country in countries:
        bearer = Bearer(Of.COUNTRY, country.iso2, country.name, country.iso2)
        for name in filter(None, [*country.all_names, country.official_name]):
            yield bearer, name


def _cities() -> Iterator[tuple[Bearer, str]]:
    for city in City.objects.select_related("country").order_by("pk"):
        bearer = Bearer(Of.CITY, city.slug, city.name, city.country.iso2)
        for name in city.all_names:
            yield bearer, name


def _participants() -> Iterator[tuple[Bearer, str]]:
    records = Participant.objects.exclude(status=Status.WITHDRAWN).exclude(slug=SUBJECT).select_related("country")
    press = set(Publisher.objects.exclude(organisation=None).values_list("organisation_id", flat=True))
    for record in records.order_by("pk"):
        if record.is_person:
            yield from _person(record, record.country.iso2 if record.country else "")
        else:
            yield from _organisation(record, record.country, record.pk in press)


def _person(record: Participant, country: str) -> Iterator[tuple[Bearer, str]]:
    bearer = Bearer(Of.PERSON, record.slug, record.name, country)
    for name in record.all_names:
        yield bearer, name
    if country in _FAMILY_NAME_FIRST:
        return
    by_surname = Bearer(Of.SURNAME, record.slug, record.name, country)
    for name in filter(None, (record.name, record.name_ru, *record.variants)):
        surname = name.split()[-1]
        # A patronymic that stands last is none.
        if len(surname) >= _SHORTEST_SURNAME and not surname.endswith(("ovich", "evich", "ович", "евич")):
            yield by_surname, surname


def _organisation(record: Participant, country: Country | None, is_press: bool) -> Iterator[tuple[Bearer, str]]:
    """Its names; of those with “… of Russia” also the way that news has it: Russia's …, the Russian …"""
    bearer = Bearer(Of.ORGANISATION, record.slug, record.name, country.iso2 if country else "", is_press)
    for name in record.all_names:
        yield bearer, name
        # What is of the SCO is called so once, and then without it.
        if (short := name.removesuffix(" of the SCO")) != name:
            yield bearer, short
    if country is None or not record.name.endswith(f" of {country.name}"):
        return
    short = record.name.removesuffix(f" of {country.name}")
    yield bearer, f"{country.name} {short}"
    if short.startswith("Ministry of "):
        # News often leaves the country to the reader: “the Foreign Ministry”, of somebody named beside it.
        ministry = Bearer(Of.MINISTRY, record.slug, record.name, country.iso2)
        for name in _ministry_names(short, record.variants):
            yield ministry, name
            yield bearer, f"{country.name} {name}"
            yield bearer, f"{name} of {country.name}"


def _ministry_names(short: str, variants: Iterable[str]) -> Iterator[str]:
    """Ministry of National Defence → Ministry of Defence, Defence Ministry; Tajik Interior Ministry → Interior Ministry."""
    subject = short.removeprefix("Ministry of ").removeprefix("National ").removesuffix(" Affairs")
    yield from (short, short.replace("National ", ""), f"{subject} Ministry")
    for variant in variants:
        _, _, rest = variant.partition(" ")
        if rest.endswith(" Ministry"):
            yield rest


def _others() -> Iterator[tuple[Bearer, str]]:
    """Series and places of the glossary, which hold names of cities and countries; and publishers."""
    for series in EventSeries.objects.order_by("pk"):
        for name in series.all_names:
            yield Bearer(Of.SERIES, series.slug, series.name), name
    for term in Term.objects.filter(category=Term.Category.PLACE).order_by("pk"):
        for name in term.all_names:
            yield Bearer(Of.OTHER, term.slug, term.name), name
    for subject in Participant.objects.filter(slug=SUBJECT):
        for name in subject.all_names:
            yield Bearer(Of.OTHER, SUBJECT, name), name
    for publisher in Publisher.objects.order_by("pk"):
        # Many are called by what their slug is: AP, Xinhua.
        short = publisher.slug.upper() if len(publisher.slug) <= _LONGEST_ABBREVIATION else publisher.slug.title()
        for name in (*publisher.all_names, short):
            yield Bearer(Of.PUBLISHER, publisher.slug, publisher.name), name
