"""The corpus of a size: a data folder of its own with database and indexes, made once and kept under var/bench/."""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_FIXTURES = ("country", "city", "topic", "eventseries", "participant", "publisher")
# What makes the articles: with other code or names they would be others.
_CORPUS_CODE = ("archive/curation/corpus", *(f"fixtures/{name}.json" for name in _FIXTURES))
# What writes an index: with other code it would be another.
_WRITERS = ("documents", "freshness", "text", "whoosh_codec", "whoosh_engine", "whoosh_schema")


def fingerprint(names: Iterable[str]) -> str:
    """Hash of the files, and of the Python files of the folders, by their names from the top of the project."""
    sha = hashlib.sha256()
    for name in names:
        path = ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            sha.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return sha.hexdigest()[:12]


def index_fingerprint() -> str:
    """Hash of what writes the archive's index."""
    return fingerprint([f"archive/search/{name}.py" for name in _WRITERS])


@dataclass(frozen=True, slots=True)
class Corpus:
    """A data folder, and the environment in which the project works on it."""

    articles: int
    seed: int
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The caller's, without its settings of the archive."""
        ours = (
            "DATABASE_URL",
            "SEARCH_URL",
            "SITE_URL",
            "ALLOWED_HOSTS",
            "DEBUG",
            "TRUSTED_PROXIES",
            "PAGE_CACHE_MB",
            "DJANGO_SETTINGS_MODULE",
        )
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return kept | {
            "ARCHIVE_DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "scosite.settings",
            "LOG_LEVEL": "WARNING",
            "SECRET_KEY": "benchmarks only",
        }

    def manage(self, *arguments: str, **settings: str) -> None:
        """Run `manage.py …`, its output with ours; with settings of the archive's on top of its environment."""
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.environment | settings, check=True)

    def inside(self, order: str, **arguments: Any) -> Any:
        """The answer to an order of tests/bench/inside.py. No page is kept there."""
        command = [sys.executable, "-m", "tests.bench.inside", order, json.dumps(arguments)]
        environment = self.environment | {"PAGE_CACHE_MB": "0"}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)

    def kept(self, name: str, version: str) -> Any:
        """What was kept under the name for that version; None where there is nothing, or of another version."""
        try:
            stored = json.loads((self.folder / f"{name}.json").read_text())
        except FileNotFoundError:
            return None
        return stored["values"] if stored["version"] == version else None

    def keep(self, name: str, version: str, values: Any) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps({"version": version, "values": values}))


def corpus(articles: int, seed: int) -> Corpus:
    """The corpus of that size; made now where it isn't there yet."""
    data = Path(os.environ.get("ARCHIVE_DATA_DIR") or ROOT / "var").resolve()
    made = Corpus(articles, seed, data / "bench" / f"{articles}-{seed}-{fingerprint(_CORPUS_CODE)}")
    if not made.folder.exists():
        print(f"Making up {articles} articles (kept for the next run) …", flush=True)
        made.folder.parent.mkdir(parents=True, exist_ok=True)
        # Under another name until it is whole.
        half = Corpus(articles, seed, Path(tempfile.mkdtemp(prefix="half-", dir=made.folder.parent)))
        try:
            half.manage("migrate", "--verbosity", "0")
            half.manage("generate_corpus", "--articles", str(articles), "--seed", str(seed))
            half.folder.rename(made.folder)
        finally:
            shutil.rmtree(half.folder, ignore_errors=True)
    # The code may have moved on since.
    made.manage("migrate", "--verbosity", "0")
    return made


def with_events(made: Corpus, events: int) -> Corpus:
    """The corpus once more, in a folder within its own, with so many events: for pages, which show more of them."""
    version = f"{events}-{fingerprint(['tests/bench/inside.py'])}-{index_fingerprint()}"
    fuller = Corpus(made.articles, made.seed, made.folder / f"events-{version}")
    if not fuller.folder.exists():
        print(f"Making up events until there are {events} (kept for the next run) …", flush=True)
        for old in made.folder.glob("events-*"):
            shutil.rmtree(old)
        half = Corpus(made.articles, made.seed, Path(tempfile.mkdtemp(prefix="half-", dir=made.folder)))
        try:
            source, target = (sqlite3.connect(one.folder / "archive.sqlite3") for one in (made, half))
            with contextlib.closing(source), contextlib.closing(target):
                source.backup(target)
            half.inside("fill", events=events)
            half.manage("rebuild_index")
            half.folder.rename(fuller.folder)
        finally:
            shutil.rmtree(half.folder, ignore_errors=True)
    fuller.manage("migrate", "--verbosity", "0")
    return fuller


# Tables whose rows belong to an article, and the columns that say to which.
_OF_ARTICLES = (
    "archive_article_countries",
    "archive_article_participants",
    "archive_article_topics",
    "archive_coverage",
)
# Articles that are looked at to tell rare words from others, and the share of them that has a word which is not rare.
_LOOKED_AT, _RARE = 5_000, 0.001


def multiplied(made: Corpus, times: int) -> Corpus:
    """The corpus with each article so many times, in a folder within its own: for sizes that would take hours to make up.

    Each time its rare words are others, so that the number of words grows with the articles. The copies have neither
    history nor entries in the log: enough for a search, and for nothing else.
    """
    if times == 1:
        return made
    larger = Corpus(
        made.articles * times, made.seed, made.folder / f"times-{times}-{fingerprint(['tests/bench/corpus.py'])}"
    )
    if larger.folder.exists():
        return larger
    print(f"Multiplying them by {times} (kept for the next run) …", flush=True)
    half = Corpus(larger.articles, made.seed, Path(tempfile.mkdtemp(prefix="half-", dir=made.folder)))
    try:
        source, target = (sqlite3.connect(one.folder / "archive.sqlite3") for one in (made, half))
        with contextlib.closing(source), contextlib.closing(target):
            source.backup(target)
            target.execute("PRAGMA synchronous=OFF")
            # They ask for functions that Django brings; the rows held to them before they were copied.
            target.execute("PRAGMA ignore_check_constraints=ON")
            _multiply(target, times)
            target.commit()
        half.folder.rename(larger.folder)
    finally:
        shutil.rmtree(half.folder, ignore_errors=True)
    return larger


def _multiply(database: sqlite3.Connection, times: int) -> None:
    known: Counter[str] = Counter()
    (articles,) = database.execute("SELECT count(*) FROM archive_article").fetchone()
    for (text,) in database.execute("SELECT abstract || ' ' || body FROM archive_article LIMIT ?", (_LOOKED_AT,)):
        known.update(set(text.split()))
    common = {word for word, n in known.items() if n >= max(2, _RARE * min(articles, _LOOKED_AT))}

    def again(text: str, number: int) -> str:
        letters = chr(ord("a") + number % 26) + chr(ord("a") + number // 26)
        return " ".join(word if word in common or not word.isalpha() else word + letters for word in text.split(" "))

    database.create_function("again", 2, again, deterministic=True)
    (step,) = database.execute("SELECT max(id) FROM archive_article").fetchone()
    for number in range(1, times):
        changed = {
            "id": f"id + {step * number}",
            "slug": f"slug || '-{number}'",
            "abstract": f"again(abstract, {number})",
            "body": f"again(body, {number})",
        }
        _copy_rows(database, "archive_article", changed, f"id <= {step}")
        for table in _OF_ARTICLES:
            changed = {"id": "NULL", "article_id": f"article_id + {step * number}"}
            _copy_rows(database, table, changed, f"article_id <= {step}")


def _copy_rows(database: sqlite3.Connection, table: str, changed: dict[str, str], which: str) -> None:
    columns = [name for _, name, *_ in database.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    database.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {which}")


def machine() -> str:
    """What the figures were measured on, in a line."""
    import platform

    models: Sequence[str] = [
        line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")
    ]
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return (
        f"{len(models) or os.cpu_count()} × {models[0] if models else platform.machine()}, {memory / 2**20:.0f} GiB, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
