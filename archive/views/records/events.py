"""The page of an event: what is known of it, who came, its place in its series, the press on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse

from archive.gaps import Gap, gaps
from archive.models import (
    Attendance,
    Country,
    CountryStatus,
    Coverage,
    Delegation,
    Event,
    EventSource,
    Figure,
    Participant,
    Publisher,
    Reading,
    Topic,
)
from archive.overview import Overview, overview
from archive.views.browse import SECTION_SIZE
from archive.views.keeping import kept
from archive.views.lookup import find, record_page, show
from archive.views.records.event_series import members_of
from archive.views.records.linking import link, remember
from archive.views.records.press import headings


@kept
@record_page
def event(request: HttpRequest, slug: str) -> HttpResponse:
    found: Event = find(request, Event.objects.select_related("series", "city__country", "parent"), slug)
    # After the event: so the overview has all that it names.
    archive = overview()
    _link(found, archive)
    delegations = found.delegations.all()
    context = {
        "event": found,
        "came": [one for one in delegations if one.capacity != Delegation.Capacity.ANNOUNCED_ONLY],
        "announced": [one for one in delegations if one.capacity == Delegation.Capacity.ANNOUNCED_ONLY],
        "standing": _standing(found),
        "press": headings(_press(found, archive), found),
        "press_total": archive.covering.get(found.pk, 0),
        "press_shown": SECTION_SIZE,
    }
    return show(request, "archive/event_detail.html", context, found)


def _link(event: Event, archive: Overview) -> None:
    """Link a loaded event to what it names, all of it public; four queries for a plain one."""
    sourced = ("source_article",)
    rows = {
        "attendances": Attendance.objects.public().select_related(
            "participant__country", "office__country", "office__organisation", *sourced
        ),
        "delegations": Delegation.objects.select_related("country", *sourced),
        "figures": Figure.objects.select_related(*sourced),
        "readings": Reading.objects.select_related(*sourced),
        "sources": EventSource.objects.select_related(*sourced),
        "children": Event.objects.published().oldest(),
        "status_changes": CountryStatus.objects.select_related("country"),
    }
    # The captured text of a source is no part of what is said of it.
    loaded = {
        name: Prefetch(name, found.defer("source_article__body") if name in _SOURCED else found)
        for name, found in rows.items()
    }
    link(event, {"host_countries": Country, "topics": Topic}, loaded, archive)
    remember(event, "participants", Participant, _once(one.participant for one in event.attendances.all()))
    remember(event, "countries", Country, _once(one.country for one in event.delegations.all()))


_SOURCED = ("attendances", "delegations", "figures", "readings", "sources")


def _once(records: Iterable[Any]) -> Iterable[Any]:
    return {record.pk: record for record in records}.values()


def _press(event: Event, archive: Overview) -> list[Coverage]:
    """The public articles that cover it, oldest first, with what their cards say."""
    covering = Coverage.objects.filter(event=event, article__status="published").select_related("article")
    covering = covering.order_by(
        F("article__date_earliest").asc(nulls_last=True), "article__date_latest", "article__slug"
    )
    found = list(covering.only(*_COVERING)[:SECTION_SIZE])
    publishers: Mapping[Any, Any] = archive.records(Publisher)
    for coverage in found:
        article = coverage.article
        article.publisher = publishers.get(article.publisher_id)
        article.agency = publishers.get(article.agency_id)
    return found


_COVERING = (
    *("article", "event", "relation", "note"),
    *(f"article__{name}" for name in ("slug", "headline", "headline_supplied", "language", "publisher", "agency")),
    *(f"article__{name}" for name in ("date", "date_earliest", "date_latest")),
)


@dataclass(frozen=True, slots=True)
class Step:
    """From an event to its neighbour in the series (None: it is the first or last), and what is missing on the way."""

    event: Event | None
    missing: tuple[Gap, ...]


def _standing(event: Event) -> dict[str, Any]:
    """Where a dated event stands in its series: which of how many, and the steps to its neighbours."""
    if event.series is None or event.date_earliest is None:
        return {}
    # The event itself is among them in a preview too.
    members = members_of(Event.objects.filter(pk=event.pk) | Event.objects.published().filter(series=event.series))
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
