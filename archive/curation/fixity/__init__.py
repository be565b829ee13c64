"""Is everything still what it was written as? Every byte of what is kept is read, and what differs is named.

A check is a row of `PARTS`. Its outcome is kept (`FixityRun`), so that pages can show it without reading the archive.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from archive.curation.fixity import addresses, chain, database, files, seals, versions
from archive.curation.fixity.base import UNREADABLE, Row, Tally, Trace, unreadable
from archive.curation.naming import address_of, key_of, label_of
from archive.models import Change, FixityRun

__all__ = ["PARTS", "Damage", "Part", "check", "damages_of"]

logger = logging.getLogger(__name__)

# Damages that an outcome lists; it says how many there are.
_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is checked; `looked_at` says what is counted."""

    slug: str
    title: str | Promise
    looked_at: str | Promise
    find: Callable[[Tally], Iterator[Trace]]


PARTS = (
    Part("database", gettext_lazy("The database file"), gettext_lazy("pages"), database.damaged_file),
    Part("log-broken", gettext_lazy("The change log's chain"), gettext_lazy("entries"), chain.broken_entries),
    Part(
        "version-differs",
        gettext_lazy("Records and kept versions"),
        gettext_lazy("versions"),
        versions.unlogged_versions,
    ),
    Part("row-changed", gettext_lazy("Rows that are written once"), gettext_lazy("rows"), seals.broken_seals),
    Part("capture", gettext_lazy("Captures"), gettext_lazy("files"), files.broken_captures),
    Part("index", gettext_lazy("The search index"), gettext_lazy("documents"), files.broken_index),
    Part("address", gettext_lazy("Addresses that were public"), gettext_lazy("addresses"), addresses.lost_addresses),
)


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that is not what it was: found by which part, with what, and what was found.

    `record_type` and `record_key` name it as the change log does; where no record can be told, the table and the row. `text`
    is in English, for outcomes are kept; `message` has it in the active language.
    """

    part: str
    record_type: str
    record_key: str
    record_id: int | None
    label: str
    address: str
    text: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return gettext(self.text) % self.values


def check() -> FixityRun:
    """Run all parts and keep the outcome. Reads everything; the memory it takes does not grow with the archive."""
    started_at, number = timezone.now(), _last_number()
    parts: list[dict[str, Any]] = []
    damages: list[dict[str, Any]] = []
    found = 0
    with _unhurried():
        for part in PARTS:
            tally = Tally()
            for trace in _found(part, tally):
                found += 1
                if len(damages) < _LISTED:
                    damages.append(asdict(_damage(part, trace)))
            parts.append({"slug": part.slug, "looked_at": tally.looked_at})
    run = FixityRun(
        started_at=started_at,
        ended_at=timezone.now(),
        last_change=number,
        parts=parts,
        number=found,
        damages=damages,
    )
    try:
        run.save()
        FixityRun.objects.forget_old()
    except DatabaseError:
        # Of a database that can't be written any more the caller has to tell what was found all the same.
        logger.exception("the outcome of the check can't be kept")
    return run


def damages_of(run: FixityRun) -> list[Damage]:
    return [Damage(**row) for row in run.damages]


def _last_number() -> int:
    try:
        return Change.objects.last_number()
    except UNREADABLE:
        return 0  # the parts tell why


@contextmanager
def _unhurried() -> Iterator[None]:
    """The limits on a statement's time are those of pages; here whole tables are read."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("RESET statement_timeout")


def _found(part: Part, tally: Tally) -> Iterator[Trace]:
    """What a part finds; where it can't go on, that is found too, and the other parts run all the same."""
    try:
        yield from part.find(tally)
    except Exception as error:
        # Damage takes forms that nobody thought of.
        logger.exception("the check of %s ended early", part.slug)
        yield Trace(Row(part.slug, ""), *unreadable(Change, "?", error)[1:])


def _damage(part: Part, trace: Trace) -> Damage:
    subject = trace.subject
    if isinstance(subject, Row):
        return Damage(part.slug, subject.table, str(subject.pk), None, str(subject), "", trace.text, dict(trace.values))
    kind, key, pk = subject._meta.model_name or "", key_of(subject), subject.pk
    return Damage(part.slug, kind, key, pk, label_of(subject), address_of(subject), trace.text, dict(trace.values))
