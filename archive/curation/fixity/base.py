"""What the parts of a check share: what they say is wrong, and reading what may not be readable."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.utils.translation import gettext, gettext_noop

from archive.models import Change, Record

# What a database, its driver and Django's fields raise of bytes that were never written by them.
UNREADABLE = (DatabaseError, ValueError, TypeError, AttributeError, ArithmeticError, ValidationError)


class Row(NamedTuple):
    """A row that can only be named by its table and key: it can't be read, or is not there."""

    table: str
    pk: Any

    def __str__(self) -> str:
        return f"{self.table} {self.pk}"


Subject = Record | Change | Row


class Trace(NamedTuple):
    """Something that is wrong: with what, an English sentence (marked for translation), and the values in it."""

    subject: Subject
    text: str
    values: Mapping[str, Any] = {}

    @property
    def message(self) -> str:
        """In the active language."""
        return gettext(self.text) % self.values


@dataclass(slots=True)
class Tally:
    """How many things a part has looked at; it counts while it runs."""

    looked_at: int = 0


@dataclass(frozen=True, slots=True)
class Readable:
    """What could be read of some rows, in their order, and a trace of each that could not."""

    objects: list[Any] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)


def batches(queryset: Any, size: int) -> Iterator[Readable]:
    """All rows of a queryset by their keys, so many at a time."""
    last: Any = None
    while True:
        rest = (queryset if last is None else queryset.filter(pk__gt=last)).order_by("pk")
        try:
            keys = list(rest.values_list("pk", flat=True)[:size])
        except UNREADABLE as error:
            yield Readable([], [unreadable(queryset.model, f"> {last}", error)])
            return
        # Of a damaged table anything may come back, over and over.
        if not keys or (last is not None and keys[-1] <= last):
            return
        yield read(rest.filter(pk__lte=keys[-1]))
        last = keys[-1]


def read(queryset: Any) -> Readable:
    """All rows of a queryset at once; one by one where that fails, so that the damaged ones are known by their keys."""
    try:
        return Readable(list(queryset))
    except UNREADABLE:
        found = Readable()
    try:
        keys = list(queryset.values_list("pk", flat=True))
    except UNREADABLE as error:
        return Readable([], [unreadable(queryset.model, "?", error)])
    for pk in keys:
        try:
            found.objects.extend(queryset.model._base_manager.filter(pk=pk))
        except UNREADABLE as error:
            found.traces.append(unreadable(queryset.model, pk, error))
    return found


def unreadable(model: Any, pk: Any, error: Exception) -> Trace:
    """Named by the last entry of the log about the record, where there is one."""
    text = gettext_noop("The database can't read it: %(error)s.")
    values = {"error": str(error).strip().rstrip(".") or type(error).__name__}
    subject: Subject = Row(model._meta.db_table, pk)
    if issubclass(model, Record) and isinstance(pk, int):
        entries = Change.objects.filter(record_type=model._meta.model_name, record_id=pk)
        subject = entries.order_by("-number").first() or subject
    return Trace(subject, text, values)
