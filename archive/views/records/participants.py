"""The page of a person or an organisation: offices, events attended, press."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from archive import dates
from archive.models import Article, Attendance, City, Event, Office, Participant, Topic
from archive.overview import Overview, overview
from archive.pictures.lanes import Lane, Lanes, lanes
from archive.pictures.network import ego_network
from archive.querysets import shown_name
from archive.views.browse import SECTION_SIZE
from archive.views.cards import cards_of
from archive.views.keeping import kept
from archive.views.lookup import about_record, find, show
from archive.views.records.sections import by_year


@dataclass(frozen=True, slots=True)
class Held:
    """An office, its term in words, and where that lies among the others."""

    office: Office
    term: str
    lane: Lane | None


@dataclass(frozen=True, slots=True)
class Attended:
    """An event with the capacities in which somebody took part, and the offices that are known of the time."""

    event: Event
    city: City | None
    capacities: tuple[str, ...]
    offices: tuple[Office, ...]


@kept
@about_record
def participant(request: HttpRequest, slug: str) -> HttpResponse:
    offices = Office.objects.select_related("country", "organisation", "source_article")
    found: Participant = find(
        request,
        Participant.objects.select_related("country", "as_publisher").prefetch_related(Prefetch("offices", offices)),
        slug,
    )
    archive = overview()
    events, articles = archive.of(found)
    held, axis = _held(found.offices.all())
    officers = Office.objects.filter(organisation=found, participant__status="published")
    context = {
        "participant": found,
        "ego": ego_network(found),
        "held": held,
        "axis": axis,
        "officers": officers.select_related("participant").order_by("start", shown_name("participant__"))[
            :SECTION_SIZE
        ],
        "attended": _attended(found, events.oldest(SECTION_SIZE), archive),
        "articles": cards_of(Article, articles.newest(SECTION_SIZE), archive),
        "cities": archive.beside(found, City, Event),
        "topics": archive.beside(found, Topic, Article),
        **by_year(events, articles, archive, f"participant={found.slug}"),
    }
    return show(request, "archive/participant_detail.html", context, found)


def _held(offices: Iterable[Office]) -> tuple[list[Held], Lanes]:
    """Offices in the order of their beginnings; where that is not known, of their ends, else of the words."""
    ordered = sorted(offices, key=lambda one: (one.start or one.end or "9999", one.term, one.title))
    axis = lanes(((one.start, one.end) for one in ordered), timezone.localdate())
    return [Held(one, term_of(one), lane) for one, lane in zip(ordered, axis.lanes, strict=True)], axis


def term_of(office: Office) -> str:
    """The term in words; a side of which nothing is known is said to be so."""
    if office.term or (office.start and office.end):
        return office.term_text
    if office.start:
        return _("since %(date)s; no end is recorded") % {"date": dates.show(office.start, dates.Case.GENITIVE)}
    if office.end:
        return _("until %(date)s; the start is not recorded") % {"date": dates.show(office.end, dates.Case.GENITIVE)}
    return _("not known")


def _attended(participant: Participant, keys: Sequence[int], archive: Overview) -> list[Attended]:
    """Of the public events with those keys, in that order; each once, though somebody may have chaired and signed it."""
    rows = Attendance.objects.filter(participant=participant, event__in=keys).order_by("pk")
    by_event: dict[int, list[tuple[str, int | None]]] = {key: [] for key in keys}
    for key, capacity, office in rows.values_list("event", "capacity", "office"):
        by_event[key].append((capacity, office))
    wanted = {office for found in by_event.values() for _capacity, office in found if office}
    offices = Office.objects.select_related("country", "organisation").in_bulk(wanted) if wanted else {}
    names, events, cities = dict(Attendance.Capacity.choices), archive.records(Event), archive.records(City)
    return [
        Attended(
            events[key],
            cities.get(events[key].city_id),
            tuple(str(names[capacity]) for capacity, _office in found),
            tuple(dict.fromkeys(offices[office] for _capacity, office in found if office)),
        )
        for key, found in by_event.items()
        if found and key in events
    ]
