"""iCalendar (RFC 5545) of events whose days are known."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
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
            subcomponents=[_entry(event, span, known, site) for event, span in with_days],
        )
    return calendar.to_ical()


def _about(shown: int, left_out: int) -> str:
    text = f"{shown} {'event' if shown == 1 else 'events'} whose days are known."
    return f"{text} {left_out} left out: the sources give no certain day." if left_out else text


def _entry(event: Event, span: tuple[date, date], known: Mapping[int, Revision], site: str) -> Entry:
    revision = known[event.pk]
    entry = Entry.new(
        # The host keeps it apart from those of other archives; slugs are never given twice.
        uid=f"{event.slug}@{urlsplit(site).hostname}",
        summary=clean(event.name),
        start=span[0],
        # Exclusive.
        end=span[1] + timedelta(days=1),
        stamp=revision.at,
        last_modified=revision.at,
        created=event.first_public_at,
        sequence=revision.number,
        status=_STATES[Event.State(event.state)],
        transparency=TRANSP.TRANSPARENT,
        location=clean(_place(event)) or None,
        description=clean(event.summary) or None,
        url=site + event.get_absolute_url(),
        categories=[clean(topic.name) for topic in event.topics.all()],
    )
    if event.city is not None and event.city.latitude is not None and event.city.longitude is not None:
        entry.add("geo", (float(event.city.latitude), float(event.city.longitude)))
    return entry


def _place(event: Event) -> str:
    parts: Iterable[str] = [event.place]
    if event.city is not None:
        parts = [*parts, event.city.name, event.city.country.name]
    return ", ".join(part for part in parts if part)
