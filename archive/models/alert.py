"""Who wants to be told by e-mail of what is new on a result page."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models.base import allowed

# So long a request can be confirmed; afterwards it is deleted.
DAYS_TO_CONFIRM = 3


class Frequency(models.TextChoices):
    DAILY = "daily", _("daily")
    WEEKLY = "weekly", _("weekly")


# After how long the next e-mail is due: somewhat less, for a nightly run is never exactly a day after the one before.
_PAUSES = {Frequency.DAILY: timedelta(hours=20), Frequency.WEEKLY: timedelta(days=6, hours=20)}


class AlertQuerySet(models.QuerySet):
    def due(self, now: datetime) -> Self:
        """Those that were confirmed and not looked at since their last turn."""
        due = Q()
        for frequency, pause in _PAUSES.items():
            due |= Q(frequency=frequency, checked_at__lte=now - pause)
        return self.filter(due, confirmed_at__isnull=False)

    def forgotten(self, now: datetime) -> Self:
        """Those that nobody confirmed in time."""
        return self.filter(confirmed_at__isnull=True, asked_at__lte=now - timedelta(days=DAYS_TO_CONFIRM))


class Alert(models.Model):
    """A result page that somebody follows by e-mail.

    No record of the archive: neither in the change log nor in any export. The address is there as long as it is used, and is
    deleted with the row.
    """

    Frequency = Frequency

    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=10)
    frequency = models.CharField(_("how often"), max_length=6, choices=Frequency, default=Frequency.DAILY)
    page = models.CharField(_("page"), max_length=10)
    query = models.TextField(_("parameters"), blank=True)
    # A text of any length is in no index of PostgreSQL.
    fingerprint = models.CharField(_("hash of page and parameters"), max_length=64)
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    last_change = models.BigIntegerField(_("told of all up to change"), default=0)
    checked_at = models.DateTimeField(_("last looked at"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("failed in a row"), default=0)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail alert")
        verbose_name_plural = _("e-mail alerts")
        ordering = ["pk"]
        constraints = [
            allowed("frequency", Frequency),
            models.UniqueConstraint(fields=["email", "fingerprint"], name="alert_once"),
        ]

    def __str__(self) -> str:
        return f"{self.masked} · {self.page}"

    @property
    def masked(self) -> str:
        """Enough of the address for an administrator to know it again from a complaint."""
        name, _at, host = self.email.rpartition("@")
        return f"{name[:1]}…@{host}"
