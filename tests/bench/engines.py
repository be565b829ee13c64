"""The engines that are compared: each builds its index of the corpus, opens it, and answers a question with the same work.

The work: the ids of the best (or newest) ten, the exact total, the counts of eight facets, titles and snippets with marks.
"""

import json
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol
from urllib.request import urlopen

from tests.bench.questions import Question

PAGE = 10


class NotSupported(Exception):
    """The engine has no such query."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question finds."""

    total: int
    ids: tuple[int, ...]
    counts: Mapping[str, Mapping[str, int]]
    snippets: tuple[object, ...] = ()
    # What it tells of its own limits.
    notes: tuple[str, ...] = ()


class Engine(Protocol):
    """An engine over the corpus of a data folder, which Django's settings name."""

    def build(self) -> int:
        """Write the index anew; the number of documents in it."""

    def size(self) -> int:
        """Bytes on disk."""

    def open(self) -> None:
        """Be ready for the first question."""

    def ask(self, question: Question) -> Answer:
        """Answer. Raises NotSupported for what the engine has no query for."""

    def other_cpu(self) -> int:
        """Nanoseconds of CPU time that other processes have spent for this one."""


def folder_size(folder: Path) -> int:
    """Bytes of all files below, links not followed."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


# This archive's own ---------------------------------------------------------------------------------------------------


def written(question: Question) -> str:
    """The question in the archive's query language."""
    parts = [*question.all_of]
    if question.any_of:
        parts.append(f"({' OR '.join(question.any_of)})")
    parts += [f"-{word}" for word in question.none_of]
    if question.phrase:
        parts.append(f'"{" ".join(question.phrase)}"')
    if question.prefix:
        parts.append(f"{question.prefix}*")
    if question.fuzzy:
        parts.append(f"{question.fuzzy}~2")
    if question.days:
        first, last = map(date.fromordinal, question.days)
        parts.append(f"date:{first}..{last}")
    return " ".join(parts)


class Ours:
    """This search through its one door, as the search page asks it: freshness, records of the hits and labels included."""

    def build(self) -> int:
        from archive import search

        return search.rebuild_index().documents

    def size(self) -> int:
        from django.conf import settings

        return folder_size(settings.DATA_DIR / "index")

    def open(self) -> None:
        from archive.search.engine import engine

        engine().state()

    def other_cpu(self) -> int:
        return 0

    def query(self, question: Question) -> Any:
        from archive.search import Query, Sort

        sort = Sort.NEWEST if question.is_by_date else Sort.RELEVANCE
        return Query(text=written(question), sort=sort, page_size=PAGE)

    def ask(self, question: Question) -> Answer:
        from archive import search

        found = search.search(self.query(question))
        return Answer(
            found.total,
            tuple(hit.record.pk for hit in found.hits),  # type: ignore[attr-defined]
            {facet.key: {value.value: value.count for value in facet.values} for facet in found.facets},
            tuple((hit.title, hit.snippet) for hit in found.hits),
            found.parsed.notes,
        )


class OursAlone(Ours):
    """The engine of this search alone: parsing, matches, order, totals and counts; no database, no snippets."""

    def ask(self, question: Question) -> Answer:
        from archive.search import parse
        from archive.search.engine import engine

        query = self.query(question)
        parsed = parse(query.text)
        if parsed.notes:
            raise NotSupported("; ".join(parsed.notes))
        found = engine().find(query, parsed.tree)
        return Answer(found.totals[query.scope], found.pks, found.counts)


class OpenSearch(Ours):
    """This search through its door, with the index in a cluster of one node (BENCH_OPENSEARCH)."""

    def size(self) -> int:
        return stored(os.environ["BENCH_OPENSEARCH"])

    def other_cpu(self) -> int:
        # All of it: also what the node does for itself meanwhile.
        return process_cpu(int(os.environ["BENCH_OPENSEARCH_PID"]))


def stored(url: str) -> int:
    """Bytes on the nodes' disks of the index that a SEARCH_URL names."""
    host, prefix = re.fullmatch(r"opensearch://([^,/]+)[^/]*/(\w+).*", url).groups()  # type: ignore[union-attr]
    with urlopen(f"http://{host}/{prefix}/_stats/store", timeout=30) as answer:
        return int(json.load(answer)["_all"]["total"]["store"]["size_in_bytes"])


# Plain Whoosh ---------------------------------------------------------------------------------------------------------


def _days(column: str, condition: Callable[[int], bool]) -> Any:
    """Whoosh's query on a column, with the estimate that it lacks and its AND asks for."""
    from whoosh import query

    class Days(query.ColumnQuery):
        def estimate_size(self, reader: Any) -> int:
            return reader.doc_count()

        def estimate_min_size(self, reader: Any) -> int:
            return 0

    return Days(column, condition)


class PlainWhoosh:
    """Whoosh's own parser, searcher, facets and highlighter on the index that this archive wrote."""

    def build(self) -> int:
        return Ours().build()

    def size(self) -> int:
        return Ours().size()

    def open(self) -> None:
        from django.conf import settings
        from whoosh import highlight, index, sorting
        from whoosh.analysis import StandardAnalyzer, StemmingAnalyzer
        from whoosh.qparser import MultifieldParser, QueryParser

        from archive.search import FACETS

        files = index.open_dir(str(settings.DATA_DIR / "index" / "current"))
        self._searcher = files.searcher()
        self._stemmed = MultifieldParser(["title", "names", "text"], files.schema, {"title": 3.0, "names": 1.5})
        self._exact = QueryParser("exact", files.schema)
        self._facets = sorting.Facets()
        for key in FACETS:
            self._facets.add_field(f"facet_{key}", allow_overlap=True)
        self._stemming, self._as_written = StemmingAnalyzer(), StandardAnalyzer()
        self._shapes = (highlight.ContextFragmenter(), highlight.UppercaseFormatter())
        self._newest = [sorting.FieldFacet("first", reverse=True), sorting.FieldFacet("last", reverse=True)]

    def other_cpu(self) -> int:
        return 0

    def _query(self, question: Question) -> Any:
        from whoosh import query

        parts: list[Any] = [query.Term("scope", "article")]
        # Whoosh's parser wants places in the text of a phrase, which this archive's words don't have.
        if question.phrase:
            parts.append(query.Phrase("exact", list(question.phrase)))
        if question.fuzzy:
            parts.append(query.FuzzyTerm("exact", question.fuzzy, maxdist=2))
        if question.prefix:
            parts.append(self._exact.parse(f"{question.prefix}*"))
        text = " ".join(question.all_of)
        if question.any_of:
            text += f" ({' OR '.join(question.any_of)})"
        text += "".join(f" NOT {word}" for word in question.none_of)
        if text:
            parts.append(self._stemmed.parse(text))
        if question.days:
            first, last = question.days
            parts.append(_days("first", lambda day: 0 < day <= last))
            parts.append(_days("last", lambda day: day >= first))
        return query.And(parts)

    def ask(self, question: Question) -> Answer:
        from whoosh import highlight

        from archive.models import Article

        order = {"sortedby": self._newest} if question.is_by_date else {}
        query, reader = self._query(question), self._searcher.reader()
        results = self._searcher.search(query, limit=PAGE, groupedby=self._facets, **order)
        total = len(results)
        counts = {
            name.removeprefix("facet_"): {value: len(group) for value, group in results.groups(name).items() if value}
            for name in results.facet_names()
        }
        keys = reader.column_reader("pk")
        ids = tuple(keys[hit.docnum] for hit in results[:PAGE])
        records = {
            record.pk: record for record in Article.objects.select_related("publisher", "agency").filter(pk__in=ids)
        }
        if question.is_exact:
            analyzer, found = self._as_written, [leaf.expanded_terms(reader, phrases=True) for leaf in query.leaves()]
            terms = {text.decode() if isinstance(text, bytes) else text for some in found for _, text in some}
        else:
            analyzer = self._stemming
            terms = {token.text for token in analyzer(" ".join((*question.all_of, *question.any_of)))}
        snippets = tuple(
            (records[pk].headline, highlight.highlight(text, terms, analyzer, *self._shapes))
            for pk in ids
            if (text := f"{records[pk].abstract} {records[pk].body}")
        )
        return Answer(total, ids, counts, snippets)


def process_cpu(pid: int) -> int:
    """Nanoseconds of CPU time of a process so far, by its clock: ``clock_getcpuclockid`` (Linux)."""
    return time.clock_gettime_ns(~pid << 3 | 2)


def memory() -> dict[str, int]:
    """Bytes of this process in memory: all of them, and what is not shared files."""
    values = {}
    with open(f"/proc/{os.getpid()}/status") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name in ("VmRSS", "RssAnon"):
                values[name] = int(value.split()[0]) * 1024
    return {"all": values["VmRSS"], "own": values["RssAnon"]}
