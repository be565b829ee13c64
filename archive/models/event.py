from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from archive.addresses import address
from archive.models.base import Dated, Names, Record, Reviewed, Slugged, Sourced, allowed
from archive.querysets import AttendanceQuerySet, DelegationQuerySet, EventQuerySet, LinkedQuerySet


class EventSeriesKind(models.TextChoices):
    BODY = "body", _("body")
    EXERCISE = "exercise", _("exercise series")
    FORUM = "forum", _("forum")
    OTHER = "other", _("other")


class EventSeries(Names, Slugged):
    """A body that meets, or an event that comes again: Council of Heads of State, Peace Mission, …"""

    Kind = EventSeriesKind

    event_link = "series"
    article_link = "events__series"

    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.BODY)
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    description = models.TextField(_("description"), blank=True)
    is_yearly = models.BooleanField(
        _("meets every year"), default=False, help_text=_("A year without an event is then shown as a gap.")
    )

    objects = LinkedQuerySet.as_manager()

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["name"]
        constraints = [allowed("kind", EventSeriesKind)]

    def get_absolute_url(self) -> str:
        return address("series", self.slug)


class EventKind(models.TextChoices):
    SUMMIT = "summit", _("summit")
    MINISTERIAL_MEETING = "ministerial-meeting", _("ministerial meeting")
    COUNCIL_SESSION = "council-session", _("council session")
    STAFF_TALKS = "staff-talks", _("staff talks")
    BILATERAL_MEETING = "bilateral-meeting", _("bilateral meeting")
    RECEPTION = "reception", _("reception")
    EXERCISE = "exercise", _("exercise")
    OPERATION = "operation", _("operation")
    FORUM = "forum", _("forum")
    CONFERENCE = "conference", _("conference")
    SIGNING = "signing", _("signing")
    BRIEFING = "briefing", _("briefing")
    CEREMONY = "ceremony", _("ceremony")


class EventFormat(models.TextChoices):
    IN_PERSON = "in-person", _("in person")
    VIDEO = "video", _("by video")
    HYBRID = "hybrid", _("hybrid")
    UNKNOWN = "unknown", _("not stated")


class EventState(models.TextChoices):
    HELD = "held", _("held")
    PLANNED = "planned", _("planned")
    ANNOUNCED = "announced", _("announced, outcome not known")
    CANCELLED = "cancelled", _("cancelled")


class EventOrdinalBasis(models.TextChoices):
    STATED = "stated", _("stated")
    INFERRED = "inferred", _("inferred")


class Event(Dated, Reviewed, Names, Slugged):
    """Something that happened or was planned."""

    Kind = EventKind
    Format = EventFormat
    State = EventState
    OrdinalBasis = EventOrdinalBasis

    _history_m2m_fields = ("host_countries", "topics")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    series = models.ForeignKey(
        EventSeries, verbose_name=_("series"), null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    ordinal = models.PositiveSmallIntegerField(
        _("ordinal"), null=True, blank=True, validators=[MinValueValidator(1)], help_text=_("Its number in the series.")
    )
    ordinal_basis = models.CharField(_("basis of the ordinal"), max_length=8, choices=OrdinalBasis, blank=True)
    city = models.ForeignKey(
        "archive.City",
        verbose_name=_("host city"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
        help_text=_("None for a video meeting: it is listed under its host country."),
    )
    host_countries = models.ManyToManyField(
        "archive.Country", verbose_name=_("host countries"), blank=True, related_name="hosted_events"
    )
    place = models.CharField(
        _("place"), max_length=200, blank=True, help_text=_("In words, for bases, seas, borders and buildings.")
    )
    format = models.CharField(_("format"), max_length=9, choices=Format, default=Format.UNKNOWN)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.HELD)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text=_("The event on whose sidelines or in whose course it took place."),
    )
    topics = models.ManyToManyField("archive.Topic", verbose_name=_("topics"), blank=True, related_name="events")
    participants = models.ManyToManyField(
        "archive.Participant",
        verbose_name=_("participants"),
        through="archive.Attendance",
        related_name="events",
    )
    countries = models.ManyToManyField(
        "archive.Country",
        verbose_name=_("countries"),
        through="archive.Delegation",
        related_name="events",
    )
    summary = models.TextField(_("summary"), blank=True)
    authority_id = models.CharField(
        _("row of the authority file"),
        max_length=40,
        blank=True,
        help_text=_("The meeting or exercise of the authority file that this event is; see docs/data.md."),
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        permissions = [("publish_event", "Can publish event")]
        ordering = ["-date_earliest", "slug"]
        # What the order in time is made of (`archive.overview`), without a look at the texts.
        indexes = [models.Index(fields=["status", "date_earliest", "date_latest", "slug"], name="event_in_time")]
        constraints = [
            *Dated.Meta.constraints,
            *Reviewed.Meta.constraints,
            allowed("kind", EventKind),
            allowed("format", EventFormat),
            allowed("state", EventState),
            allowed("ordinal_basis", EventOrdinalBasis, blank=True),
            models.CheckConstraint(
                condition=Q(ordinal__isnull=True, ordinal_basis="")
                | Q(ordinal__isnull=False, ordinal__gte=1, series__isnull=False) & ~Q(ordinal_basis=""),
                name="event_ordinal_in_series",
                violation_error_message=_("An ordinal needs a series and a basis."),
            ),
            models.CheckConstraint(
                condition=~Q(format="video") | Q(city__isnull=True),
                name="event_video_without_city",
                violation_error_message=_("A video meeting has a host country, but no host city."),
            ),
            models.UniqueConstraint(
                fields=["authority_id"],
                condition=~Q(authority_id=""),
                name="event_authority_id_once",
                violation_error_message=_("Another event is that row of the authority file already."),
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="event_not_its_own_parent",
                violation_error_message=_("An event can't be part of itself."),
            ),
        ]

    def get_absolute_url(self) -> str:
        return address("event", self.slug)

    def clean(self) -> None:
        super().clean()
        seen, parent = {self.pk}, self.parent
        while parent is not None:
            if parent.pk is not None and parent.pk in seen:
                raise ValidationError({"parent": _("An event can't be part of itself.")})
            seen.add(parent.pk)
            parent = parent.parent


class AttendanceCapacity(models.TextChoices):
    CHAIR = "chair", _("chair")
    HOST = "host", _("host")
    ATTENDEE = "attendee", _("attendee")
    SPEAKER = "speaker", _("speaker")
    SIGNATORY = "signatory", _("signatory")
    PARTY = "party", _("party")


class Attendance(Sourced, Record):
    """A participant who took part in an event. Being named in an article is not attending: the source has to say so."""

    Capacity = AttendanceCapacity

    natural_key_fields = ("event__slug", "participant__slug", "capacity")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="attendances")
    participant = models.ForeignKey(
        "archive.Participant", verbose_name=_("participant"), on_delete=models.PROTECT, related_name="attendances"
    )
    capacity = models.CharField(_("capacity"), max_length=9, choices=Capacity, default=Capacity.ATTENDEE)
    office = models.ForeignKey(
        "archive.Office",
        verbose_name=_("office at the time"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="attendances",
    )

    objects = AttendanceQuerySet.as_manager()

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["event", "id"]
        constraints = [
            *Sourced.Meta.constraints,
            allowed("capacity", AttendanceCapacity),
            models.UniqueConstraint(fields=["event", "participant", "capacity"], name="attendance_once"),
        ]

    def __str__(self) -> str:
        return f"{self.participant}, {self.get_capacity_display()}"

    def clean(self) -> None:
        super().clean()
        if self.office and self.participant_id and self.office.participant_id != self.participant_id:
            raise ValidationError({"office": _("That office was held by somebody else.")})


class DelegationCapacity(models.TextChoices):
    MEMBER = "member", _("member")
    OBSERVER = "observer", _("observer")
    PARTNER = "partner", _("partner")
    GUEST = "guest", _("guest")
    PARTY = "party", _("party")
    ANNOUNCED_ONLY = "announced-only", _("announced only")


class Delegation(Sourced, Record):
    """A country at an event."""

    Capacity = DelegationCapacity

    natural_key_fields = ("event__slug", "country__iso2")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="delegations")
    country = models.ForeignKey(
        "archive.Country", verbose_name=_("country"), on_delete=models.PROTECT, related_name="delegations"
    )
    capacity = models.CharField(_("capacity"), max_length=14, choices=Capacity, default=Capacity.MEMBER)

    objects = DelegationQuerySet.as_manager()

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["event", "country__name"]
        constraints = [
            *Sourced.Meta.constraints,
            allowed("capacity", DelegationCapacity),
            models.UniqueConstraint(fields=["event", "country"], name="delegation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.country}, {self.get_capacity_display()}"


class Figure(Sourced, Record):
    """A number that a source states of an event, in its words, and as a plain number where it is one."""

    natural_key_fields = ("event__slug", "label", "text")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="figures")
    label = models.CharField(_("label"), max_length=100)
    text = models.CharField(_("as stated"), max_length=200)
    number = models.DecimalField(_("number"), max_digits=14, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=50, blank=True)

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["event", "id"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(fields=["event", "label", "text"], name="figure_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.text}"


class Reading(Sourced, Record):
    """What one source says of a field on which sources disagree."""

    natural_key_fields = ("event__slug", "field", "value")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="readings")
    field = models.CharField(_("field"), max_length=50)
    value = models.CharField(_("value"), max_length=300)

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        ordering = ["event", "field", "id"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(fields=["event", "field", "value"], name="reading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.value}"


class EventSource(Sourced, Record):
    """Where a fact of an event comes from that its articles leave open."""

    natural_key_fields = ("event__slug", "supports", "source")

    event = models.ForeignKey(Event, verbose_name=_("event"), on_delete=models.CASCADE, related_name="sources")
    supports = models.CharField(_("supports"), max_length=200, help_text=_("Which facts, e.g. “day and place”."))

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("source of an event")
        verbose_name_plural = _("sources of an event")
        ordering = ["event", "id"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(fields=["event", "supports", "source"], name="eventsource_once"),
        ]

    def __str__(self) -> str:
        return f"{self.supports}: {self.source or self.source_article}"
