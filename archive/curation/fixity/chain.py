"""The change log by itself: nobody has rewritten it."""

from collections.abc import Iterator

from django.utils.translation import gettext_noop

from archive.curation.fixity.base import Tally, Trace, batches
from archive.models import Change

_BATCH = 2_000


def broken_entries(tally: Tally) -> Iterator[Trace]:
    """Each entry holds the hash of itself and of the entry before: one that was changed, or taken out, shows.

    What is cut off at the end shows at the records (`archive.curation.fixity.versions`).
    """
    number, sha256 = 0, ""
    for batch in batches(Change.objects.all(), _BATCH):
        yield from batch.traces
        for entry in batch.objects:
            tally.looked_at += 1
            if entry.number != number + 1 and not batch.traces:
                text = gettext_noop("The entry before it has the number %(number)d: entries are missing.")
                yield Trace(entry, text, {"number": number})
            if entry.previous_sha256 != sha256:
                yield Trace(entry, gettext_noop("It does not follow the entry before it: one of the two was changed."))
            if entry.at is None or entry.compute_sha256() != entry.sha256:
                text = gettext_noop("It is not what was written: its content does not match its hash.")
                yield Trace(entry, text)
            number, sha256 = entry.number, entry.sha256
