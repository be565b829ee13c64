"""Pages that are a picture, with a table of the same facts."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from archive.filter_kinds import NONE
from archive.filters import MapFilterSet
from archive.models import City, Event
from archive.overview import overview
from archive.pictures import map as city_map
from archive.querysets import EventQuerySet
from archive.views.keeping import kept


@kept
def host_cities(request: HttpRequest) -> HttpResponse:
    """The map; `?year=`, `?series=` … as in the list of events."""
    archive = overview()
    filterset = MapFilterSet(request.GET, archive)
    groups = filterset.groups()
    narrowed = QueryDict(mutable=True)
    for name in filterset.filters:
        if chosen := [value for value in request.GET.getlist(name) if value]:
            narrowed.setlist(name, chosen)

    def listed(city: str) -> str:
        """The list of exactly the events of this map that the city (or none) hosted."""
        query = narrowed.copy()
        query["city"] = city
        return f"{reverse('archive:event-list')}?{query.urlencode()}"

    def of_year(year: str) -> str:
        query = narrowed.copy()
        query.setlist("year", [year] if year else [])
        return query.urlencode()

    is_narrowed = bool(narrowed)
    events = filterset.qs if filterset.is_known else Event.objects.none()
    counts = archive.counts(City)
    is_whole = filterset.is_known and not is_narrowed
    found = city_map.hosts(events, lambda city: listed(city.slug), counts if is_whole else None)
    # One scale for all maps: that of the whole archive.
    most = max((n for n, _articles in counts.values()), default=0)

    def in_any_year() -> EventQuerySet | None:
        """The events of this map and of all its other years; None for all of the archive."""
        others = narrowed.copy()
        others.pop("year", None)
        if not filterset.is_known:
            return Event.objects.none()
        return MapFilterSet(others, archive).qs if others else None

    def url_of(host: city_map.Host) -> str:
        return host.url if is_narrowed else host.city.get_absolute_url()

    countries = city_map.named_countries()
    years = city_map.years(in_any_year(), archive, narrowed.getlist("year"), of_year)
    context = {
        "filterset": filterset,
        "groups": groups,
        "chips": filterset.chips(groups),
        "is_narrowed": is_narrowed,
        "found": found,
        "cityless_url": listed(NONE),
        "years": years,
        "most_of_a_year": max((year.events for year in years), default=0),
        "picture": city_map.picture(city_map.REGION, found, most, countries, url_of),
        "closer": city_map.closer(city_map.CENTRAL_ASIA, found, most, countries, url_of),
    }
    return render(request, "archive/map.html", context, status=200 if filterset.is_known else 400)
