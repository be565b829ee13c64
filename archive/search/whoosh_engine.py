"""The embedded engine: a Whoosh index in a folder.

Layout of the folder: ``current`` is a symbolic link to the generation in use (``g-…``). A rebuild fills a new generation
beside it and moves the link, atomically; who reads the old one keeps its open files.

Whoosh (2.7.4, the common subset with ``whoosh3``) keeps analysis, postings and transactions; queries are evaluated on
columns (`archive.search.columns`), read once for each segment.
"""

import fcntl
import logging
import os
import shutil
import threading
import time
import traceback
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import DatabaseError
from django.utils.translation import gettext as _
from whoosh import index
from whoosh.searching import Searcher
from whoosh.writing import IndexWriter, LockError

from archive.search.columns import State
from archive.search.documents import SearchDocument
from archive.search.engine import Changes
from archive.search.evaluate import answer
from archive.search.manifest import damages, seal, verify
from archive.search.query import Found, IndexState, IndexUnusable, Node, Query, SearchTooSlow
from archive.search.whoosh_codec import writer as open_writer
from archive.search.whoosh_files import Storage
from archive.search.whoosh_schema import VERSION, row, schema

logger = logging.getLogger(__name__)

WRITE_TIMEOUT = 20.0
# While another process commits, files can be missing for an instant.
ATTEMPTS = 3
# For so long a broken index is not tried again: reading it may be slow, and browsing must go on.
BROKEN_FOR = 5.0

_STATE_ID = "state"


@dataclass(frozen=True, slots=True)
class _Opened:
    """A state of the index in memory: its generation, the files of its commit and of the next, up to which change, the columns."""

    target: str
    commits: tuple[str, ...]
    reached: IndexState
    state: State
    # Files whose content was compared with the manifest.
    verified: set[str]


class WhooshEngine:
    """An `archive.search.engine.Engine` on a folder of this machine. Safe for threads and for several processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._link = str(self._current)
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._broken: tuple[str, float] | None = None

    # Reading ----------------------------------------------------------------------------------------------------------

    def state(self) -> IndexState:
        with self._guarded():
            return self._newest().reached

    def find(self, query: Query, tree: Node) -> Found:
        with self._guarded():
            opened = self._newest()
            return answer(query, tree, opened.state, (opened.reached.number, opened.reached.sha256))

    def alike(self, form: str, edits: int) -> dict[str, int]:
        with self._guarded():
            vocabulary = self._newest().state.vocabulary("exact")
            places = vocabulary.like(form, edits)
            return {vocabulary.terms[place]: int(vocabulary.frequencies[place]) for place in places}

    def contents(self) -> dict[str, int]:
        with self._guarded():
            return self._newest().state.contents()

    def damages(self, documents: Iterable[SearchDocument]) -> Iterator[str]:
        """Every byte is read, whatever was verified when it was opened; again, where a commit may have come in between."""
        for attempt in range(ATTEMPTS):
            folder = self.folder / self._target()
            found = damages(folder)
            if not found or attempt == ATTEMPTS - 1:
                break
            time.sleep(0.2)
        yield from (f"{folder.name}/{name}" for name in found)

    @property
    def _current(self) -> Path:
        return self.folder / "current"

    def _target(self) -> str:
        """The name of the generation in use. The link is followed once in each operation: a rebuild may move it any time."""
        try:
            # Asked in each search: a path made anew would cost more than the look.
            return os.path.basename(os.readlink(self._link))  # noqa: PTH115, PTH119
        except (FileNotFoundError, NotADirectoryError):
            raise IndexUnusable(_("There is no search index yet: run `manage.py rebuild_index`.")) from None

    def _files(self, target: str) -> index.FileIndex:
        path = self.folder / target
        if not path.is_dir():
            raise IndexUnusable(_("There is no search index any more: run `manage.py rebuild_index`."))
        if not (path / f"version-{VERSION}").exists():
            raise IndexUnusable(_("The search index was written by another version: run `manage.py rebuild_index`."))
        for attempt in range(ATTEMPTS):
            try:
                return Storage(path).open_index()
            except (FileNotFoundError, index.EmptyIndexError):
                # While another process commits, the table of contents is away for an instant.
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(0.02)
        raise AssertionError("unreachable")

    def _newest(self) -> _Opened:
        """The newest state; where the index moved on since the last call it is read, once for all threads."""
        if (opened := self._up_to_date()) is not None:
            return opened
        with self._lock:
            if (opened := self._up_to_date()) is None:
                opened = self._opened = self._read()
            return opened

    def _up_to_date(self) -> _Opened | None:
        opened = self._opened
        if opened is None or opened.target != self._target():
            return None
        # Two looks at names; Whoosh would list the folder. A commit writes its file, then takes away those before it.
        this, following = opened.commits
        return opened if os.path.exists(this) and not os.path.exists(following) else None  # noqa: PTH110

    def _read(self) -> _Opened:
        for attempt in range(ATTEMPTS):
            target = self._target()
            if self._broken and self._broken[0] == target and time.monotonic() < self._broken[1]:
                break
            try:
                return self._open(target)
            except Exception as error:
                # A rebuild that moves the link, or a commit in another process, takes files away: look again.
                moved = target != self._target()
                if not moved and isinstance(error, IndexUnusable):
                    raise
                if not moved and attempt == ATTEMPTS - 1:
                    self._broken = (target, time.monotonic() + BROKEN_FOR)
                    raise
                traceback.clear_frames(error.__traceback__)
            time.sleep(0.02)
        raise IndexUnusable(_("The search index can't be read: run `manage.py rebuild_index`."))

    def _open(self, target: str) -> _Opened:
        files = self._files(target)
        before = self._opened if self._opened and self._opened.target == target else None
        verified = verify(self.folder / target, before.verified if before else ())
        reader = files.reader()
        stored = Searcher(reader, closereader=False).document(id=_STATE_ID)
        if stored is None:
            raise IndexUnusable(_("The search index is not complete: run `manage.py rebuild_index`."))
        state = State(reader, before.state.segments if before else {})
        reached = IndexState(stored["number"], stored["sha256"], state.total)
        commits = tuple(self._commit(target, files, reader.generation() + later) for later in (0, 1))
        return _Opened(target, commits, reached, state, verified)

    def _commit(self, target: str, files: index.FileIndex, number: int) -> str:
        """Where a commit names its segments."""
        return str(self.folder / target / f"_{files.indexname}_{number}.toc")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whoosh meets damage with all sorts of exceptions, bare ones too: to us they all mean that the index is unusable."""
        try:
            yield
        except (IndexUnusable, SearchTooSlow, DatabaseError):
            raise
        except Exception as error:
            logger.exception("search index in %s", self.folder)
            # Whoosh leaves files open where it fails; they must not hang on the trace.
            traceback.clear_frames(error.__traceback__)
            raise IndexUnusable(
                _("The search index can't be read (%(error)s): run `manage.py rebuild_index`.")
                % {"error": type(error).__name__}
            ) from error

    # Writing ----------------------------------------------------------------------------------------------------------

    def apply(self, changes: Changes, *, timeout: float = WRITE_TIMEOUT) -> bool:
        """Write what `changes` asks for after the state it is given.

        The state is read under the write lock, so that two processes never apply the same change twice or in the wrong
        order. False where the index can't be written now: another process kept the lock for `timeout` seconds, or the
        disk is full. Where a rebuild takes the index's place, the new one is written.
        """
        with self._guarded():
            for _attempt in range(ATTEMPTS):
                target = self._target()
                try:
                    is_written = _write(self._files(target), changes, timeout)
                    seal(self.folder / target)
                    return is_written
                except Exception as error:
                    if target != self._target():
                        continue
                    if not isinstance(error, OSError):
                        raise
                    logger.exception("search index in %s can't be written", self.folder)
                    return False
            return False

    def rebuild(self, documents: Iterable[SearchDocument], number: int, sha256: str) -> None:
        """Write all documents into a new generation and switch to it; the old one serves until then.

        One rebuild at a time: another waits for its end. What one that was killed left behind is cleaned up.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "rebuild.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fresh = self.folder / f"g-{uuid.uuid4().hex}"
            fresh.mkdir()
            try:
                with _committing(open_writer(index.create_in(str(fresh), schema()))) as writer:
                    for document in documents:
                        writer.add_document(**row(document))
                    _add_state(writer, number, sha256)
                (fresh / f"version-{VERSION}").touch()
                seal(fresh)
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
            for left in self.folder.glob("current-*"):
                left.unlink(missing_ok=True)


def _write(files: index.FileIndex, changes: Changes, timeout: float) -> bool:
    """Write the changes; False where the lock was not to be had."""
    try:
        writer = open_writer(files, timeout=timeout, delay=0.02)
    except LockError:
        return False
    with _committing(writer):
        with writer.searcher() as searcher:
            stored = searcher.document(id=_STATE_ID) or {"number": 0, "sha256": ""}
            todo = changes(IndexState(stored["number"], stored["sha256"], searcher.doc_count() - 1))
            if todo is None:
                writer.cancel()
                return True
            dropped, documents, number, sha256 = todo
            for one in (*dropped, _STATE_ID):
                writer.delete_by_term("id", one, searcher=searcher)
        for document in documents:
            writer.add_document(**row(document))
        _add_state(writer, number, sha256)
    return True


@contextmanager
def _committing(writer: IndexWriter) -> Iterator[IndexWriter]:
    """Commit at the end, unless the writer was closed; close its files and free its lock where something goes wrong."""
    try:
        yield writer
        if not writer.is_closed:
            writer.commit()
    except BaseException:
        # What it can't tidy up, the next writer does; the lock goes with the object.
        with suppress(Exception):
            writer.cancel()
        raise


def _add_state(writer: IndexWriter, number: int, sha256: str) -> None:
    writer.add_document(id=_STATE_ID, number=number, sha256=sha256)
