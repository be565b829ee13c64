"""Lists: events and articles with filters, and the ways in by city, topic, people, country, series, publisher."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from archive.filters import ArticleFilterSet, BrowseFilterSet, EventFilterSet
from archive.models import City, Country, EventSeries, Participant, Publisher, Topic
from archive.overview import Overview, overview
from archive.views import outputs
from archive.views.cards import cards_of
from archive.views.errors import show_error
from archive.views.keeping import kept
from archive.views.paging import BadPage, bad_page, page_of
from archive.views.portable import of_filtered, of_names, ways_of

PAGE_SIZE = 25
NAMES_PAGE_SIZE = 100

# Most records of one kind that a page shows beside others; the rest is a link away.
SECTION_SIZE = 50


def _filtered(request: HttpRequest, filters: type[BrowseFilterSet], template: str) -> HttpResponseBase:
    archive = overview()
    filterset = filters(request.GET, archive)
    portable = of_filtered(filterset)
    if outputs.is_asked(request) and filterset.is_known:
        return outputs.answer(request, portable)
    groups = filterset.groups()
    try:
        page = page_of(request, filterset.found(), PAGE_SIZE)
    except BadPage as error:
        return bad_page(request, error)
    page.object_list = cards_of(filterset.queryset.model, list(page.object_list), archive)
    context = {"filterset": filterset, "groups": groups, "chips": filterset.chips(groups), "page": page}
    context["take_away"] = ways_of(request, portable, page.paginator.count) if filterset.is_known else ()
    return render(request, template, context, status=200 if filterset.is_known else 400)


@kept
def events(request: HttpRequest) -> HttpResponseBase:
    return _filtered(request, EventFilterSet, "archive/event_list.html")


@kept
def articles(request: HttpRequest) -> HttpResponseBase:
    return _filtered(request, ArticleFilterSet, "archive/article_list.html")


# Names ----------------------------------------------------------------------------------------------------------------


def _names(
    request: HttpRequest, records: Any, template: str, within: Sequence[str] = (), **more: Any
) -> HttpResponseBase:
    """A page of records by name (of each value of the fields `within`), with their numbers of events and articles."""
    portable = of_names(records, within)
    if outputs.is_asked(request):
        return outputs.answer(request, portable)
    try:
        page = page_of(request, records.alphabetical(*within), NAMES_PAGE_SIZE)
    except BadPage as error:
        return bad_page(request, error)
    place = {pk: at for at, pk in enumerate(page.object_list)}
    shown = numbered(records.filter(pk__in=place), overview())
    page.object_list = sorted(shown, key=lambda record: place[record.pk])
    take_away = ways_of(request, portable, page.paginator.count)
    return render(request, template, {"page": page, "take_away": take_away, **more})


def numbered(records: QuerySet | Any, archive: Overview) -> list[Any]:
    """The records with their `event_count` and `article_count`."""
    counts = archive.counts(records.model)
    found = list(records)
    for record in found:
        record.event_count, record.article_count = counts.get(record.pk, (0, 0))
    return found


@kept
def cities(request: HttpRequest) -> HttpResponseBase:
    return _names(request, City.objects.select_related("country"), "archive/city_list.html")


@kept
def topics(request: HttpRequest) -> HttpResponseBase:
    return _names(request, Topic.objects.all(), "archive/topic_list.html")


@kept
def participants(request: HttpRequest) -> HttpResponseBase:
    """People or organisations: `?kind=` as in the filters."""
    kind = request.GET.get("kind", Participant.Kind.PERSON)
    if kind not in Participant.Kind.values:
        return show_error(
            request,
            400,
            _("Unknown kind"),
            _("“%(kind)s” is not a kind of participant: choose person or organisation.") % {"kind": kind[:30]},
        )
    found = Participant.objects.published().filter(kind=kind).select_related("country")
    return _names(
        request,
        found.prefetch_related("offices__country", "offices__organisation"),
        "archive/participant_list.html",
        kind=kind,
        kinds=Participant.Kind.choices,
    )


@kept
def countries(request: HttpRequest) -> HttpResponseBase:
    return _names(request, Country.objects.prefetch_related("sco_status"), "archive/country_list.html")


@kept
def series(request: HttpRequest) -> HttpResponseBase:
    return _names(request, EventSeries.objects.all(), "archive/series_list.html", within=["kind"])


@kept
def publishers(request: HttpRequest) -> HttpResponseBase:
    return _names(request, Publisher.objects.select_related("country"), "archive/publisher_list.html")
