"""What records share: the change log, names, sources, partial dates, review.

All curated models derive from `Record`; the other bases add one trait each.
"""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from archive import dates
from archive.dates import EDTFField
from archive.languages import language_of, name_field
from archive.models.change import Change, Redirect
from archive.querysets import RecordQuerySet

validate_slug = RegexValidator(
    r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z", _("Use lower-case letters, digits and single hyphens only."), code="invalid_slug"
)


def allowed(field: str, choices: type[models.TextChoices], *, blank: bool = False) -> models.CheckConstraint:
    """Database constraint: `field` holds one of the choices (or nothing, where `blank`)."""
    values = [*choices.values, *([""] if blank else [])]
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": values}),
        name=f"%(class)s_{field}_allowed",
        violation_error_message=_("That is not one of the choices."),
    )


def validate_variants(value: object) -> None:
    """Django validator: a list of non-empty names."""
    if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
        raise ValidationError(_("Give a list of names."), code="invalid_variants")


class Record(models.Model):
    """A curated row. Every change of it writes a history version and a `Change` in the same transaction (`archive.signals`)."""

    # Lookups that name the row in fixtures and in the change log, stable across databases.
    natural_key_fields: ClassVar[tuple[str, ...]] = ("slug",)
    # Many-to-many fields whose changes are part of the record's history.
    _history_m2m_fields: ClassVar[tuple[str, ...]] = ()

    history = HistoricalRecords(inherit=True, m2m_fields_model_field_name="_history_m2m_fields")
    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            self.before_save()
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            # What hangs on it is looked up next: nobody is to link more to it between that and the end.
            Change.objects.lock()
            return super().delete(*args, **kwargs)

    def before_save(self) -> None:
        """Fill the fields that follow from others; also called for bulk creation."""

    def natural_key(self) -> tuple[Any, ...]:
        key = []
        for lookup in self.natural_key_fields:
            value: Any = self
            for name in lookup.split("__"):
                value = getattr(value, name) if value is not None else None
            key.append(value)
        return tuple(key)


class Slugged(Record):
    """A record with an address of its own. A new slug leaves a redirect behind; old ones are never used again."""

    slug = models.CharField(
        _("slug"),
        max_length=120,
        unique=True,
        validators=[validate_slug],
        help_text=_("Part of the address; set once. A changed slug redirects from the old address."),
    )

    class Meta:
        abstract = True

    def before_save(self) -> None:
        super().before_save()
        stored = self._stored_slug()
        if self.slug == stored:
            return
        # Under the lock: else a slug could be given away between the look and the save.
        Change.objects.lock()
        Redirect.objects.refuse_reuse(self)
        if stored:
            Redirect.objects.leave(self, stored)

    def clean(self) -> None:
        super().clean()
        if self.slug and self.slug != self._stored_slug():
            Redirect.objects.refuse_reuse(self)

    def _stored_slug(self) -> str | None:
        """The slug that the database holds, asked each time: a remembered one is wrong after a failed save."""
        if not self.pk:
            return None
        return type(self)._base_manager.filter(pk=self.pk).values_list("slug", flat=True).first()


class Names(models.Model):
    """The names of something in English, Russian and Chinese, and how else sources write it."""

    name = models.CharField(_("name"), max_length=200)
    name_ru = models.CharField(_("name in Russian"), max_length=200, blank=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=200, blank=True)
    variants = models.JSONField(
        _("variants"),
        default=list,
        blank=True,
        validators=[validate_variants],
        help_text=_("Other spellings and names, as a JSON list."),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """The name in the reader's language, where we know it. What is no page for a reader takes `name`."""
        return getattr(self, name_field()) or self.name

    @property
    def shown_language(self) -> str:
        """The language of the name that readers are shown."""
        return language_of((self.name, self.name_ru, self.name_zh))

    @property
    def other_names(self) -> list[tuple[str, str]]:
        """Every other name than the one that readers are shown, each with its language; of variants it is not known."""
        shown = str(self)
        names = zip(("en", "ru", "zh"), (self.name, self.name_ru, self.name_zh), strict=True)
        return [
            (language, name)
            for language, name in (*names, *(("", name) for name in self.variants))
            if name and name != shown
        ]

    @property
    def all_names(self) -> list[str]:
        """Every name we know, the English one first."""
        return [name for name in (self.name, self.name_ru, self.name_zh, *self.variants) if name]


class SourcedConfidence(models.TextChoices):
    HIGH = "high", _("high")
    MEDIUM = "medium", _("medium")
    LOW = "low", _("low")


class Sourced(models.Model):
    """A statement and where it comes from: an article of the archive, or an address, or both."""

    Confidence = SourcedConfidence

    source_article = models.ForeignKey(
        "archive.Article",
        verbose_name=_("source article"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    source = models.TextField(_("source"), blank=True, help_text=_("Address or description of the source."))
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence, default=Confidence.HIGH)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(source_article__isnull=False) | ~Q(source=""),
                name="%(class)s_has_source",
                violation_error_message=_("Every statement needs a source: an article or an address."),
            ),
            allowed("confidence", SourcedConfidence),
        ]

    @property
    def source_addresses(self) -> list[str]:
        """The parts of `source`, which joins several with " | "."""
        return [part.strip() for part in self.source.split(" | ") if part.strip()]


class DateBasis(models.TextChoices):
    """Where a date comes from."""

    PRINTED = "printed", _("printed")
    DATELINE = "dateline", _("dateline")
    TEXT = "text", _("text")
    INFERRED = "inferred", _("inferred")
    LOOKED_UP = "looked-up", _("looked up")
    CORRECTED = "corrected", _("corrected")


class Dated(models.Model):
    """A partial date with the reason to believe it; earliest and latest day follow from it."""

    date = EDTFField(_("date"))
    date_earliest = models.DateField(_("earliest day"), null=True, editable=False, db_index=True)
    date_latest = models.DateField(_("latest day"), null=True, editable=False, db_index=True)
    date_basis = models.CharField(_("basis of the date"), max_length=9, choices=DateBasis, blank=True)
    date_note = models.TextField(
        _("note on the date"), blank=True, help_text=_("Why, where the date is inferred, looked up or corrected.")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(date="", date_basis="", date_earliest__isnull=True, date_latest__isnull=True)
                # Spelt out: a comparison with NULL is neither true nor false, and only what is false is refused.
                | ~Q(date="")
                & ~Q(date_basis="")
                & Q(date_earliest__isnull=False, date_latest__isnull=False, date_earliest__lte=F("date_latest")),
                name="%(class)s_date_whole",
                violation_error_message=_("A date needs a basis; a record without a date has none."),
            ),
            models.CheckConstraint(
                condition=~Q(date_basis__in=["inferred", "looked-up", "corrected"]) | ~Q(date_note=""),
                name="%(class)s_date_explained",
                violation_error_message=_(
                    "A date that is inferred, looked up or corrected needs a note that says why."
                ),
            ),
            allowed("date_basis", DateBasis, blank=True),
        ]

    def before_save(self) -> None:
        super().before_save()
        partial = self.partial_date
        self.date_earliest = partial.earliest if partial else None
        self.date_latest = partial.latest if partial else None

    def clean(self) -> None:
        super().clean()
        # Constraints are checked before save(): they need the days that follow from the date.
        try:
            partial = self.partial_date
        except dates.DateError:
            return  # the field's own validator says what is wrong
        self.date_earliest = partial.earliest if partial else None
        self.date_latest = partial.latest if partial else None

    @property
    def partial_date(self) -> dates.PartialDate | None:
        return dates.parse_or_none(self.date)

    @property
    def date_text(self) -> str:
        """The date as people write it."""
        return dates.show(self.date)

    @property
    def date_is_explained(self) -> bool:
        """True where the page has to say why the date is what it is."""
        return bool(self.date_note)


class Status(models.TextChoices):
    """Where a record stands on its way to the public, and back."""

    DRAFT = "draft", _("draft")
    IN_REVIEW = "in-review", _("in review")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Reviewed(models.Model):
    """A record that is drafted, reviewed, published, and withdrawn but never unpublished."""

    # No index: nearly all records are published, and SQLite would prefer it to the indexes of the links.
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT)
    first_public_at = models.DateTimeField(_("first public"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawal_reason = models.TextField(_("reason of the withdrawal"), blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            allowed("status", Status),
            # What was once public never turns back into a draft, and nothing is public without its date.
            models.CheckConstraint(
                condition=Q(status__in=["draft", "in-review"], first_public_at__isnull=True)
                | Q(status__in=["published", "withdrawn"], first_public_at__isnull=False),
                name="%(class)s_public_once",
                violation_error_message=_("What was once public can be withdrawn, but is never a draft again."),
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")
                | ~Q(status="withdrawn") & Q(withdrawn_at__isnull=True, withdrawal_reason=""),
                name="%(class)s_withdrawal_explained",
                violation_error_message=_("A withdrawal needs its reason."),
            ),
        ]

    @property
    def is_published(self) -> bool:
        return self.status == Status.PUBLISHED

    @property
    def is_withdrawn(self) -> bool:
        return self.status == Status.WITHDRAWN
