"""Fixtures into the database: validated, upserted, reported; what curators have edited since is left alone."""

import contextlib
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

from archive.databases.statistics import refresh_statistics
from archive.models import Change, Record, Redirect, Slugged, recording
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
    "term",
    "acceptedfinding",
)
# Records that come into being in a running archive only: fixtures bring none.
NOT_LOADED = ("correctionnote", "duplicatedecision")


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

    A record that was edited or deleted since it was loaded is kept as it is, unless `force`; one that was given another
    address is kept in any case. Fixtures that were loaded last time are recognised by their hash and not compared again,
    unless `force`. Raises FixtureError; then nothing changed.
    """
    fingerprint, rows = _read(folder)
    return load_rows(rows, f"fixtures {fingerprint}", force=force, progress=progress)


def load_rows(
    rows: list[dict],
    why: str,
    *,
    force: bool = False,
    progress: Callable[[Iterable[dict]], Iterable[dict]] = iter,
) -> LoadReport:
    """Load rows of fixtures, those of a model together, as `load` does those of a folder; `why` tells them from others."""
    if problems := [problem for row in rows if (problem := _misshapen(row, row["model"].rpartition(".")[2]))]:
        raise FixtureError(problems)
    last = Change.objects.filter(by=LOADER).order_by("-number").first()
    if not force and last and last.why == why:
        return LoadReport(is_known=True)
    with transaction.atomic(), recording(by=LOADER, why=why):
        Change.objects.lock()
        loading = _Loading(force)
        for name, group in groupby(progress(rows), key=lambda row: row["model"]):
            loading.load_model(apps.get_model(name), list(group))
        if loading.problems:
            raise FixtureError(loading.problems)
        refresh_statistics()
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
            found = json.loads(content)
        except ValueError as error:
            raise FixtureError([f"{path}: {error}"]) from error
        if not isinstance(found, list):
            raise FixtureError([f"{path}: a list of records is expected."])
        if problems := [f"{path}: {problem}" for row in found if (problem := _misshapen(row, name))]:
            raise FixtureError(problems)
        rows += found
    return sha.hexdigest(), rows


def _misshapen(row: Any, model_name: str) -> str:
    """What is wrong with the form of a row; empty where nothing is."""
    model = apps.get_model("archive", model_name)
    if not isinstance(row, dict) or row.get("model") != model._meta.label_lower:
        return f"not a record of {model._meta.label_lower}: {str(row)[:200]}"
    fields = row.get("fields")
    names = [lookup.split("__")[0] for lookup in model.natural_key_fields]
    if not isinstance(fields, dict) or not all(_is_key(fields.get(name)) for name in names):
        return f"lacks {', '.join(names)}, which name the record: {str(row)[:200]}"
    return ""


def _is_key(value: Any) -> bool:
    """True for a text, and for a reference: a list of texts."""
    return isinstance(value, str) or (
        isinstance(value, list) and bool(value) and all(isinstance(x, str) for x in value)
    )


class _Kept(Exception):
    """The row is no mistake, but what the database has in its place is left alone; the message says why."""


class _Loading:
    """One run. Natural keys are resolved from one query for each model, new records written in bulk."""

    def __init__(self, force: bool) -> None:
        self.force = force
        self.report = LoadReport()
        self.problems: list[str] = []
        self._keys: dict[type, dict[tuple, int]] = {}
        moved = Redirect.objects.exclude(new_slug="").values_list("record_type", "old_slug", "new_slug")
        self._moved = {(record_type, old): new for record_type, old, new in moved}
        # What was deleted, or is left out of this run because what it belongs to was.
        self._gone: set[tuple[str, str]] = set()
        if not force:
            self._gone |= set(Change.objects.filter(action="deleted").values_list("record_type", "record_key"))

    def load_model(self, model: Any, rows: list[dict]) -> None:
        """Rows of one model; those that refer to others of them (a parent event) after those."""
        own_links = [field.name for field in model._meta.concrete_fields if field.related_model is model]
        while rows and not self.problems:
            waiting = {key_of(model, row["fields"]) for row in rows}
            ready: list[dict] = []
            later: list[dict] = []
            for row in rows:
                links = [row["fields"].get(name) for name in own_links]
                targets = {tuple(link) for link in links if link and _is_key(link)}
                (later if targets & waiting else ready).append(row)
            if not ready:
                self.problems += [f"{_label(row)}: refers to itself in a circle." for row in later]
            self._load_batch(model, ready)
            rows = later

    def _load_batch(self, model: Any, rows: list[dict]) -> None:
        new: dict[tuple, tuple[Any, _Links]] = {}
        known: dict[int, tuple[Any, _Links]] = {}
        for row in rows:
            try:
                self._sort_in(model, row["fields"], new, known)
            except _Kept as kept:
                self.report.kept.append(f"{_label(row)} ({kept})")
                self._gone.add(_logged_as(model, key_of(model, row["fields"])))
            except (ValidationError, FieldDoesNotExist, ValueError, TypeError) as error:
                self.problems.append(f"{_label(row)}: {_sentence(error)}")
        if not self.problems:
            self._create(model, new)
            self._update(model, known)

    def _sort_in(
        self,
        model: Any,
        fields: dict[str, Any],
        new: dict[tuple, tuple[Any, "_Links"]],
        known: dict[int, tuple[Any, "_Links"]],
    ) -> None:
        """Put a row with the new records or the known ones. Raises _Kept where it is neither."""
        written = key_of(model, fields)
        key = self._current(model, written)
        pk = self._known(model).get(key)
        if pk is None and self._is_gone(model, key, written):
            raise _Kept("deleted")
        is_taken = key in new or pk in known
        if key != written and (is_taken or issubclass(model, Slugged)):
            raise _Kept(f"now {'/'.join(key)}")
        if is_taken:
            raise ValidationError("It stands twice in the fixtures.")
        built = self._built(model, pk, fields)
        if pk is None:
            new[key] = built
        else:
            known[pk] = built

    def _built(self, model: Any, pk: int | None, fields: dict[str, Any]) -> tuple[Any, "_Links"]:
        values: dict[str, Any] = {"pk": pk}
        links = {}
        for name, value in fields.items():
            column = model._meta.get_field(name)
            if column.auto_created or (column.many_to_many and not column.remote_field.through._meta.auto_created):
                raise ValidationError(f"“{name}” is not for fixtures.")
            if column.many_to_many:
                links[name] = self._resolved_all(column.related_model, value)
            elif column.is_relation:
                values[column.attname] = self._resolved(column.related_model, value) if value is not None else None
            else:
                values[name] = column.to_python(value)
        record = model(**values)
        # References are looked up already, without a query for each.
        references = [column for column in model._meta.concrete_fields if column.is_relation]
        for column in references:
            if not column.null and getattr(record, column.attname) is None:
                raise ValidationError(f"“{column.name}” is missing.")
        record.clean_fields(exclude={column.name for column in references})
        record.clean()
        return record, links

    def _resolved(self, model: Any, written: Any) -> int:
        if not isinstance(written, list) or not _is_key(written) or len(written) != len(model.natural_key_fields):
            raise ValidationError(f"{written!r} does not name a {model._meta.verbose_name}.")
        key = self._current(model, tuple(written))
        pk = self._known(model).get(key)
        if pk is None:
            if self._is_gone(model, key, tuple(written)):
                raise _Kept(f"its {model._meta.verbose_name} {'/'.join(key)} was deleted")
            raise ValidationError(f"There is no {model._meta.verbose_name} {'/'.join(key)}.")
        return pk

    def _resolved_all(self, model: Any, targets: list) -> list[int]:
        """Keys of many-to-many targets, sorted; links to what was deleted are left out."""
        found = set()
        for target in targets:
            with contextlib.suppress(_Kept):
                found.add(self._resolved(model, target))
        return sorted(found)

    def _current(self, model: Any, key: tuple) -> tuple:
        """The key with the slugs of today in place of former ones."""
        return tuple(self._moved.get((owner, part), part) for owner, part in zip(_owners(model), key, strict=True))

    def _known(self, model: Any) -> dict[tuple, int]:
        if model not in self._keys:
            rows = model._base_manager.values_list("pk", *model.natural_key_fields)
            self._keys[model] = {tuple(key): pk for pk, *key in rows}
        return self._keys[model]

    def _is_gone(self, model: Any, *keys: tuple) -> bool:
        return any(_logged_as(model, key) in self._gone for key in keys)

    def _create(self, model: Any, new: dict[tuple, tuple[Any, "_Links"]]) -> None:
        records = [record for record, _ in new.values()]
        names = {name for _, links in new.values() for name in links}
        links = {name: [links.get(name, []) for _, links in new.values()] for name in names}
        try:
            with transaction.atomic():
                created = model.objects.bulk_create(records, links=links) if records else []
        except (IntegrityError, ValidationError) as error:
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
        except (IntegrityError, ValidationError) as error:
            self.problems.append(f"{record._meta.model_name} {record}: {_why_refused(record) or _sentence(error)}")
        else:
            self.report.updated += 1


_Links = dict[str, list[int]]


def key_of(model: Any, fields: dict[str, Any]) -> tuple:
    """The natural key as the fixture row writes it; a reference is a list with one value."""
    values = (fields[lookup.split("__")[0]] for lookup in model.natural_key_fields)
    return tuple(value[0] if isinstance(value, list) else value for value in values)


def _owners(model: Any) -> list[str]:
    """For each part of the natural key, the name of the model whose slug it is; empty for other parts."""
    owners = []
    for lookup in model.natural_key_fields:
        *links, name = lookup.split("__")
        owner = model
        for link in links:
            owner = owner._meta.get_field(link).related_model
        owners.append(owner._meta.model_name if name == "slug" else "")
    return owners


def _logged_as(model: Any, key: tuple) -> tuple[str, str]:
    """How the change log names the record."""
    return model._meta.model_name, "/".join(key)[:500]


def _refused(records: Iterable[Any]) -> list[str]:
    """Which of the new records the database refuses, and why; tried one by one, as of many at once it names none.

    Call only where all is rolled back afterwards.
    """
    problems = []
    for record in records:
        record.pk, record._state.adding = None, True
        try:
            with transaction.atomic():
                why = _why_refused(record)
                if not why:
                    record._meta.model._base_manager.bulk_create([record])
        except IntegrityError as error:
            why = str(error)
        if why:
            problems.append(f"{record._meta.model_name} {record}: {why}")
    return problems


def _why_refused(record: Any) -> str:
    try:
        record.validate_unique()
        record.validate_constraints()
    except ValidationError as error:
        return _sentence(error)
    return ""


def _is_edited(record: Record, current: dict[str, Any]) -> bool:
    """True where somebody changed the record since it was loaded; an edit that was taken back does not count."""
    entries = Change.objects.filter(record_type=record._meta.model_name, record_id=record.pk).order_by("-number")
    last, loaded = entries.first(), entries.filter(by=LOADER).first()
    # By the last hand, not by the hash alone: with a new column the hash of every record is another.
    if last and last.by == LOADER:
        return False
    return not loaded or loaded.version_sha256 != digest(current)


def _label(row: dict) -> str:
    model = apps.get_model(row["model"])
    return f"{model._meta.model_name} " + "/".join(map(str, key_of(model, row["fields"])))


def _sentence(error: Exception) -> str:
    return "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
