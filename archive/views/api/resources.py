"""The kinds of records that the API has: one table, of which its operations, its document and its manual are made."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from ninja import Schema

from archive.addresses import address
from archive.filters import ArticleFilterSet, BrowseFilterSet, EventFilterSet
from archive.following import KINDS, key_field
from archive.formats.outputs import OUTPUTS, in_order
from archive.formats.records import EXPORTS, Row, corrections
from archive.models import Article, Event, Participant, Reviewed
from archive.overview import overview
from archive.stamps import stamps
from archive.views.api import schemas
from archive.views.api.door import PREFIX
from archive.views.portable import plural_of

# When what was loaded before there was a log was changed.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Resource:
    """Records of one kind. `filters` are those of the page; lists of names have none but `kinds`."""

    kind: str
    about: str
    record: type[Schema]
    page: type[Schema]
    filters: type[BrowseFilterSet] | None = None
    kinds: Collection[str] = ()

    @property
    def model(self) -> Any:
        return KINDS[self.kind]

    @property
    def plural(self) -> str:
        return plural_of(self.model)

    @property
    def key(self) -> str:
        """The field by which its records are known."""
        return key_field(self.model)

    def public(self) -> QuerySet:
        return self.model.objects.published() if issubclass(self.model, Reviewed) else self.model.objects.all()

    def rows(self, keys: Collection[int], fields: Collection[str] | None = None) -> Iterator[tuple[int, Row]]:
        """The public records among these primary keys as the API has them, in that order; a constant number of queries."""
        kind, known = self.model._meta.model_name, stamps()
        noted = corrections(record_type=kind, record_id__in=keys)
        counted = overview().counts(self.model) if self.model not in (Article, Event) else None
        for record in in_order(OUTPUTS["jsonl"], self.public(), keys):
            row = EXPORTS[self.kind].row(record, False)
            row["corrections"] = noted.get((kind, record.pk), [])
            if counted is not None:
                events, articles = counted.get(record.pk, (0, 0))
                row["counts"] = {"events": events, "articles": articles}
            stamp = known.get((kind, row[self.key]))
            row["changed"] = {"number": stamp.number if stamp else 0, "at": moment(stamp.at if stamp else _LONG_AGO)}
            row["links"] = links(self.kind, row[self.key])
            yield record.pk, row if fields is None else {name: row[name] for name in row if name in fields}


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def links(kind: str, key: str) -> dict[str, str]:
    """The record's address in the API, and that of its page."""
    # Countries' codes are written small in addresses of pages.
    page = address(kind, key.lower() if kind == "country" else key)
    return {"self": settings.SITE_URL + path_of(kind, key), "page": settings.SITE_URL + page}


def path_of(kind: str, key: str) -> str:
    return f"{PREFIX}{plural_of(KINDS[kind])}/{key}"


RESOURCES: Mapping[str, Resource] = {
    one.kind: one
    for one in (
        Resource(
            "article",
            "News items as published, newest first",
            schemas.ArticleRecord,
            schemas.ArticleList,
            ArticleFilterSet,
        ),
        Resource(
            "event",
            "What happened or was planned, newest first",
            schemas.EventRecord,
            schemas.EventList,
            EventFilterSet,
        ),
        Resource(
            "participant",
            "People and organisations",
            schemas.ParticipantRecord,
            schemas.ParticipantList,
            kinds=Participant.Kind.values,
        ),
        Resource("country", "States, with their standing in the SCO", schemas.CountryRecord, schemas.CountryList),
        Resource("city", "Host cities, towns and sites", schemas.CityRecord, schemas.CityList),
        Resource("topic", "The controlled list of subjects", schemas.TopicRecord, schemas.TopicList),
        Resource("publisher", "Agencies, newspapers, institutions", schemas.PublisherRecord, schemas.PublisherList),
        Resource("series", "Bodies and exercises that meet again and again", schemas.SeriesRecord, schemas.SeriesList),
    )
}
