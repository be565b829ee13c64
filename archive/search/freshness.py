"""Keeping the index true to the database: it follows the change log, and is rebuilt from the records."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from archive.databases import replicas
from archive.models import Change
from archive.search.documents import SearchDocument, all_documents, documents, touched_documents
from archive.search.engine import Todo, engine
from archive.search.query import IndexState, IndexUnusable

logger = logging.getLogger(__name__)

# How long a search waits for another process that is writing, before it answers from the state at hand.
SEARCH_PATIENCE = 0.5


def follow_changes() -> None:
    """Apply what the log says since the index's last number. Called after each commit; never fails the caller.

    Without an index there is nothing to follow: the search page says so, and `rebuild_index` makes one.
    """
    try:
        if not _apply():
            logger.warning("the search index is being written elsewhere; it will follow with the next search or change")
    except IndexUnusable as error:
        logger.info("search index not followed: %s", error)
    except Exception:
        # The change is committed; the index catches up later, and the trace must not be lost.
        logger.exception("search index not followed")


def ensure_fresh(last: tuple[int, str] | None = None) -> IndexState:
    """The index's state, brought forward first where it is behind `last`, the head of the log.

    One query where it is not behind; none where the head is given. Raises IndexUnusable where the index is missing,
    broken, or of another archive.
    """
    state, last = engine().state(), last or Change.objects.head()
    if (state.number, state.sha256) == last or _is_undecided():
        return state
    if state.number > last[0] and replicas.alias() == replicas.ALIAS:
        # It follows the primary; what the replica does not have yet, the page leaves out.
        return state
    # Twice where a rebuild that ended meanwhile put an older state in place.
    for _attempt in range(2):
        is_written = _apply(timeout=SEARCH_PATIENCE)
        state = engine().state()
        if state.number >= last[0] or not is_written:
            break
    return state


def _apply(**options: Any) -> bool:
    """Write what the index lacks, as the primary has it."""
    with replicas.primary():
        return engine().apply(_todo, **options)


def _is_undecided() -> bool:
    """True inside a transaction: what it has changed may be rolled back, and must not get into the index before.

    The transaction in which Django's TestCase runs each test doesn't count.
    """
    return any(not block._from_testcase for block in connection.atomic_blocks)  # type: ignore[attr-defined]


def _todo(state: IndexState) -> Todo | None:
    """What to write after `state`; None where the index is up to date."""
    if state.number or state.sha256:
        known = Change.objects.filter(number=state.number).values_list("sha256", flat=True).first()
        if known != state.sha256:
            raise IndexUnusable(_("The search index belongs to another database: run `manage.py rebuild_index`."))
    changes = list(Change.objects.after(state.number))
    if not changes:
        return None
    touched = touched_documents(changes)
    dropped = [f"{scope}:{pk}" for scope, pks in touched.items() for pk in pks]
    fresh: Iterator[SearchDocument] = (one for scope, pks in touched.items() for one in documents(scope, pks))
    return dropped, fresh, changes[-1].number, changes[-1].sha256


def rebuild_index(*, progress: Callable[[Iterable[SearchDocument]], Iterable[SearchDocument]] = iter) -> IndexState:
    """Write the index anew from the records, then follow what changed meanwhile.

    The number is noted before the first record is read: what is committed later is applied again rather than missed.
    """
    number, sha256 = Change.objects.head()
    engine().rebuild(progress(all_documents()), number, sha256)
    follow_changes()
    return engine().state()
