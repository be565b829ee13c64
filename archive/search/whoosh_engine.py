"""The embedded engine: a Whoosh index in a folder.

Layout of the folder: ``current`` is a symbolic link to the generation in use (``g-…``). A rebuild fills a new generation
beside it and moves the link, atomically; readers that hold the old one keep their open files.

Whoosh (2.7.4, the common subset with ``whoosh3``) keeps analysis, postings and scores (BM25F); sets of document numbers
and facet counts are computed here, on columns read once for each state of the index.
"""

import logging
import shutil
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from whoosh import fields, index, scoring
from whoosh import query as wq
from whoosh.analysis import Filter, RegexTokenizer
from whoosh.searching import Searcher
from whoosh.writing import IndexWriter, LockError

from archive.search.documents import FACETS, SearchDocument
from archive.search.query import (
    And,
    Everything,
    Found,
    IndexState,
    IndexUnusable,
    InField,
    Node,
    Not,
    Or,
    Period,
    Phrase,
    Prefix,
    Query,
    Scope,
    Sort,
    Word,
)
from archive.search.text import fold, stem

logger = logging.getLogger(__name__)

# Changes whenever the schema or the analysis does: an index of another version is rebuilt, not read.
VERSION = 1

WRITE_TIMEOUT = 20.0
MAX_EXPANSION = 256

# Between texts that stand side by side in one field, so that no phrase runs from one into the next.
_GAP = "\n\u241e\n"
_WORDS = r"[^\W_]+(?:['’][^\W_]+)*|\u241e"
_STATE_ID = "state"
_WEIGHTS = {"title": 3.0, "names": 1.5, "text": 1.0}


class _Fold(Filter):
    """Lower case, no accents: `archive.search.text.fold`."""

    def __call__(self, stream: Iterable[Any]) -> Iterator[Any]:
        for token in stream:
            token.text = fold(token.text)
            yield token


class _Stem(Filter):
    """`archive.search.text.stem`."""

    def __call__(self, stream: Iterable[Any]) -> Iterator[Any]:
        for token in stream:
            token.text = stem(token.text)
            yield token


def _schema() -> fields.Schema:
    plain = RegexTokenizer(_WORDS) | _Fold()
    stemmed = RegexTokenizer(_WORDS) | _Fold() | _Stem()
    schema = fields.Schema(
        id=fields.ID(unique=True, stored=True),
        scope=fields.ID,
        pk=fields.NUMERIC(int, bits=64, stored=True, sortable=True),
        first=fields.NUMERIC(int, sortable=True, default=0),
        last=fields.NUMERIC(int, sortable=True, default=0),
        exact=fields.TEXT(analyzer=plain, phrase=True),
        number=fields.STORED,
        sha256=fields.STORED,
    )
    for name in _WEIGHTS:
        schema.add(name, fields.TEXT(analyzer=stemmed, phrase=False))
    for name in ("participant", "country", "city", "dateline", "topic", "event", "series", "publisher", "kind"):
        schema.add(f"in_{name}", fields.TEXT(analyzer=plain, phrase=True))
    for key in FACETS:
        schema.add(f"facet_{key}", fields.KEYWORD)
    return schema


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of one state of the index, by document number; shared by all threads."""

    scopes: Mapping[Scope, frozenset[int]]
    facets: Mapping[str, Mapping[str, frozenset[int]]]
    pks: list[int]
    first: list[int]
    last: list[int]


class WhooshEngine:
    """An `archive.search.engine.Engine` on a folder of this machine. Safe for threads and for several processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._local = threading.local()
        self._columns_lock = threading.Lock()
        self._columns: tuple[tuple[str, int], _Columns] | None = None

    # Reading ----------------------------------------------------------------------------------------------------------

    @property
    def _current(self) -> Path:
        return self.folder / "current"

    def _open(self) -> index.Index:
        if not self._current.exists():
            raise IndexUnusable("There is no search index yet: run `manage.py rebuild_index`.")
        # The link is followed once: a rebuild may move it at any moment.
        path = self._current.resolve()
        if not (path / f"version-{VERSION}").exists():
            raise IndexUnusable("The search index was written by another version: run `manage.py rebuild_index`.")
        # While another process commits, the table of contents can be missing for an instant.
        for attempt in range(3):
            try:
                return index.open_dir(str(path))
            except index.EmptyIndexError:
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whoosh meets damage with all sorts of exceptions, bare ones too: to us they all mean that the index is unusable."""
        try:
            yield
        except (IndexUnusable, LockError):
            raise
        except Exception as error:
            logger.exception("search index in %s", self.folder)
            raise IndexUnusable(f"The search index can't be read ({type(error).__name__}).") from error

    def _searcher(self) -> Searcher:
        """This thread's searcher of the newest state. Never refreshed, always opened anew: refreshing brings merged segments back."""
        target = self._current.readlink().name if self._current.is_symlink() else ""
        held = getattr(self._local, "held", None)
        if held is not None and held[0] == (target, self._generation(target)):
            return held[1]
        ix = self._open()
        reader = ix.reader()
        searcher = Searcher(reader, weighting=scoring.BM25F())
        if held is not None:
            held[1].close()
        self._local.held = ((target, reader.generation()), searcher)
        return searcher

    def _generation(self, target: str) -> int:
        """The number of the last commit in a generation's folder; -1 where there is none."""
        return index.open_dir(str(self.folder / target)).latest_generation()

    def _columns_of(self, searcher: Searcher) -> _Columns:
        key = self._local.held[0]
        with self._columns_lock:
            if self._columns is None or self._columns[0] != key:
                self._columns = (key, _read_columns(searcher))
            return self._columns[1]

    def state(self) -> IndexState:
        with self._guarded():
            searcher = self._searcher()
            stored = searcher.document(id=_STATE_ID)
            if stored is None:
                raise IndexUnusable("The search index is not complete: run `manage.py rebuild_index`.")
            return IndexState(stored["number"], stored["sha256"], searcher.doc_count() - 1)

    def find(self, query: Query, tree: Node) -> Found:
        with self._guarded():
            searcher = self._searcher()
            columns = self._columns_of(searcher)
            compiled = None if isinstance(tree, Everything) else _compile(tree, searcher)
            matched = _matched(compiled, searcher, columns)
            chosen = _Choice(query, columns)
            totals = {scope: len(chosen.results(matched & columns.scopes[scope])) for scope in Scope}
            in_scope = matched & columns.scopes[query.scope]
            results = chosen.results(in_scope)
            start = (query.page - 1) * query.page_size
            ranked = _ranked(query, compiled, results, searcher, columns, start + query.page_size)
            return Found(
                pks=tuple(columns.pks[number] for number in ranked[start:]),
                totals=totals,
                counts=chosen.counts(in_scope),
            )

    # Writing ----------------------------------------------------------------------------------------------------------

    def apply(
        self,
        changes: Callable[[IndexState], tuple[Iterable[str], Iterable[SearchDocument], int, str] | None],
        *,
        timeout: float = WRITE_TIMEOUT,
    ) -> bool:
        """Write what `changes` asks for after the state it is given: ids to drop, documents to add, number and hash.

        The state is read under the write lock, so that two processes never apply the same change twice or in the wrong
        order. False where another process kept the lock for `timeout` seconds.
        """
        with self._guarded():
            ix = self._open()
            try:
                writer = ix.writer(timeout=timeout, delay=0.02)
            except LockError:
                return False
            try:
                with writer.searcher() as searcher:
                    stored = searcher.document(id=_STATE_ID) or {"number": 0, "sha256": ""}
                todo = changes(IndexState(stored["number"], stored["sha256"], 0))
                if todo is None:
                    writer.cancel()
                    return True
                dropped, documents, number, sha256 = todo
                for one in dropped:
                    writer.delete_by_term("id", one)
                for document in documents:
                    writer.add_document(**_row(document))
                _write_state(writer, number, sha256)
            except BaseException:
                writer.cancel()
                raise
            writer.commit()
            return True

    def rebuild(self, documents: Iterable[SearchDocument], number: int, sha256: str) -> None:
        """Write all documents into a new generation and switch to it; the old one serves until then."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"g-{uuid.uuid4().hex}"
        fresh.mkdir()
        try:
            writer = index.create_in(str(fresh), _schema()).writer(limitmb=256)
            for document in documents:
                writer.add_document(**_row(document))
            _write_state(writer, number, sha256)
            writer.commit()
            (fresh / f"version-{VERSION}").touch()
            link = self.folder / f"current-{uuid.uuid4().hex}"
            link.symlink_to(fresh.name)
            link.replace(self._current)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        for old in self.folder.glob("g-*"):
            if old != fresh:
                # Open files stay readable for those who hold them.
                shutil.rmtree(old, ignore_errors=True)


def _write_state(writer: IndexWriter, number: int, sha256: str) -> None:
    writer.update_document(id=_STATE_ID, number=number, sha256=sha256)


def _row(document: SearchDocument) -> dict[str, Any]:
    names = _GAP.join(document.names)
    row: dict[str, Any] = {
        "id": f"{document.scope}:{document.pk}",
        "scope": document.scope.value,
        "pk": document.pk,
        "title": document.title,
        "names": names,
        "text": document.text,
        "exact": _GAP.join((document.title, document.text, names)),
    }
    if document.earliest and document.latest:
        row |= {"first": document.earliest.toordinal(), "last": document.latest.toordinal()}
    row |= {f"in_{name}": _GAP.join(values) for name, values in document.fields.items()}
    row |= {f"facet_{key}": " ".join(values) for key, values in document.facets.items() if values}
    return row


def _read_columns(searcher: Searcher) -> _Columns:
    reader = searcher.reader()

    def values(field: str) -> dict[str, frozenset[int]]:
        terms = (raw.decode() for raw in reader.lexicon(field)) if field in reader.schema else ()
        return {term: frozenset(wq.Term(field, term).docs(searcher)) for term in list(terms)}

    def column(field: str) -> list[int]:
        found = reader.column_reader(field)
        return [found[number] for number in range(reader.doc_count_all())]

    scopes = values("scope")
    return _Columns(
        scopes={scope: scopes.get(scope.value, frozenset()) for scope in Scope},
        facets={key: values(f"facet_{key}") for key in FACETS},
        pks=column("pk"),
        first=column("first"),
        last=column("last"),
    )


def _compile(node: Node, searcher: Searcher) -> wq.Query:
    """The tree as a Whoosh query."""
    match node:
        case Everything():
            return wq.Every("scope")
        case Word(form):
            return wq.Or([wq.Term(name, stem(form), boost=weight) for name, weight in _WEIGHTS.items()])
        case Phrase(forms):
            return _exact("exact", forms)
        case Prefix(form):
            return _prefix("exact", form, searcher)
        case InField("title", Word(form)):
            return wq.Term("title", stem(form), boost=_WEIGHTS["title"])
        case InField("title", Phrase(forms)):
            return wq.And([wq.Term("title", stem(form)) for form in forms] + [_exact("exact", forms)])
        case InField("title", Prefix(form)):
            return _prefix("title", form, searcher)
        case InField(name, Word(form)):
            return wq.Term(f"in_{name}", form)
        case InField(name, Phrase(forms)):
            return _exact(f"in_{name}", forms)
        case InField(name, Prefix(form)):
            return _prefix(f"in_{name}", form, searcher)
        case Period(first, last):
            return wq.And(
                [
                    wq.NumericRange("first", 1, last.toordinal()),
                    wq.NumericRange("last", first.toordinal(), date.max.toordinal()),
                ]
            )
        case Not(inner):
            return wq.And([wq.Every("scope"), wq.Not(_compile(inner, searcher))])
        case Or(nodes):
            return wq.Or([_compile(part, searcher) for part in nodes])
        case And(nodes):
            wanted = [_compile(part, searcher) for part in nodes if not isinstance(part, Not)]
            unwanted = [wq.Not(_compile(part.node, searcher)) for part in nodes if isinstance(part, Not)]
            return wq.And((wanted or [wq.Every("scope")]) + unwanted)
    raise TypeError(node)


def _exact(field: str, forms: tuple[str, ...]) -> wq.Query:
    return wq.Term(field, forms[0]) if len(forms) == 1 else wq.Phrase(field, list(forms))


def _prefix(field: str, form: str, searcher: Searcher) -> wq.Query:
    """The most frequent words that begin so, at most MAX_EXPANSION of them: the query is bounded before it runs."""
    reader = searcher.reader()
    terms = [raw.decode() for raw in reader.expand_prefix(field, form)]
    if len(terms) > MAX_EXPANSION:
        terms = sorted(terms, key=lambda term: -reader.doc_frequency(field, term))[:MAX_EXPANSION]
    return wq.Or([wq.Term(field, term) for term in terms]) if terms else wq.NullQuery


def _matched(compiled: wq.Query | None, searcher: Searcher, columns: _Columns) -> frozenset[int]:
    if compiled is None:
        return frozenset().union(*columns.scopes.values())
    return frozenset(compiled.docs(searcher))


class _Choice:
    """The facet values that a query includes and excludes, as sets of document numbers."""

    def __init__(self, query: Query, columns: _Columns) -> None:
        self._facets = columns.facets
        self._included = {key: self._union(key, values) for key, values in query.include.items() if values}
        self._excluded = {key: self._union(key, values) for key, values in query.exclude.items() if values}

    def _union(self, key: str, values: Iterable[str]) -> frozenset[int]:
        return frozenset().union(*(self._facets[key].get(value, frozenset()) for value in values))

    def results(self, matched: frozenset[int], *, but: str = "") -> frozenset[int]:
        """What is left of the matches; `but` names a facet whose includes don't count."""
        for key, documents in self._included.items():
            if key != but:
                matched &= documents
        for documents in self._excluded.values():
            matched -= documents
        return matched

    def counts(self, matched: frozenset[int]) -> dict[str, dict[str, int]]:
        """Results by facet value, under the other facets and this facet's own excludes."""
        counted = {}
        for key, values in self._facets.items():
            pool = self.results(matched, but=key)
            counts = {value: len(pool & documents) for value, documents in values.items()}
            counted[key] = {value: n for value, n in counts.items() if n}
        return counted


def _ranked(
    query: Query,
    compiled: wq.Query | None,
    results: frozenset[int],
    searcher: Searcher,
    columns: _Columns,
    limit: int,
) -> list[int]:
    """The first `limit` results in order. Ties, and queries without a score, go by date, then by key."""

    def newest(number: int) -> tuple[int, int, int]:
        return (-columns.first[number], -columns.last[number], columns.pks[number])

    def oldest(number: int) -> tuple[bool, int, int, int]:
        # Undated records come last either way.
        return (not columns.first[number], columns.first[number], columns.last[number], columns.pks[number])

    if query.sort is Sort.OLDEST:
        return sorted(results, key=oldest)[:limit]
    if query.sort is Sort.NEWEST or compiled is None or not results:
        return sorted(results, key=newest)[:limit]
    found = searcher.search(compiled, limit=None, filter=set(results), scored=True)
    scores = {hit.docnum: hit.score for hit in found}
    return sorted(results, key=lambda number: (-round(scores.get(number, 0.0), 6), newest(number)))[:limit]
