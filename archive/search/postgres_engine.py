"""The engine in the database itself: PostgreSQL's own full text on a table of search documents.

All web processes share the one index. `archive_searchstate` has one row: which generation of documents is in use, and up
to which change it is true. It is written in the same transaction as the documents. A rebuild fills a new generation in one
transaction and switches over at its end: readers keep the old one until then, and one that is killed leaves nothing.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import astuple, dataclass
from itertools import islice
from typing import Any

from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from psycopg import errors
from rapidfuzz import process
from rapidfuzz.distance import OSA

from archive.databases import replicas
from archive.search.documents import FACETS, SearchDocument
from archive.search.engine import Changes
from archive.search.evaluate import MAX_EXPANSION
from archive.search.postgres_query import Statement
from archive.search.postgres_rows import COLUMNS, VERSION, quoted, row, vocabulary
from archive.search.query import Found, Fuzzy, IndexState, IndexUnusable, Node, Query, Scope, SearchTooSlow
from archive.search.wording import describe

logger = logging.getLogger(__name__)

WRITE_TIMEOUT = 20.0
# What a search may take at most; the database stops it then.
SEARCH_TIMEOUT = 2.0
# Sorting and hashing in memory; compiling the plan costs more than running it; and the planner takes a scan of all documents
# for cheap, since it doesn't count that each vector has to be fetched and unpacked: the indexes know without it.
PLANNING = {"work_mem": "64MB", "jit": "off", "enable_seqscan": "off"}

# "SRCW" and "SRCR" in ASCII: who writes into the index, and who rebuilds it.
_WRITE_LOCK, _REBUILD_LOCK = 0x53524357, 0x53524352
_BATCH = 500

# The index can't be written now, but can be read.
_NOT_NOW = (errors.LockNotAvailable, errors.ReadOnlySqlTransaction, errors.DiskFull)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """The words of a generation as they are written. Words are only ever added to one, in the order of their ids."""

    generation: int
    last_id: int
    forms: tuple[str, ...]


class PostgresEngine:
    """An `archive.search.engine.Engine` on the database, or on its replica for those who read there.

    Safe for threads and for several processes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._vocabulary = _Vocabulary(0, 0, ())

    # Reading ----------------------------------------------------------------------------------------------------------

    def state(self) -> IndexState:
        with _guarded(), _unharmed(), connections[replicas.alias()].cursor() as cursor:
            return _state(cursor)[1]

    def find(self, query: Query, tree: Node) -> Found:
        limits = {"statement_timeout": f"{SEARCH_TIMEOUT}s", **PLANNING}
        try:
            with _guarded(), _transaction(limits) as cursor:
                likes = _Likes(self._forms, cursor)
                statement = Statement(query, tree, likes)
                cursor.execute(statement.sql, statement.params)
                number, sha256, version, totals, pks, counts = cursor.fetchone()
        except DatabaseError as error:
            if not isinstance(error.__cause__, errors.QueryCanceled):
                raise
            raise SearchTooSlow from error
        _check(version)
        totals, counted = dict(_read(totals)), _read(counts)
        return Found(
            pks=tuple(pks),
            reached=(number, sha256),
            totals={scope: totals.get(scope, 0) for scope in Scope},
            counts=_by_facet(((value, number) for value, (number, _) in counted), FACETS),
            carried=_by_facet(
                ((value, number) for value, (_, number) in counted), [*filter(query.include.get, FACETS)]
            ),
            notes=(*map(_cut, likes.cut), *_unranked(statement, totals.get(query.scope, 0))),
        )

    def alike(self, form: str, edits: int) -> Mapping[str, int]:
        """The likest, where they are very many."""
        with _guarded(), connections[replicas.alias()].cursor() as cursor:
            generation, _reached = _state(cursor)
            likes = _Likes(self._forms, cursor)(form, edits)
            cursor.execute(
                """
                SELECT form, (
                    SELECT count(*) FROM archive_searchdocument
                    WHERE generation = %s AND exact @@ lexeme::tsquery
                ) FROM unnest(%s::text[], %s::text[]) AS likes (form, lexeme)
                """,
                [generation, list(likes), [quoted(like) for like in likes]],
            )
            # A word stays known when the last document that had it is gone.
            return {form: number for form, number in cursor.fetchall() if number}

    def contents(self) -> Mapping[str, int]:
        with _guarded(), connections[replicas.alias()].cursor() as cursor:
            generation, _reached = _state(cursor)
            cursor.execute("SELECT id, digest FROM archive_searchdocument WHERE generation = %s", [generation])
            return dict(cursor.fetchall())

    def damages(self, documents: Iterable[SearchDocument]) -> Iterator[str]:
        """The rows are made anew and compared; words that are lost are told by the documents that have them."""
        rest = iter(documents)
        while batch := list(islice(rest, _BATCH)):
            with _guarded(), connection.cursor() as cursor:
                generation, _reached = _state(cursor)
                values = [astuple(row(document)) for document in batch]
                columns: list[list[Any]] = [list(column) for column in zip(*values, strict=True)]
                columns[COLUMNS.index("facets")] = [json.dumps(one) for one in columns[COLUMNS.index("facets")]]
                cursor.execute(_DIFFERENT, [*columns, generation])
                found = {document for (document,) in cursor.fetchall()}
                words = {document.id: vocabulary(document) for document in batch}
                cursor.execute(
                    "SELECT form FROM archive_searchword WHERE generation = %s AND form = ANY(%s)",
                    [generation, sorted(set().union(*words.values()))],
                )
                known = {form for (form,) in cursor.fetchall()}
            found |= {document for document, forms in words.items() if forms - known}
            yield from sorted(found)

    def _forms(self, cursor: CursorWrapper) -> tuple[str, ...]:
        """All words of the index. Only those are read that came since the last call."""
        generation, _reached = _state(cursor)
        with self._lock:
            known = self._vocabulary
            if known.generation != generation:
                known = _Vocabulary(generation, 0, ())
            cursor.execute(
                "SELECT id, form FROM archive_searchword WHERE generation = %s AND id > %s ORDER BY id",
                [generation, known.last_id],
            )
            if found := cursor.fetchall():
                known = _Vocabulary(generation, found[-1][0], (*known.forms, *(form for _id, form in found)))
            self._vocabulary = known
            return known.forms

    # Writing ----------------------------------------------------------------------------------------------------------

    def apply(self, changes: Changes, *, timeout: float = WRITE_TIMEOUT) -> bool:
        """Write what `changes` asks for after the state it is given, all in one transaction.

        The state is read under the write lock, so that two processes never apply the same change twice or in the wrong
        order. False where the index can't be written now: another kept the lock for `timeout` seconds, the disk is full,
        or the database is a copy that is only read.
        """
        with _guarded():
            try:
                with _transaction({"lock_timeout": f"{timeout}s"}) as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITE_LOCK])
                    _write(cursor, changes)
            except DatabaseError as error:
                if not isinstance(error.__cause__, _NOT_NOW):
                    raise
                logger.warning("the search index can't be written now: %s", error)
                return False
            return True

    def rebuild(self, documents: Iterable[SearchDocument], number: int, sha256: str) -> None:
        """Write all documents into a new generation and switch to it. One rebuild at a time: another waits for its end."""
        unlimited = {"lock_timeout": "0", "statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
        with _guarded(), _transaction(unlimited) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_REBUILD_LOCK])
            cursor.execute(
                """
                SELECT 1 + greatest(
                    0, (SELECT max(generation) FROM archive_searchstate), (SELECT max(generation) FROM archive_searchdocument)
                )
                """
            )
            (generation,) = cursor.fetchone()
            written = _insert(cursor, generation, documents)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITE_LOCK])
            cursor.execute(
                """
                INSERT INTO archive_searchstate (generation, version, number, sha256, documents)
                VALUES (%s, %s, %s, %s, %s)
                ON CONFLICT (the_only) DO UPDATE SET (generation, version, number, sha256, documents)
                    = (excluded.generation, excluded.version, excluded.number, excluded.sha256, excluded.documents)
                """,
                [generation, VERSION, number, sha256, written],
            )
            for table in ("archive_searchdocument", "archive_searchword"):
                cursor.execute(f"DELETE FROM {table} WHERE generation <> %s", [generation])  # noqa: S608  # ours
            # Else the planner knows nothing of the new rows until autovacuum comes by.
            cursor.execute("ANALYZE archive_searchdocument")


_DIFFERENT = """
    SELECT held.id FROM unnest(
        %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::integer[], %s::integer[], %s::text[], %s::text[], %s::text[],
        %s::text[]
    ) AS right_one (id, scope, pk, digest, first, last, facets, stemmed, exact, overlong)
    JOIN archive_searchdocument AS held USING (id)
    WHERE held.generation = %s AND (
        held.scope, held.pk, held.digest, held.first, held.last, to_jsonb(held.facets), held.stemmed, held.exact, held.overlong
    ) IS DISTINCT FROM (
        right_one.scope, right_one.pk, right_one.digest, right_one.first, right_one.last, right_one.facets::jsonb,
        right_one.stemmed::tsvector, right_one.exact::tsvector, right_one.overlong
    )
"""


class _Likes:
    """Which words are like others; `cut` collects those that stand for more words than are searched."""

    def __init__(self, forms: Callable[[CursorWrapper], tuple[str, ...]], cursor: CursorWrapper) -> None:
        self._forms = forms
        self._cursor = cursor
        self._known: dict[tuple[str, int], tuple[str, ...]] = {}
        self.cut: list[Fuzzy] = []

    def __call__(self, form: str, edits: int) -> tuple[str, ...]:
        if (form, edits) not in self._known:
            forms = self._forms(self._cursor)
            found = process.extract(form, forms, scorer=OSA.distance, score_cutoff=edits, limit=None)
            if len(found) > MAX_EXPANSION:
                self.cut.append(Fuzzy(form, edits))
            self._known[form, edits] = tuple(like for like, _distance, _place in found[:MAX_EXPANSION])
        return self._known[form, edits]


def _cut(term: Fuzzy) -> str:
    return _("More than %(limit)d words are meant by %(term)s: only the likest were searched.") % {
        "limit": MAX_EXPANSION,
        "term": describe(term),
    }


def _unranked(statement: Statement, total: int) -> Iterator[str]:
    if statement.ranked is not None and total > statement.ranked:
        yield _("Of so many results only the newest %(limit)d were put in the order of the best match.") % {
            "limit": statement.ranked
        }


def _read(numbers: str | None) -> Iterable[tuple[str, Any]]:
    """What a statement counted, as JSON; None where there was nothing to count."""
    return json.loads(numbers or "{}").items()


def _by_facet(numbers: Iterable[tuple[str, int]], keys: Iterable[str]) -> dict[str, dict[str, int]]:
    """Numbers by "key:value", by key and value."""
    found: dict[str, dict[str, int]] = {key: {} for key in keys}
    for carried, number in numbers:
        key, _colon, value = carried.partition(":")
        if number and key in found:
            found[key][value] = number
    return found


def _state(cursor: CursorWrapper) -> tuple[int, IndexState]:
    """Which generation is in use, and its state."""
    cursor.execute("SELECT version, generation, number, sha256, documents FROM archive_searchstate")
    version, generation, *state = cursor.fetchone() or (None, 0)
    _check(version)
    return generation, IndexState(*state)


def _check(version: int | None) -> None:
    if version is None:
        raise IndexUnusable(_("There is no search index yet: run `manage.py rebuild_index`."))
    if version != VERSION:
        raise IndexUnusable(_("The search index was written by another version: run `manage.py rebuild_index`."))


def _write(cursor: CursorWrapper, changes: Changes) -> None:
    generation, state = _state(cursor)
    todo = changes(state)
    if todo is None:
        return
    dropped, documents, number, sha256 = todo
    cursor.execute(
        "DELETE FROM archive_searchdocument WHERE generation = %s AND id = ANY(%s)", [generation, list(dropped)]
    )
    change = _insert(cursor, generation, documents, -cursor.rowcount)
    cursor.execute(
        "UPDATE archive_searchstate SET number = %s, sha256 = %s, documents = documents + %s", [number, sha256, change]
    )


def _insert(cursor: CursorWrapper, generation: int, documents: Iterable[SearchDocument], written: int = 0) -> int:
    """Write the documents; how many they are, added to `written`."""
    rest = iter(documents)
    # One batch after the other, since documents are read over the same connection.
    while batch := list(islice(rest, _BATCH)):
        rows = [(generation, *astuple(row(document))) for document in batch]
        columns = ", ".join(("generation", *COLUMNS))
        # Errors of a COPY are not Django's own by themselves.
        with (
            connection.wrap_database_errors,
            cursor.copy(f"COPY archive_searchdocument ({columns}) FROM STDIN") as copy,
        ):
            for values in rows:
                copy.write_row(values)
        forms = sorted(set().union(*map(vocabulary, batch)))
        cursor.execute(
            "INSERT INTO archive_searchword (generation, form) SELECT %s, unnest(%s::text[]) ON CONFLICT DO NOTHING",
            [generation, forms],
        )
        written += len(batch)
    return written


@contextmanager
def _transaction(settings: Mapping[str, str]) -> Iterator[CursorWrapper]:
    """A transaction in which these settings of PostgreSQL hold."""
    alias = replicas.alias()
    is_nested = connections[alias].in_atomic_block
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
        cursor.execute(f"SELECT {calls}", [part for setting in settings.items() for part in setting])
        yield cursor
        if is_nested:
            # Else they would hold until the end of the caller's transaction.
            cursor.execute(
                "SELECT set_config(name, reset_val, true) FROM pg_settings WHERE name = ANY(%s)", [list(settings)]
            )


def _unharmed() -> AbstractContextManager[object]:
    """Keeps the caller's transaction, where there is one, from what fails inside."""
    alias = replicas.alias()
    return transaction.atomic(using=alias) if connections[alias].in_atomic_block else nullcontext()


@contextmanager
def _guarded() -> Iterator[None]:
    """What is wrong with the index is told so; what is wrong with the database goes on as it came."""
    try:
        yield
    except DatabaseError as error:
        if not isinstance(error.__cause__, errors.UndefinedTable | errors.UndefinedColumn):
            raise
        message = _("The search index has no tables: run `manage.py migrate`, then `manage.py rebuild_index`.")
        raise IndexUnusable(message) from error
