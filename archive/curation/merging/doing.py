"""Two records made one: everything that points to the one is moved to the other, and written down for the way back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from archive.curation.merging.links import (
    NAMING,
    NotMergeable,
    changed_columns,
    holders_of,
    links_the_two,
    naming,
    own_links,
    relations,
    rows_of,
    save_row,
    stored_record,
    twin_of,
)
from archive.curation.merging.planning import CHOSEN, joined_variants, refusal
from archive.models import (
    Assignment,
    Attendance,
    Change,
    Coverage,
    Delegation,
    DuplicateDecision,
    EventSource,
    Figure,
    Merge,
    Office,
    Reading,
    Redirect,
    SuggestionDecision,
    recording,
)
from archive.models.change import columns_of, versions_of

# Rows that say nothing more where the kept record has the like; others are never dropped.
_DROPPED = (
    Coverage,
    Attendance,
    Delegation,
    Figure,
    Reading,
    EventSource,
    Office,
    DuplicateDecision,
    SuggestionDecision,
)


def merge(kept: Any, merged: Any, choices: Mapping[str, str], *, by: str, why: str) -> Merge:
    """Make the two one: links move, names become variants, the old address leads to the kept record with the reason.

    `choices` name, by the first field of a group of `CHOSEN`, what the kept record takes from the other: "merged";
    all else stays as it is. The caller's objects are left as they are. Raises NotMergeable, and ValidationError where
    the chosen values don't go together.
    """
    with transaction.atomic(), recording(by=by, why=why.strip()):
        Change.objects.lock()
        kept, merged = stored_record(kept), stored_record(merged)
        if problem := refusal(kept, merged) or ("" if why.strip() else _("Say why the two are one.")):
            raise NotMergeable(problem)
        work = _Work()
        (version,), before = versions_of([merged]), columns_of(kept)
        key, slug, name = merged.pk, merged.slug, kept._meta.model_name
        if inside := _links_to(kept, merged):
            save_row(kept, dict.fromkeys(inside))
        work.move(kept, merged)
        for model in NAMING:
            for row in naming(model, merged):
                work.edit(row, {"record_id": kept.pk})
        for row in naming(Assignment, merged):
            work.drop(row)
        gained = _gain(kept, version)
        redirects = list(Redirect.objects.filter(record_type=name, new_slug=slug).values_list("old_slug", flat=True))
        merged.delete()
        # Afterwards: what is unique, as the row of the authority file, is free now.
        _take(kept, merged, choices, key)
        fields = changed_columns(before, columns_of(stored_record(kept)))
        Redirect.objects.leave(kept, slug, why=why.strip())
        return Merge.objects.create(
            record_type=name, kept_id=kept.pk, merged_id=key, merged_slug=slug, why=why.strip(), by=by,
            undo={
                "record": version, "fields": fields, "gained": gained, "edits": work.edits, "dropped": work.dropped,
                "links": work.links, "redirects": redirects,
            },
        )  # fmt: skip


@dataclass(slots=True)
class _Work:
    """Moves links, and writes down how to move them back."""

    edits: list[list[Any]] = field(default_factory=list)
    dropped: list[list[Any]] = field(default_factory=list)
    links: list[list[Any]] = field(default_factory=list)

    def move(self, kept: Any, merged: Any) -> None:
        """Let all that points to the one point to the other."""
        for relation in relations(type(merged)):
            if relation.many_to_many:
                self._move_links(relation, kept, merged)
                continue
            for row in list(rows_of(relation, merged)):
                if type(row) is type(kept) and row.pk == kept.pk:
                    continue  # its own fields are chosen
                twin = twin_of(row, relation.field, kept)
                if twin is not None or links_the_two(row, kept):
                    self.drop(row, twin)
                else:
                    self.edit(row, {relation.field.attname: kept.pk})

    def edit(self, row: Any, values: Mapping[str, Any]) -> None:
        changed = save_row(row, values)
        self.edits.append([row._meta.model_name, row.pk, changed])

    def drop(self, row: Any, twin: Any = None) -> None:
        """Delete a row that the kept record has already; what points to it then points to that."""
        if twin is not None:
            if not isinstance(row, _DROPPED):
                text = _("Each of the two has a %(kind)s of its own: “%(one)s” and “%(other)s”. Settle that first.")
                raise NotMergeable(text % {"kind": row._meta.verbose_name, "one": twin, "other": row})
            self.move(twin, row)
        self.dropped.append([row._meta.model_name, columns_of(row)])
        row.delete()

    def _move_links(self, relation: Any, kept: Any, merged: Any) -> None:
        moved, both = holders_of(relation, kept, merged)
        if moved or both:
            accessor = relation.get_accessor_name()
            getattr(kept, accessor).add(*moved)
            getattr(merged, accessor).remove(*moved, *both)
            self.links.append([relation.related_model._meta.model_name, relation.field.name, moved, both])


def _gain(kept: Any, version: Mapping[str, Any]) -> dict[str, list[int]]:
    """Give the kept record the many-to-many links of the other's version; those that it had not."""
    gained = {}
    for own in own_links(type(kept)):
        manager = getattr(kept, own.name)
        if new := sorted(set(version[own.name]) - set(manager.values_list("pk", flat=True))):
            manager.add(*new)
            gained[own.name] = new
    return gained


def _links_to(kept: Any, merged: Any) -> list[str]:
    """Columns in which the kept record is part of the other, as an event of an event."""
    links = (one for one in kept._meta.concrete_fields if one.related_model is type(kept))
    return [one.attname for one in links if getattr(kept, one.attname) == merged.pk]


def _take(kept: Any, merged: Any, choices: Mapping[str, str], merged_pk: int) -> None:
    """Give the kept record what was chosen of the other, and its names."""
    values: dict[str, Any] = {}
    for group in CHOSEN[type(kept)]:
        source = merged if choices.get(group[0]) == "merged" else kept
        for name in group:
            model_field = kept._meta.get_field(name)
            value = getattr(source, model_field.attname)
            # Part of one of the two, which are one now: part of nothing.
            is_itself = model_field.related_model is type(kept) and value in (kept.pk, merged_pk)
            values[model_field.attname] = None if is_itself else value
    if hasattr(kept, "variants"):
        values["variants"] = joined_variants(kept, merged, values)
    if any(getattr(kept, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(kept, name, value)
        kept.full_clean()
        kept.save()
