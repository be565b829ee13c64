"""What checks of fixity leave behind: their outcomes, and what rows that never change were when they were first seen."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A check is due every night; after so long it is overdue.
OVERDUE = timedelta(hours=50)
# Outcomes that are kept.
_KEPT = 100


class FixityRunQuerySet(models.QuerySet):
    def latest_run(self) -> Any:
        return self.order_by("-pk").first()

    def forget_old(self) -> None:
        """All but the newest."""
        newest = self.order_by("-pk").values_list("pk", flat=True)[:_KEPT]
        self.filter(pk__lt=min(newest, default=0)).delete()


class FixityRun(models.Model):
    """The outcome of one check of fixity (`check_archive --fixity`): what was looked at, and what is wrong.

    `parts` has a row for each part of it: its name and how many things it looked at. `damages` are what
    `archive.curation.fixity.Damage` holds, the first of them; `number` says how many there are.
    """

    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"))
    last_change = models.BigIntegerField(_("last change"))
    parts = models.JSONField(_("parts"))
    number = models.PositiveIntegerField(_("damages"))
    damages = models.JSONField(_("what is wrong"))

    objects = FixityRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("check of fixity")
        verbose_name_plural = _("checks of fixity")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.ended_at:%Y-%m-%d %H:%M}: {self.number}"

    @property
    def is_overdue(self) -> bool:
        """Whether another should have run since."""
        return timezone.now() - self.ended_at > OVERDUE


class Seal(models.Model):
    """Sums of rows that are written once: of versions kept, of the change log, of captures. Made by the first check that sees them.

    `sums` has for each row its key and two sums of 8 bytes: of all `columns`, and of those without the one that may be
    emptied (`archive.curation.fixity.seals`). `sha256` is that of `sums`, so that a damaged seal isn't taken for a damaged row.
    """

    table = models.CharField(max_length=100)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    columns = models.JSONField()
    sums = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["table", "first"]
        constraints = [models.UniqueConstraint(fields=["table", "first"], name="seal_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.first}–{self.last}"
