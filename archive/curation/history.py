"""What became of a record: its versions since it was first public, what changed from one to the next, and taking fields back.

The versions are django-simple-history's rows, one for each write. A change that somebody made is several of them (the record,
each of its lists, the rows that belong to it), so they are put together again by who, why and when.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from archive import dates
from archive.curation.review import NotAllowed
from archive.dates import EDTFField
from archive.formats.differences import Fragment, differences
from archive.models import (
    Article,
    Attendance,
    Change,
    Coverage,
    Delegation,
    Event,
    EventSource,
    Figure,
    Office,
    Participant,
    Reading,
    Record,
    Reviewed,
    Status,
    recording,
)
from archive.models.change import links_of


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of a field: a text, or a list that lost and gained; or `note`, where the values may not be shown."""

    name: str
    label: str
    old: str = ""
    new: str = ""
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    note: str = ""

    @property
    def fragments(self) -> list[Fragment]:
        """The two texts woven together; reckoned on demand, for only what is shown needs it."""
        return differences(self.old, self.new)


@dataclass(frozen=True, slots=True)
class Version:
    """The record as it stood from that time on; the changes are those from the version before."""

    at: datetime
    why: str
    changes: tuple[FieldChange, ...]
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What a record holds: values by column, keys of linked records by field, and the rows that belong to it."""

    columns: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, frozenset[int]] = field(default_factory=dict)
    rows: Mapping[tuple[type[Record], int], Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that belong to a record by `owner`; `said` is told of one that is added or taken out, what it is called by first."""

    model: type[Record]
    owner: str
    said: tuple[str, ...]


ROWS: Mapping[type[Record], tuple[Rows, ...]] = {
    Article: (Rows(Coverage, "article", ("event", "relation", "note")),),
    Event: (
        Rows(Coverage, "event", ("article", "relation", "note")),
        Rows(Attendance, "event", ("participant", "capacity", "office")),
        Rows(Delegation, "event", ("country", "capacity")),
        Rows(Figure, "event", ("label", "text")),
        Rows(Reading, "event", ("field", "value")),
        Rows(EventSource, "event", ("supports", "source")),
    ),
    Participant: (Rows(Office, "participant", ("title", "country", "organisation", "start", "end", "term")),),
}

# What follows from other fields, or is told by them.
_DERIVED = {"id", "date_earliest", "date_latest", "first_public_at", "withdrawn_at", "withdrawal_reason"}
# Steps have functions of their own (`archive.curation.review`); an address is set once.
NEVER_RESTORED = frozenset({"slug", "status", "first_public_at", "withdrawn_at", "withdrawal_reason"})

# Writes of one change follow each other at once; those of a long one (a load, a merge) say the same reason.
_AT_ONCE = timedelta(seconds=5)
_FOR_ONE_REASON = timedelta(minutes=5)
# The history keeps the beginning of a reason, the log all of it.
_REASON_KEPT = 100
_LOADED = re.compile(r"fixtures [0-9a-f]{64}")


# Versions -------------------------------------------------------------------------------------------------------------


def public_versions(record: Any) -> list[Version]:
    """The versions since the record was first public, newest first, without who made them.

    Nothing is said of what is not public: drafts that it is linked to, and texts of others. The number of queries does not
    depend on the number of versions.
    """
    public = [change for change in _put_together(_entries(record), type(record)) if _is_public(change.state)]
    if not public:
        return []
    names = names_of(type(record), [change.state for change in public], only_public=True)
    reasons = _whole_reasons(record, public)
    shows_body = getattr(record, "rights", "") == Article.Rights.OPEN
    first, *later = public
    versions = [Version(first.at, reasons.get(first.why, first.why), (), is_first=True)]
    for before, change in zip(public, later, strict=False):
        found = compare(type(record), before.state, change.state, names, shows_body=shows_body)
        if found:
            versions.append(Version(change.at, reasons.get(change.why, change.why), tuple(found)))
    return versions[::-1]


def _is_public(state: State) -> bool:
    """Since a record was first public, all of its versions are: what was withdrawn answers 410 as long as it is."""
    return state.columns.get("first_public_at") is not None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row of the history: of the record itself, or of a row of it (`row`). `columns` is None where it is gone."""

    at: datetime
    number: int
    by: int | None
    why: str
    row: tuple[type[Record], int] | None
    columns: Mapping[str, Any] | None
    links: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Change:
    """What somebody did at one time, for one reason; the state is that after it."""

    at: datetime
    by: int | None
    why: str
    state: State


def _entries(record: Any) -> list[_Entry]:
    """The record's history and that of its rows, oldest first."""
    model = type(record)
    links = kept_links(model, model.history.filter(id=record.pk))
    found = [_entry(row, model, links=links) for row in model.history.filter(id=record.pk).values()]
    for rows in ROWS[model]:
        history: Any = rows.model.history
        # A row may have come from another record, or have gone to one: its whole history tells.
        ours = history.filter(**{f"{rows.owner}_id": record.pk}).order_by().values("id")
        owner = f"{rows.owner}_id", record.pk
        found += [_entry(row, rows.model, owner=owner) for row in history.filter(id__in=ours).values()]
    return sorted(found, key=lambda entry: (entry.at, entry.row is not None, entry.number))


def _entry(
    row: Mapping[str, Any],
    model: type[Record],
    *,
    owner: tuple[str, int] | None = None,
    links: Mapping[int, Mapping[str, frozenset[int]]] | None = None,
) -> _Entry:
    is_here = row["history_type"] != "-" and (owner is None or row[owner[0]] == owner[1])
    return _Entry(
        at=row["history_date"],
        number=row["history_id"],
        by=row["history_user_id"],
        why=row["history_change_reason"] or "",
        row=(model, row["id"]) if owner else None,
        columns={field.attname: row[field.attname] for field in model._meta.concrete_fields} if is_here else None,
        links=(links or {}).get(row["history_id"], {}),
    )


def kept_links(model: type[Record], versions: models.QuerySet) -> dict[int, dict[str, frozenset[int]]]:
    """For each version: the keys of the linked records, by field."""
    found: defaultdict[int, dict[str, frozenset[int]]] = defaultdict(dict)
    for name in model._history_m2m_fields:
        kept: Any = getattr(model.history.model, name).model
        target = model._meta.get_field(name).m2m_reverse_name()  # type: ignore[union-attr]  # many-to-many, as its name says
        pairs: defaultdict[int, set[int]] = defaultdict(set)
        keys = versions.order_by().values("history_id")
        for version, pk in kept._base_manager.filter(history_id__in=keys).values_list("history_id", target):
            pairs[version].add(pk)
        for version, pks in pairs.items():
            found[version][name] = frozenset(pks)
    return found


def _put_together(entries: Iterable[_Entry], model: type[Record]) -> list[_Change]:
    """What was written by one hand for one reason at one time is one change; two edits of the record itself are two."""
    changes: list[_Change] = []
    own_edits = 0
    last: datetime | None = None
    for entry in entries:
        before = changes[-1] if changes else None
        state = _after(before.state if before else State(), entry)
        is_edit = before is not None and entry.row is None and state.columns != before.state.columns
        patience = _FOR_ONE_REASON if entry.why else _AT_ONCE
        if (
            before is not None
            and last is not None
            and (entry.by, entry.why) == (before.by, before.why)
            and entry.at - last <= patience
            and not (is_edit and own_edits)
        ):
            changes[-1] = _Change(before.at, before.by, before.why, state)
            own_edits += is_edit
        else:
            changes.append(_Change(entry.at, entry.by, entry.why, state))
            own_edits = int(is_edit or before is None)
        last = entry.at
    return changes


def _after(state: State, entry: _Entry) -> State:
    if entry.row is None:
        return State(entry.columns or {}, entry.links, state.rows)
    rows = {key: columns for key, columns in state.rows.items() if key != entry.row}
    if entry.columns is not None:
        rows[entry.row] = entry.columns
    return State(state.columns, state.links, rows)


def _whole_reasons(record: Any, changes: Collection[_Change]) -> dict[str, str]:
    """For the reasons of which the history keeps the beginning: the whole; and words of ours for what a program gave."""
    rows = {key for change in changes for key in change.state.rows}
    ours = models.Q(record_type=record._meta.model_name, record_id=record.pk)
    for model in {model for model, _pk in rows}:
        pks = [pk for one, pk in rows if one is model]
        ours |= models.Q(record_type=model._meta.model_name, record_id__in=pks)
    logged = Change.objects.filter(ours).exclude(why="").order_by().values_list("why", flat=True).distinct()
    reasons = {why[:_REASON_KEPT]: why for why in logged}
    loaded = (change.why for change in changes if _LOADED.fullmatch(change.why))
    return reasons | dict.fromkeys(loaded, _("Loaded from the archive's own files."))


# Comparing ------------------------------------------------------------------------------------------------------------

Names = Mapping[tuple[type[models.Model], int], str]


def names_of(model: type[Record], states: Iterable[State], *, only_public: bool) -> Names:
    """What the linked records are called; what is deleted, or not public where only that is wanted, is left out.

    One query for each kind of record.
    """
    wanted: defaultdict[type[models.Model], set[int]] = defaultdict(set)
    for state in states:
        for name, pks in state.links.items():
            wanted[_target(model, name)].update(pks)
        for owner, columns in ((model, state.columns), *((key[0], row) for key, row in state.rows.items())):
            for column in owner._meta.concrete_fields:
                if column.is_relation and columns.get(column.attname) is not None:
                    wanted[column.related_model].add(columns[column.attname])  # type: ignore[index]  # no generic relation
    found: dict[tuple[type[models.Model], int], str] = {}
    for target, keys in wanted.items():
        queryset = target._base_manager.filter(pk__in=keys)
        if only_public and issubclass(target, Reviewed):
            queryset = queryset.filter(status=Status.PUBLISHED)
        # An office says whose it is, and that may be a draft: its title says enough.
        found |= {(target, one.pk): one.title if isinstance(one, Office) else str(one) for one in queryset}
    return found


def compare(
    model: type[Record], old: State, new: State, names: Names, *, shows_body: bool, shows_all: bool = False
) -> list[FieldChange]:
    """What changed from one state to the other, in readers' words, in the order of the model's fields.

    `shows_body`: the captured text too, where it was open in both. `shows_all`: whatever its rights, and derived fields.
    """
    found = [
        *_changed_columns(model, old.columns, new.columns, names, shows_body=shows_body, shows_all=shows_all),
        *_changed_links(model, old.links, new.links, names),
    ]
    for rows in ROWS.get(model, ()):
        found += _changed_rows(rows, old, new, names)
    return found


def _changed_columns(
    model: type[Record],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    names: Names,
    *,
    shows_body: bool = False,
    shows_all: bool = False,
) -> Iterator[FieldChange]:
    shows_body = shows_all or (shows_body and old.get("rights") == new.get("rights") == Article.Rights.OPEN)
    for column in model._meta.concrete_fields:
        before, after = old.get(column.attname), new.get(column.attname)
        if before == after or (column.name in _DERIVED and not shows_all):
            continue
        label = str(column.verbose_name)
        if isinstance(before, list) or isinstance(after, list):
            lost, gained = before or [], after or []
            removed = tuple(one for one in lost if one not in gained)
            added = tuple(one for one in gained if one not in lost)
            if removed or added:
                yield FieldChange(column.name, label, removed=removed, added=added)
        elif column.name == "body" and not shows_body:
            sizes = {"old": len(before or ""), "new": len(after or "")}
            note = _("The captured text changed, from %(old)d to %(new)d characters.") % sizes
            yield FieldChange(column.name, label, note=note)
        else:
            texts = shown(column, before, names), shown(column, after, names)
            if texts[0] != texts[1]:
                yield FieldChange(column.name, label, *texts)


def _changed_links(
    model: type[Record], old: Mapping[str, frozenset[int]], new: Mapping[str, frozenset[int]], names: Names
) -> Iterator[FieldChange]:
    for name in model._history_m2m_fields:
        before, after, target = old.get(name, frozenset()), new.get(name, frozenset()), _target(model, name)
        removed, added = (
            tuple(sorted(names[target, pk] for pk in pks if (target, pk) in names))
            for pks in (before - after, after - before)
        )
        if removed or added:
            yield FieldChange(name, str(model._meta.get_field(name).verbose_name), removed=removed, added=added)  # type: ignore[union-attr]  # no generic relation


def _changed_rows(rows: Rows, old: State, new: State, names: Names) -> Iterator[FieldChange]:
    before, after = (
        {pk: columns for (model, pk), columns in state.rows.items() if model is rows.model and _may_name(rows, columns, names)}
        for state in (old, new)
    )  # fmt: skip
    removed = tuple(sorted(_row_text(rows, before[pk], names) for pk in before.keys() - after.keys()))
    added = tuple(sorted(_row_text(rows, after[pk], names) for pk in after.keys() - before.keys()))
    options = rows.model._meta
    # A row that is made anew with the same words is no news.
    again = set(removed) & set(added)
    removed, added = (tuple(text for text in texts if text not in again) for texts in (removed, added))
    if removed or added:
        yield FieldChange(options.model_name or "", str(options.verbose_name_plural), removed=removed, added=added)
    for pk in sorted(before.keys() & after.keys()):
        for change in _changed_columns(rows.model, before[pk], after[pk], names):
            called = _said(rows, rows.said[0], after[pk], names)
            label = f"{options.verbose_name} “{called}”, {change.label}"
            yield FieldChange(
                f"{options.model_name}.{change.name}", label, change.old, change.new, change.removed, change.added
            )


def _may_name(rows: Rows, columns: Mapping[str, Any], names: Names) -> bool:
    """False for a row about a record that is not public (or not there any more): it is not public either."""
    column: Any = rows.model._meta.get_field(rows.said[0])
    return not column.is_relation or (column.related_model, columns[column.attname]) in names


def _row_text(rows: Rows, columns: Mapping[str, Any], names: Names) -> str:
    return ", ".join(filter(None, (_said(rows, name, columns, names) for name in rows.said)))


def _said(rows: Rows, name: str, columns: Mapping[str, Any], names: Names) -> str:
    column: Any = rows.model._meta.get_field(name)
    return shown(column, columns[column.attname], names)


def shown(column: Any, value: Any, names: Names) -> str:
    """A column's value in readers' words; empty for none."""
    if value is None or value == "":
        return ""
    if column.is_relation:
        return names.get((column.related_model, value)) or _("a record that is not public")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(column, EDTFField):
        return dates.show(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _target(model: type[Record], name: str) -> Any:
    return model._meta.get_field(name).related_model


# One version, and taking fields back ----------------------------------------------------------------------------------


def state_of(record: Record) -> State:
    """The record as the database holds it, without its rows."""
    columns = {column.attname: getattr(record, column.attname) for column in record._meta.concrete_fields}
    links = {name: frozenset(pk for _own, pk in pairs) for name, pairs in links_of([record]).items()}
    return State(columns, links)


def state_of_version(version: Any) -> State:
    """A row of the history, without the rows that belonged to the record then."""
    model = version.instance_type
    links = kept_links(model, model.history.filter(history_id=version.history_id))
    columns = {column.attname: getattr(version, column.attname) for column in model._meta.concrete_fields}
    return State(columns, links.get(version.history_id, {}))


def restorable(model: type[Record]) -> frozenset[str]:
    """Names of the fields that can be taken back to an old version."""
    columns = {column.name for column in model._meta.concrete_fields if column.editable and not column.primary_key}
    return frozenset({*columns, *model._history_m2m_fields} - NEVER_RESTORED)


def restore(record: Record, version: Any, names: Collection[str], *, by: str, why: str) -> None:
    """Give fields of the record the values of an old version, as a new change; all others stay as they are.

    Links to records that were deleted since are left out. Raises NotAllowed, and ValidationError where the values don't
    fit what the record is now.
    """
    model = type(record)
    chosen = set(names) & restorable(model)
    if not chosen:
        raise NotAllowed(_("Choose what to restore."))
    if not why.strip():
        raise NotAllowed(_("Say why."))
    old = state_of_version(version)
    with transaction.atomic(), recording(by=by, why=why.strip()):
        Change.objects.lock()
        # As it is now, not as it was when the page was opened: what others changed meanwhile stays.
        current = model._base_manager.get(pk=record.pk)
        columns = [column for column in model._meta.concrete_fields if column.name in chosen]
        for column in columns:
            setattr(current, column.attname, old.columns[column.attname])
        if columns:
            current.full_clean()
            current.save()
        for name in chosen.intersection(model._history_m2m_fields):
            getattr(current, name).set(_target(model, name)._base_manager.filter(pk__in=old.links.get(name, ())))
