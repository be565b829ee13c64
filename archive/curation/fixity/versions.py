"""Records and the versions of them that are kept, against the change log: nobody has changed either past it."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils.translation import gettext_noop

from archive.curation.fixity.base import UNREADABLE, Row, Subject, Tally, Trace, read, unreadable
from archive.curation.history import kept_links
from archive.models import Change, Record
from archive.models.change import columns_of, digest, versions_of

# Keys of records that are looked at together, with all their versions.
_BATCH = 500
_TYPES = {"created": "+", "updated": "~", "deleted": "-"}
# The history keeps the beginning of a reason.
_REASON_KEPT = 100

# The columns and links that came with a migration, and when: entries of before don't know of them.
Later = Collection[tuple[datetime, str]]


def unlogged_versions(tally: Tally) -> Iterator[Trace]:
    """Each record has to be what the log's last entry about it says, and each version kept what its own entry says.

    Entries and versions come in pairs: both are written with each change. The memory it takes is that of some hundred
    records with their versions, however many there are.
    """
    number = Change.objects.last_number()
    found = list(_unlogged_versions(tally))
    # What somebody changes meanwhile was read half before and half after.
    moving = set(Change.objects.after(number).values_list("record_type", "record_id"))
    yield from (trace for trace in found if _named(trace.subject) not in moving)


def record_models() -> list[type[Record]]:
    models = (model for model in apps.get_app_config("archive").get_models() if issubclass(model, Record))
    return sorted(models, key=lambda model: str(model._meta.model_name))


def _named(subject: Subject) -> tuple[str, Any]:
    if isinstance(subject, Change):
        return subject.record_type, subject.record_id
    if isinstance(subject, Row):
        return tuple(subject)
    return subject._meta.model_name or "", subject.pk


def _unlogged_versions(tally: Tally) -> Iterator[Trace]:
    later = _later_columns()
    for model in record_models():
        for span in _spans(model):
            if isinstance(span, Trace):
                yield span
                break
            yield from _span(model, *span, later.get(str(model._meta.model_name), ()), tally)


def _spans(model: Any) -> Iterator[tuple[int, int] | Trace]:
    """First and last key of so many records at a time, of those, too, that are only in the log or only in the history."""
    sources = (
        (model._base_manager, "pk"),
        (model.history, "id"),
        (Change.objects.filter(record_type=model._meta.model_name), "record_id"),
    )
    last: int | None = None
    while True:
        try:
            firsts = [_first(source, key, last) for source, key in sources]
        except UNREADABLE as error:
            yield unreadable(model, "?", error)
            return
        first = min((key for key in firsts if key is not None), default=None)
        # Of a damaged table anything may come back, over and over.
        if first is None or (last is not None and first <= last):
            return
        last = first + _BATCH - 1
        yield first, last


def _first(source: Any, key: str, last: int | None) -> int | None:
    rest = source.order_by() if last is None else source.order_by().filter(**{f"{key}__gt": last})
    return rest.aggregate(first=Min(key))["first"]


def _span(model: Any, first: int, last: int, later: Later, tally: Tally) -> Iterator[Trace]:
    records = read(model._base_manager.filter(pk__gte=first, pk__lte=last).order_by("pk"))
    entries = read(
        Change.objects.filter(record_type=model._meta.model_name, record_id__gte=first, record_id__lte=last).order_by(
            "record_id", "number"
        )
    )
    versions = read(model.history.filter(id__gte=first, id__lte=last).order_by("id", "history_id"))
    for part in (records, entries, versions):
        yield from part.traces
    links = kept_links(model, model.history.filter(id__gte=first, id__lte=last))
    kept = _by_record(versions.objects, "id")
    logged = _by_record(entries.objects, "record_id")
    # What can't be read was told of, and nothing can be said of what belongs to it.
    silent = {_named(trace.subject)[1] for part in (records, entries, versions) for trace in part.traces}
    current = dict(zip(records.objects, versions_of(records.objects), strict=True))
    by_pk = {record.pk: record for record in current}
    for pk in sorted(by_pk.keys() | kept.keys() | logged.keys()):
        tally.looked_at += len(kept[pk])
        if pk in silent:
            continue
        record = by_pk.get(pk)
        told = _Told(record, current.get(record) if record else None, logged[pk], kept[pk], links, later)
        yield from told.wrong(model, pk)


def _by_record(rows: Iterable[Any], key: str) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Told:
    """All that is told of a record: as it is, by the log, by its history."""

    record: Any
    current: Mapping[str, Any] | None
    entries: list[Change]
    versions: list[Any]
    links: Mapping[int, Mapping[str, Collection[int]]]
    later: Later

    def wrong(self, model: Any, pk: int) -> Iterator[Trace]:
        last = self.entries[-1] if self.entries else None
        if last is None or (last.action == "deleted" and self.record is not None):
            text = gettext_noop("The change log does not know of it: it was added past the log.")
            yield Trace(self.record or Row(model.history.model._meta.db_table, pk), text)
            return
        if self.record is None and last.action != "deleted":
            text = gettext_noop("It is the last of a record that is not there any more: it was deleted past the log.")
            yield Trace(last, text)
            return
        if self.current is not None and self._digest(self.current, last) != last.version_sha256:
            text = gettext_noop("It is not what entry %(number)d of the change log says: it was changed past the log.")
            yield Trace(self.record, text, {"number": last.number})
            return
        yield from self._wrong_versions(last)

    def _wrong_versions(self, last: Change) -> Iterator[Trace]:
        """The first that is wrong: what comes after it can't be told apart."""
        subject = self.record or last
        waiting = deque(self.entries)
        before: dict[str, Any] = {}
        for version in self.versions:
            values = self._values(version)
            entry = waiting[0] if waiting else None
            # Of a deleted record its links are gone before its last version is written.
            if entry and entry.action == "deleted":
                values |= {name: before.get(name, ()) for name in type(version.instance)._history_m2m_fields}
            if entry and self._is_true(entry, version, values):
                waiting.popleft()
            # django-simple-history repeats a version where only the links of others to the record changed.
            elif version.history_type != "~" or values != before:
                text = gettext_noop("The version %(version)d in its history is not what the change log says.")
                if entry is None or entry is last:
                    text = gettext_noop("Its newest version in the history is not what the change log says.")
                yield Trace(subject, text, {"version": version.history_id})
                return
            before = values
        if waiting:
            text = gettext_noop("Its history lacks the version of entry %(number)d of the change log.")
            yield Trace(subject, text, {"number": waiting[0].number})

    def _values(self, version: Any) -> dict[str, Any]:
        links = self.links.get(version.history_id, {})
        names = type(version.instance)._history_m2m_fields
        return columns_of(version.instance) | {name: sorted(links.get(name, ())) for name in names}

    def _is_true(self, entry: Change, version: Any, values: Mapping[str, Any]) -> bool:
        return (
            self._digest(values, entry) == entry.version_sha256
            and version.history_type == _TYPES.get(entry.action)
            and (version.history_change_reason or "") == entry.why[:_REASON_KEPT]
        )

    def _digest(self, version: Mapping[str, Any], entry: Change) -> str:
        unknown = {name for at, name in self.later if at > entry.at}
        return digest({name: value for name, value in version.items() if name not in unknown})


def _later_columns() -> dict[str, list[tuple[datetime, str]]]:
    applied = MigrationRecorder(connection).applied_migrations()
    found: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    models = {model._meta.model_name: model for model in record_models()}
    for key, migration in MigrationLoader(None).disk_migrations.items():
        for operation in migration.operations if key in applied and key[0] == "archive" else ():
            model = models.get(operation.model_name_lower) if isinstance(operation, AddField) else None
            if model is None or not isinstance(operation, AddField):
                continue
            for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
                if field.name == operation.name:
                    found[operation.model_name_lower].append((applied[key].applied, field.attname))
    return found
