"""The page of an event: what is known of it, who came, its place in its series, the press on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse

from archive.gaps import Gap, gaps
from archive.languages import sort_key
from archive.models import (
    Article,
    Attendance,
    Country,
    CountryStatus,
    Coverage,
    Delegation,
    Event,
    EventSource,
    Figure,
    Office,
    Participant,
    Publisher,
    Reading,
    Topic,
)
from archive.overview import Overview, overview
from archive.views.browse import SECTION_SIZE
from archive.views.keeping import kept
from archive.views.lookup import about_record, find, show
from archive.views.records.event_series import members_of
from archive.views.records.linking import fetch, link, remember
from archive.views.records.press import headings


@kept
@about_record
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
    """Link a loaded event to what it names, all of it public; two queries for a plain one."""
    rows = {
        "attendances": Attendance.objects.public().order_by("pk"),
        "delegations": Delegation.objects.order_by(),
        "figures": Figure.objects.order_by("pk"),
        "readings": Reading.objects.order_by("field", "pk"),
        "sources": EventSource.objects.order_by("pk"),
        "children": Event.objects.published().oldest(),
        "status_changes": CountryStatus.objects.order_by("start"),
    }
    loaded = {name: Prefetch(name, found) for name, found in rows.items()}
    link(event, {"host_countries": Country, "topics": Topic}, loaded, archive)
    came = _of(event, "attendances", "participant", archive.records(Participant))
    sent = _of(event, "delegations", "country", archive.records(Country))
    _of(event, "status_changes", "country", archive.records(Country))
    fetch(came, "office", Office.objects.select_related("country", "organisation"))
    sourced = [*came, *sent, *event.figures.all(), *event.readings.all(), *event.sources.all()]
    fetch(sourced, "source_article", Article.objects.only(*_SOURCE))
    remember(event, "participants", Participant, _once(one.participant for one in came))
    remember(event, "countries", Country, _once(one.country for one in sent))


# What a statement says of the article that it comes from.
_SOURCE = ("slug", "status", "headline", "headline_supplied", "language")


def _of(event: Event, name: str, field: str, records: Mapping[int, Any]) -> list[Any]:
    """The rows of the event of that name, each with the record that its field points to; countries by name."""
    manager: Any = getattr(event, name)
    rows = [row for row in manager.all() if getattr(row, f"{field}_id") in records]
    for row in rows:
        setattr(row, field, records[getattr(row, f"{field}_id")])
    if field == "country":
        rows.sort(key=lambda row: sort_key(str(row.country)))
    remember(event, name, manager.model, rows)
    return rows


def _once(records: Iterable[Any]) -> Iterable[Any]:
    return {record.pk: record for record in records}.values()


def _press(event: Event, archive: Overview) -> list[Coverage]:
    """The public articles that cover it, oldest first, with what their cards say."""
    rows = Coverage.objects.filter(event=event).order_by().values_list("article", "relation", "note")
    covering = {key: (relation, note) for key, relation, note in rows}
    shown = archive.articles.among(covering).oldest(SECTION_SIZE)
    articles = archive.each("article on an event", shown, lambda keys: _written(keys, archive))
    return [
        Coverage(article=article, event=event, relation=covering[key][0], note=covering[key][1])
        for key, article in articles.items()
    ]


def _written(keys: list[int], archive: Overview) -> dict[int, Article]:
    publishers: Mapping[Any, Any] = archive.records(Publisher)
    found = Article.objects.published().only(*_SOURCE, "publisher", "agency", "date", "date_earliest", "date_latest")
    articles = found.in_bulk(keys)
    for article in articles.values():
        article.publisher = publishers.get(article.publisher_id)
        article.agency = publishers.get(article.agency_id)
    return articles


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
