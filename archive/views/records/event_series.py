"""The page of a series: its events and gaps in order, where it met in turn, who chaired, the press."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from archive.gaps import Gap, gaps
from archive.languages import own_name
from archive.models import Article, Attendance, City, Country, Event, EventSeries, Topic
from archive.overview import Overview, overview
from archive.views.browse import NAMES_PAGE_SIZE, SECTION_SIZE
from archive.views.cards import cards_of, named
from archive.views.errors import show_error
from archive.views.keeping import kept
from archive.views.lookup import about_record, find, show
from archive.views.paging import BadPage, bad_page, page_of
from archive.views.records.sections import by_year


@kept
@about_record
def series(request: HttpRequest, slug: str) -> HttpResponse:
    """Its events and its gaps in one list; `?sort=` as in the lists, but oldest first: numbers are read upwards."""
    found: EventSeries = find(request, EventSeries.objects.all(), slug)
    sort = request.GET.get("sort", "oldest")
    if sort not in ("oldest", "newest"):
        return show_error(
            request, 400, _("Unknown order"), _("“%(value)s”: sort by newest or oldest.") % {"value": sort[:20]}
        )
    events = Event.objects.published().filter(series=found)
    members = members_of(events)
    missing = gaps(members, is_yearly=found.is_yearly)
    try:
        page = page_of(request, _rows(members, missing, newest_first=sort == "newest"), NAMES_PAGE_SIZE)
    except BadPage as error:
        return bad_page(request, error)
    archive = overview()
    shown = archive.records(Event)
    rows = [
        row if isinstance(row, Gap) else _member(shown[row], archive)
        for row in page
        if isinstance(row, Gap) or row in shown
    ]
    selected, articles = archive.of(found)
    context = {
        "series": found,
        "sort": sort,
        "page": page,
        "rows": rows,
        "missing_numbers": [gap for gap in missing if gap.kind == "numbers"],
        "missing_years": [gap for gap in missing if gap.kind == "years"],
        "has_numbers": any(member.ordinal is not None for member in members),
        "has_inferred": any(
            isinstance(row, Member) and row.event.ordinal_basis == Event.OrdinalBasis.INFERRED for row in rows
        ),
        "hosts": _hosts(members, archive) if len(members) <= NAMES_PAGE_SIZE else (),
        "chairs": _chairs(found),
        "cities": archive.beside(found, City, Event),
        "countries": archive.beside(found, Country, Event, "host_countries"),
        "topics": archive.beside(found, Topic, Event),
        "articles": cards_of(Article, articles.newest(SECTION_SIZE), archive),
        **by_year(selected, articles, archive, f"series={found.slug}"),
    }
    return show(request, "archive/series_detail.html", context, found)


@dataclass(frozen=True, slots=True)
class Member:
    """An event of a series, as its table shows it."""

    event: Event
    city: City | None
    article_count: int


def _member(event: Event, archive: Overview) -> Member:
    cities: Mapping[Any, City] = archive.records(City)
    return Member(event, cities.get(event.city_id), archive.covering.get(event.pk, 0))


def _rows(members: Sequence[Any], missing: Sequence[Gap], *, newest_first: bool) -> list[int | Gap]:
    """Keys of the members, and each gap beside the member that it stands before; undated ones last in either order."""
    groups = [[*(gap for gap in missing if gap.before == index), member.pk] for index, member in enumerate(members)]
    dated = sum(member.date_earliest is not None for member in members)
    if newest_first:
        groups[:dated] = [group[::-1] for group in reversed(groups[:dated])]
    return [row for group in groups for row in group]


def members_of(events: QuerySet) -> list[Any]:
    """The events of a series in its order, as light rows of what `gaps` reads: all of them are needed on each page."""
    rows = events.in_series_order()  # type: ignore[attr-defined]
    return list(
        rows.values_list(
            "pk", "ordinal", "date_earliest", "date_latest", "city", "slug", "name", "name_ru", "name_zh", named=True
        )
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a series met and in which year, with the event's slug and name."""

    year: int
    place: str
    slug: str
    event: str


def _hosts(members: Sequence[Any], archive: Overview) -> list[Turn]:
    """The host cities in turn: dated events with a city."""
    return [
        Turn(
            one.date_earliest.year,
            named(City, one.city, archive).text,
            one.slug,
            own_name((one.name, one.name_ru, one.name_zh)),
        )
        for one in members
        if one.city is not None and one.date_earliest is not None
    ]


def _chairs(series: EventSeries) -> QuerySet:
    """Who chaired its events, as far as sources say, in the order of the events."""
    chaired = Attendance.objects.filter(
        event__series=series, event__status="published", participant__status="published", capacity="chair"
    )
    chaired = chaired.select_related("event", "participant", "office__country", "office__organisation")
    return chaired.order_by("event__date_earliest", "event__slug", "pk")[:SECTION_SIZE]
