"""The change log, which every derived thing follows, and what is left at old addresses."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, connections, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from archive.databases.locks import wait_in_line

if TYPE_CHECKING:
    from archive.models.base import Record, Slugged

# Any constant will do, as long as every process uses the same: "ARCH" in ASCII.
_ADVISORY_LOCK = 0x41524348


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes records in the current context, and why."""

    by: str = ""
    why: str = ""


_NOBODY = Actor()
_actor: ContextVar[Actor] = ContextVar("actor", default=_NOBODY)


@contextmanager
def recording(*, by: str = "", why: str = "") -> Iterator[None]:
    """Name who changes records, and why, for the changes made inside the block."""
    token = _actor.set(Actor(by, why))
    try:
        yield
    finally:
        _actor.reset(token)


def current_actor() -> Actor:
    """The actor named by `recording`, else the user of the request at hand."""
    actor = _actor.get()
    if actor.by:
        return actor
    request = getattr(HistoricalRecords.context, "request", None)
    user = getattr(request, "user", None)
    return Actor(user.get_username() if user is not None and user.is_authenticated else "", actor.why)


def versions_of(records: Collection["Record"]) -> list[dict[str, Any]]:
    """The records of one model as plain values: column values, and the sorted keys of their own many-to-many links.

    One query for each many-to-many field, whatever the number of records.
    """
    records = list(records)
    if not records:
        return []
    versions = [columns_of(record) for record in records]
    by_pk = {record.pk: version for record, version in zip(records, versions, strict=True)}
    for name, pairs in links_of(records).items():
        for version in versions:
            version[name] = []
        for pk, target in pairs:
            by_pk[pk][name].append(target)
    return versions


def columns_of(record: "Record") -> dict[str, Any]:
    """The record's column values as plain values."""
    return {
        field.attname: _plain(_as_stored(field, getattr(record, field.attname)))
        for field in record._meta.concrete_fields
    }


def links_of(records: Collection["Record"]) -> dict[str, list[tuple[int, int]]]:
    """For each many-to-many field of the records' model without a model of its own between: pairs of keys, sorted."""
    found = {}
    records = list(records)
    for field in records[0]._meta.many_to_many if records else ():
        through: Any = field.remote_field.through
        if through._meta.auto_created:
            own, other = field.m2m_column_name(), field.m2m_reverse_name()
            rows = through._base_manager.filter(**{f"{own}__in": [record.pk for record in records]})
            found[field.name] = sorted(rows.values_list(own, other))
    return found


def _as_stored(field: models.Field, value: Any) -> Any:
    """Decimals with all the places that the database gives them."""
    if isinstance(field, models.DecimalField) and value is not None:
        return field.to_python(value).quantize(Decimal(1).scaleb(-field.decimal_places))
    return value


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | bool | list | dict | None) else str(value)


def digest(value: object) -> str:
    """SHA-256 of a JSON value in canonical form (sorted keys, UTF-8)."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class ChangeQuerySet(models.QuerySet):
    model: Any

    def lock(self) -> None:
        """Take the one lock under which numbers are given, until the transaction ends.

        Numbers so become visible in order. SQLite needs none: its write transactions are one at a time (IMMEDIATE).
        Taken before the rows are touched, so that two writers never wait for each other crosswise.
        """
        if connection.vendor == "postgresql":
            wait_in_line(_ADVISORY_LOCK, self.last_number)

    def append(self, records: Iterable["Record"], action: str) -> None:
        """Write one entry for each record (of one model), chained to the last. Call inside a transaction, after `lock`."""
        records = list(records)
        last: Any = self.order_by("-number").first()
        actor = current_actor()
        entries: list[Any] = []
        for record, version in zip(records, versions_of(records), strict=True):
            last = self.model.following(last, record, digest(version), action, actor)
            entries.append(last)
        self.bulk_create(entries)

    def after(self, number: int) -> "ChangeQuerySet":
        return self.filter(number__gt=number).order_by("number")

    def last_number(self) -> int:
        return self.aggregate(last=models.Max("number"))["last"] or 0


class ChangeManager(models.Manager.from_queryset(ChangeQuerySet)):
    @property
    def head_statement(self) -> str:
        """Asks for number and hash of the newest entry; for copies of the database, too, which are none of Django's."""
        return f"SELECT number, sha256 FROM {self.model._meta.db_table} ORDER BY number DESC LIMIT 1"  # noqa: S608  # no value in it

    def head(self) -> tuple[int, str]:
        """Number and hash of the newest entry; (0, "") where there is none.

        By a plain statement, and without a queryset in between: every search and every page asks it.
        """
        with connections[self.db].cursor() as cursor:
            cursor.execute(self.head_statement)
            return cursor.fetchone() or (0, "")


class Change(models.Model):
    """One entry of the log: a record was created, updated or deleted. Never edited; each entry holds the hash of the one before."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("time"))
    record_type = models.CharField(_("record type"), max_length=40)
    record_id = models.BigIntegerField(_("record id"))
    record_key = models.CharField(_("record"), max_length=500)
    action = models.CharField(_("action"), max_length=20)
    by = models.CharField(_("who"), max_length=150, blank=True)
    why = models.TextField(_("why"), blank=True)
    version_sha256 = models.CharField(_("hash of the version"), max_length=64)
    previous_sha256 = models.CharField(_("hash of the entry before"), max_length=64, blank=True)
    sha256 = models.CharField(_("hash of this entry"), max_length=64)

    objects = ChangeManager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["-number"]
        indexes = [models.Index(fields=["record_type", "record_id", "-number"], name="change_of_record")]

    def __str__(self) -> str:
        return f"{self.number} {self.action} {self.record_type} {self.record_key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError("The change log is append-only: use Change.objects.append().")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("The change log is append-only.")

    @classmethod
    def following(
        cls, last: "Change | None", record: "Record", version_sha256: str, action: str, actor: Actor
    ) -> "Change":
        """The unsaved entry that comes after `last`."""
        entry = cls(
            number=last.number + 1 if last else 1,
            at=timezone.now(),
            record_type=record._meta.model_name or "",
            record_id=record.pk,
            record_key="/".join(str(part) for part in record.natural_key())[:500],
            action=action,
            by=actor.by,
            why=actor.why,
            version_sha256=version_sha256,
            previous_sha256=last.sha256 if last else "",
        )
        entry.sha256 = entry.compute_sha256()
        return entry

    def compute_sha256(self) -> str:
        """Hash of the entry's own facts and of the entry before."""
        return digest(
            [
                self.number,
                self.at.isoformat(),
                self.record_type,
                self.record_id,
                self.record_key,
                self.action,
                self.by,
                self.why,
                self.version_sha256,
                self.previous_sha256,
            ]
        )


class RedirectQuerySet(models.QuerySet):
    def leave(self, record: "Slugged", old_slug: str, *, why: str = "") -> None:
        """Let the old address of a record lead to the new one. Chains are shortened, so that a reader is sent on once."""
        kind = record._meta.model_name
        self.filter(record_type=kind, new_slug=old_slug).update(new_slug=record.slug)
        self.create(record_type=kind, old_slug=old_slug, new_slug=record.slug, why=why or current_actor().why)

    def of_public(self, model: Any) -> "RedirectQuerySet":
        """Old addresses of records of a model that goes through review, without those at which only drafts ever stood."""
        versions = model.history.filter(slug=models.OuterRef("old_slug"))
        once_public = versions.filter(first_public_at__isnull=False)
        return self.filter(
            ~models.Exists(versions) | models.Exists(once_public), record_type=model._meta.model_name
        ).order_by("-at", "-pk")

    def newest(self) -> tuple[int, datetime] | None:
        """Key and time of the newest: another value since the last time, and an address was left."""
        return self.order_by("-pk").values_list("pk", "at").first()

    def refuse_reuse(self, record: "Slugged") -> None:
        """Raise ValidationError where the record's slug was once another address."""
        if self.filter(record_type=record._meta.model_name, old_slug=record.slug).exists():
            raise ValidationError(
                {"slug": _("This slug was used before and leads elsewhere now; slugs are never reused.")},
                code="slug_reused",
            )


class Redirect(models.Model):
    """What became of an address: where it leads now, or why there is nothing any more (empty new slug)."""

    record_type = models.CharField(_("record type"), max_length=40)
    old_slug = models.CharField(_("old slug"), max_length=120)
    new_slug = models.CharField(_("new slug"), max_length=120, blank=True)
    why = models.TextField(_("why"), blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now, editable=False)

    objects = RedirectQuerySet.as_manager()

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["record_type", "old_slug"], name="redirect_once"),
            models.CheckConstraint(condition=~models.Q(old_slug=models.F("new_slug")), name="redirect_elsewhere"),
            models.CheckConstraint(
                condition=~models.Q(new_slug="", why=""),
                name="redirect_gone_explained",
                violation_error_message=_("Say why the record is gone."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type}/{self.old_slug} → {self.new_slug or '∅'}"
