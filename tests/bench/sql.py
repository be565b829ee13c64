"""The same work in SQL, written for speed: SQLite FTS5 and PostgreSQL.

Both hold what the archive's own index holds of the articles, twice: stemmed for words, as written for phrases and prefixes.
Facet values are small integers beside the documents; counts are one pass over the matches.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench.engines import PAGE, Answer, NotSupported, process_cpu
from tests.bench.questions import Question

# Values of one insertion.
_BATCH = 500


class _FacetValues:
    """The facet values of the corpus as numbers from 1."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str], int] = {}

    def of(self, facets: Any) -> list[int]:
        pairs = [(key, value) for key, values in facets.items() for value in values]
        return [self.numbers.setdefault(pair, len(self.numbers) + 1) for pair in pairs]


def _documents() -> Iterator[Any]:
    """What is searchable of each published article."""
    from archive.search.documents import SOURCES, documents
    from archive.search.query import Scope

    return documents(Scope.ARTICLES, SOURCES[Scope.ARTICLES].published().values_list("pk", flat=True))


def _row(document: Any) -> tuple[int, int | None, int | None, str, str, str]:
    days = [day.toordinal() if day else None for day in (document.earliest, document.latest)]
    return document.pk, days[0], days[1], document.title, "\n".join(document.names), "\n".join(document.texts)


def _counts(names: dict[int, tuple[str, str]], rows: Iterable[tuple[int, int]]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for number, n in rows:
        key, value = names[number]
        counts.setdefault(key, {})[value] = n
    return counts


# SQLite ---------------------------------------------------------------------------------------------------------------

_SQLITE_TABLES = """
CREATE TABLE docs (id INTEGER PRIMARY KEY, first INTEGER, last INTEGER, title TEXT, names TEXT, text TEXT);
CREATE TABLE dates (id INTEGER PRIMARY KEY, first INTEGER, last INTEGER);
CREATE TABLE facet (doc INTEGER, value INTEGER, PRIMARY KEY (doc, value)) WITHOUT ROWID;
CREATE TABLE facet_value (id INTEGER PRIMARY KEY, key TEXT, value TEXT);
CREATE VIRTUAL TABLE stemmed USING fts5(title, names, text, content='docs', content_rowid='id', tokenize='porter unicode61');
CREATE VIRTUAL TABLE exact USING fts5(title, names, text, content='docs', content_rowid='id', tokenize='unicode61',
                                      prefix='3 4');
"""
_SQLITE_AFTER = """
INSERT INTO stemmed (stemmed) VALUES ('rebuild');
INSERT INTO exact (exact) VALUES ('rebuild');
INSERT INTO stemmed (stemmed) VALUES ('optimize');
INSERT INTO exact (exact) VALUES ('optimize');
CREATE INDEX dates_first ON dates (first, last);
ANALYZE;
"""


class Fts5:
    """SQLite's full text, bm25 with the archive's field weights. Matches go once into a table in memory, from which all is read.

    CROSS JOIN keeps the matches on the outside: SQLite, which knows nothing of a table just filled, would scan the other.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def build(self) -> int:
        self.path.unlink(missing_ok=True)
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SQLITE_TABLES}")
        connection.execute("BEGIN")
        values, n = _FacetValues(), 0
        for document in _documents():
            n += 1
            row = _row(document)
            connection.execute("INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?)", row)
            connection.execute("INSERT INTO dates VALUES (?, ?, ?)", row[:3])
            numbers = values.of(document.facets)
            connection.executemany("INSERT INTO facet VALUES (?, ?)", [(document.pk, number) for number in numbers])
        rows = [(number, *pair) for pair, number in values.numbers.items()]
        connection.executemany("INSERT INTO facet_value VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")
        connection.executescript(f"BEGIN; {_SQLITE_AFTER} COMMIT;")
        connection.close()
        return n

    def size(self) -> int:
        return self.path.stat().st_size

    def open(self) -> None:
        self._db.execute("SELECT count(*) FROM facet_value").fetchone()

    def other_cpu(self) -> int:
        return 0

    @cached_property
    def _db(self) -> sqlite3.Connection:
        db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, isolation_level=None)
        db.executescript(
            "PRAGMA mmap_size=2000000000; PRAGMA cache_size=-200000; PRAGMA temp_store=MEMORY;"
            "CREATE TEMP TABLE m (id INTEGER PRIMARY KEY, score REAL);"
        )
        return db

    @property
    def connection(self) -> sqlite3.Connection:
        """The open database, for those who read its vocabulary."""
        return self._db

    @cached_property
    def _names(self) -> dict[int, tuple[str, str]]:
        return {number: (key, value) for number, key, value in self._db.execute("SELECT * FROM facet_value")}

    def match(self, question: Question) -> str:
        """The question for MATCH."""
        if question.fuzzy:
            raise NotSupported("FTS5 knows no fuzzy words.")
        parts = [*question.all_of]
        if question.any_of:
            parts.append(f"({' OR '.join(question.any_of)})")
        if question.phrase:
            parts.append(f'"{" ".join(question.phrase)}"')
        if question.prefix:
            parts.append(f"{question.prefix}*")
        match = " AND ".join(parts)
        return f"({match}) NOT ({' OR '.join(question.none_of)})" if question.none_of else match

    def ask(self, question: Question) -> Answer:
        db, match, table = self._db, self.match(question), "exact" if question.is_exact else "stemmed"
        db.execute("BEGIN")
        db.execute("DELETE FROM m")
        score = "0" if question.is_by_date else f"bm25({table}, 3.0, 1.5, 1.0)"
        if not question.has_words:
            assert question.days
            first, last = question.days
            db.execute("INSERT INTO m SELECT id, 0 FROM dates WHERE first <= ? AND last >= ?", (last, first))
        elif question.days:
            first, last = question.days
            db.execute(
                f"INSERT INTO m SELECT dates.id, {score} FROM {table} CROSS JOIN dates ON dates.id = {table}.rowid "
                f"WHERE {table} MATCH ? AND first <= ? AND last >= ?",
                (match, last, first),
            )
        else:
            db.execute(f"INSERT INTO m SELECT rowid, {score} FROM {table} WHERE {table} MATCH ?", (match,))
        (total,) = db.execute("SELECT count(*) FROM m").fetchone()
        if question.is_by_date:
            best = db.execute(
                f"SELECT m.id FROM m CROSS JOIN dates ON dates.id = m.id ORDER BY first DESC, last DESC, m.id LIMIT {PAGE}"
            ).fetchall()
        else:
            best = db.execute(f"SELECT id FROM m ORDER BY score, id LIMIT {PAGE}").fetchall()
        ids = tuple(pk for (pk,) in best)
        counts = _counts(
            self._names, db.execute("SELECT value, count(*) FROM m CROSS JOIN facet ON facet.doc = m.id GROUP BY value")
        )
        snippets = tuple(self._snippet(table, match, pk) for pk in ids)
        db.execute("COMMIT")
        return Answer(total, ids, counts, snippets)

    def _snippet(self, table: str, match: str, pk: int) -> Any:
        if not match:
            return self._db.execute("SELECT title, substr(text, 1, 200) FROM docs WHERE id = ?", (pk,)).fetchone()
        return self._db.execute(
            f"SELECT highlight({table}, 0, '[', ']'), snippet({table}, 2, '[', ']', '…', 32) FROM {table} "
            f"WHERE {table} MATCH ? AND rowid = ?",
            (match, pk),
        ).fetchone()


# PostgreSQL -----------------------------------------------------------------------------------------------------------

_POSTGRES_TABLES = """
DROP TABLE IF EXISTS docs, facet_value;
CREATE TABLE docs (id int PRIMARY KEY, first int, last int, facets int[], title text, names text, text text,
    stems tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', names), 'B')
        || to_tsvector('english', text)) STORED,
    words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', names), 'B')
        || to_tsvector('simple', text)) STORED);
CREATE TABLE facet_value (id int PRIMARY KEY, key text, value text);
"""
_POSTGRES_AFTER = """
CREATE INDEX docs_stems ON docs USING gin (stems);
CREATE INDEX docs_words ON docs USING gin (words);
CREATE INDEX docs_dates ON docs (first, last);
"""
# Title, names and text weigh 3 : 1.5 : 1; PostgreSQL wants D, C, B, A, none above 1.
_WEIGHTS = "'{0.33, 0.33, 0.5, 1}'"


class PostgreSQL:
    """PostgreSQL's full text with GIN indexes; matches, total, best ten and counts in one statement, headlines in another."""

    def __init__(self, url: str) -> None:
        self.url = url

    @cached_property
    def _db(self) -> Any:
        import psycopg

        db = psycopg.connect(self.url, autocommit=True)
        # One process, so that its CPU time is all there is; a compiler pays for longer queries only.
        for setting in (
            "max_parallel_workers_per_gather=0",
            "jit=off",
            "work_mem='256MB'",
            "maintenance_work_mem='512MB'",
        ):
            db.execute(f"SET {setting}")
        return db

    def build(self) -> int:
        db, values, n = self._db, _FacetValues(), 0
        db.execute(_POSTGRES_TABLES)
        rows = _documents()
        while batch := list(islice(rows, _BATCH)):
            with db.cursor().copy("COPY docs (id, first, last, facets, title, names, text) FROM STDIN") as copy:
                for document in batch:
                    pk, first, last, *texts = _row(document)
                    copy.write_row((pk, first, last, values.of(document.facets), *texts))
            n += len(batch)
        with db.cursor().copy("COPY facet_value FROM STDIN") as copy:
            for pair, number in values.numbers.items():
                copy.write_row((number, *pair))
        for statement in (*_POSTGRES_AFTER.split(";"), "VACUUM ANALYZE docs"):
            if statement.strip():
                db.execute(statement)
        return n

    def size(self) -> int:
        return self._db.execute("SELECT pg_total_relation_size('docs')").fetchone()[0]

    def open(self) -> None:
        self._db.execute("SELECT 1")

    def other_cpu(self) -> int:
        return process_cpu(self._db.info.backend_pid)

    @cached_property
    def _names(self) -> dict[int, tuple[str, str]]:
        return {number: (key, value) for number, key, value in self._db.execute("SELECT * FROM facet_value")}

    def tsquery(self, question: Question) -> str:
        """The question for to_tsquery."""
        if question.fuzzy:
            raise NotSupported("PostgreSQL's full text knows no fuzzy words.")
        parts = [*question.all_of]
        if question.any_of:
            parts.append(f"({' | '.join(question.any_of)})")
        parts += [f"!{word}" for word in question.none_of]
        if question.phrase:
            parts.append(f"({' <-> '.join(question.phrase)})")
        if question.prefix:
            parts.append(f"{question.prefix}:*")
        return " & ".join(parts)

    def ask(self, question: Question) -> Answer:
        column, config = ("words", "simple") if question.is_exact else ("stems", "english")
        written = self.tsquery(question)
        values: dict[str, Any] = {"query": written, "config": config}
        conditions, tables = [], "docs"
        if written:
            tables += ", to_tsquery(%(config)s::regconfig, %(query)s) q"
            conditions.append(f"{column} @@ q")
        if question.days:
            values["first"], values["last"] = question.days
            conditions.append("first <= %(last)s AND last >= %(first)s")
        score = "0" if question.is_by_date else f"ts_rank({_WEIGHTS}, {column}, q)"
        order = "first DESC, last DESC, id" if question.is_by_date else "score DESC, id"
        rows = self._db.execute(
            f"""
            WITH m AS MATERIALIZED (
                SELECT id, first, last, facets, {score} AS score FROM {tables} WHERE {" AND ".join(conditions)}
            )
            (SELECT 0 AS part, count(*) AS a, 0 AS b FROM m)
            UNION ALL (SELECT 1, id, 0 FROM (SELECT id FROM m ORDER BY {order} LIMIT {PAGE}) AS best)
            UNION ALL (SELECT 2, value, count(*) FROM m, unnest(facets) AS value GROUP BY value)
            """,
            values,
        ).fetchall()
        ids = [a for part, a, _ in rows if part == 1]
        return Answer(
            rows[0][1],
            tuple(ids),
            _counts(self._names, ((a, b) for part, a, b in rows if part == 2)),
            tuple(self._headlines(values, ids)),
        )

    def _headlines(self, values: dict[str, Any], ids: list[int]) -> list[Any]:
        shown = "title, left(text, 200)"
        if values["query"]:
            query = "to_tsquery(%(config)s::regconfig, %(query)s)"
            shown = (
                f"ts_headline(%(config)s::regconfig, title, {query}, 'HighlightAll=true'), "
                f"ts_headline(%(config)s::regconfig, text, {query}, 'MaxWords=32, MinWords=16')"
            )
        return self._db.execute(f"SELECT {shown} FROM docs WHERE id = ANY(%(ids)s)", {**values, "ids": ids}).fetchall()
