"""The page of a city: what was held there, which series met, what was written from there."""

from django.http import HttpRequest, HttpResponse

from archive.models import Article, City, Event, EventSeries, Topic
from archive.overview import overview
from archive.pictures.map import city_map
from archive.views.browse import SECTION_SIZE
from archive.views.cards import cards_of
from archive.views.keeping import kept
from archive.views.lookup import about_record, find, show
from archive.views.records.sections import sections


@kept
@about_record
def city(request: HttpRequest, slug: str) -> HttpResponse:
    found: City = find(request, City.objects.select_related("country"), slug)
    archive = overview()
    from_there = Article.objects.filter(dateline_city=found).order_by().values_list("pk", flat=True)
    datelined = archive.selected("dateline", found, lambda: from_there)
    events, articles = archive.of(found)
    context = {
        "city": found,
        "city_map": city_map(found, archive),
        "series": archive.beside(found, EventSeries, Event),
        "topics": archive.beside(found, Topic, Event),
        "datelined": cards_of(Article, datelined.newest(SECTION_SIZE), archive),
        "datelined_total": len(datelined),
        **sections(events, articles, archive, f"city={found.slug}"),
    }
    return show(request, "archive/city_detail.html", context, found)
