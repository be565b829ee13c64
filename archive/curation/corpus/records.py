"""Records of the made-up archive: articles and what they are about, written in bulk, with their history and log entries."""

import random
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from archive.curation.corpus.words import Language, Zipf, made_up_name, made_up_word, vocabulary_size
from archive.curation.loading import LOAD_ORDER, load
from archive.databases.statistics import refresh_statistics
from archive.ingest.text import text_sha256
from archive.models import (
    Article,
    Attendance,
    City,
    Country,
    Coverage,
    Delegation,
    Event,
    EventSeries,
    Participant,
    Publisher,
    Status,
    Topic,
    recording,
)

# What slugs of made-up records begin with.
PREFIX = "corpus-"

_BATCH = 1_000
_FIRST, _LAST = date(1996, 1, 1), date(2026, 10, 31)
_ADDRESS = "https://corpus.invalid"
_NOTE = "Made up, as all of this record."
_PUBLIC = {"status": Status.PUBLISHED, "first_public_at": datetime(2026, 11, 1, tzinfo=UTC)}
# The fixtures whose names and terms the made-up articles use.
_NAMES = ("country", "city", "topic", "eventseries", "participant", "publisher")

_ARTICLE_KINDS = dict(zip(Article.Kind.values, (80, 6, 4, 5, 3, 2), strict=True))

# How often a date has which form, its basis and note, and the form of a day and of another some days later.
_DATES: Sequence[tuple[int, str, str, Callable[[date, date], str]]] = (
    (85, "printed", "", lambda day, _: f"{day}"),
    (5, "text", "", lambda day, _: f"{day:%Y-%m}"),
    (2, "text", "", lambda day, _: f"{day:%Y}"),
    (2, "dateline", "", lambda day, later: f"{day}/{later}"),
    (2, "inferred", _NOTE, lambda day, later: f"[{day}..{later}]"),
    (1, "looked-up", _NOTE, lambda day, _: f"{day:%Y-%m}~"),
    (1, "corrected", _NOTE, lambda day, _: f"{day:%Y}?"),
    (2, "", "", lambda *_: ""),
)


class CorpusRefused(Exception):
    """Nothing was written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """How many records were made up."""

    articles: int
    events: int
    participants: int


def generate(
    *, articles: int, seed: int, force: bool = False, progress: Callable[[Iterable[int]], Iterable[int]] = iter
) -> CorpusReport:
    """Fill the database with made-up articles and the events, people and publishers they need, in one transaction.

    Equal numbers and seeds give equal records, keys and times of the log aside. Where the archive has no names yet,
    those of the fixtures are loaded first. Raises CorpusRefused where there are real articles or events (unless `force`)
    and where the same seed was used before. The index follows as after any change; a rebuild is faster.
    """
    _refuse_to_mix(seed, force=force)
    with transaction.atomic(), recording(by="generate_corpus", why=f"{articles} articles, seed {seed}"):
        if not Country.objects.exists():
            _load_names()
        report = _Corpus(articles, seed).write(progress)
        refresh_statistics()
    return report


def _refuse_to_mix(seed: int, *, force: bool) -> None:
    if Article.objects.filter(slug__startswith=f"{PREFIX}{seed}-").exists():
        raise CorpusRefused(f"The made-up articles of seed {seed} are there already: take another seed.")
    real = [model.objects.exclude(slug__startswith=PREFIX) for model in (Article, Event)]
    if not force and any(records.exists() for records in real):
        raise CorpusRefused(
            "This archive has real articles or events. Made-up ones would stand among them, and can only be withdrawn "
            "one by one. Set ARCHIVE_DATA_DIR to an empty folder; --force if you mean it."
        )


def _load_names() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for model in LOAD_ORDER:
            if model in _NAMES:
                shutil.copy(settings.FIXTURES_DIR / f"{model}.json", folder)
            else:
                (folder / f"{model}.json").write_text("[]")
        load(folder)


class _Corpus:
    """One run. What comes first in a list of names is used most."""

    def __init__(self, articles: int, seed: int) -> None:
        self.n, self.slug = articles, f"{PREFIX}{seed}"
        self.rng = random.Random(f"{seed} {articles}")  # noqa: S311 - it has to be repeatable, not secret
        self.language = Language(self.rng, vocabulary_size(articles))
        self.countries = Zipf(self._shuffled(Country.objects.order_by("iso2")))
        self.cities = Zipf(self._shuffled(City.objects.order_by("slug")))
        self.topics = Zipf(self._shuffled(Topic.objects.order_by("slug")))
        self.series = Zipf(self._shuffled(EventSeries.objects.order_by("slug")))

    def _shuffled(self, records: Iterable[Any]) -> list[Any]:
        found = list(records)
        self.rng.shuffle(found)
        return found

    def _one(self, things: Zipf, chance: float = 1.0) -> Any:
        """One of the things, or None: so often, and where there are none."""
        drawn = things.draw(self.rng, 1) if self.rng.random() < chance else []
        return drawn[0] if drawn else None

    def write(self, progress: Callable[[Iterable[int]], Iterable[int]]) -> CorpusReport:
        """Write all. `progress` is given the numbers of the articles."""
        people = Participant.objects.bulk_create(self._person(n) for n in range(1, self.n // 50 + 2))
        Publisher.objects.bulk_create(self._publisher(n) for n in range(1, self.n // 500 + 4))
        self.participants = Zipf(self._shuffled(Participant.objects.published().order_by("slug")))
        self.publishers = Zipf(self._shuffled(Publisher.objects.order_by("slug")))
        events = [event for batch in _batches(range(1, self.n // 20 + 2)) for event in self._write_events(batch)]
        self.events = Zipf(self._shuffled(events))
        for batch in _batches(progress(range(1, self.n + 1))):
            self._write_articles(batch)
        return CorpusReport(self.n, len(events), len(people))

    def _person(self, n: int) -> Participant:
        return Participant(
            slug=f"{self.slug}-person-{n}", name=made_up_name(self.rng), country=self._one(self.countries), **_PUBLIC
        )

    def _publisher(self, n: int) -> Publisher:
        return Publisher(
            slug=f"{self.slug}-publisher-{n}",
            name=f"{made_up_word(self.rng).title()} {self.rng.choice(('Daily', 'News', 'Times', 'Agency'))}",
            kind=self.rng.choice(Publisher.Kind.values),
            country=self._one(self.countries),
        )

    # Events -----------------------------------------------------------------------------------------------------------

    def _write_events(self, numbers: Iterable[int]) -> list[Event]:
        events = [self._event(n) for n in numbers]
        hosts = [[event.city.country_id] if event.city else self._keys(self.countries, 1) for event in events]
        topics = [self._keys(self.topics, self.rng.randint(1, 3)) for _ in events]
        Event.objects.bulk_create(events, links={"host_countries": hosts, "topics": topics})
        Delegation.objects.bulk_create(
            Delegation(event=event, country_id=pk, source=_ADDRESS)
            for event in events
            for pk in self._keys(self.countries, self.rng.randint(2, 9))
        )
        Attendance.objects.bulk_create(
            Attendance(event=event, participant_id=pk, source=_ADDRESS)
            for event in events
            for pk in self._keys(self.participants, self.rng.randint(0, 6))
        )
        return events

    def _event(self, n: int) -> Event:
        rng, city, series = self.rng, self._one(self.cities, 0.8), self._one(self.series, 0.7)
        kind = rng.choice(Event.Kind.choices)
        return Event(
            slug=f"{self.slug}-event-{n}",
            name=f"{made_up_word(rng).title()} {kind[1]}" + (f" in {city.name}" if city else ""),
            kind=kind[0],
            series=series,
            city=city,
            format=Event.Format.IN_PERSON if city else Event.Format.VIDEO,
            summary=self.language.text(rng, rng.randint(20, 60), [one.name for one in (city, series) if one]),
            **self._date(self._day()),
            **_PUBLIC,
        )

    # Articles ---------------------------------------------------------------------------------------------------------

    def _write_articles(self, numbers: Iterable[int]) -> None:
        made = [self._article(n) for n in numbers]
        links = {name: [[one.pk for one in about[name]] for _, _, about in made] for name in made[0][2]}
        Article.objects.bulk_create([article for article, _, _ in made], links=links)
        Coverage.objects.bulk_create(
            Coverage(article=article, event=event, relation=self.rng.choice(Coverage.Relation.values))
            for article, event, _ in made
            if event
        )

    def _article(self, n: int) -> tuple[Article, Event | None, dict[str, list[Any]]]:
        """An article, the event that it covers, and what it is linked to by field."""
        rng, event = self.rng, self._one(self.events, 0.7)
        about = {
            "countries": self.countries.some(rng, rng.randint(1, 4)),
            "participants": self.participants.some(rng, rng.randint(0, 4)),
            "topics": self.topics.some(rng, rng.randint(1, 3)),
        }
        city = event.city if event else self._one(self.cities)
        names = [one.name for one in (*about["countries"], *about["participants"], *about["topics"], city) if one]
        day = event.date_earliest if event else None
        body = self.language.text(rng, rng.randint(60, 590) if n % 3 else rng.randint(60, 240), names)
        article = Article(
            slug=f"{self.slug}-{n}",
            headline=self.language.headline(rng, names),
            kind=rng.choices(list(_ARTICLE_KINDS), list(_ARTICLE_KINDS.values()))[0],
            publisher=self._one(self.publishers),
            agency=self._one(self.publishers, 0.3),
            dateline=city.name.upper() if city else "",
            dateline_city=city,
            url=f"{_ADDRESS}/{n}",
            abstract=self.language.text(rng, rng.randint(15, 60), names),
            body=body,
            text_sha256=text_sha256(body),
            **self._date(day + timedelta(rng.randint(-2, 5)) if day else self._day()),
            **_PUBLIC,
        )
        return article, event, about

    # Shared -----------------------------------------------------------------------------------------------------------

    def _keys(self, records: Zipf, n: int) -> list[int]:
        return [record.pk for record in records.some(self.rng, n)]

    def _day(self) -> date:
        """A day of the period, later ones more often."""
        return _FIRST + (_LAST - _FIRST) * self.rng.random() ** 0.7

    def _date(self, day: date) -> dict[str, str]:
        """The fields of a partial date at that day."""
        _, basis, note, form = self.rng.choices(_DATES, [row[0] for row in _DATES])[0]
        return {
            "date": form(day, day + timedelta(self.rng.randint(1, 9))),
            "date_basis": basis,
            "date_note": note,
        }


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(numbers)
    while batch := list(islice(rest, _BATCH)):
        yield batch
