"""What the archive holds and what it lacks, counted: the numbers of the page about its coverage.

Each number has a list with exactly that many records, but for those of what is missing, which a series' page says. Kept in
memory until a record changes; names and addresses are put in when it is shown, in the reader's language.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count

from archive.gaps import Gap, gaps
from archive.kept import Kept
from archive.models import (
    Article,
    City,
    Country,
    Event,
    EventSeries,
    Participant,
    Publisher,
    SourceDocument,
    Term,
    Topic,
)
from archive.models.base import DateBasis
from archive.overview import Overview, Selection, overview
from archive.querysets import EVENT_SOURCES, PRECISIONS

# What the numbers are made of.
_RECORD_TYPES = (
    *("article", "city", "country", "coverage", "event", "eventseries", "eventsource", "participant", "publisher"),
    *("sourcedocument", "term", "topic"),
)

# Publishers may be hundreds: the page shows those with the most articles.
MOST_PUBLISHERS = 40

# The SCO works in Russian and Chinese; English is the language of the archive.
LANGUAGES = ("en", "ru", "zh")


@dataclass(frozen=True, slots=True)
class Cell:
    """Events of a series in a year, and how many of them an article covers; `is_gap`: a year that the series lacks."""

    year: int
    n: int = 0
    covered: int = 0
    is_gap: bool = False

    @property
    def press(self) -> str:
        """Whether all, some or none of the events are covered."""
        return "all" if self.covered == self.n else "some" if self.covered else "none"


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series, or no series (None), with its events by year and what is missing among them. `n` counts each event once."""

    series: EventSeries | None
    n: int
    covered: int
    undated: int
    cells: tuple[Cell, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def slug(self) -> str:
        """As the filter by series has it."""
        return self.series.slug if self.series else "none"

    @property
    def uncovered(self) -> int:
        return self.n - self.covered

    @property
    def missing_numbers(self) -> list[Gap]:
        return [gap for gap in self.gaps if gap.kind == "numbers"]

    @property
    def missing_years(self) -> list[Gap]:
        return [gap for gap in self.gaps if gap.kind == "years"]


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year; what may fall into several counts in each."""

    year: int
    articles: int
    events: int
    covered: int

    @property
    def uncovered(self) -> int:
        return self.events - self.covered


@dataclass(frozen=True, slots=True)
class FormRow:
    """A word of a filter, and how many events and articles it finds."""

    word: str
    events: int = 0
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Holdings:
    """All numbers of the page."""

    records: Mapping[str, int]
    years: tuple[YearRow, ...]
    covered: int
    undated_events: int
    undated_covered: int
    undated_articles: int
    series: tuple[SeriesRow, ...]
    precisions: tuple[FormRow, ...]
    bases: tuple[FormRow, ...]
    states: tuple[FormRow, ...]
    sources: tuple[FormRow, ...]
    documents: tuple[tuple[SourceDocument | None, int], ...]
    publishers: tuple[tuple[Publisher, int], ...]
    publisher_total: int
    unknown_publisher: int
    languages: tuple[tuple[str, int], ...]
    texts: Mapping[str, int]
    rights: tuple[FormRow, ...]

    @property
    def uncovered(self) -> int:
        return self.records["events"] - self.covered

    @property
    def undated_uncovered(self) -> int:
        return self.undated_events - self.undated_covered

    @property
    def with_gaps(self) -> list[SeriesRow]:
        return [row for row in self.series if row.gaps]

    @property
    def silent_years(self) -> list[str]:
        """Spans of years that have events, but no article."""
        return list(_spans(row.year for row in self.years if row.events and not row.articles))

    @property
    def most(self) -> int:
        """The highest number of events or articles of a year."""
        return max((max(row.events, row.articles) for row in self.years), default=0)

    def state(self, word: str) -> int:
        return next((row.events for row in self.states if row.word == word), 0)

    @property
    def open_outcomes(self) -> int:
        """Events announced, of which nothing is known since."""
        return self.state(Event.State.ANNOUNCED)

    @property
    def unverified(self) -> int:
        """Events of which some fact rests on general knowledge."""
        return next((row.events for row in self.sources if row.word == "general"), 0)

    @property
    def lacking_languages(self) -> list[str]:
        """Codes of the languages of the field in which there is no article."""
        held = {code.partition("-")[0].lower() for code, _n in self.languages}
        return [code for code in LANGUAGES if code not in held]


def _spans(years: Iterable[int]) -> Iterator[str]:
    for _at, run in groupby(enumerate(years), key=lambda pair: pair[1] - pair[0]):
        span = [year for _n, year in run]
        yield str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}"


# Counting -----------------------------------------------------------------------------------------------------------------


def count() -> Holdings:
    """Ask the database, in a fixed number of queries."""
    archive = overview()
    events, articles = Event.objects.published(), Article.objects.published()
    covering = archive.covering
    covered = archive.events.among(covering)
    undated = set(archive.events.undated)
    years = _years(archive, covered)
    publishers = archive.counts(Publisher)
    leading = sorted(publishers, key=lambda pk: (-publishers[pk][1], pk))[:MOST_PUBLISHERS]
    named = Publisher.objects.in_bulk(leading)
    return Holdings(
        records=_records(archive),
        years=years,
        covered=len(covered),
        undated_events=len(undated),
        undated_covered=len(undated & covering.keys()),
        undated_articles=len(archive.articles.undated),
        series=_series(archive, [row.year for row in years]),
        precisions=_forms(
            PRECISIONS, events.aggregate(**_counts(PRECISIONS)), articles.aggregate(**_counts(PRECISIONS))
        ),
        bases=_forms(DateBasis.values, _by("date_basis", events), _by("date_basis", articles)),
        states=_forms(Event.State.values, _by("state", events), {}),
        sources=_forms(
            [*EVENT_SOURCES, "none"], {kind: events.sourced_from(kind).count() for kind in [*EVENT_SOURCES, "none"]}, {}
        ),
        documents=_documents(articles),
        publishers=tuple((named[pk], publishers[pk][1]) for pk in leading),
        publisher_total=len(publishers),
        unknown_publisher=articles.of_unknown_publisher().count(),
        languages=tuple(sorted(_by("language", articles).items(), key=lambda row: (-row[1], row[0]))),
        texts={"yes": articles.with_text().count(), "no": articles.without_text().count()},
        rights=_forms(Article.Rights.values, {}, _by("rights", articles)),
    )


def _records(archive: Overview) -> dict[str, int]:
    people = dict(Participant.objects.published().order_by().values_list("kind").annotate(n=Count("pk")))
    return {
        "articles": len(archive.articles),
        "events": len(archive.events),
        "people": people.get(Participant.Kind.PERSON, 0),
        "organisations": people.get(Participant.Kind.ORGANISATION, 0),
        "countries": Country.objects.count(),
        "cities": City.objects.count(),
        "topics": Topic.objects.count(),
        "series": EventSeries.objects.count(),
        "publishers": Publisher.objects.count(),
        "terms": Term.objects.count(),
        "documents": SourceDocument.objects.count(),
    }


def _years(archive: Overview, covered: Selection) -> tuple[YearRow, ...]:
    articles, events, with_press = archive.articles.by_year(), archive.events.by_year(), covered.by_year()
    known = {*articles, *events}
    return tuple(
        YearRow(year, articles.get(year, 0), events.get(year, 0), with_press.get(year, 0))
        for year in (range(min(known), max(known) + 1) if known else ())
    )


def _counts(questions: Mapping[str, Any]) -> dict[str, Count]:
    return {word: Count("pk", filter=question) for word, question in questions.items()}


def _by(field: str, records: Any) -> dict[str, int]:
    return dict(records.order_by().values_list(field).annotate(n=Count("pk")))


def _forms(words: Iterable[str], events: Mapping[str, int], articles: Mapping[str, int]) -> tuple[FormRow, ...]:
    return tuple(FormRow(word, events.get(word, 0), articles.get(word, 0)) for word in words)


def _documents(articles: Any) -> tuple[tuple[SourceDocument | None, int], ...]:
    counts = _by("source_document", articles)
    named: dict[Any, SourceDocument | None] = dict(SourceDocument.objects.in_bulk())
    rows = [(named.get(pk), n) for pk, n in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0].name if row[0] else "")))


@dataclass(frozen=True, slots=True)
class _Member:
    """Of an event what the grid and its gaps need."""

    pk: int
    ordinal: int | None
    date_earliest: date | None
    date_latest: date | None


def _series(archive: Overview, years: Sequence[int]) -> tuple[SeriesRow, ...]:
    members: dict[int | None, list[_Member]] = defaultdict(list)
    fields = ("series", "pk", "ordinal", "date_earliest", "date_latest")
    for series, *member in Event.objects.published().in_series_order().values_list(*fields):
        members[series].append(_Member(*member))
    kinds = list(EventSeries.Kind)
    named = sorted(
        EventSeries.objects.all(),
        key=lambda one: (kinds.index(EventSeries.Kind(one.kind)), -len(members[one.pk]), one.slug),
    )
    rows = [_series_row(one, members[one.pk], archive, years) for one in named]
    if members[None]:
        rows.append(_series_row(None, members[None], archive, years))
    return tuple(rows)


def _series_row(
    series: EventSeries | None, members: Sequence[_Member], archive: Overview, years: Sequence[int]
) -> SeriesRow:
    missing = gaps(members, is_yearly=series.is_yearly) if series else []
    lacking = {year for gap in missing if gap.kind == "years" for year in range(gap.first, gap.last + 1)}
    numbers: dict[int, list[int]] = {year: [0, 0] for year in years}
    for member in members:
        if member.date_earliest is None or member.date_latest is None:
            continue
        first, last = max(member.date_earliest.year, years[0]), min(member.date_latest.year, years[-1])
        for year in range(first, last + 1):
            numbers[year][0] += 1
            numbers[year][1] += member.pk in archive.covering
    return SeriesRow(
        series,
        len(members),
        sum(member.pk in archive.covering for member in members),
        sum(member.date_earliest is None for member in members),
        tuple(Cell(year, n, covered, is_gap=year in lacking) for year, (n, covered) in numbers.items()),
        tuple(missing),
    )


holdings = Kept(count, _RECORD_TYPES)
