"""Pages that are a picture, with a table of the same facts."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from archive.filters import NONE, MapFilterSet
from archive.models import City, Event
from archive.overview import overview
from archive.pictures import map as city_map


@require_safe
def host_cities(request: HttpRequest) -> HttpResponse:
    """The map; `?year=` and `?series=` as in the list of events."""
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
    found = city_map.hosts(events, lambda city: listed(city.slug))
    # One scale for all maps: that of the whole archive.
    most = max((events for events, _articles in archive.counts(City).values()), default=0)
    series = filterset.form.cleaned_data["series"] if filterset.is_known and "series" in narrowed else []
    of_series = Event.objects.published().linked_to("series", series) if series else None

    def url_of(host: city_map.Host) -> str:
        return host.url if is_narrowed else host.city.get_absolute_url()

    countries = city_map.named_countries()
    years = city_map.years(of_series, archive, narrowed.getlist("year"), of_year)
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
