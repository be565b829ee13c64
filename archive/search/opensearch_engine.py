"""The engine in an OpenSearch cluster: one index for all web machines, which outlives the loss of a machine."""

import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from archive.search.documents import SearchDocument
from archive.search.opensearch_query import Clause, body, found
from archive.search.opensearch_rows import term
from archive.search.opensearch_writing import OpenSearchWriting
from archive.search.query import Found, IndexState, Node, Query, Scope, SearchTooSlow

# What a search may take at most in each part of the index; the cluster stops it then.
SEARCH_TIMEOUT = 2.0
# The same where nobody waits for a page: `check_index` reads all there is, so many documents at once.
CHECK_TIMEOUT, _CHECKED = 30.0, 2_000

# Most results that a cluster gives at once (index.max_result_window), and what is asked for beyond by a cursor.
WINDOW = 10_000
_LAST_START = 2**31


class OpenSearchEngine(OpenSearchWriting):
    """An `archive.search.engine.Engine` in a cluster. Safe for threads, for several processes and several machines."""

    def state(self) -> IndexState:
        def count() -> IndexState:
            generation = self._generation()
            counted = self._client.count(index=generation.name, body={"query": _IS_DOCUMENT})
            return IndexState(generation.number, generation.sha256, counted["count"])

        with self._guarded():
            return self._of_a_generation(count)

    def find(self, query: Query, tree: Node) -> Found:
        start = min((query.page - 1) * query.page_size, _LAST_START)

        def ask() -> Found:
            generation = self._generation()
            asked = body(query, tree)
            if start + query.page_size <= WINDOW:
                answer = self._search(generation.name, asked | {"from": start, "size": query.page_size})
                return found(query, answer["aggregations"], map(_pk, answer["hits"]["hits"]), generation.reached)
            answer = self._search(generation.name, asked | {"size": 0})
            first = found(query, answer["aggregations"], (), generation.reached)
            if start >= first.totals[query.scope]:
                return first
            del asked["aggs"]
            page = islice(self._walk(generation.name, asked, start + query.page_size), start, None)
            return replace(first, pks=tuple(map(_pk, page)))

        with self._guarded():
            return self._of_a_generation(ask)

    def alike(self, form: str, edits: int) -> Mapping[str, int]:
        """The likest fifty, where they are more; of those that differ in two letters only what begins alike."""
        suggested = {
            "field": "exact",
            "size": 50,
            "suggest_mode": "always",
            "max_edits": edits,
            "min_word_length": 1,
            "prefix_length": 0,
            "string_distance": "damerau_levenshtein",
        }
        asked = {
            "query": {"term": {"exact": term(form)}},
            "suggest": {"like": {"text": term(form), "term": suggested}},
            "size": 0,
            "track_total_hits": True,
        }
        with self._guarded():
            answer = self._of_a_generation(lambda: self._search(self._generation().name, asked))
        likes = {option["text"]: option["freq"] for one in answer["suggest"]["like"] for option in one["options"]}
        own = answer["hits"]["total"]["value"]
        return likes | ({form: own} if own else {})

    def contents(self) -> Mapping[str, int]:
        asked = {
            "query": _IS_DOCUMENT,
            "docvalue_fields": ["digest"],
            "_source": False,
            "sort": [{"pk": "asc"}, {"scope": "asc"}],
        }
        with self._guarded():
            hits = self._of_a_generation(
                lambda: list(self._walk(self._generation().name, asked, step=_CHECKED, seconds=CHECK_TIMEOUT))
            )
        return {hit["_id"]: hit["fields"]["digest"][0] for hit in hits}

    def damages(self, documents: Iterable[SearchDocument]) -> Iterator[str]:
        """None: Lucene has a checksum in each file, and the cluster takes a copy that fails it out of use by itself."""
        return iter(())

    def _walk(
        self, name: str, asked: Clause, most: int | None = None, *, step: int = WINDOW, seconds: float | None = None
    ) -> Iterator[Any]:
        """The results, however many, from one state of the index: each request goes on behind the last result of the one before."""
        frozen = self._client.create_pit(index=name, params={"keep_alive": "1m"})["pit_id"]
        try:
            asked = asked | {"pit": {"id": frozen, "keep_alive": "1m"}}
            left = sys.maxsize if most is None else most
            while left:
                size = min(left, step)
                hits = self._search(None, asked | {"size": size}, seconds)["hits"]["hits"]
                yield from hits
                if len(hits) < size:
                    return
                left -= size
                asked["search_after"] = hits[-1]["sort"]
        finally:
            self._client.delete_pit(body={"pit_id": [frozen]})

    def _search(self, name: str | None, asked: Clause, seconds: float | None = None) -> Any:
        seconds = SEARCH_TIMEOUT if seconds is None else seconds
        limited = asked | {"timeout": f"{seconds * 1_000_000:.0f}micros"}
        # The rarity of words is that in the whole index, not in each part of it; an answer that lacks a part is none.
        params: dict[str, Any] = {"allow_partial_search_results": "false"}
        if self.address.shards > 1:
            params["search_type"] = "dfs_query_then_fetch"
        if name is not None:
            # The same copies for the same query: each counts what was deleted for itself, which a page would show.
            params["preference"] = str(zlib.crc32(json.dumps(asked["query"]).encode()))
        answer = self._client.search(index=name, body=limited, params=params, request_timeout=seconds + 1)
        if answer["timed_out"]:
            raise SearchTooSlow
        return answer


# And not the state.
_IS_DOCUMENT = {"terms": {"scope": [scope.value for scope in Scope]}}


def _pk(hit: Mapping[str, Any]) -> int:
    return int(hit["_id"].partition(":")[2])
