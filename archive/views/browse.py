"""Lists: events and articles with filters, and the ways in by city, topic, people, country, series, publisher."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from archive.filters import ArticleFilterSet, BrowseFilterSet, EventFilterSet
from archive.models import City, Country, EventSeries, Participant, Publisher, Topic
from archive.overview import Overview, overview
from archive.views.cards import cards_of
from archive.views.errors import show_error

PAGE_SIZE = 25
NAMES_PAGE_SIZE = 100

# Most records of one kind that a page shows beside others; the rest is a link away.
SECTION_SIZE = 50


class BadPage(Exception):
    """The page number in the address is no number, or there is no such page; args: status and sentence."""


def page_of(request: HttpRequest, records: QuerySet | Sequence[Any], size: int) -> Page:
    """The page that the address asks for. Raises BadPage."""
    paginator = Paginator(records, size)
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit()):
        raise BadPage(400, _("“%(page)s” is not a page number.") % {"page": text[:20]})
    # Thousands of digits are refused by int() itself; no list has that many pages.
    number = int(text) if len(text) <= 12 else 0
    if not 1 <= number <= paginator.num_pages:
        last = paginator.num_pages
        raise BadPage(
            404,
            ngettext(
                "There is no page %(page)s: the list has one page.",
                "There is no page %(page)s: the list has %(last)d pages.",
                last,
            )
            % {"page": text[:12], "last": last},
        )
    return paginator.page(number)


def bad_page(request: HttpRequest, error: BadPage) -> HttpResponse:
    status, message = error.args
    return show_error(request, status, _("No such page"), message)


def _filtered(request: HttpRequest, filters: type[BrowseFilterSet], template: str) -> HttpResponse:
    archive = overview()
    filterset = filters(request.GET, archive)
    groups = filterset.groups()
    try:
        page = page_of(request, filterset.found(), PAGE_SIZE)
    except BadPage as error:
        return bad_page(request, error)
    page.object_list = cards_of(filterset.queryset.model, list(page.object_list), archive)
    context = {"filterset": filterset, "groups": groups, "chips": filterset.chips(groups), "page": page}
    return render(request, template, context, status=200 if filterset.is_known else 400)


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    return _filtered(request, EventFilterSet, "archive/event_list.html")


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    return _filtered(request, ArticleFilterSet, "archive/article_list.html")


# Names ----------------------------------------------------------------------------------------------------------------


def _names(request: HttpRequest, records: Any, template: str, within: Sequence[str] = (), **more: Any) -> HttpResponse:
    """A page of records by name (of each value of the fields `within`), with their numbers of events and articles."""
    try:
        page = page_of(request, records.alphabetical(*within), NAMES_PAGE_SIZE)
    except BadPage as error:
        return bad_page(request, error)
    place = {pk: at for at, pk in enumerate(page.object_list)}
    shown = numbered(records.filter(pk__in=place), overview())
    page.object_list = sorted(shown, key=lambda record: place[record.pk])
    return render(request, template, {"page": page, **more})


def numbered(records: QuerySet | Any, archive: Overview) -> list[Any]:
    """The records with their `event_count` and `article_count`."""
    counts = archive.counts(records.model)
    found = list(records)
    for record in found:
        record.event_count, record.article_count = counts.get(record.pk, (0, 0))
    return found


@require_safe
def cities(request: HttpRequest) -> HttpResponse:
    return _names(request, City.objects.select_related("country"), "archive/city_list.html")


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    return _names(request, Topic.objects.all(), "archive/topic_list.html")


@require_safe
def participants(request: HttpRequest) -> HttpResponse:
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


@require_safe
def countries(request: HttpRequest) -> HttpResponse:
    return _names(request, Country.objects.prefetch_related("sco_status"), "archive/country_list.html")


@require_safe
def series(request: HttpRequest) -> HttpResponse:
    return _names(request, EventSeries.objects.all(), "archive/series_list.html", within=["kind"])


@require_safe
def publishers(request: HttpRequest) -> HttpResponse:
    return _names(request, Publisher.objects.select_related("country"), "archive/publisher_list.html")
