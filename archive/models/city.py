from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.addresses import address
from archive.models.base import Names, Slugged, allowed
from archive.querysets import LinkedQuerySet


class CityKind(models.TextChoices):
    CITY = "city", _("city")
    TOWN = "town", _("town")
    SITE = "site", _("site")


class City(Names, Slugged):
    """A host city, town or site."""

    Kind = CityKind

    event_link = "city"
    article_link = "events__city"

    kind = models.CharField(_("kind"), max_length=4, choices=Kind, default=Kind.CITY)
    country = models.ForeignKey(
        "archive.Country", verbose_name=_("country"), on_delete=models.PROTECT, related_name="cities"
    )
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=5, null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = LinkedQuerySet.as_manager()

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["name"]
        constraints = [
            allowed("kind", CityKind),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="city_coordinates",
                violation_error_message=_("Give both coordinates, in degrees, or none."),
            ),
        ]

    def get_absolute_url(self) -> str:
        return address("city", self.slug)
