"""The one hook behind every change of a record: it takes the lock, keeps the version, writes the `Change`, wakes the followers.

Single saves and deletions come as Django's signals, many-to-many changes as `m2m_changed`, bulk writes as the
signals of `archive.querysets`. django-simple-history keeps the versions of the first three by itself.
"""

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from django.dispatch import receiver
from simple_history.signals import pre_create_historical_record

from archive.models import Change, Record
from archive.models.change import current_actor
from archive.querysets import bulk_changed, bulk_changing
from archive.search import follow_changes


@receiver([pre_save, pre_delete])
def _before(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    if not issubclass(sender, Record):
        return
    Change.objects.lock()
    if raw:
        # `loaddata` walks past Record.save().
        instance.before_save()


@receiver(bulk_changing)
def _before_bulk(sender: type, **kwargs: Any) -> None:
    Change.objects.lock()


@receiver(post_save)
def _saved(sender: type, instance: Any, created: bool, **kwargs: Any) -> None:
    if issubclass(sender, Record):
        _log([instance], "created" if created else "updated")


# Before, not after: afterwards the row has neither a key nor many-to-many links to take the hash of.
@receiver(pre_delete)
def _deleted(sender: Any, instance: Any, **kwargs: Any) -> None:
    if not issubclass(sender, Record):
        return
    # The cascade takes the links of others to this record without a word: cut them first, and say so.
    relations: Any = sender._meta.related_objects
    for relation in relations:
        if relation.many_to_many and relation.through._meta.auto_created:
            holders = _holders(relation.field, instance)
            relation.through._base_manager.filter(**{relation.field.m2m_reverse_name(): instance.pk}).delete()
            _changed_in_bulk(relation.related_model, holders, "updated")
    instance.__dict__["_deleted_row"] = _stored(instance)
    _log([instance], "deleted")


@receiver(m2m_changed)
def _linked(sender: Any, instance: Any, action: str, model: type, reverse: bool, pk_set: Any, **kwargs: Any) -> None:
    """A change of links is a change of the record that holds them, from whichever side it was made."""
    if not sender._meta.auto_created or not isinstance(instance, Record) or not issubclass(model, Record):
        return  # links with a model of their own are records themselves
    if action.startswith("pre_"):
        Change.objects.lock()
    if not reverse:
        if action.startswith("post_"):
            _log([instance], "updated")
        return
    if action == "pre_clear":
        # Which they were can't be asked any more once they are gone.
        field = next(field for field in model._meta.many_to_many if field.remote_field.through is sender)
        instance.__dict__["_holders"] = _holders(field, instance)
    elif action.startswith("post_"):
        _changed_in_bulk(model, instance.__dict__.pop("_holders", pk_set), "updated")


def _holders(field: Any, target: Record) -> list[int]:
    """Keys of the records that are linked to the target by the many-to-many field."""
    return list(field.model._base_manager.filter(**{field.name: target}).values_list("pk", flat=True))


@receiver(bulk_changed)
def _changed_in_bulk(sender: type[Record], pks: Collection[int], action: str, **kwargs: Any) -> None:
    records = list(sender._base_manager.filter(pk__in=pks).order_by("pk"))
    if not records:
        return
    actor = current_actor()
    versions = sender.history.bulk_history_create(
        records, update=action == "updated", default_change_reason=actor.why[:100]
    )
    _keep_links(sender, records, versions)
    _log(records, action)


def _keep_links(model: type[Record], records: list[Record], versions: list[Any]) -> None:
    """django-simple-history keeps many-to-many links with single saves only; for bulk writes we do."""
    version_by_pk = {record.pk: version for record, version in zip(records, versions, strict=True)}
    for name in model._history_m2m_fields:
        field: Any = model._meta.get_field(name)
        own, other = field.m2m_column_name(), field.m2m_reverse_name()
        links = field.remote_field.through._base_manager.filter(**{f"{own}__in": version_by_pk})
        history_model = getattr(model.history.model, name).model
        history_model._base_manager.bulk_create(
            history_model(history=version_by_pk[link[own]], **link) for link in links.values("id", own, other)
        )


@receiver(pre_create_historical_record)
def _complete(instance: Any, history_instance: Any, **kwargs: Any) -> None:
    """The version is what the database holds now, as the log's entry is.

    An object in memory may be older: somebody else saved the record since it was read, and only its links, or some of
    its fields, are written now.
    """
    # Of what was deleted: as it was just before, when it was logged.
    is_update = history_instance.history_type == "~"
    stored = _stored(instance) if is_update else instance.__dict__.pop("_deleted_row", {})
    for name, value in stored.items():
        setattr(history_instance, name, value)
    if not history_instance.history_change_reason:
        history_instance.history_change_reason = current_actor().why[:100] or None


def _stored(record: Record) -> dict[str, Any]:
    """The record's columns as the database holds them."""
    names = [field.attname for field in record._meta.concrete_fields]
    return type(record)._base_manager.filter(pk=record.pk).values(*names).first() or {}


def _log(records: list[Record], action: str) -> None:
    """Log what the database holds now: an object in memory may differ from it (unsaved fields, other spellings)."""
    model = type(records[0])
    stored = model._base_manager.filter(pk__in=[record.pk for record in records]).order_by("pk")
    # What the natural key reads, without a query for each record.
    if owners := {lookup.rpartition("__")[0] for lookup in model.natural_key_fields} - {""}:
        stored = stored.select_related(*owners)
    Change.objects.append(stored, action)
    # One wake-up for a transaction is enough; `run_on_commit` forgets those of a rolled-back savepoint by itself.
    if not any(entry[1] is follow_changes for entry in connection.run_on_commit):
        transaction.on_commit(follow_changes, robust=True)
