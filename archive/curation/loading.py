"""Fixtures into the database: validated, upserted, reported; what curators have edited since is left alone."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import IntegrityError, transaction

from archive.models import Change, Record, recording
from archive.models.change import columns_of, digest, versions_of

LOADER = "load_archive"

# One fixture file for each model, in the order in which they refer to each other.
LOAD_ORDER = (
    "country",
    "city",
    "sourcedocument",
    "topic",
    "eventseries",
    "participant",
    "publisher",
    "event",
    "article",
    "office",
    "countrystatus",
    "coverage",
    "attendance",
    "delegation",
    "figure",
    "reading",
    "eventsource",
)


class FixtureError(Exception):
    """The fixtures are not valid; nothing was loaded. `problems` has one line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(slots=True)
class LoadReport:
    """What a load did: numbers by outcome, and the records that were left alone."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    is_known: bool = False


def load(
    folder: Path,
    *,
    force: bool = False,
    progress: Callable[[Iterable[dict]], Iterable[dict]] = iter,
) -> LoadReport:
    """Load the fixtures of a folder, in one transaction.

    A record that was edited or deleted since it was loaded is kept as it is, unless `force`. Fixtures that were loaded
    before are recognised by their hash and not compared again, unless `force`. Raises FixtureError; then nothing changed.
    """
    fingerprint, rows = _read(folder)
    why = f"fixtures {fingerprint}"
    if not force and Change.objects.filter(by=LOADER, why=why).exists():
        return LoadReport(is_known=True)
    with transaction.atomic(), recording(by=LOADER, why=why):
        Change.objects.lock()
        loading = _Loading(force)
        for name, group in groupby(progress(rows), key=lambda row: row["model"]):
            loading.load_model(apps.get_model(name), list(group))
        if loading.problems:
            raise FixtureError(loading.problems)
    return loading.report


def _read(folder: Path) -> tuple[str, list[dict]]:
    sha, rows = hashlib.sha256(), []
    for name in LOAD_ORDER:
        path = folder / f"{name}.json"
        if not path.exists():
            raise FixtureError([f"{path} is missing."])
        content = path.read_bytes()
        sha.update(content)
        try:
            rows += json.loads(content)
        except ValueError as error:
            raise FixtureError([f"{path}: {error}"]) from error
    return sha.hexdigest(), rows


class _Loading:
    """One run. Natural keys are resolved from one query for each model, new records written in bulk."""

    def __init__(self, force: bool) -> None:
        self.force = force
        self.report = LoadReport()
        self.problems: list[str] = []
        self._keys: dict[type, dict[tuple, int]] = {}
        self._deleted = set(Change.objects.filter(action="deleted").values_list("record_type", "record_key"))

    def load_model(self, model: Any, rows: list[dict]) -> None:
        """Rows of one model; those that refer to others of them (a parent event) after those."""
        own_links = [field.name for field in model._meta.concrete_fields if field.related_model is model]
        while rows and not self.problems:
            waiting = {_key_of(model, row["fields"]) for row in rows}
            ready, later = [], []
            for row in rows:
                targets = {tuple(row["fields"][name]) for name in own_links if row["fields"].get(name)}
                (later if targets & waiting else ready).append(row)
            if not ready:
                self.problems += [f"{_label(row)}: refers to itself in a circle." for row in later]
            self._load_batch(model, ready)
            rows = later

    def _load_batch(self, model: Any, rows: list[dict]) -> None:
        new: dict[tuple, tuple[Any, _Links]] = {}
        known: dict[int, tuple[Any, _Links]] = {}
        for row in rows:
            key = _key_of(model, row["fields"])
            try:
                record, links = self._built(model, row["fields"])
                if key in new or self._known(model).get(key) in known:
                    raise ValidationError("It stands twice in the fixtures.")
                if pk := self._known(model).get(key):
                    record.pk = pk
                    known[pk] = record, links
                elif self._was_deleted(model, key):
                    self.report.kept.append(f"{_label(row)} (deleted)")
                else:
                    new[key] = record, links
            except (ValidationError, FieldDoesNotExist, ValueError, TypeError) as error:
                self.problems.append(f"{_label(row)}: {_sentence(error)}")
        if not self.problems:
            self._create(model, new)
            self._update(model, known)

    def _built(self, model: Any, fields: dict[str, Any]) -> tuple[Any, "_Links"]:
        values, links = {}, {}
        for name, value in fields.items():
            column = model._meta.get_field(name)
            if column.many_to_many:
                links[name] = sorted(self._resolved(column.related_model, target) for target in value)
            elif column.is_relation:
                values[column.attname] = self._resolved(column.related_model, value) if value is not None else None
            else:
                values[name] = column.to_python(value)
        record = model(**values)
        record.clean_fields(exclude={field.name for field in model._meta.concrete_fields if field.is_relation})
        record.clean()
        record.before_save()
        return record, links

    def _resolved(self, model: Any, key: list) -> int:
        pk = self._known(model).get(tuple(key))
        if pk is None:
            raise ValidationError(f"There is no {model._meta.verbose_name} {'/'.join(map(str, key))}.")
        return pk

    def _known(self, model: Any) -> dict[tuple, int]:
        if model not in self._keys:
            rows = model._base_manager.values_list("pk", *model.natural_key_fields)
            self._keys[model] = {tuple(key): pk for pk, *key in rows}
        return self._keys[model]

    def _was_deleted(self, model: Any, key: tuple) -> bool:
        return not self.force and (model._meta.model_name, "/".join(map(str, key))[:500]) in self._deleted

    def _create(self, model: Any, new: dict[tuple, tuple[Any, "_Links"]]) -> None:
        records = [record for record, _ in new.values()]
        names = {name for _, links in new.values() for name in links}
        links = {name: [links.get(name, []) for _, links in new.values()] for name in names}
        try:
            with transaction.atomic():
                created = model.objects.bulk_create(records, links=links) if records else []
        except IntegrityError as error:
            self.problems += _refused(records) or [f"{model._meta.label}: {error}"]
            return
        self._known(model).update(zip(new, (record.pk for record in created), strict=True))
        self.report.created += len(created)

    def _update(self, model: Any, known: dict[int, tuple[Any, "_Links"]]) -> None:
        existing = list(model._base_manager.filter(pk__in=known))
        for record, current in zip(existing, versions_of(existing), strict=True):
            wanted, links = known[record.pk]
            if current == {**current, **columns_of(wanted), **links}:
                self.report.unchanged += 1
            elif not self.force and _is_edited(record, current):
                self.report.kept.append(f"{model._meta.model_name} {record} (edited)")
            else:
                self._overwrite(record, wanted, links)

    def _overwrite(self, record: Any, wanted: Any, links: "_Links") -> None:
        for column in record._meta.concrete_fields:
            setattr(record, column.attname, getattr(wanted, column.attname))
        try:
            with transaction.atomic():
                record.save()
                for name, targets in links.items():
                    getattr(record, name).set(targets)
        except IntegrityError as error:
            self.problems += _refused([record]) or [f"{record}: {error}"]
        else:
            self.report.updated += 1


_Links = dict[str, list[int]]


def _key_of(model: Any, fields: dict[str, Any]) -> tuple:
    """The natural key as the fixture row writes it; a reference is a list with one value."""
    values = (fields.get(lookup.split("__")[0]) for lookup in model.natural_key_fields)
    return tuple(value[0] if isinstance(value, list) else value for value in values)


def _refused(records: Iterable[Any]) -> list[str]:
    """Which of the records the database's constraints refuse, and why: it names only the first, and not well."""
    problems = []
    for record in records:
        try:
            record.validate_constraints()
        except ValidationError as error:
            problems.append(f"{record._meta.model_name} {record}: {_sentence(error)}")
    return problems


def _is_edited(record: Record, current: dict[str, Any]) -> bool:
    loaded = (
        Change.objects.filter(record_type=record._meta.model_name, record_id=record.pk, by=LOADER)
        .order_by("-number")
        .values_list("version_sha256", flat=True)
        .first()
    )
    return loaded != digest(current)


def _label(row: dict) -> str:
    model = apps.get_model(row["model"])
    return f"{model._meta.model_name} " + "/".join(map(str, _key_of(model, row["fields"])))


def _sentence(error: Exception) -> str:
    return "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
