"""The page of a topic: what it means, its numbers along time, who and what it goes with."""

from django.http import HttpRequest, HttpResponse

from archive.models import Article, City, Country, Event, EventSeries, Participant, Topic
from archive.overview import overview
from archive.views.keeping import kept
from archive.views.lookup import about_record, find, show
from archive.views.records.sections import sections


@kept
@about_record
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found: Topic = find(request, Topic.objects.select_related("broader"), slug)
    archive = overview()
    numbers = archive.counts(Topic)
    narrower = [(one, *numbers.get(one.pk, (0, 0))) for one in found.narrower.named()]
    events, articles = archive.of(found)
    context = {
        "topic": found,
        "narrower": narrower,
        "people": archive.beside(found, Participant, Article),
        "countries": archive.beside(found, Country, Article),
        "cities": archive.beside(found, City, Event),
        "series": archive.beside(found, EventSeries, Event),
        **sections(events, articles, archive, f"topic={found.slug}"),
    }
    return show(request, "archive/topic_detail.html", context, found)
