"""Rows that are written once, byte by byte: kept versions, the change log, captures.

The hashes of the log hold what a version says. What else stands in those rows (times, who, keys) is sealed by the first
check that sees them: from then on a single changed byte shows. Seals compare the columns that there were when they were made,
so a migration may add some; one that rewrites such rows has to delete the seals of their table.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from archive.curation.fixity.base import UNREADABLE, Row, Subject, Tally, Trace, read, unreadable
from archive.curation.fixity.versions import record_models
from archive.models import Capture, Change, Record, Seal

_BATCH = 1_000
_SUM = struct.Struct(">qQQ")
# As it stands in the database: no driver or field may take two spellings for one value.
_EXACT = {"sqlite": "+{}", "postgresql": "{}::text"}
# Keys are given before rows are seen: of two captures the later may show first.
_SETTLED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table whose rows are not changed, but for `fillable`: empty at first, or emptied when what it points to is deleted."""

    model: Any
    fillable: str = ""
    time: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table


def tables() -> Iterator[Sealed]:
    yield Sealed(Change)
    yield Sealed(Capture, fillable="source_document_id", time="captured_at")
    for model in record_models():
        history: Any = model.history.model
        yield Sealed(history, fillable="history_user_id")
        for name in model._history_m2m_fields:
            yield Sealed(getattr(history, name).model)


def broken_seals(tally: Tally) -> Iterator[Trace]:
    """Rows that are not what they were, or are gone, or came in between; then seals what is new.

    Nothing is sealed of a table of which something is wrong: that has to be looked into first.
    """
    for sealed in tables():
        number = 0
        for trace in _broken(sealed, tally):
            number += 1
            yield trace
        if not number:
            yield from _seal(sealed, tally)


def _broken(sealed: Sealed, tally: Tally) -> Iterator[Trace]:
    names = {field.column for field in sealed.model._meta.concrete_fields}
    end: int | None = None
    for batch in _seals(sealed):
        for seal in batch:
            if isinstance(seal, Trace):
                yield seal
                continue
            if hashlib.sha256(seal.sums).hexdigest() != seal.sha256:
                yield Trace(Row(sealed.table, str(seal)), gettext_noop("The seal of these rows is damaged itself."))
                continue
            if not set(seal.columns) <= names:
                # A migration took a column away: they are sealed anew, without it.
                Seal.objects.filter(table=sealed.table, first__gte=seal.first).delete()
                return
            tally.looked_at += len(seal.sums) // _SUM.size
            # From the end of the one before: a row whose key was changed stands between two of them.
            yield from _compare(sealed, seal, seal.first if end is None else end + 1)
            end = seal.last


def _seals(sealed: Sealed) -> Iterator[list[Any]]:
    """A few at a time, for each is some 24 kB."""
    last: int | None = None
    while True:
        rest = Seal.objects.filter(table=sealed.table).order_by("first")
        batch = read((rest if last is None else rest.filter(first__gt=last))[:20])
        if not batch.objects:
            yield [*batch.traces]
            return
        yield [*batch.traces, *batch.objects]
        last = batch.objects[-1].first


def _compare(sealed: Sealed, seal: Seal, first: int) -> Iterator[Trace]:
    expected = {pk: (whole, rest) for pk, whole, rest in _SUM.iter_unpack(seal.sums)}
    for pk, sums, is_empty in _sums(sealed, seal.columns, first=first, last=seal.last):
        if isinstance(sums, Trace):
            expected.pop(pk, None)
            yield sums
            continue
        known = expected.pop(pk, None)
        if known is None:
            yield Trace(_subject(sealed, pk), gettext_noop("Row %(row)s came between others later."), _row(sealed, pk))
        elif sums != known and not (sums[1] == known[1] and (is_empty or known[0] == known[1])):
            yield Trace(_subject(sealed, pk), gettext_noop("Row %(row)s is not what it was."), _row(sealed, pk))
    for pk in expected:
        yield Trace(Row(sealed.table, pk), gettext_noop("Row %(row)s is not there any more."), _row(sealed, pk))


def _row(sealed: Sealed, pk: int) -> dict[str, Any]:
    return {"row": f"{sealed.table} {pk}"}


def _subject(sealed: Sealed, pk: int) -> Subject:
    """The record that the row is about, where it can be told."""
    try:
        row = sealed.model._base_manager.filter(pk=pk).first()
        if isinstance(row, Change):
            return row
        version = getattr(row, "history", None) or row
        model = getattr(version, "instance_type", None)
        if model is not None and issubclass(model, Record):
            entries = Change.objects.filter(record_type=model._meta.model_name, record_id=version.id)
            found = model._base_manager.filter(pk=version.id).first() or entries.order_by("-number").first()
            return found or Row(sealed.table, pk)
    except UNREADABLE:
        pass
    return Row(sealed.table, pk)


def _seal(sealed: Sealed, tally: Tally) -> Iterator[Trace]:
    columns = [field.column for field in sealed.model._meta.concrete_fields]
    last = Seal.objects.filter(table=sealed.table).order_by("-last").values_list("last", flat=True).first()
    until = _settled(sealed)
    while until is not None:
        packed, number, end = [], 0, last
        for pk, sums, _is_empty in _sums(sealed, columns, after=last, last=until, limit=_BATCH):
            if isinstance(sums, Trace):
                yield sums
                return
            packed.append(_SUM.pack(pk, *sums))
            number, end = number + 1, pk
        if not number or end is None or (last is not None and end <= last):
            return
        tally.looked_at += number
        data = b"".join(packed)
        first = _SUM.unpack(packed[0])[0]
        with transaction.atomic():
            Seal.objects.create(
                table=sealed.table,
                first=first,
                last=end,
                columns=columns,
                sums=data,
                sha256=hashlib.sha256(data).hexdigest(),
            )
        last = end


def _settled(sealed: Sealed) -> int | None:
    """The last key before which no row can appear any more; None where there is none."""
    rows = sealed.model._base_manager.order_by("-pk")
    last = rows.values_list("pk", flat=True).first()
    if sealed.time:
        young = rows.filter(**{f"{sealed.time}__gt": timezone.now() - _SETTLED}).order_by("pk")
        first_young = young.values_list("pk", flat=True).first()
        if first_young is not None:
            return rows.filter(pk__lt=first_young).values_list("pk", flat=True).first()
    return last


def _sums(
    sealed: Sealed,
    columns: list[str],
    *,
    first: int | None = None,
    after: int | None = None,
    last: int,
    limit: int = -1,
) -> Iterator[tuple[int, Any, bool]]:
    """Key, the two sums (or a trace of what can't be read), and whether the column that may be emptied is empty."""
    name, key = connection.ops.quote_name, sealed.model._meta.pk.column
    exact = ", ".join(_EXACT[connection.vendor].format(name(column)) for column in columns)
    wanted, values = [f"{name(key)} <= %s"], [last]
    for sign, value in ((">=", first), (">", after)):
        if value is not None:
            wanted.append(f"{name(key)} {sign} %s")
            values.append(value)
    head = f"FROM {name(sealed.table)} WHERE {' AND '.join(wanted)} ORDER BY 1"
    if limit >= 0:
        head += f" LIMIT {limit}"
    place = columns.index(sealed.fillable) if sealed.fillable in columns else None
    for pk, row in _rows(sealed, f"SELECT {name(key)}, {exact} {head}", f"SELECT {name(key)} {head}", values, exact):
        if isinstance(row, Trace):
            yield pk, row, False
            continue
        rest = row if place is None else (*row[:place], None, *row[place + 1 :])
        yield pk, (_sum(row), _sum(rest)), place is not None and row[place] is None


def _sum(row: tuple[Any, ...]) -> int:
    return int.from_bytes(hashlib.blake2b(repr(row).encode(), digest_size=8).digest(), "big")


def _rows(sealed: Sealed, all_of: str, keys_of: str, values: list[int], exact: str) -> Iterator[tuple[int, Any]]:
    """All at once; one by one where that fails."""
    name, key = connection.ops.quote_name, sealed.model._meta.pk.column
    with connection.cursor() as cursor:
        try:
            cursor.execute(all_of, values)
            found = cursor.fetchall()
        except UNREADABLE:
            found = None
        if found is not None:
            yield from ((row[0], row[1:]) for row in found)
            return
        try:
            cursor.execute(keys_of, values)
            pks = [pk for (pk,) in cursor.fetchall()]
        except UNREADABLE as error:
            yield -1, unreadable(sealed.model, "?", error)
            return
        for pk in pks:
            try:
                cursor.execute(f"SELECT {exact} FROM {name(sealed.table)} WHERE {name(key)} = %s", [pk])  # noqa: S608  # names of ours
                row = cursor.fetchone()
            except UNREADABLE as error:
                yield pk, unreadable(sealed.model, pk, error)
            else:
                if row is not None:
                    yield pk, row
