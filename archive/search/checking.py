"""Is the index what the records say? Everything is compared: which documents there are, and what they are made of."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.utils.translation import gettext as _

from archive.search.documents import SearchDocument, all_documents
from archive.search.engine import Todo, engine
from archive.search.freshness import ensure_fresh, rebuild_index
from archive.search.query import IndexState, IndexUnusable


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What differs, by document id ("article:12"); `problem` where the index can't be read at all."""

    documents: int = 0
    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    problem: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.surplus or self.outdated or self.problem)


def check_index() -> IndexReport:
    """Compare index and records, after the index has followed the change log. Reads every record."""
    try:
        ensure_fresh()
        held = dict(engine().contents())
    except IndexUnusable as error:
        return IndexReport(problem=str(error))
    missing, outdated, documents = [], [], 0
    for document in all_documents():
        documents += 1
        digest = held.pop(document.id, None)
        if digest is None:
            missing.append(document.id)
        elif digest != document.digest:
            outdated.append(document.id)
    return IndexReport(documents, tuple(missing), tuple(held), tuple(outdated))


def index_damages() -> Iterator[str]:
    """Names of the files or documents of the index that are not what was written. Reads every record, and every byte.

    Raises IndexUnusable where there is no index at all.
    """
    # Where a damaged file keeps it from being read, that file is what is looked for.
    with suppress(IndexUnusable):
        ensure_fresh()
    return engine().damages(all_documents())


def repair_index(report: IndexReport) -> None:
    """Write what differs anew; all of it where the index can't be read. Raises IndexUnusable where that fails."""
    if report.problem:
        rebuild_index()
        return
    wanted = {*report.missing, *report.outdated}

    def todo(state: IndexState) -> Todo:
        fresh: list[SearchDocument] = [one for one in all_documents() if one.id in wanted]
        return (*report.surplus, *wanted), fresh, state.number, state.sha256

    if not engine().apply(todo):
        raise IndexUnusable(_("The search index can't be written: another process holds it, or the disk is full."))
