"""The press on an event, in order and under headings: what was announced, what was reported, what looked back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from archive.models import Coverage, Event

# What is published later than that after an event's last day looks back on it.
_REPORTED_WITHIN = timedelta(days=30)


class Phase(models.TextChoices):
    """When an article was written, as far as its link to the event and the two dates say."""

    BEFORE = "before", _("Announced beforehand")
    REPORTED = "reported", _("Reported")
    MENTIONED = "mentioned", _("Mentioned at about the time")
    AFTER = "after", _("Looked back on")


NOTES = {
    Phase.BEFORE: _("Dated before the event, or written to announce it."),
    Phase.REPORTED: _("Written to report it, no more than thirty days after its end as far as the dates say."),
    Phase.MENTIONED: _("Dated within the event, or so that it may be before or after."),
    Phase.AFTER: _("Reports dated more than thirty days after the event's end, and mentions dated after it."),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands under a heading, oldest first, and by what it came there."""

    phase: Phase
    note: str
    coverages: tuple[Coverage, ...]


def phase_of(relation: str, article: Any, event: Any) -> Phase:
    """Where an article belongs. Of either only the earliest and the latest day are read; they may be None.

    Only what is certain counts: an article is before the event where its latest day is, after it where its earliest
    day is. Else the curator's word for the link decides.
    """
    first, last = event.date_earliest, event.date_latest
    if first and article.date_latest and article.date_latest < first:
        return Phase.BEFORE
    if relation == Coverage.Relation.PREVIEWS:
        return Phase.BEFORE
    written = article.date_earliest
    is_after = bool(last and written and written > last)
    if relation == Coverage.Relation.REPORTS:
        return Phase.AFTER if is_after and _is_long_after(written, last) else Phase.REPORTED
    return Phase.AFTER if is_after else Phase.MENTIONED


def _is_long_after(written: date, last: date) -> bool:
    return written - last > _REPORTED_WITHIN


def headings(coverages: Iterable[Coverage], event: Event) -> list[Heading]:
    """The headings that have something under them, in the order of time; the coverages in theirs."""
    under: dict[Phase, list[Coverage]] = {phase: [] for phase in Phase}
    for coverage in coverages:
        under[phase_of(coverage.relation, coverage.article, event)].append(coverage)
    return [Heading(phase, str(NOTES[phase]), tuple(found)) for phase, found in under.items() if found]
