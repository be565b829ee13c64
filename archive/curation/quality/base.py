"""What the rules share: the records they look at, what they find, and days that are certain."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import models
from django.utils.functional import Promise

from archive import dates
from archive.curation.naming import address_of, key_of, label_of, owners_of
from archive.models import Change, Office, Record, Reviewed, Status

# A record (or the entry of the log about one), and what is wrong with it: the values, and what to do.
Problem = tuple[Record | Change, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is looked for. `find` asks a number of queries that does not depend on how many records there are."""

    slug: str
    title: str | Promise
    find: Callable[[], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a record: at most one finding for each rule and record.

    `record_type` and `record_key` name the record as the change log does, `address` is the page it stands on (a row's is
    that of the record it belongs to; empty where there is none). `reason` says why it was accepted; empty where it is open.
    """

    rule: str
    record_type: str
    record_key: str
    record_id: int
    label: str
    address: str
    message: str
    reason: str = ""


# What the text of a row names besides the records that it belongs to.
_NAMED: dict[type[Record], tuple[str, ...]] = {Office: ("country", "organisation")}


def live(model: Any) -> Any:
    """The model's records, drafts too, that are not withdrawn themselves and do not belong to one that is.

    With what their text and their key read, so that naming them costs no query.
    """
    owners = owners_of(model)
    queryset = model.objects.select_related(*owners, *_NAMED.get(model, ()))
    for lookup, owner in (("", model), *((f"{name}__", model._meta.get_field(name).related_model) for name in owners)):
        if issubclass(owner, Reviewed):
            queryset = queryset.filter(~models.Q(**{f"{lookup}status": Status.WITHDRAWN}))
    return queryset


def problem(record: Record | Change, message: str, **values: object) -> Problem:
    """A record with what is wrong with it: the message, its `%(name)s` filled in."""
    return record, message % values


def finding(rule: Rule, record: Record | Change, message: str) -> Finding:
    """The finding, still open."""
    return Finding(
        rule=rule.slug,
        record_type=record._meta.model_name or "",
        record_key=key_of(record),
        record_id=record.pk,
        label=label_of(record),
        address=address_of(record),
        message=message,
    )


class Bounds(NamedTuple):
    """First and last day on which something can begin, and on which it can end."""

    begins_from: date
    begins_by: date
    ends_from: date
    ends_by: date


@lru_cache(maxsize=65_536)
def bounds(text: str) -> Bounds | None:
    """What is certain of a partial date; None where it is empty, or “uncertain” or “about”: nothing follows from those."""
    partial = dates.parse_or_none(text)
    if partial is None or any(point and point.qualifier for point in (partial.start, partial.end)):
        return None
    first, last = partial.earliest, partial.latest
    if partial.kind != "interval":
        return Bounds(first, last, first, last)
    begins_by = partial.start.latest if partial.start else last
    ends_from = partial.end.earliest if partial.end else first
    return Bounds(first, begins_by, ends_from, last)
