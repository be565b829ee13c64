"""Lists: events and articles with filters, and the ways in by year, city, topic, people, country, series, publisher."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from archive.filters import ArticleFilterSet, BrowseFilterSet, EventFilterSet
from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic
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


def _filtered(request: HttpRequest, filterset: BrowseFilterSet, template: str) -> HttpResponse:
    groups = filterset.groups()
    try:
        page = page_of(request, filterset.found().for_cards(), PAGE_SIZE)
    except BadPage as error:
        return bad_page(request, error)
    context = {"filterset": filterset, "groups": groups, "chips": filterset.chips(groups), "page": page}
    return render(request, template, context, status=200 if filterset.is_known else 400)


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    return _filtered(
        request, EventFilterSet(request.GET, queryset=Event.objects.published()), "archive/event_list.html"
    )


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    return _filtered(
        request, ArticleFilterSet(request.GET, queryset=Article.objects.published()), "archive/article_list.html"
    )


# Years ----------------------------------------------------------------------------------------------------------------


def year_rows() -> list[dict[str, Any]]:
    """Every year from the first to the last with something in it, newest first, with its numbers."""
    by_event, by_article = Event.objects.published().counts_by_year(), Article.objects.published().counts_by_year()
    known = {*by_event, *by_article}
    if not known:
        return []
    return [
        {"year": year, "events": by_event.get(year, 0), "articles": by_article.get(year, 0)}
        for year in range(max(known), min(known) - 1, -1)
    ]


@require_safe
def years(request: HttpRequest) -> HttpResponse:
    rows = year_rows()
    context = {
        "rows": rows,
        "most": max((max(row["events"], row["articles"]) for row in rows), default=0),
        "undated_events": Event.objects.published().undated().count(),
        "undated_articles": Article.objects.published().undated().count(),
    }
    return render(request, "archive/year_list.html", context)


@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    rows = year_rows()
    span = [row["year"] for row in rows]
    if year not in span:
        raise Http404(
            _("The archive has nothing of %(year)s: its years run from %(first)s to %(last)s.")
            % {"year": year, "first": span[-1], "last": span[0]}
            if span
            else _("The archive is empty still.")
        )
    counts = rows[span.index(year)]
    context = {
        "year": year,
        "filter": f"year={year}",
        "counts": counts,
        "previous": year - 1 if year > span[-1] else None,
        "next": year + 1 if year < span[0] else None,
        "events": Event.objects.published().in_year(year).for_cards().oldest()[:SECTION_SIZE],
        "articles": Article.objects.published().in_year(year).for_cards().oldest()[:SECTION_SIZE],
    }
    return render(request, "archive/year_detail.html", context)


@require_safe
def undated(request: HttpRequest) -> HttpResponse:
    events, articles = Event.objects.published().undated(), Article.objects.published().undated()
    context = {
        "counts": {"events": events.count(), "articles": articles.count()},
        "events": events.for_cards().order_by("slug")[:SECTION_SIZE],
        "articles": articles.for_cards().order_by("slug")[:SECTION_SIZE],
    }
    return render(request, "archive/year_undated.html", context)


# Names ----------------------------------------------------------------------------------------------------------------


def _names(request: HttpRequest, records: QuerySet, template: str) -> HttpResponse:
    try:
        page = page_of(request, records, NAMES_PAGE_SIZE)
    except BadPage as error:
        return bad_page(request, error)
    return render(request, template, {"page": page})


@require_safe
def cities(request: HttpRequest) -> HttpResponse:
    return _names(request, City.objects.with_counts().select_related("country").named(), "archive/city_list.html")


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    return _names(request, Topic.objects.with_counts().select_related("broader").named(), "archive/topic_list.html")


@require_safe
def participants(request: HttpRequest) -> HttpResponse:
    """People or organisations; `?kind=` as in the filters, `?country=` an ISO code."""
    kind = request.GET.get("kind", Participant.Kind.PERSON)
    if kind not in Participant.Kind.values:
        return show_error(
            request,
            400,
            _("Unknown kind"),
            _("“%(kind)s” is not a kind of participant: choose person or organisation.") % {"kind": kind[:30]},
        )
    found = Participant.objects.published().filter(kind=kind).with_counts().select_related("country")
    try:
        page = page_of(
            request, found.prefetch_related("offices__country", "offices__organisation").named(), NAMES_PAGE_SIZE
        )
    except BadPage as error:
        return bad_page(request, error)
    context = {"page": page, "kind": kind, "kinds": Participant.Kind.choices}
    return render(request, "archive/participant_list.html", context)


@require_safe
def countries(request: HttpRequest) -> HttpResponse:
    return _names(
        request, Country.objects.with_counts().prefetch_related("sco_status").named(), "archive/country_list.html"
    )


@require_safe
def series(request: HttpRequest) -> HttpResponse:
    return _names(request, EventSeries.objects.with_counts().order_by("kind", "name"), "archive/series_list.html")


@require_safe
def publishers(request: HttpRequest) -> HttpResponse:
    return _names(
        request,
        Publisher.objects.with_counts().select_related("country").order_by("name"),
        "archive/publisher_list.html",
    )
