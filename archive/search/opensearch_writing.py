"""Writing an index in an OpenSearch cluster: what was changed, or all of it anew.

A rebuild fills a new index beside the one in use and moves the alias, atomically; readers keep the old one until then.

A cluster has no transactions. What takes their place:

- Each document is written with the number of the change that it is true to as its version. The cluster refuses older ones, so
  whatever is late, repeated or done by two machines at once never overwrites what is newer. No lock is needed.
- The document `state` holds number and hash of the last change applied. It is written when all documents are, and are seen
  by searches; and a search reads it first. So an answer may know more than the state says, never less.
- Writes go through an alias of the index itself (`…-writing`), because a cluster makes an index that is not there (any more)
  of whatever is written to it, but no alias.
"""

import json
import logging
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from opensearchpy.exceptions import ConflictError, ConnectionTimeout, NotFoundError, TransportError

from archive.search.documents import SearchDocument
from archive.search.engine import Changes
from archive.search.opensearch_client import NOT_NOW, REQUEST_TIMEOUT, patiently
from archive.search.opensearch_index import ATTEMPTS, Generation, OpenSearchIndex
from archive.search.opensearch_query import Clause
from archive.search.opensearch_rows import MAPPING, STATE_ID, row, state
from archive.search.query import IndexState

logger = logging.getLogger(__name__)

WRITE_TIMEOUT = 20.0
# What the making of an index, and one bulk of a rebuild, may take.
_REBUILD_PATIENCE = 120.0
# Documents that are sent at once, and their size: at most so many bytes, or one document.
_BATCH, _BATCH_BYTES = 500, 5_000_000
# An index that is not in use and older than this was left behind by a rebuild that was killed.
LEFT_AFTER = 24 * 3600.0


class OpenSearchWriting(OpenSearchIndex):
    """The verbs of an `archive.search.engine.Engine` that write."""

    def apply(self, changes: Changes, *, timeout: float = WRITE_TIMEOUT) -> bool:
        """Write what `changes` asks for after the state it is given.

        Who writes at the same time writes the same, or newer: neither waits for the other. False where the index can't be
        written within `timeout` seconds: too much is being written, or its disks are full.
        """
        until = time.monotonic() + timeout
        if not self._writing.acquire(timeout=timeout):
            return False
        try:
            with self._guarded():
                return self._apply(changes, until)
        finally:
            self._writing.release()

    def _apply(self, changes: Changes, until: float) -> bool:
        for _attempt in range(ATTEMPTS):
            generation = patiently(self._generation)
            todo = changes(IndexState(generation.number, generation.sha256, 0))
            if todo is None:
                return True
            dropped, documents, number, sha256 = todo
            try:
                written = self._write(generation.name, documents, number, until, is_seen=True)
                gone = ((one, None) for one in dropped if one not in written)
                self._send(generation.name, gone, number, until, is_seen=True)
                self._move_on(generation, number, sha256, until)
            except NotFoundError:
                # A rebuild took its place: then the new one.
                continue
            except TransportError as error:
                if not (isinstance(error, ConnectionTimeout) or _is_not_now(error)):
                    raise
                logger.warning("the search index can't be written now: %s", error)
                return False
            return True
        return False

    def _move_on(self, generation: Generation, number: int, sha256: str, until: float) -> None:
        """Write the state, unless another process has written that of a later change."""
        index = _writing(generation.name)
        while generation.number <= number:
            try:
                patiently(
                    lambda seen=generation.seen: self._client.index(  # type: ignore[misc]
                        index=index,
                        id=STATE_ID,
                        body=state(number, sha256),
                        params={**seen, "require_alias": "true"},
                    ),
                    until - time.monotonic(),
                )
                return
            except ConflictError:
                newer = patiently(self._generation)
                if newer.name != generation.name or newer.reached == (number, sha256):
                    return
                generation = newer

    def rebuild(self, documents: Iterable[SearchDocument], number: int, sha256: str) -> None:
        """Write all documents into a new index and move the alias to it.

        Rebuilds at the same time don't meet: the last one stays, and follows the change log from its own number.
        """
        name = f"{self.address.prefix}-{datetime.now(UTC):%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
        settings = {
            "number_of_shards": self.address.shards,
            # Copied when it is whole.
            "number_of_replicas": 0,
            # Who writes says when it is to be seen.
            "refresh_interval": "-1",
            # So long is it remembered which version was deleted.
            "gc_deletes": "1h",
        }
        with self._guarded():
            made = {"settings": settings, "mappings": MAPPING, "aliases": {_writing(name): {}}}
            self._client.indices.create(index=name, body=made, request_timeout=_REBUILD_PATIENCE)
            try:
                self._write(name, documents, number, None)
                # Of no version: it is not a document of a record.
                self._client.index(
                    index=_writing(name), id=STATE_ID, body=state(number, sha256), params={"require_alias": "true"}
                )
                self._client.indices.refresh(index=name, request_timeout=_REBUILD_PATIENCE)
                self._copy(name)
                self._switch(name)
            except BaseException:
                self._client.indices.delete(index=name, ignore_unavailable=True, request_timeout=_REBUILD_PATIENCE)
                raise

    def _copy(self, name: str) -> None:
        """Give the index its replicas, as many of them as there are nodes for, and wait until they are filled."""
        settings = {"auto_expand_replicas": f"0-{self.address.replicas}"}
        self._client.indices.put_settings(index=name, body=settings, request_timeout=_REBUILD_PATIENCE)
        params = {"wait_for_status": "green", "timeout": f"{_REBUILD_PATIENCE:.0f}s"}
        health = self._client.cluster.health(
            index=name, params=params, request_timeout=_REBUILD_PATIENCE + 5, ignore=[408]
        )
        if health["status"] != "green":
            logger.warning("search index %s has not all its replicas yet: the cluster makes them when it can", name)

    def _switch(self, name: str) -> None:
        """Move the alias, then delete the index that it stood for, and what killed rebuilds left behind."""
        pattern, alias = f"{self.address.prefix}-*", self.address.prefix
        held = self._client.indices.get(index=pattern)
        actions = [
            {"remove": {"index": pattern, "alias": alias, "must_exist": False}},
            {"add": {"index": name, "alias": alias}},
        ]
        self._client.indices.update_aliases(body={"actions": actions}, request_timeout=_REBUILD_PATIENCE)
        left_before = (time.time() - LEFT_AFTER) * 1000
        for other, about in held.items():
            is_left = float(about["settings"]["index"]["creation_date"]) < left_before
            if other != name and _writing(other) in about["aliases"] and (alias in about["aliases"] or is_left):
                self._client.indices.delete(index=other, ignore_unavailable=True, request_timeout=_REBUILD_PATIENCE)

    def _write(
        self, name: str, documents: Iterable[SearchDocument], number: int, until: float | None, *, is_seen: bool = False
    ) -> set[str]:
        """Write the documents; their ids."""
        written: set[str] = set()

        def rows() -> Iterator[tuple[str, Clause]]:
            for document in documents:
                written.add(document.id)
                yield document.id, row(document)

        self._send(name, rows(), number, until, is_seen=is_seen)
        return written

    def _send(
        self,
        name: str,
        rows: Iterable[tuple[str, Clause | None]],
        number: int,
        until: float | None,
        *,
        is_seen: bool,
    ) -> None:
        """Write rows, or delete what has none, as of a change. With `is_seen` searches find them when this returns."""
        params = {"require_alias": "true", "refresh": "true" if is_seen else "false"}
        for lines in _batches(rows, number):
            # A bulk of a rebuild has its own time, all those of a change together.
            self._send_batch(name, lines, params, until or time.monotonic() + _REBUILD_PATIENCE)

    def _send_batch(self, name: str, lines: list[str], params: Mapping[str, str], until: float) -> None:
        """Send lines until the cluster has taken each, with longer and longer pauses where it has too much to do."""
        pause = 0.1
        while True:
            left = max(REQUEST_TIMEOUT, until - time.monotonic())
            answer = patiently(
                lambda rest=lines, left=left: self._client.bulk(  # type: ignore[misc]
                    index=_writing(name), body="".join(rest), params=params, request_timeout=left
                ),
                left,
            )
            if not answer["errors"]:
                return
            refused = [
                (line, result)
                for line, item in zip(lines, answer["items"], strict=True)
                for result in item.values()
                # A newer version is there already, or nothing to delete.
                if result["status"] >= 300 and result["status"] != 409 and "error" in result
            ]
            if not refused:
                return
            status, error = refused[0][1]["status"], refused[0][1]["error"]
            if error["type"] == "index_not_found_exception":
                raise NotFoundError(status, error["type"], {"error": error})
            if status not in NOT_NOW or time.monotonic() + pause > until:
                raise TransportError(status, error["type"], {"error": error})
            lines = [line for line, _result in refused]
            time.sleep(pause)
            pause *= 2


def _writing(name: str) -> str:
    """The alias that an index is written through."""
    return f"{name}-writing"


def _is_not_now(error: TransportError) -> bool:
    """True where an index can be read but not written: overload, no cluster manager, or a full disk."""
    return error.status_code in NOT_NOW or (error.status_code == 403 and "cluster_block" in str(error.error))


def _batches(rows: Iterable[tuple[str, Clause | None]], number: int) -> Iterator[list[str]]:
    """The lines of bulk requests."""
    lines: list[str] = []
    size = 0
    for one, values in rows:
        about = {"_id": one, "version": number, "version_type": "external_gte"}
        if values is None:
            line = f"{json.dumps({'delete': about})}\n"
        else:
            line = f"{json.dumps({'index': about})}\n{json.dumps(values, ensure_ascii=False)}\n"
        if lines and (len(lines) >= _BATCH or size + len(line) > _BATCH_BYTES):
            yield lines
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield lines
