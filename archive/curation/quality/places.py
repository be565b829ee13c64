"""Cities, host countries, coordinates."""

from collections.abc import Iterator

from django.db.models import F
from django.utils.translation import gettext as _

from archive.curation.quality.base import Problem, live, problem
from archive.models import City, Event


def city_not_in_host_country() -> Iterator[Problem]:
    other = _(
        "The host city, %(city)s, lies in %(country)s, but the host is given as %(hosts)s. Correct one of the two."
    )
    none = _("The host city is %(city)s, but there is no host country. Add %(country)s.")
    elsewhere = live(Event).filter(city__isnull=False).exclude(host_countries=F("city__country"))
    for event in elsewhere.select_related("city__country").prefetch_related("host_countries"):
        hosts = ", ".join(country.name for country in event.host_countries.all())
        yield problem(event, other if hosts else none, city=event.city, country=event.city.country, hosts=hosts)


def video_without_host_country() -> Iterator[Problem]:
    message = _("A meeting by video is listed under its host country, and this one has none. Add it.")
    for event in live(Event).filter(format=Event.Format.VIDEO, host_countries__isnull=True):
        yield problem(event, message)


def implausible_coordinates() -> Iterator[Problem]:
    message = _("Its coordinates are 0, 0, in the Gulf of Guinea. Correct them, or leave them empty.")
    for city in live(City).filter(latitude=0, longitude=0):
        yield problem(city, message)
