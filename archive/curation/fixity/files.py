"""What stands beside the database: the captures, and the search index."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils.translation import gettext_noop

from archive import search
from archive.curation.fixity.base import Row, Subject, Tally, Trace, batches
from archive.ingest import captures
from archive.models import Capture

_BATCH = 500


def broken_captures(tally: Tally) -> Iterator[Trace]:
    """Every byte of every capture is read: its name is its hash."""
    for batch in batches(Capture.objects.all(), _BATCH):
        yield from batch.traces
        for capture in batch.objects:
            tally.looked_at += 1
            subject = Row(Capture._meta.db_table, f"{capture.pk} ({capture.address}, {capture.sha256[:12]}…)")
            name = {"file": capture.sha256}
            try:
                size = captures.size(capture.sha256)
                sha256 = captures.digest(capture.sha256)
            except FileNotFoundError:
                yield Trace(subject, gettext_noop("Its file is not there: %(file)s."), name)
            except (OSError, ValueError) as error:
                yield Trace(subject, gettext_noop("Its file can't be read: %(error)s."), {"error": str(error)})
            else:
                if sha256 != capture.sha256 or size != capture.size:
                    yield Trace(subject, gettext_noop("Its file is not what was captured: %(file)s."), name)


def broken_index(tally: Tally) -> Iterator[Trace]:
    """The index byte by byte, then against the records."""
    try:
        damages = list(search.index_damages())
    except search.IndexUnusable as error:
        yield Trace(Row("index", ""), "%(error)s", {"error": str(error)})
        return
    for name in damages:
        text = gettext_noop("The search index is not what was written: run `manage.py rebuild_index`.")
        yield Trace(_subject(name), text)
    report = search.check_index()
    tally.looked_at += report.documents
    if report.problem:
        yield Trace(Row("index", ""), "%(error)s", {"error": report.problem})
    for name in sorted({*report.missing, *report.surplus, *report.outdated} - set(damages)):
        text = gettext_noop("The search index differs from the record: run `manage.py check_index --repair`.")
        yield Trace(_subject(name), text)


def _subject(name: str) -> Subject:
    """The record of a document ("article:12"); a file is its own name."""
    kind, colon, key = name.partition(":")
    model: Any = apps.get_model("archive", kind) if colon else None
    return (model._base_manager.filter(pk=int(key)).first() if model else None) or Row("index", name)
