"""Home and about."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive.models import Article, City, Country, Event, Participant, SourceDocument, Topic
from archive.views.browse import year_rows


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    rows = year_rows()
    context = {
        "totals": _totals(),
        "rows": rows,
        "most": max((max(row["events"], row["articles"]) for row in rows), default=0),
        "events": Event.objects.published().for_cards().newest()[:5],
        "articles": Article.objects.published().for_cards().newest()[:5],
        "cities": City.objects.most_hosting(12),
        "topics": Topic.objects.most_covered(12),
        "people": Participant.objects.published().filter(kind=Participant.Kind.PERSON).most_covered(12),
    }
    return render(request, "archive/home.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    context = {
        "totals": _totals(),
        "documents": SourceDocument.objects.order_by("name"),
        "contact": settings.CONTACT_EMAIL,
    }
    return render(request, "archive/about.html", context)


def _totals() -> dict[str, int]:
    return {
        "articles": Article.objects.published().count(),
        "events": Event.objects.published().count(),
        "participants": Participant.objects.published().count(),
        "countries": Country.objects.count(),
    }
