"""iCalendar (RFC 5545) of events whose days are known."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from django.utils import translation
from icalendar import STATUS, TRANSP, Calendar
from icalendar import Event as Entry

from archive.formats.citation.citable import ARCHIVE
from archive.formats.revisions import Revision, revisions
from archive.formats.text import clean
from archive.models import Event

# How often a subscribed calendar is asked for again.
_REFRESH = timedelta(days=1)
_STATES = {
    Event.State.HELD: STATUS.CONFIRMED,
    Event.State.PLANNED: STATUS.TENTATIVE,
    Event.State.ANNOUNCED: STATUS.TENTATIVE,
    Event.State.CANCELLED: STATUS.CANCELLED,
}


def days(event: Event) -> tuple[date, date] | None:
    """First and last day of the event where both are certain, else None: a calendar can't say "some day between"."""
    when = event.partial_date
    if when is None or when.kind == "one-of" or when.start is None:
        return None
    first, last = when.start, when.end if when.kind == "interval" else when.start
    if last is None or not all(point.day and not point.qualifier for point in (first, last)):
        return None
    return first.earliest, last.latest


def write(events: Collection[Event], *, site: str, name: str, url: str) -> bytes:
    """A calendar of the events (with `city__country` and `topics` loaded) that have their days; it says how many have not.

    In English, like all machine interfaces. One query, for the revisions.
    """
    with_days = [(event, span) for event in events if (span := days(event)) is not None]
    known = revisions([event for event, _span in with_days])
    left_out = len(events) - len(with_days)
    with translation.override("en"):
        calendar = Calendar.new(
            prodid=f"-//{ARCHIVE}//EN",
            name=clean(name),
            description=_about(len(with_days), left_out),
            url=url,
            uid=url,
            refresh_interval=_REFRESH,
        ).to_ical()
        entries = [_written(_told(event, span, known[event.pk], site)) for event, span in with_days]
    return calendar.removesuffix(_END) + b"".join(entries) + _END


_END = b"END:VCALENDAR\r\n"


def _about(shown: int, left_out: int) -> str:
    text = f"{shown} {'event' if shown == 1 else 'events'} whose days are known."
    return f"{text} {left_out} left out: the sources give no certain day." if left_out else text


@dataclass(frozen=True, slots=True)
class _Told:
    """All that the entry of an event follows from."""

    slug: str
    site: str
    url: str
    name: str
    first: date
    last: date
    revision: Revision
    created: datetime | None
    state: str
    place: str
    summary: str
    topics: tuple[str, ...]
    geo: tuple[float, float] | None


def _told(event: Event, span: tuple[date, date], revision: Revision, site: str) -> _Told:
    geo = None
    if event.city is not None and event.city.latitude is not None and event.city.longitude is not None:
        geo = (float(event.city.latitude), float(event.city.longitude))
    return _Told(
        slug=event.slug,
        site=site,
        url=site + event.get_absolute_url(),
        name=event.name,
        first=span[0],
        last=span[1],
        revision=revision,
        created=event.first_public_at,
        state=event.state,
        place=_place(event),
        summary=event.summary,
        topics=tuple(topic.name for topic in event.topics.all()),
        geo=geo,
    )


# Whoever changes one event of two thousand shall not have all written anew: each takes half a millisecond.
@lru_cache(maxsize=4096)
def _written(told: _Told) -> bytes:
    entry = Entry.new(
        # The host keeps it apart from those of other archives; slugs are never given twice.
        uid=f"{told.slug}@{urlsplit(told.site).hostname}",
        summary=clean(told.name),
        start=told.first,
        # Exclusive.
        end=told.last + timedelta(days=1),
        stamp=told.revision.at,
        last_modified=told.revision.at,
        created=told.created,
        sequence=told.revision.number,
        status=_STATES[Event.State(told.state)],
        transparency=TRANSP.TRANSPARENT,
        location=clean(told.place) or None,
        description=clean(told.summary) or None,
        url=told.url,
        categories=[clean(topic) for topic in told.topics],
    )
    if told.geo is not None:
        entry.add("geo", told.geo)
    written: bytes = entry.to_ical()
    return written


def _place(event: Event) -> str:
    parts: Iterable[str] = [event.place]
    if event.city is not None:
        parts = [*parts, event.city.name, event.city.country.name]
    return ", ".join(part for part in parts if part)
