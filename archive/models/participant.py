from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive import dates
from archive.addresses import address
from archive.dates import EDTFField
from archive.models.base import Names, Record, Reviewed, Slugged, Sourced, allowed
from archive.querysets import ParticipantQuerySet


class ParticipantKind(models.TextChoices):
    PERSON = "person", _("person")
    ORGANISATION = "organisation", _("organisation")


class Participant(Names, Reviewed, Slugged):
    """A person or an organisation that takes part in events or is named in articles."""

    Kind = ParticipantKind

    event_link = "participants"
    article_link = "participants"

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PERSON)
    country = models.ForeignKey(
        "archive.Country",
        verbose_name=_("country"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="participants",
    )
    description = models.TextField(_("description"), blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        abstract = False
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        permissions = [("publish_participant", "Can publish participant")]
        ordering = ["name"]
        constraints = [*Reviewed.Meta.constraints, allowed("kind", ParticipantKind)]

    def get_absolute_url(self) -> str:
        return address("participant", self.slug)

    @property
    def is_person(self) -> bool:
        return self.kind == self.Kind.PERSON


class Office(Sourced, Record):
    """An office that a person held: title, of which country or organisation, from when to when."""

    natural_key_fields = ("participant__slug", "title", "start")

    participant = models.ForeignKey(
        Participant, verbose_name=_("participant"), on_delete=models.CASCADE, related_name="offices"
    )
    title = models.CharField(_("title"), max_length=200)
    country = models.ForeignKey(
        "archive.Country",
        verbose_name=_("country"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="offices",
    )
    organisation = models.ForeignKey(
        Participant,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="officers",
        limit_choices_to={"kind": "organisation"},
    )
    start = EDTFField(_("from"))
    end = EDTFField(_("to"))
    term = models.CharField(
        _("term as stated"), max_length=200, blank=True, help_text=_("In words, where the days are not known.")
    )

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ["participant", "start", "title"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(fields=["participant", "title", "start"], name="office_once"),
            models.CheckConstraint(
                condition=Q(country__isnull=True) | Q(organisation__isnull=True),
                name="office_of_one",
                violation_error_message=_("An office belongs to a country or to an organisation, not to both."),
            ),
        ]

    def __str__(self) -> str:
        body = self.country or self.organisation
        return f"{self.title} ({body})" if body else self.title

    def clean(self) -> None:
        super().clean()
        if not (self.start and self.end):
            return
        try:
            backwards = dates.parse(self.start).earliest > dates.parse(self.end).latest
        except dates.DateError:
            return  # the fields' own validators say what is wrong
        if backwards:
            raise ValidationError({"end": _("The office ends before it starts.")})

    @property
    def term_text(self) -> str:
        """The term as people write it; empty where nothing is known."""
        if self.start and self.end:
            return f"{dates.show(self.start)} – {dates.show(self.end)}"
        if self.term:
            return self.term
        if self.start:
            return _("from %(date)s") % {"date": dates.show(self.start, dates.Case.GENITIVE)}
        return _("until %(date)s") % {"date": dates.show(self.end)} if self.end else ""
