"""What points to a record, found by asking the models, so that a new link is followed without a word here."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from archive.models import CorrectionNote, DuplicateDecision, Tip
from archive.models.change import columns_of

# What names its record as the change log does, without a foreign key.
NAMING = (Tip, CorrectionNote)


class NotMergeable(ValidationError):
    """The two can't be made one, or not be taken apart; the message says why."""


def relations(model: type[models.Model]) -> Iterator[Any]:
    """The links to records of the model: foreign keys, also those without a way back, and many-to-many fields.

    Links of the history's versions stay: they tell of then.
    """
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel):
            continue
        if relation.many_to_many:
            if relation.through._meta.auto_created:  # type: ignore[attr-defined]  # it is a ManyToManyRel
                yield relation
        elif relation.on_delete is not models.DO_NOTHING and not relation.related_model._meta.auto_created:
            yield relation


def own_links(model: type[models.Model]) -> Iterator[Any]:
    """The model's many-to-many fields without a model of their own between."""
    return (own for own in model._meta.many_to_many if own.remote_field.through._meta.auto_created)  # type: ignore[union-attr]


def rows_of(relation: Any, target: Any) -> models.QuerySet:
    return relation.related_model._base_manager.filter(**{relation.field.attname: target.pk}).order_by("pk")


def holders_of(relation: Any, kept: Any, merged: Any) -> tuple[list[int], list[int]]:
    """Keys of the records that link to the merged one by a many-to-many field: those that don't, and do, link to the kept one."""
    theirs, mine = (
        set(relation.related_model._base_manager.filter(**{relation.field.name: one}).values_list("pk", flat=True))
        for one in (merged, kept)
    )
    return sorted(theirs - mine), sorted(theirs & mine)


def naming(model: Any, record: Any) -> models.QuerySet:
    return model._base_manager.filter(record_type=record._meta.model_name, record_id=record.pk)


def _moved(row: Any, link: Any, kept: Any) -> Any:
    """A copy of the row as it would be with the kept record, in the order that its model keeps."""
    moved = copy.copy(row)
    moved._state = copy.copy(row._state)
    moved._state.fields_cache = {}
    setattr(moved, link.attname, kept.pk)
    if isinstance(moved, DuplicateDecision):
        moved.before_save()
    return moved


def twin_of(row: Any, link: Any, kept: Any) -> Any:
    """The row that stands where this one would, were it moved: the kept record has it already. None where there is none."""
    moved = _moved(row, link, kept)
    unique = [one.fields for one in row._meta.constraints if isinstance(one, models.UniqueConstraint)]
    for names in [*unique, *([(link.name,)] if link.unique else [])]:
        if link.name in names:
            values = {name: getattr(moved, row._meta.get_field(name).attname) for name in names}
            there = type(row)._base_manager.filter(**values).exclude(pk=row.pk)
            if None not in values.values() and (twin := there.first()):
                return twin
    return None


def links_the_two(row: Any, kept: Any) -> bool:
    """Whether the row is about the two records and so about nothing once they are one."""
    return isinstance(row, DuplicateDecision) and kept.pk in (row.first_id, row.second_id)


def is_doubled(row: Any, link: Any, kept: Any) -> bool:
    return links_the_two(row, kept) or twin_of(row, link, kept) is not None


def save_row(row: Any, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set and save; what changed by it: before and after."""
    before = columns_of(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return changed_columns(before, columns_of(row))


def changed_columns(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The columns that differ: before and after."""
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}


def stored_record(record: Any) -> Any:
    """The record as the database holds it."""
    stored = type(record)._base_manager.filter(pk=record.pk).first()
    if stored is None:
        raise NotMergeable(_("“%(record)s” is there no more.") % {"record": record})
    return stored


def model_named(name: str) -> Any:
    return apps.get_model("archive", name)
