"""The change log and the records it tells of: nobody has rewritten the one, or changed the others past it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddField
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.utils.translation import gettext as _

from archive.curation.history import kept_links
from archive.curation.quality.base import Problem, problem
from archive.models import Change, Record
from archive.models.change import columns_of, digest, versions_of

_BATCH = 2_000


def broken_entries() -> Iterator[Problem]:
    """Each entry holds the hash of itself and of the entry before: one that was changed, or taken out, shows."""
    number, sha256 = 0, ""
    for entry in Change.objects.order_by("number").iterator(chunk_size=_BATCH):
        if entry.number != number + 1:
            yield problem(
                entry, _("The entry before it has the number %(number)d: entries are missing."), number=number
            )
        if entry.previous_sha256 != sha256:
            yield problem(entry, _("It does not follow the entry before it: one of the two was changed."))
        if entry.compute_sha256() != entry.sha256:
            yield problem(entry, _("It is not what was written: its content does not match its hash."))
        number, sha256 = entry.number, entry.sha256


def unlogged_versions() -> Iterator[Problem]:
    """Record, newest version in the history and last entry of the log have to be one and the same."""
    number = Change.objects.last_number()
    found = list(_unlogged_versions())
    # What somebody changes meanwhile was read half before and half after.
    moving = set(Change.objects.after(number).values_list("record_type", "record_id"))
    for record, message in found:
        if _named(record) not in moving:
            yield record, message


def _named(record: Record | Change) -> tuple[str, int]:
    if isinstance(record, Change):
        return record.record_type, record.record_id
    return record._meta.model_name or "", record.pk


def _unlogged_versions() -> Iterator[Problem]:
    last = Change.objects.order_by().values("record_type", "record_id").annotate(last=Max("number")).values("last")
    entries = {_named(entry): entry for entry in Change.objects.filter(number__in=last)}
    later = _later_columns()
    for model in sorted(_record_models(), key=lambda model: str(model._meta.model_name)):
        records = iter(model._base_manager.order_by("pk").iterator(chunk_size=_BATCH))
        while batch := list(islice(records, _BATCH)):
            yield from _unlogged(model, batch, entries, later.get(str(model._meta.model_name), ()))
    for entry in entries.values():
        if entry.action != "deleted":
            yield problem(
                entry, _("It is the last of a record that is not there any more: it was deleted past the log.")
            )


def _unlogged(
    model: Any,
    records: Collection[Any],
    entries: dict[tuple[str, int], Change],
    later: Collection[tuple[datetime, str]],
) -> Iterator[Problem]:
    """What is wrong with records of one model; the entries that tell of them are taken out."""
    kept = _kept_versions(model, [record.pk for record in records])
    for record, version in zip(records, versions_of(records), strict=True):
        entry = entries.pop(_named(record), None)
        if entry is None or entry.action == "deleted":
            yield problem(record, _("The change log does not know of it: it was added past the log."))
            continue
        # What the record had no column for when the entry was written.
        unknown = {name for at, name in later if at > entry.at}
        if _digest(version, unknown) != entry.version_sha256:
            message = _("It is not what entry %(number)d of the change log says: it was changed past the log.")
            yield problem(record, message, number=entry.number)
        elif record.pk not in kept or _digest(kept[record.pk], unknown) != entry.version_sha256:
            message = _("Its newest version in the history is not what entry %(number)d of the change log says.")
            yield problem(record, message, number=entry.number)


def _digest(version: Mapping[str, Any], unknown: Collection[str]) -> str:
    return digest({name: value for name, value in version.items() if name not in unknown})


def _kept_versions(model: Any, pks: Collection[int]) -> dict[int, dict[str, Any]]:
    """The newest versions of the records in the history, in the form of `versions_of`."""
    newest = model.history.filter(id__in=pks).order_by().values("id").annotate(last=Max("history_id")).values("last")
    versions = model.history.filter(history_id__in=newest)
    links = kept_links(model, versions)
    return {
        version.id: {
            **columns_of(version.instance),
            **{name: sorted(links.get(version.history_id, {}).get(name, ())) for name in model._history_m2m_fields},
        }
        for version in versions
    }


def _later_columns() -> dict[str, list[tuple[datetime, str]]]:
    """By model: the columns and links that came with a migration, and when. Entries of before don't know of them."""
    applied = MigrationRecorder(connection).applied_migrations()
    found: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    models = {model._meta.model_name: model for model in _record_models()}
    for key, migration in MigrationLoader(None).disk_migrations.items():
        for operation in migration.operations if key in applied and key[0] == "archive" else ():
            model = models.get(operation.model_name_lower) if isinstance(operation, AddField) else None
            if model is None or not isinstance(operation, AddField):
                continue
            for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
                if field.name == operation.name:
                    found[operation.model_name_lower].append((applied[key].applied, field.attname))
    return found


def _record_models() -> list[type[Record]]:
    return [model for model in apps.get_app_config("archive").get_models() if issubclass(model, Record)]
