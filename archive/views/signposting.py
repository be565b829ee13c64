"""Typed links in the headers of a record's page, for machines that don't read pages (https://signposting.org/FAIR/)."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import iri_to_uri

from archive.formats.metadata import LICENCE
from archive.formats.outputs import outputs_of
from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic

# What schema.org calls them.
_TYPES: Mapping[Any, str] = {
    Article: "NewsArticle",
    Event: "Event",
    Participant: "Person",
    Country: "Country",
    City: "City",
    Topic: "DefinedTerm",
    EventSeries: "EventSeries",
    Publisher: "Organization",
}


def links(record: Any) -> str:
    """The value of the Link header: what to cite, in which formats the record is described, what it is, its licence."""
    # One record, one identity: the addresses are those without a language.
    with translation.override(settings.LANGUAGE_CODE):
        return ", ".join(_links(record))


def _links(record: Any) -> Iterator[str]:
    url = settings.SITE_URL + record.get_absolute_url()
    yield _link(url, "cite-as")
    for key, output in outputs_of(type(record)).items():
        yield _link(f"{url}?format={key}", "describedby", output.media_type)
    yield _link("https://schema.org/AboutPage", "type")
    yield _link(f"https://schema.org/{_type(record)}", "type")
    yield _link(LICENCE, "license")
    if isinstance(record, Article) and record.url:
        yield _link(record.url, "item")
    yield _link(settings.SITE_URL + _collection(record), "collection")


def _type(record: Any) -> str:
    is_body = isinstance(record, Participant) and record.kind != Participant.Kind.PERSON
    return "Organization" if is_body else _TYPES[type(record)]


def _collection(record: Any) -> str:
    if isinstance(record, Event) and record.series_id and record.series is not None:
        return record.series.get_absolute_url()
    kind = {"eventseries": "series"}.get(record._meta.model_name, record._meta.model_name)
    return reverse(f"archive:{kind}-list")


def _link(url: str, rel: str, media_type: str = "") -> str:
    target = iri_to_uri(url).replace("<", "%3C").replace(">", "%3E")
    return f'<{target}>; rel="{rel}"' + (f'; type="{media_type}"' if media_type else "")
