"""How often a record was changed, and when last: from the change log, for formats that carry it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Max

from archive.models import Change


@dataclass(frozen=True, slots=True)
class Revision:
    """`number` counts the changes of the record itself, so that it only ever grows; `at` is the time of the last."""

    number: int
    at: datetime


# What was loaded before there was a log.
_NONE = Revision(0, datetime(1970, 1, 1, tzinfo=UTC))


def revisions(records: Collection[Any]) -> Mapping[int, Revision]:
    """The revision of each record (of one model), by its key; one query."""
    found = dict.fromkeys((record.pk for record in records), _NONE)
    if found:
        kind = next(iter(records))._meta.model_name
        rows = (
            Change.objects.filter(record_type=kind, record_id__in=found)
            .order_by()
            .values_list("record_id")
            .annotate(Count("number"), Max("at"))
        )
        found |= {pk: Revision(number, at) for pk, number, at in rows}
    return found
