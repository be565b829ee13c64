from django.core.validators import MinLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from archive.models.base import Record
from archive.querysets import RecordQuerySet


class AcceptedFinding(Record):
    """A finding of `check_archive` that was looked into and is right as it stands, with the reason.

    `record_type` and `record_key` name the record as the change log does: `event`, `peace-mission-2014`.
    """

    natural_key_fields = ("rule", "record_type", "record_key")

    rule = models.CharField(_("rule"), max_length=50)
    record_type = models.CharField(_("kind of record"), max_length=50)
    record_key = models.CharField(_("record"), max_length=500)
    reason = models.TextField(_("reason"), validators=[MinLengthValidator(10)])

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("accepted finding")
        verbose_name_plural = _("accepted findings")
        ordering = ["rule", "record_type", "record_key"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "record_type", "record_key"], name="acceptedfinding_once"),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="acceptedfinding_explained",
                violation_error_message=_("Say why the finding is right as it stands."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.record_type} {self.record_key}"
