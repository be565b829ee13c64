"""What readers report, and what they are answered in public."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models.base import Record, allowed
from archive.querysets import RecordQuerySet


class TipState(models.TextChoices):
    OPEN = "open", _("open")
    ANSWERED = "answered", _("answered")
    DISMISSED = "dismissed", _("dismissed")


class Tip(models.Model):
    """An error that a reader reports. The record is named as the change log names it: `record_type`, `record_id`."""

    State = TipState

    record_type = models.CharField(_("kind of record"), max_length=40)
    record_id = models.BigIntegerField(_("record"))
    text = models.TextField(_("report"), max_length=2000)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("For questions only; never shown."))
    at = models.DateTimeField(_("time"), default=timezone.now)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("handled by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, help_text=_("For curators."))

    class Meta:
        verbose_name = _("report of an error")
        verbose_name_plural = _("reports of errors")
        ordering = ["-at"]
        constraints = [allowed("state", TipState)]
        indexes = [models.Index(fields=["state", "-at"], name="tip_by_state")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}: {self.text[:60]}"


class CorrectionNoteQuerySet(RecordQuerySet):
    def on(self, record: models.Model) -> "CorrectionNoteQuerySet":
        """The notes on a record, newest first."""
        return self.filter(record_type=record._meta.model_name, record_id=record.pk).order_by("-at", "-pk")


class CorrectionNote(Record):
    """What was corrected in a public record: shown on its page, with the day."""

    natural_key_fields = ("record_type", "record_id", "at")

    record_type = models.CharField(_("kind of record"), max_length=40)
    record_id = models.BigIntegerField(_("record"))
    text = models.TextField(_("what was corrected"), max_length=1000)
    at = models.DateTimeField(_("time"), default=timezone.now)
    tip = models.ForeignKey(
        Tip, verbose_name=_("report"), null=True, blank=True, on_delete=models.SET_NULL, related_name="correction_notes"
    )

    objects = CorrectionNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction note")
        verbose_name_plural = _("correction notes")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(text=""),
                name="correctionnote_says_something",
                violation_error_message=_("Say what was corrected."),
            ),
        ]
        indexes = [models.Index(fields=["record_type", "record_id", "-at"], name="correctionnote_of_record")]

    def __str__(self) -> str:
        return self.text[:80]
