"""The rules about the change log: what a check of fixity reads, as findings."""

from collections.abc import Callable, Iterator

from archive.curation.fixity.base import Row, Tally, Trace
from archive.curation.fixity.chain import broken_entries as _broken_entries
from archive.curation.fixity.versions import unlogged_versions as _unlogged_versions
from archive.curation.quality.base import Problem


def broken_entries() -> Iterator[Problem]:
    yield from _problems(_broken_entries)


def unlogged_versions() -> Iterator[Problem]:
    yield from _problems(_unlogged_versions)


def _problems(find: Callable[[Tally], Iterator[Trace]]) -> Iterator[Problem]:
    for trace in find(Tally()):
        if isinstance(trace.subject, Row):
            # Named by its table alone: no finding can be made of it, and it must not pass.
            raise ValueError(f"{trace.subject}: {trace.message}")
        yield trace.subject, trace.message
