"""What readers ask for: kinds of requests, how often each is asked, and the addresses, of which few are asked often."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.bench.corpus import Corpus
from tests.bench.processes import Process

# What a reader may wait for each group of kinds, in milliseconds, for 95 of 100.
GOALS = {"pages": 150.0, "search": 500.0}


@dataclass(frozen=True, slots=True)
class Kind:
    """`share` of all requests, in percent; `addresses` from the most asked to the least (Zipf); `group`: its goal."""

    name: str
    share: float
    addresses: Sequence[str]
    group: str = "pages"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def mix(made: Corpus) -> list[Kind]:
    """Of this archive."""
    with contextlib.closing(sqlite3.connect(made.folder / "archive.sqlite3")) as database:
        articles = _column(database, "SELECT slug FROM archive_article WHERE status = 'published' ORDER BY id DESC")
        events = _column(database, "SELECT slug FROM archive_event WHERE status = 'published' ORDER BY id")
        people = _column(database, "SELECT slug FROM archive_participant WHERE status = 'published' ORDER BY id")
        cities = _column(database, "SELECT slug FROM archive_city ORDER BY id")
        topics = _column(database, "SELECT slug FROM archive_topic ORDER BY id")
        series = _column(database, "SELECT slug FROM archive_eventseries ORDER BY id")
        names = _column(
            database, "SELECT name FROM archive_participant WHERE status = 'published' ORDER BY id LIMIT 200"
        )
    lists = [f"/{name}/" for name in ("articles", "events", "years", "topics", "participants", "countries", "cities")]
    lists += [f"/articles/?page={n}" for n in range(2, 30)] + [f"/events/?year={year}" for year in range(2001, 2026)]
    records = [
        *(f"/participants/{slug}/" for slug in people),
        *(f"/topics/{slug}/" for slug in topics),
        *(f"/cities/{slug}/" for slug in cities),
        *(f"/countries/{code}/" for code in ("cn", "ru", "kz", "kg", "tj", "uz", "in", "pk")),
        *(f"/series/{slug}/" for slug in series),
    ]
    typed = sorted({name[:n].lower() for name in names for n in range(2, 6)}, key=len)
    api = [
        "/api/v1/events",
        "/api/v1/articles",
        "/api/v1/changes",
        *(f"/api/v1/events/{slug}" for slug in events[:100]),
    ]
    feeds = ["/articles/?format=atom", "/events/?format=ics", "/sitemap.xml", "/robots.txt"]
    feeds += [f"/articles/{slug}/?format=ris" for slug in articles[:100]]
    return [
        Kind("home", 8, ["/", "/ru/", "/zh-hans/"]),
        Kind("lists", 14, lists),
        Kind("years", 6, [f"/years/{year}/" for year in range(2025, 1996, -1)]),
        Kind("articles", 24, [f"/articles/{slug}/" for slug in articles]),
        Kind("events", 12, [f"/events/{slug}/" for slug in events]),
        Kind("people, topics, cities …", 8, records),
        Kind("pictures", 3, ["/timeline/", "/map/", "/network/", "/coverage/"]),
        Kind("search", 10, _searches(made), "search"),
        Kind("suggestions", 6, [f"/search/suggest/?q={quote(text)}" for text in typed]),
        Kind("API", 3, api),
        Kind("feeds, citations", 2, feeds),
        Kind("static files", 4, _static(made.folder / "static")),
    ]


def _column(database: sqlite3.Connection, sql: str) -> list[str]:
    return [row[0] for row in database.execute(sql)]


def _searches(made: Corpus) -> list[str]:
    """The kinds of queries that `make bench` asks, in turn, each with filters and orders as well."""
    with Process(made, "fts5") as words:
        asked = words.ask("questions")
    texts = [text for row in zip(*([*_texts(some)] for some in asked.values()), strict=False) for text in row]
    ways = ["", "&sort=newest", "&year=2014", "&country=CN", "&in=events", "&sort=oldest", "&year=2008&country=RU"]
    return [f"/search/?q={quote(text)}{way}" for way in ways for text in texts if text or way]


def _texts(questions: list[dict[str, Any]]) -> Iterator[str]:
    """In the query language."""
    for one in questions:
        parts = [*one["all_of"], *(f"-{word}" for word in one["none_of"])]
        parts += [f'"{" ".join(one["phrase"])}"'] if one["phrase"] else []
        parts += [f"({' OR '.join(one['any_of'])})"] if one["any_of"] else []
        parts += [f"{one['prefix']}*"] if one["prefix"] else []
        parts += [f"{one['fuzzy']}~2"] if one["fuzzy"] else []
        yield " ".join(parts) or "year:2014"


def _static(folder: Path) -> list[str]:
    """Files by the names that pages link to."""
    found = [
        path for path in folder.rglob("*.*.*") if path.suffix in (".css", ".js", ".svg") and "admin" not in str(path)
    ]
    return sorted(f"/static/{path.relative_to(folder)}" for path in found)[:12]
