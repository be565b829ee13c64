import datetime

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive import dates
from archive.addresses import address
from archive.dates import EDTFField
from archive.models.base import Names, Record, Sourced, allowed
from archive.querysets import CountryQuerySet


class Country(Names, Record):
    """A state."""

    natural_key_fields = ("iso2",)
    event_link = "countries"
    article_link = "countries"

    iso2 = models.CharField(
        _("ISO code, two letters"), max_length=2, unique=True, validators=[RegexValidator(r"\A[A-Z]{2}\Z")]
    )
    iso3 = models.CharField(
        _("ISO code, three letters"), max_length=3, unique=True, validators=[RegexValidator(r"\A[A-Z]{3}\Z")]
    )
    official_name = models.CharField(_("official name"), max_length=200, blank=True)

    objects = CountryQuerySet.as_manager()

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(iso2__regex=r"^[A-Z]{2}$"), name="country_iso2_form"),
            models.CheckConstraint(condition=models.Q(iso3__regex=r"^[A-Z]{3}$"), name="country_iso3_form"),
        ]

    def get_absolute_url(self) -> str:
        return address("country", self.iso2.lower())

    @property
    def slug(self) -> str:
        """What addresses and search use for the country."""
        return self.iso2

    def status_on(self, day: datetime.date) -> "CountryStatus | None":
        """The country's standing in the SCO on that day; None where it had none that we know of."""
        periods = [period for period in self.sco_status.all() if period.kind == CountryStatus.Kind.STATUS]
        return next((period for period in reversed(periods) if period.covers(day)), None)

    @property
    def current_status(self) -> "CountryStatus | None":
        """The country's standing today."""
        return self.status_on(timezone.localdate())


class CountryStatusKind(models.TextChoices):
    STATUS = "status", _("status")
    STEP = "step", _("step")


class CountryStatusStanding(models.TextChoices):
    SHANGHAI_FIVE = "shanghai-five-participant", _("Shanghai Five participant")
    FOUNDING_MEMBER = "founding-member", _("founding member")
    MEMBER = "member", _("member")
    OBSERVER = "observer", _("observer")
    DIALOGUE_PARTNER = "dialogue-partner", _("dialogue partner")
    PARTNER = "sco-partner", _("SCO partner")
    PROCEDURE_OPENED = "procedure-opened", _("accession procedure opened")
    MEMORANDUM_SIGNED = "memorandum-signed", _("memorandum of obligations signed")


class CountryStatus(Sourced, Record):
    """A period of a country's standing in the SCO, or a step towards it."""

    Kind = CountryStatusKind
    Standing = CountryStatusStanding

    natural_key_fields = ("country__iso2", "status", "start")

    country = models.ForeignKey(Country, verbose_name=_("country"), on_delete=models.CASCADE, related_name="sco_status")
    status = models.CharField(_("status"), max_length=25, choices=Standing)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.STATUS)
    start = EDTFField(_("from"), blank=False)
    end = EDTFField(_("to"), help_text=_("Empty: no end known."))
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    event = models.ForeignKey(
        "archive.Event",
        verbose_name=_("decided at"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="status_changes",
    )

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("status in the SCO")
        verbose_name_plural = _("statuses in the SCO")
        ordering = ["country", "start"]
        constraints = [
            *Sourced.Meta.constraints,
            allowed("status", CountryStatusStanding),
            allowed("kind", CountryStatusKind),
            models.UniqueConstraint(fields=["country", "status", "start"], name="countrystatus_once"),
            models.CheckConstraint(
                condition=~models.Q(start=""),
                name="countrystatus_has_start",
                violation_error_message=_("Say from when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}: {self.get_status_display()} ({dates.show(self.start)})"

    def covers(self, day: datetime.date) -> bool:
        """True where the period had begun by that day and had not ended: the end day itself belongs to what follows."""
        started = dates.parse(self.start).earliest <= day
        return started and (not self.end or day < dates.parse(self.end).latest)

    @property
    def start_text(self) -> str:
        return dates.show(self.start)

    @property
    def since_text(self) -> str:
        """The start, as it stands after “since”."""
        return dates.show(self.start, dates.Case.GENITIVE)

    @property
    def end_text(self) -> str:
        return dates.show(self.end) if self.end else ""
