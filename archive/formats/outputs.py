"""The formats that a page can be had in (`?format=`): one table of rows."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from archive.formats import geojson, ical, jsonld
from archive.formats.citation import bibtex, csljson, ris
from archive.formats.citation.citable import citables, for_citing
from archive.formats.records import EXPORTS
from archive.formats.table import lines
from archive.models import (
    Article,
    Attendance,
    City,
    Country,
    Coverage,
    Event,
    EventSeries,
    Participant,
    Publisher,
    Topic,
)

# So many records are cited, or put into a calendar, at once; tables and lines of JSON have no end.
MOST = 2_000
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what: the archive's address without a slash at its end, the day, and the page's name and address."""

    site: str
    today: date
    name: str
    url: str


Write = Callable[[Iterable[Any], Asked], Iterable[str | bytes]]


@dataclass(frozen=True, slots=True)
class Output:
    """`load` makes a queryset bring all that `write` reads; `most` is how many records it takes at once (None: any number)."""

    label: str
    media_type: str
    suffix: str
    models: Collection[Any]
    load: Callable[[QuerySet], QuerySet]
    write: Write
    most: int | None = MOST

    def at_most(self, most: int | None) -> int | None:
        """How many it takes where no more than `most` can be had anyway."""
        return min((one for one in (self.most, most) if one is not None), default=None)


def _cited(write: Callable[[Iterable[Any]], Iterator[str]]) -> Write:
    return lambda records, asked: write(citables(records, site=asked.site, accessed=asked.today))


def _exported(records: QuerySet) -> QuerySet:
    """With what a row of the export reads; only what is published."""
    return EXPORTS[_kind(records.model)].records(False).filter(pk__in=records.order_by().values("pk"))


def _kind(model: Any) -> str:
    return {"eventseries": "series"}.get(model._meta.model_name, model._meta.model_name)


def _rows(records: Iterable[Any]) -> Iterator[dict[str, Any]]:
    return (EXPORTS[_kind(type(record))].row(record, False) for record in records)


def _json_lines(records: Iterable[Any], asked: Asked) -> Iterator[str]:
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(records))


def _csv(records: Iterable[Any], asked: Asked) -> Iterator[str]:
    return lines(_rows(records))


def _described(records: Iterable[Any], asked: Asked) -> Iterator[str]:
    nodes = [jsonld.described(record, asked.site) for record in records]
    yield json.dumps(nodes[0] if len(nodes) == 1 else nodes, ensure_ascii=False, indent=1) + "\n"


def _calendar(records: Iterable[Any], asked: Asked) -> Iterator[bytes]:
    yield ical.write(list(records), site=asked.site, name=asked.name, url=asked.url)


def _with_links(records: QuerySet) -> QuerySet:
    """With what a description of schema.org reads."""
    related, prefetched = _LINKS.get(records.model, ((), ()))
    return records.select_related(*related).prefetch_related(*prefetched)


_LINKS: Mapping[Any, tuple[tuple[str, ...], tuple[Any, ...]]] = {
    Article: (
        ("publisher", "agency", "dateline_city"),
        (
            "countries",
            "topics",
            Prefetch("participants", Participant.objects.published()),
            Prefetch("coverages", Coverage.objects.select_related("event")),
        ),
    ),
    Event: (
        ("city__country", "series", "parent"),
        (
            "topics",
            Prefetch(
                "attendances",
                Attendance.objects.filter(participant__status="published").select_related("participant"),
            ),
        ),
    ),
    Participant: (("country",), ("offices",)),
    City: (("country",), ()),
    Publisher: (("country",), ()),
}
_ALL = (Article, Event, Participant, Country, City, Topic, EventSeries, Publisher)

OUTPUTS: Mapping[str, Output] = {
    "ris": Output("RIS", "application/x-research-info-systems", "ris", (Article, Event), for_citing, _cited(ris.write)),
    "bibtex": Output("BibTeX", "application/x-bibtex", "bib", (Article, Event), for_citing, _cited(bibtex.write)),
    "csljson": Output(
        "CSL-JSON",
        "application/vnd.citationstyles.csl+json",
        "json",
        (Article, Event),
        for_citing,
        _cited(csljson.write),
    ),
    "jsonld": Output("JSON-LD", "application/ld+json", "jsonld", _ALL, _with_links, _described),
    "ics": Output(
        "iCalendar",
        "text/calendar",
        "ics",
        (Event,),
        lambda records: records.select_related("city__country").prefetch_related("topics"),
        _calendar,
    ),
    "csv": Output("CSV", "text/csv", "csv", _ALL, _exported, _csv, None),
    "jsonl": Output("JSON lines", "application/jsonl", "jsonl", _ALL, _exported, _json_lines, None),
    "geojson": Output(
        "GeoJSON",
        "application/geo+json",
        "geojson",
        (Event, City),
        lambda records: (
            records.select_related("city", "series").prefetch_related("host_countries")
            if records.model is Event
            else records.select_related("country")
        ),
        lambda records, asked: geojson.write(records, asked.site),
        None,
    ),
}


def outputs_of(model: Any) -> dict[str, Output]:
    """The formats that records of the model can be had in."""
    return {key: output for key, output in OUTPUTS.items() if model in output.models}


def in_order(output: Output, records: QuerySet, keys: Collection[int]) -> Iterator[Any]:
    """The records of those keys in that order, some hundred in memory at a time; what is not in `records` is left out."""
    ordered = list(keys)
    for at in range(0, len(ordered), _CHUNK):
        chunk = ordered[at : at + _CHUNK]
        found = output.load(records.filter(pk__in=chunk)).in_bulk(chunk)
        yield from (found[key] for key in chunk if key in found)
