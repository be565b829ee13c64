"""Published records as plain dictionaries: the archive's own exchange format (docs/data.md, "Export").

Keys may be added, never renamed; links are slugs or codes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from archive.models import (
    Article,
    Attendance,
    City,
    CorrectionNote,
    Country,
    Coverage,
    Delegation,
    DuplicateDecision,
    Event,
    EventSeries,
    Office,
    Participant,
    Publisher,
    Sourced,
    SourceDocument,
    Term,
    Topic,
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exported:
    """How one kind of record is exported: `records` loads all that `row` reads, in a constant number of queries.

    Both take whether drafts, withdrawn records and restricted texts are wanted too.
    """

    records: Callable[[bool], QuerySet]
    row: Callable[[Any, bool], Row]


def export_rows(*, with_restricted: bool = False) -> Iterator[Row]:
    """Every record as a dictionary, kinds in the order of `EXPORTS`; memory stays constant."""
    noted = corrections()
    for exported in EXPORTS.values():
        for record in exported.records(with_restricted).iterator(chunk_size=200):
            notes = noted.get((record._meta.model_name, record.pk), [])
            yield {**exported.row(record, with_restricted), "corrections": notes}


def corrections(**only: Any) -> dict[tuple[str, int], list[Row]]:
    """The correction notes of every record, oldest first: few, so that they are kept at hand. `only` narrows them down."""
    found: defaultdict[tuple[str, int], list[Row]] = defaultdict(list)
    notes = CorrectionNote.objects.filter(**only).order_by("at", "pk")
    for kind, pk, at, text in notes.values_list("record_type", "record_id", "at", "text"):
        found[kind, pk].append({"at": _time(at), "text": text})
    return found


def _visible(queryset: Any, with_restricted: bool) -> Any:
    return queryset.all() if with_restricted else queryset.published()


def _slug(record: Any) -> str | None:
    return record.slug if record is not None else None


def _slugs(records: Any) -> list[str]:
    return sorted(record.slug for record in records)


def _codes(countries: Any) -> list[str]:
    return sorted(country.iso2 for country in countries)


def _visible_slug(record: Any, with_restricted: bool) -> str | None:
    """The slug of a record that goes through review; None where the reader may not know of it."""
    return record.slug if record is not None and (with_restricted or record.is_published) else None


def _source(statement: Sourced, with_restricted: bool) -> Row:
    return {
        "source_article": _visible_slug(statement.source_article, with_restricted),
        "source": statement.source,
        "confidence": statement.confidence,
        "note": statement.note,
    }


def _names(record: Any) -> Row:
    return {
        "name": record.name,
        "name_ru": record.name_ru,
        "name_zh": record.name_zh,
        "variants": record.variants,
    }


def _review(record: Any) -> Row:
    return {
        "status": record.status,
        "first_public_at": _time(record.first_public_at),
        "withdrawn_at": _time(record.withdrawn_at),
        "withdrawal_reason": record.withdrawal_reason,
    }


def _time(moment: Any) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _article(article: Article, with_restricted: bool) -> Row:
    is_open = article.rights == Article.Rights.OPEN
    return {
        "type": "article",
        "slug": article.slug,
        "headline": article.headline,
        "headline_supplied": article.headline_supplied,
        "published": {
            "edtf": article.date,
            "basis": article.date_basis,
            "printed": article.printed_date,
            "note": article.date_note,
        },
        "publisher": _slug(article.publisher),
        "agency": _slug(article.agency),
        "kind": article.kind,
        "language": article.language,
        "dateline": article.dateline,
        "dateline_city": _slug(article.dateline_city),
        "abstract": article.abstract,
        "body": article.body if is_open or with_restricted else "",
        "rights": article.rights,
        "text_sha256": article.text_sha256,
        "countries": _codes(article.countries.all()),
        "participants": _slugs(article.participants.all()),
        "topics": _slugs(article.topics.all()),
        "events": [
            {"slug": coverage.event.slug, "relation": coverage.relation, "note": coverage.note}
            for coverage in article.coverages.all()
        ],
        "syndicated_with": sorted(
            other.slug
            for other in (
                *(decision.second for decision in article.decisions_as_first.all()),
                *(decision.first for decision in article.decisions_as_second.all()),
            )
            if with_restricted or other.is_published
        ),
        "source_document": article.source_document.name if article.source_document else None,
        "source_position": article.source_position,
        "url": article.url,
        **_review(article),
    }


def _articles(with_restricted: bool) -> QuerySet:
    copies = DuplicateDecision.objects.filter(outcome=DuplicateDecision.Outcome.SYNDICATED)
    return (
        _visible(Article.objects, with_restricted)
        .select_related("publisher", "agency", "dateline_city", "source_document")
        .prefetch_related(
            "countries",
            Prefetch("participants", _visible(Participant.objects, with_restricted)),
            "topics",
            Prefetch(
                "coverages",
                Coverage.objects.filter(event__in=_visible(Event.objects, with_restricted))
                .select_related("event")
                .order_by("event__slug"),
            ),
            Prefetch("decisions_as_first", copies.select_related("second")),
            Prefetch("decisions_as_second", copies.select_related("first")),
        )
        .order_by("source_document__name", "source_position", "slug")
    )


def _event(event: Event, with_restricted: bool) -> Row:
    return {
        "type": "event",
        "slug": event.slug,
        **_names(event),
        "kind": event.kind,
        "series": _slug(event.series),
        "ordinal": event.ordinal,
        "ordinal_basis": event.ordinal_basis,
        "dates": {"edtf": event.date, "basis": event.date_basis, "note": event.date_note},
        "city": _slug(event.city),
        "host_countries": _codes(event.host_countries.all()),
        "place": event.place,
        "format": event.format,
        "state": event.state,
        "parent": _visible_slug(event.parent, with_restricted),
        "topics": _slugs(event.topics.all()),
        "delegations": [
            {"country": one.country.iso2, "capacity": one.capacity, **_source(one, with_restricted)}
            for one in event.delegations.all()
        ],
        "participants": [
            {
                "slug": one.participant.slug,
                "capacity": one.capacity,
                "office": one.office.title if one.office else None,
                "office_from": one.office.start if one.office else None,
                **_source(one, with_restricted),
            }
            for one in event.attendances.all()
        ],
        "figures": [
            {
                "label": one.label,
                "text": one.text,
                "number": float(one.number) if one.number is not None else None,
                "unit": one.unit,
                **_source(one, with_restricted),
            }
            for one in event.figures.all()
        ],
        "readings": [
            {"field": one.field, "value": one.value, **_source(one, with_restricted)} for one in event.readings.all()
        ],
        "summary": event.summary,
        "authority_id": event.authority_id,
        "sources": [{"supports": one.supports, **_source(one, with_restricted)} for one in event.sources.all()],
        **_review(event),
    }


def _events(with_restricted: bool) -> QuerySet:
    visible_attendances = Attendance.objects.filter(participant__in=_visible(Participant.objects, with_restricted))
    return (
        _visible(Event.objects, with_restricted)
        .select_related("series", "city", "parent")
        .prefetch_related(
            "host_countries",
            "topics",
            Prefetch(
                "delegations", Delegation.objects.select_related("country", "source_article").order_by("country__iso2")
            ),
            Prefetch(
                "attendances",
                visible_attendances.select_related("participant", "office", "source_article").order_by(
                    "participant__slug", "capacity"
                ),
            ),
            "figures__source_article",
            "readings__source_article",
            "sources__source_article",
        )
        .order_by("slug")
    )


def _participant(participant: Participant, with_restricted: bool) -> Row:
    return {
        "type": "participant",
        "kind": participant.kind,
        "slug": participant.slug,
        **_names(participant),
        "country": participant.country.iso2 if participant.country else None,
        "description": participant.description,
        "offices": [
            {
                "title": office.title,
                "country": office.country.iso2 if office.country else None,
                "organisation": _visible_slug(office.organisation, with_restricted),
                "from": office.start,
                "to": office.end,
                "term": office.term,
                **_source(office, with_restricted),
            }
            for office in participant.offices.all()
        ],
        **_review(participant),
    }


def _participants(with_restricted: bool) -> QuerySet:
    return (
        _visible(Participant.objects, with_restricted)
        .select_related("country")
        .prefetch_related(
            Prefetch("offices", Office.objects.select_related("country", "organisation", "source_article"))
        )
        .order_by("slug")
    )


def _country(country: Country, with_restricted: bool) -> Row:
    return {
        "type": "country",
        "iso2": country.iso2,
        "iso3": country.iso3,
        **_names(country),
        "official_name": country.official_name,
        "sco_status": [
            {
                "status": one.status,
                "kind": one.kind,
                "from": one.start,
                "to": one.end,
                "basis": one.basis,
                "event": _visible_slug(one.event, with_restricted),
                **_source(one, with_restricted),
            }
            for one in country.sco_status.all()
        ],
    }


def _city(city: City, with_restricted: bool) -> Row:
    return {
        "type": "city",
        "slug": city.slug,
        **_names(city),
        "kind": city.kind,
        "country": city.country.iso2,
        "latitude": float(city.latitude) if city.latitude is not None else None,
        "longitude": float(city.longitude) if city.longitude is not None else None,
        "note": city.note,
    }


def _topic(topic: Topic, with_restricted: bool) -> Row:
    return {
        "type": "topic",
        "slug": topic.slug,
        **_names(topic),
        "definition": topic.definition,
        "broader": _slug(topic.broader),
    }


def _publisher(publisher: Publisher, with_restricted: bool) -> Row:
    return {
        "type": "publisher",
        "slug": publisher.slug,
        **_names(publisher),
        "kind": publisher.kind,
        "country": publisher.country.iso2 if publisher.country else None,
        "organisation": _visible_slug(publisher.organisation, with_restricted),
    }


def _series(series: EventSeries, with_restricted: bool) -> Row:
    return {
        "type": "series",
        "slug": series.slug,
        **_names(series),
        "kind": series.kind,
        "abbreviation": series.abbreviation,
        "description": series.description,
        "is_yearly": series.is_yearly,
    }


def _term(term: Term, with_restricted: bool) -> Row:
    return {
        "type": "term",
        "slug": term.slug,
        "category": term.category,
        **_names(term),
        "abbreviation": term.abbreviation,
        "definition": term.definition,
        "ambiguous": term.ambiguous,
        "related": term.related,
        **_source(term, with_restricted),
    }


def _source_document(document: SourceDocument, with_restricted: bool) -> Row:
    return {
        "type": "source_document",
        "name": document.name,
        "title": document.title,
        "kind": document.kind,
        "sha256": document.sha256,
        "address": document.address,
        "captured_at": _time(document.captured_at),
        "note": document.note,
    }


EXPORTS: Mapping[str, Exported] = {
    "article": Exported(_articles, _article),
    "event": Exported(_events, _event),
    "participant": Exported(_participants, _participant),
    "country": Exported(
        lambda _: Country.objects.prefetch_related("sco_status__event", "sco_status__source_article").order_by("iso2"),
        _country,
    ),
    "city": Exported(lambda _: City.objects.select_related("country").order_by("slug"), _city),
    "topic": Exported(lambda _: Topic.objects.select_related("broader").order_by("slug"), _topic),
    "publisher": Exported(
        lambda _: Publisher.objects.select_related("country", "organisation").order_by("slug"), _publisher
    ),
    "series": Exported(lambda _: EventSeries.objects.order_by("slug"), _series),
    "term": Exported(lambda _: Term.objects.select_related("source_article").order_by("slug"), _term),
    "source_document": Exported(lambda _: SourceDocument.objects.order_by("name"), _source_document),
}
