"""How good the suggestions for drafts are: `python -m tests.suggestions.measure`.

Two sets of texts. `texts.jsonl` are twenty short ones of our own, about other meetings than those that the archive has press of,
each with what a curator would link; they were written before the finding was, and are never tuned on. The others are
the source documents that the archive's articles were made of, where ARCHIVE_SEEDS names them: there the links of the fixtures
are the truth, and some of them come of what curators know and the text doesn't say.

Nothing of the article itself is used but headline, text and printed date: not its date, not its links, not its coverage.
Who attended an event is used, though the archive knows it from these very articles: it is what tells single meetings apart.
Without what it has from the article at hand, recall of the source documents' events is 0.62 instead of 0.84; where that is
left out for events of series only, 0.83 (22 November 2026). The texts of our own are about events without such rows, and
the rules were tuned on the source documents only.
"""

import argparse
import contextlib
import json
import os
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

TEXTS = Path(__file__).with_name("texts.jsonl")

KINDS = ("publisher", "agency", "dateline_city", "date", "country", "city", "participant", "event", "topic")


@dataclass(frozen=True, slots=True)
class Judged:
    """A text, and the keys that are right for it by kind; a kind that is left out is not judged."""

    name: str
    headline: str
    text: str
    printed_date: str
    right: Mapping[str, frozenset[str]]
    relations: Mapping[str, str]
    new_participants: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """What was found of a kind, over a set of texts."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong)) if self.right or self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missing)) if self.right or self.missing else 1.0

    def add(self, name: str, found: Iterable[str], right: frozenset[str]) -> None:
        found = frozenset(found)
        self.right += len(found & right)
        self.wrong += [f"{name}: {key}" for key in sorted(found - right)]
        self.missing += [f"{name}: {key}" for key in sorted(right - found)]


# The texts ------------------------------------------------------------------------------------------------------------


def own_texts() -> Iterator[Judged]:
    from archive.models import Event

    cities = dict(Event.objects.exclude(city=None).values_list("slug", "city__slug"))
    for line in TEXTS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        right = {
            "publisher": _some(row["publisher"]),
            "agency": _some(row["agency"]),
            "dateline_city": _some(row["dateline_city"]),
            "date": _some(row["date"]),
            "country": frozenset(row["countries"]),
            "city": frozenset(cities[slug] for slug in row["events"] if slug in cities) | _some(row["dateline_city"]),
            "participant": frozenset(row["participants"]),
            "event": frozenset(row["events"]),
            "topic": frozenset(row["topics"]),
        }
        yield Judged(
            row["headline"],
            row["headline"],
            row["text"],
            row["printed_date"],
            right,
            row["events"],
            tuple(row["new_participants"]),
        )


def seed_texts(folder: Path) -> Iterator[Judged]:
    """The items of the source documents, with the links of the articles that were made of them."""
    from archive.models import Article

    articles = {
        (article.source_document.name, article.source_position): article
        for article in Article.objects.select_related("source_document", "publisher", "agency", "dateline_city")
        if article.source_document
    }
    for name, position, headline, text, printed_date in _items(folder):
        article = articles[name, position]
        coverages = list(article.coverages.select_related("event__city"))
        dateline_city = _some(article.dateline_city and article.dateline_city.slug)
        right = {
            "publisher": _some(article.publisher and article.publisher.slug),
            "agency": _some(article.agency and article.agency.slug),
            "dateline_city": dateline_city,
            "country": frozenset(article.countries.values_list("iso2", flat=True)),
            "city": frozenset(one.event.city.slug for one in coverages if one.event.city) | dateline_city,
            "participant": frozenset(article.participants.values_list("slug", flat=True)),
            "event": frozenset(one.event.slug for one in coverages),
            "topic": frozenset(article.topics.values_list("slug", flat=True)),
        }
        if article.date_basis in ("printed", "dateline", "text"):
            right["date"] = _some(article.date)
        relations = {one.event.slug: one.relation for one in coverages}
        yield Judged(f"{name[:3]}/{position}", headline, text, printed_date, right, relations)


def _items(folder: Path) -> Iterator[tuple[str, int, str, str, str]]:
    """The items of the documents as `archive.ingest` reads them: document, position, headline, text, printed date."""
    from archive.ingest.readers import read
    from archive.models import SourceDocument

    for name in SourceDocument.objects.order_by("name").values_list("name", flat=True):
        for item in read((folder / name).read_bytes(), name).items:
            headline = "" if item.headline_supplied else item.headline
            yield name, item.position, headline, item.text, item.printed_date


def _some(key: str | None) -> frozenset[str]:
    return frozenset({key} if key else ())


# Measuring ------------------------------------------------------------------------------------------------------------


def measure(texts: Iterable[Judged]) -> dict[str, Score]:
    """Suggest for each text, and compare. Also how many events that were found have the right relation."""
    from archive.curation.suggestions import Draft, Kind, suggest_links

    scores: dict[str, Score] = defaultdict(Score)
    for one in texts:
        found = suggest_links(Draft(one.headline, one.text, one.printed_date))
        keys: dict[str, set[str]] = defaultdict(set)
        for suggestion in found:
            keys[suggestion.kind].add(suggestion.key)
        events = found.of(Kind.EVENT)
        keys["city"] = {event.prefill["city"] for event in events if event.prefill["city"]} | keys["dateline_city"]
        for kind in KINDS:
            if kind in one.right:
                scores[kind].add(one.name, keys[kind], one.right[kind])
        for event in events:
            if event.key in one.relations:
                right = one.relations[event.key]
                told = f"{event.key} {event.prefill['relation']}"
                scores["relation"].add(one.name, [told], frozenset({f"{event.key} {right}"}))
        scores["new-participant"].add(one.name, keys["new-participant"], frozenset(one.new_participants))
    return scores


def table(scores: Mapping[str, Score]) -> str:
    lines = [f"{'kind':<16} {'precision':>9} {'recall':>7} {'right':>6} {'wrong':>6} {'missing':>8}"]
    lines += [
        f"{kind:<16} {score.precision:9.3f} {score.recall:7.3f} {score.right:6} {len(score.wrong):6} {len(score.missing):8}"
        for kind, score in scores.items()
    ]
    return "\n".join(lines)


def faults(scores: Mapping[str, Score]) -> str:
    lines = []
    for kind, score in scores.items():
        lines += [f"{kind} + {one}" for one in score.wrong] + [f"{kind} - {one}" for one in score.missing]
    return "\n".join(lines)


@contextlib.contextmanager
def _shipped_archive() -> Iterator[None]:
    """The fixtures, in a database that is gone afterwards."""
    from django.conf import settings
    from django.db import connection

    from archive.curation.loading import load

    name = connection.settings_dict["NAME"]
    # A server's test database gets a name of its own, for the suite may run there as well; SQLite's is in memory.
    if connection.vendor != "sqlite":
        connection.settings_dict["TEST"]["NAME"] = f"suggestions_{uuid.uuid4().hex[:12]}"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        load(settings.FIXTURES_DIR)
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def main() -> None:
    import django

    parser = argparse.ArgumentParser(description="Measure the suggestions for drafts on the archive as it is shipped.")
    parser.add_argument("--faults", action="store_true", help="also print what is wrong (+) and what is missing (-)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "ARCHIVE_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "scosite.settings",
            "SECRET_KEY": "measuring only",
            "LOG_LEVEL": "ERROR",
        }
        django.setup()
        with _shipped_archive():
            _show("Texts of our own", measure(own_texts()), with_faults=arguments.faults)
            if seeds := os.environ.get("ARCHIVE_SEEDS", ""):
                _show("Source documents", measure(seed_texts(Path(seeds))), with_faults=arguments.faults)
            else:
                print("ARCHIVE_SEEDS names no folder with the source documents: they are left out.")


def _show(title: str, scores: Mapping[str, Score], *, with_faults: bool) -> None:
    print(f"{title}\n\n{table(scores)}\n")
    if with_faults:
        print(f"{faults(scores)}\n")


if __name__ == "__main__":
    main()
