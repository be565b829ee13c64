"""Records as schema.org describes them (https://schema.org/docs/full.html), in JSON-LD."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import translation

from archive.dates import PartialDate
from archive.formats.citation.citable import ARCHIVE
from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic

Node = dict[str, Any]
_CONTEXT = "https://schema.org"
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def described(record: Any, site: str) -> Node:
    """The record as a node with its context. In English, like all machine interfaces; what is not known is left out.

    `site` is the archive's address without a slash at its end. What the record links to must be loaded.
    """
    with translation.override("en"):
        return {"@context": _CONTEXT, **_without_empty(_MAKERS[type(record)](record, site))}


def breadcrumbs(steps: Sequence[tuple[str, str]], site: str) -> Node:
    """The way to a page: names and paths, from the first page on."""
    return {
        "@context": _CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": site + path}
            for number, (name, path) in enumerate(steps, 1)
        ],
    }


def website(site: str, search: str) -> Node:
    """The archive itself, with the address of its search."""
    return {
        "@context": _CONTEXT,
        "@type": "WebSite",
        "name": ARCHIVE,
        "url": f"{site}/",
        "license": _LICENCE,
        "inLanguage": ["en", "ru", "zh-Hans"],
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{site}{search}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }


def dumped(nodes: Node | Sequence[Node]) -> str:
    """JSON that can stand in a script element: nothing in it ends the element or begins a comment."""
    text = json.dumps(nodes, ensure_ascii=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _article(article: Article, site: str) -> Node:
    return {
        "@type": "NewsArticle" if article.kind != Article.Kind.ANALYSIS else "AnalysisNewsArticle",
        "@id": site + article.get_absolute_url(),
        "url": site + article.get_absolute_url(),
        "headline": article.shown_headline,
        "datePublished": _day(article.partial_date),
        "temporalCoverage": _edtf(article.partial_date),
        "inLanguage": article.language,
        "publisher": _publisher_of(article.publisher or article.agency, site),
        "sourceOrganization": _publisher_of(article.agency, site) if article.publisher else None,
        "abstract": article.abstract,
        "about": [_named("Event", event, site) for event in _events(article)]
        + [_named("DefinedTerm", topic, site) for topic in article.topics.all()],
        "mentions": [_named(_participant_type(one), one, site) for one in article.participants.all()]
        + [_named("Country", country, site) for country in article.countries.all()],
        "contentLocation": _named("Place", article.dateline_city, site) if article.dateline_city else None,
        "isBasedOn": article.url,
        "isPartOf": {"@type": "WebSite", "name": ARCHIVE, "url": f"{site}/"},
    }


def _events(article: Article) -> list[Event]:
    return [coverage.event for coverage in article.coverages.all() if coverage.event.is_published]


_STATUS = {
    Event.State.HELD: "EventScheduled",
    Event.State.PLANNED: "EventScheduled",
    Event.State.CANCELLED: "EventCancelled",
}
_MODE = {
    Event.Format.IN_PERSON: "OfflineEventAttendanceMode",
    Event.Format.VIDEO: "OnlineEventAttendanceMode",
    Event.Format.HYBRID: "MixedEventAttendanceMode",
}


def _event(event: Event, site: str) -> Node:
    first, last = _ends(event.partial_date)
    return {
        "@type": "Event",
        "@id": site + event.get_absolute_url(),
        "url": site + event.get_absolute_url(),
        "name": event.name,
        "alternateName": event.all_names[1:],
        "startDate": first,
        "endDate": last,
        "eventStatus": _schema(_STATUS.get(Event.State(event.state))),
        "eventAttendanceMode": _schema(_MODE.get(Event.Format(event.format))),
        "location": _location(event, site),
        "description": event.summary,
        "about": [_named("DefinedTerm", topic, site) for topic in event.topics.all()],
        "attendee": [
            _named(_participant_type(one.participant), one.participant, site) for one in event.attendances.all()
        ],
        "superEvent": _super(event, site),
    }


def _super(event: Event, site: str) -> Node | None:
    if event.parent is not None and event.parent.is_published:
        return _named("Event", event.parent, site)
    return _named("EventSeries", event.series, site) if event.series else None


def _location(event: Event, site: str) -> Node | None:
    if event.city is not None:
        return _city(event.city, site)
    if event.place:
        return {"@type": "Place", "name": event.place}
    return None


def _city(city: City, site: str) -> Node:
    is_placed = city.latitude is not None and city.longitude is not None
    return _without_empty(
        {
            "@type": "City" if city.kind == "city" else "Place",
            "@id": site + city.get_absolute_url(),
            "url": site + city.get_absolute_url(),
            "name": city.name,
            "alternateName": city.all_names[1:],
            "containedInPlace": _named("Country", city.country, site),
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": float(city.latitude or 0),
                "longitude": float(city.longitude or 0),
            }
            if is_placed
            else None,
        }
    )


def _participant(one: Participant, site: str) -> Node:
    is_person = one.kind == Participant.Kind.PERSON
    return {
        "@type": _participant_type(one),
        "@id": site + one.get_absolute_url(),
        "url": site + one.get_absolute_url(),
        "name": one.name,
        "alternateName": one.all_names[1:],
        "description": one.description,
        ("nationality" if is_person else "location"): _named("Country", one.country, site) if one.country else None,
        "hasOccupation": [
            {"@type": "Role", "roleName": office.title, **_span(office.start, office.end)}
            for office in one.offices.all()
        ]
        if is_person
        else None,
    }


def _span(first: str, last: str) -> Node:
    return _without_empty({"startDate": first, "endDate": last})


def _country(country: Country, site: str) -> Node:
    return {
        "@type": "Country",
        "@id": site + country.get_absolute_url(),
        "url": site + country.get_absolute_url(),
        "name": country.name,
        "alternateName": country.all_names[1:],
        "identifier": country.iso2,
    }


def _topic(topic: Topic, site: str) -> Node:
    return {
        "@type": "DefinedTerm",
        "@id": site + topic.get_absolute_url(),
        "url": site + topic.get_absolute_url(),
        "name": topic.name,
        "alternateName": topic.all_names[1:],
        "description": topic.definition,
        "inDefinedTermSet": f"{site}/topics/",
    }


def _series(series: EventSeries, site: str) -> Node:
    return {
        "@type": "EventSeries",
        "@id": site + series.get_absolute_url(),
        "url": site + series.get_absolute_url(),
        "name": series.name,
        "alternateName": series.all_names[1:],
        "description": series.description,
    }


def _publisher(publisher: Publisher, site: str) -> Node:
    is_press = publisher.kind != Publisher.Kind.INSTITUTION
    return {
        "@type": "NewsMediaOrganization" if is_press else "Organization",
        "@id": site + publisher.get_absolute_url(),
        "url": site + publisher.get_absolute_url(),
        "name": publisher.name,
        "alternateName": publisher.all_names[1:],
        "location": _named("Country", publisher.country, site) if publisher.country else None,
    }


_MAKERS: Mapping[Any, Callable[[Any, str], Node]] = {
    Article: _article,
    Event: _event,
    Participant: _participant,
    Country: _country,
    City: _city,
    Topic: _topic,
    EventSeries: _series,
    Publisher: _publisher,
}


def _named(kind: str, record: Any, site: str) -> Node:
    url = site + record.get_absolute_url()
    return {"@type": kind, "@id": url, "name": record.name, "url": url}


def _participant_type(one: Participant) -> str:
    return "Person" if one.kind == Participant.Kind.PERSON else "Organization"


def _publisher_of(publisher: Publisher | None, site: str) -> Node | None:
    return _named("NewsMediaOrganization", publisher, site) if publisher else None


def _schema(name: str | None) -> str:
    return f"https://schema.org/{name}" if name else ""


def _day(when: PartialDate | None) -> str:
    """ISO 8601, as exact as it is certain; nothing where it is not."""
    if when is None or when.kind != "point" or when.start is None or when.start.qualifier:
        return ""
    return str(when.start)


def _edtf(when: PartialDate | None) -> str:
    """What `datePublished` can't say."""
    return str(when) if when is not None and not _day(when) else ""


def _ends(when: PartialDate | None) -> tuple[str, str]:
    if when is None or when.kind == "one-of":
        return "", ""
    ends = (when.start, when.end if when.kind == "interval" else when.start)
    first, last = ("" if point is None or point.qualifier else str(point) for point in ends)
    return first, last


def _without_empty(node: Mapping[str, Any]) -> Node:
    return {key: value for key, value in node.items() if value not in (None, "", [])}
