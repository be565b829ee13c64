"""The page of one record, with everything it is linked to. The number of queries is constant (tests/views/test_queries.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from archive import search
from archive.gaps import Gap, gaps
from archive.languages import NAME_FIELDS
from archive.models import (
    Article,
    Attendance,
    City,
    Country,
    Coverage,
    Delegation,
    Event,
    EventSeries,
    Office,
    Participant,
    Publisher,
    Topic,
)
from archive.overview import Overview, overview
from archive.pictures.map import city_map
from archive.querysets import shown_name
from archive.views.browse import NAMES_PAGE_SIZE, SECTION_SIZE, BadPage, bad_page, numbered, page_of
from archive.views.cards import Card, cards, countries_of, named
from archive.views.errors import show_error
from archive.views.lookup import find, record_page, show


def _sections(events: QuerySet, articles: QuerySet, archive: Overview) -> dict[str, Any]:
    """Events first, then articles, newest first: the shown part and the whole number of each."""
    return {
        "events": _newest(events, archive),
        "event_total": events.count(),
        "articles": _newest(articles, archive),
        "article_total": articles.count(),
    }


def _newest(records: QuerySet, archive: Overview, most: int | None = None) -> list[Card]:
    return cards(records.newest()[: most or SECTION_SIZE], archive)  # type: ignore[attr-defined]


# Of an event, what an article's page says of it.
_COVERED = (
    *("article", "relation", "note"),
    *(f"event__{name}" for name in ("slug", *NAME_FIELDS, "status", "date", "kind")),
    *(f"event__{link}__{name}" for link in ("city", "series") for name in ("slug", *NAME_FIELDS)),
)


@record_page
def article(request: HttpRequest, slug: str) -> HttpResponse:
    covered = Coverage.objects.filter(event__status="published").select_related("event__city", "event__series")
    found: Article = find(
        request,
        Article.objects.select_related("source_document").prefetch_related(
            Prefetch("participants", Participant.objects.published().only("slug", *NAME_FIELDS, "status")),
            Prefetch("topics", Topic.objects.only("slug", *NAME_FIELDS)),
            Prefetch("coverages", covered.only(*_COVERED)),
        ),
        slug,
    )
    events = [coverage.event_id for coverage in found.coverages.all()]
    beside = Article.objects.published().about_events(events).exclude(pk=found.pk)
    archive = overview()
    also = _newest(beside, archive, 6)
    context = {
        "article": found,
        "publisher": found.publisher_id and named(Publisher, found.publisher_id, archive),
        "agency": found.agency_id and named(Publisher, found.agency_id, archive),
        "dateline_city": found.dateline_city_id and named(City, found.dateline_city_id, archive),
        "countries": countries_of(Article, [found], archive)[found.pk],
        "also": also,
        "copies": Article.objects.published().copies_of(found).select_related("publisher", "agency").oldest(),
        "similar": _similar(found, also),
        "neighbours": _document_neighbours(found),
        "may_read_body": request.user.is_staff and request.user.has_perm("archive.view_article"),
    }
    return show(request, "archive/article_detail.html", context, found)


def _similar(article: Article, shown: Sequence[Card]) -> list[Article]:
    """Six more like it, without those that are shown already; none where the search is out of order."""
    try:
        found = search.similar(article, 6 + len(shown))
    except search.SearchError:
        return []
    slugs = {card.slug for card in shown}
    return [one for one in found if one.slug not in slugs][:6]


def _document_neighbours(article: Article) -> dict[str, Article | None]:
    """The published articles before and after it in its source document."""
    if article.source_document_id is None or article.source_position is None:
        return {}
    siblings = Article.objects.published().filter(source_document=article.source_document_id)
    return {
        "previous": siblings.filter(source_position__lt=article.source_position).order_by("-source_position").first(),
        "next": siblings.filter(source_position__gt=article.source_position).order_by("source_position").first(),
    }


@record_page
def event(request: HttpRequest, slug: str) -> HttpResponse:
    came = Attendance.objects.filter(participant__status="published").select_related(
        "participant__country", "office__country", "office__organisation", "source_article"
    )
    covering = (
        Coverage.objects.filter(article__status="published")
        .select_related("article__publisher", "article__agency")
        .order_by("article__date_earliest", "article__slug")
    )
    found: Event = find(
        request,
        Event.objects.select_related("series", "city__country", "parent").prefetch_related(
            "host_countries",
            "topics",
            Prefetch("attendances", came),
            Prefetch("delegations", Delegation.objects.select_related("country", "source_article")),
            "figures__source_article",
            "readings__source_article",
            "sources__source_article",
            Prefetch("coverages", covering),
            Prefetch("children", Event.objects.published().oldest()),
            "status_changes__country",
        ),
        slug,
    )
    delegations = found.delegations.all()
    context = {
        "event": found,
        "came": [one for one in delegations if one.capacity != Delegation.Capacity.ANNOUNCED_ONLY],
        "announced": [one for one in delegations if one.capacity == Delegation.Capacity.ANNOUNCED_ONLY],
        "standing": _standing(found),
    }
    return show(request, "archive/event_detail.html", context, found)


@dataclass(frozen=True, slots=True)
class Step:
    """From an event to its neighbour in the series (None: it is the first or last), and what is missing on the way."""

    event: Event | None
    missing: tuple[Gap, ...]


def _members(events: QuerySet) -> list[Any]:
    """The events of a series in its order, as light rows of what `gaps` reads: all of them are needed on each page."""
    rows = events.in_series_order()  # type: ignore[attr-defined]
    return list(rows.values_list("pk", "ordinal", "date_earliest", "date_latest", named=True))


def _standing(event: Event) -> dict[str, Any]:
    """Where a dated event stands in its series: which of how many, and the steps to its neighbours."""
    if event.series is None or event.date_earliest is None:
        return {}
    # The event itself is among them in a preview too.
    members = _members(Event.objects.filter(pk=event.pk) | Event.objects.published().filter(series=event.series))
    missing = gaps(members, is_yearly=event.series.is_yearly)
    # Undated ones stand last, so that a place among the dated is the same among all.
    dated = [member.pk for member in members if member.date_earliest is not None]
    at = dated.index(event.pk)
    beside = {at - 1, at + 1} & set(range(len(dated)))
    neighbours = Event.objects.in_bulk([dated[index] for index in beside])

    def step(to: int) -> Step | None:
        found = Step(
            neighbours[dated[to]] if to in beside else None,
            # A gap stands before the later of the two.
            tuple(gap for gap in missing if gap.before == max(at, to)),
        )
        return found if found.event or found.missing else None

    return {"number": at + 1, "total": len(members), "previous": step(at - 1), "next": step(at + 1)}


@record_page
def participant(request: HttpRequest, slug: str) -> HttpResponse:
    found: Participant = find(
        request,
        Participant.objects.select_related("country", "as_publisher").prefetch_related(
            Prefetch("offices", Office.objects.select_related("country", "organisation", "source_article"))
        ),
        slug,
    )
    attended = Event.objects.published().linked_to("attendances__participant", [found])
    context = {
        "participant": found,
        "officers": Office.objects.filter(organisation=found, participant__status="published")
        .select_related("participant__country")
        .order_by("start", shown_name("participant__"))[:SECTION_SIZE],
        **_sections(attended, Article.objects.published().linked_to("participants", [found]), overview()),
    }
    return show(request, "archive/participant_detail.html", context, found)


@record_page
def country(request: HttpRequest, code: str) -> HttpResponse:
    queryset = Country.objects.prefetch_related("sco_status__event", "sco_status__source_article")
    found = queryset.filter(iso2=code.upper()).first()
    if found is None:
        raise Http404(
            _("There is no country with this code in the archive; addresses use ISO 3166 codes, such as “cn”.")
        )
    if code != code.lower():
        return redirect(found, permanent=True)
    people = Participant.objects.published().filter(country=found)
    archive = overview()
    context = {
        "country": found,
        "cities": numbered(City.objects.filter(country=found).named(), archive),
        "people": numbered(people.named()[:SECTION_SIZE], archive),
        "people_total": people.count(),
        "hosted_total": Event.objects.published().linked_to("host_countries", [found]).count(),
        **_sections(
            Event.objects.published().involving([found]),
            Article.objects.published().linked_to("countries", [found]),
            archive,
        ),
    }
    return show(request, "archive/country_detail.html", context, found)


@record_page
def city(request: HttpRequest, slug: str) -> HttpResponse:
    found: City = find(request, City.objects.select_related("country"), slug)
    archive = overview()
    datelined = Article.objects.published().filter(dateline_city=found)
    context = {
        "city": found,
        "city_map": city_map(found, archive),
        "datelined": _newest(datelined, archive),
        "datelined_total": datelined.count(),
        **_sections(
            Event.objects.published().hosted_in(found),
            Article.objects.published().linked_to("events__city", [found]),
            archive,
        ),
    }
    return show(request, "archive/city_detail.html", context, found)


@record_page
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    found: Topic = find(request, Topic.objects.select_related("broader").prefetch_related("narrower"), slug)
    context = {
        "topic": found,
        **_sections(
            Event.objects.published().linked_to("topics", [found]),
            Article.objects.published().linked_to("topics", [found]),
            overview(),
        ),
    }
    return show(request, "archive/topic_detail.html", context, found)


@record_page
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """Its events and its gaps in one list; `?sort=` as in the lists, but oldest first: numbers are read upwards."""
    found: EventSeries = find(request, EventSeries.objects.all(), slug)
    sort = request.GET.get("sort", "oldest")
    if sort not in ("oldest", "newest"):
        return show_error(
            request, 400, _("Unknown order"), _("“%(value)s”: sort by newest or oldest.") % {"value": sort[:20]}
        )
    events = Event.objects.published().filter(series=found)
    members = _members(events)
    missing = gaps(members, is_yearly=found.is_yearly)
    try:
        page = page_of(request, _rows(members, missing, newest_first=sort == "newest"), NAMES_PAGE_SIZE)
    except BadPage as error:
        return bad_page(request, error)
    shown = events.for_cards().in_bulk([row for row in page if not isinstance(row, Gap)])
    articles = Article.objects.published().linked_to("events__series", [found])
    context = {
        "series": found,
        "sort": sort,
        "page": page,
        "rows": [(None, row) if isinstance(row, Gap) else (shown[row], None) for row in page],
        "missing_numbers": [gap for gap in missing if gap.kind == "numbers"],
        "missing_years": [gap for gap in missing if gap.kind == "years"],
        "has_numbers": any(member.ordinal is not None for member in members),
        "has_inferred": any(event.ordinal_basis == Event.OrdinalBasis.INFERRED for event in shown.values()),
        "event_total": len(members),
        "articles": _newest(articles, overview()),
        "article_total": articles.count(),
    }
    return show(request, "archive/series_detail.html", context, found)


def _rows(members: Sequence[Any], missing: Sequence[Gap], *, newest_first: bool) -> list[int | Gap]:
    """Keys of the members, and each gap beside the member that it stands before; undated ones last in either order."""
    groups = [[*(gap for gap in missing if gap.before == index), member.pk] for index, member in enumerate(members)]
    dated = sum(member.date_earliest is not None for member in members)
    if newest_first:
        groups[:dated] = [group[::-1] for group in reversed(groups[:dated])]
    return [row for group in groups for row in group]


@record_page
def publisher(request: HttpRequest, slug: str) -> HttpResponse:
    found: Publisher = find(request, Publisher.objects.select_related("country", "organisation"), slug)
    articles = Article.objects.published().filter(Q(publisher=found) | Q(agency=found))
    context = {
        "publisher": found,
        "articles": _newest(articles, overview()),
        "article_total": articles.count(),
    }
    return show(request, "archive/publisher_detail.html", context, found)
