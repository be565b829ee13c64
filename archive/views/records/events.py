"""The page of an event: what is known of it, who came, its place in its series, the press on it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch
from django.http import HttpRequest, HttpResponse

from archive.gaps import Gap, gaps
from archive.languages import NAME_FIELDS
from archive.models import Attendance, Coverage, Delegation, Event, Participant
from archive.views.browse import SECTION_SIZE
from archive.views.lookup import find, record_page, show
from archive.views.records.event_series import members_of
from archive.views.records.press import headings


@record_page
def event(request: HttpRequest, slug: str) -> HttpResponse:
    came = Attendance.objects.filter(participant__status="published").select_related(
        "participant__country", "office__country", "office__organisation", "source_article"
    )
    found: Event = find(
        request,
        Event.objects.select_related("series", "city__country", "parent").prefetch_related(
            "host_countries",
            "countries",
            "topics",
            Prefetch("participants", Participant.objects.published().only("slug", *NAME_FIELDS, "status", "kind")),
            Prefetch("attendances", came),
            Prefetch("delegations", Delegation.objects.select_related("country", "source_article")),
            "figures__source_article",
            "readings__source_article",
            "sources__source_article",
            Prefetch("children", Event.objects.published().oldest()),
            "status_changes__country",
        ),
        slug,
    )
    delegations = found.delegations.all()
    covering = (
        Coverage.objects.filter(event=found, article__status="published")
        .select_related("article__publisher", "article__agency")
        .order_by(F("article__date_earliest").asc(nulls_last=True), "article__date_latest", "article__slug")
    )
    context = {
        "event": found,
        "came": [one for one in delegations if one.capacity != Delegation.Capacity.ANNOUNCED_ONLY],
        "announced": [one for one in delegations if one.capacity == Delegation.Capacity.ANNOUNCED_ONLY],
        "standing": _standing(found),
        "press": headings(covering[:SECTION_SIZE], found),
        "press_total": covering.count(),
        "press_shown": SECTION_SIZE,
    }
    return show(request, "archive/event_detail.html", context, found)


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
