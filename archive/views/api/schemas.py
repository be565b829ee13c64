"""What the API answers, as pydantic describes it: the OpenAPI document and the manual are made of this.

The rows of records themselves come from `archive.formats.records`; tests hold the two together.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from django.db.models import TextChoices
from ninja import Schema
from pydantic import ConfigDict, Field

from archive.models import (
    Article,
    Attendance,
    City,
    CountryStatus,
    Coverage,
    DateBasis,
    Delegation,
    Event,
    EventSeries,
    Participant,
    Publisher,
    Status,
)
from archive.models.base import SourcedConfidence


def _one_of(choices: type[TextChoices], *, blank: bool = False, description: str = "") -> Any:
    values: list[str] = [*choices.values, *([""] if blank else [])]
    return Field(description=description or None, json_schema_extra={"enum": [*values]})


def _said(description: str, **more: Any) -> Any:
    return Field(description=description, **more)


_TIME = {"format": "date-time"}
_URI = {"format": "uri"}


def _time(description: str) -> Any:
    return Field(description=description, json_schema_extra={**_TIME})


class Answer(Schema):
    """Base: nothing is answered that is not described."""

    model_config = ConfigDict(extra="forbid")


def _only(*always: str) -> Any:
    """Of a record all fields are there unless `fields` chose some; these are in any case."""

    def change(schema: dict[str, Any], model: type[Schema]) -> None:
        schema["required"] = [*always]
        schema["properties"] = {name: schema["properties"][name] for name in properties(model)}

    return ConfigDict(extra="forbid", json_schema_extra=change)


# Parts of records -----------------------------------------------------------------------------------------------------


class Links(Answer):
    self: str = _said("This record in the API.", json_schema_extra=_URI)
    page: str = _said("Its page, in English.", json_schema_extra=_URI)


class Counts(Answer):
    events: int = _said("Public events linked to it, as its page counts them.")
    articles: int = _said("Public articles linked to it, as its page counts them.")


class LastChange(Answer):
    number: int = _said("The last change of the record, or of a row that belongs to it, in the archive's log.")
    at: str = _time("When that was.")


class Correction(Answer):
    at: str = _time("When it was corrected.")
    text: str = _said("What was corrected.")


class SourcedStatement(Answer):
    source_article: str | None = _said("Slug of the article that says so.")
    source: str = _said("Addresses or description of the source; several are joined by “ | ”.")
    confidence: Annotated[str, _one_of(SourcedConfidence)]
    note: str


class ArticleDate(Answer):
    edtf: str = _said("EDTF (ISO 8601-2); empty where it is not known.", examples=["2014-08-24", "2016-07"])
    basis: Annotated[str, _one_of(DateBasis, blank=True, description="Where the date comes from.")]
    printed: str = _said("As it was printed.")
    note: str = _said("Why, where the date is inferred, looked up or corrected.")


class EventDates(Answer):
    edtf: str = _said("EDTF (ISO 8601-2); empty where it is not known.", examples=["2014-08-24/2014-08-29"])
    basis: Annotated[str, _one_of(DateBasis, blank=True, description="Where the dates come from.")]
    note: str


class CoveredEvent(Answer):
    slug: str
    relation: Annotated[str, _one_of(Coverage.Relation)]
    note: str


class DelegationRow(SourcedStatement):
    country: str = _said("ISO 3166 code, two letters.")
    capacity: Annotated[str, _one_of(Delegation.Capacity)]


class AttendanceRow(SourcedStatement):
    slug: str
    capacity: Annotated[str, _one_of(Attendance.Capacity)]
    office: str | None = _said("The office held at the time.")
    office_from: str | None = _said("Since when, which tells two offices of one title apart. EDTF.")


class FigureRow(SourcedStatement):
    label: str
    text: str = _said("As stated.")
    number: float | None = _said("Where the text is a plain number.")
    unit: str


class ReadingRow(SourcedStatement):
    field: str
    value: str = _said("What another source says of the field.")


class SourceRow(SourcedStatement):
    supports: str


class OfficeRow(SourcedStatement):
    title: str
    country: str | None
    organisation: str | None
    from_: str = Field(alias="from", description="EDTF; empty where it is not known.")
    to: str
    term: str


class StatusRow(SourcedStatement):
    status: Annotated[str, _one_of(CountryStatus.Standing)]
    kind: Annotated[str, _one_of(CountryStatus.Kind)]
    from_: str = Field(alias="from", description="EDTF.")
    to: str = _said("EDTF; empty while it lasts.")
    basis: str
    event: str | None = _said("Slug of the event at which it was decided.")


# Records --------------------------------------------------------------------------------------------------------------


class _Record(Answer):
    """What every record ends with."""

    corrections: list[Correction]
    changed: LastChange
    links: Links


class _Named(_Record):
    name: str = _said("In English.")
    name_ru: str = _said("In Russian; empty where we have none.")
    name_zh: str = _said("In Chinese; empty where we have none.")
    variants: list[str] = _said("Other spellings and names.")


class _Reviewed(Answer):
    status: Annotated[str, _one_of(Status)]
    first_public_at: str | None = _time("When it was first public.")
    withdrawn_at: str | None
    withdrawal_reason: str


class ArticleRecord(_Record, _Reviewed):
    model_config = _only("type", "slug")

    type: Annotated[str, Field(json_schema_extra={"const": "article"})]
    slug: str
    headline: str = _said("As printed.")
    headline_supplied: bool = _said("The source had none: the headline is ours.")
    published: ArticleDate
    publisher: str | None = _said("Slug of the publisher.")
    agency: str | None = _said("Slug of the agency that supplied it.")
    kind: Annotated[str, _one_of(Article.Kind)]
    language: str
    dateline: str = _said("As printed.")
    dateline_city: str | None
    abstract: str = _said("Ours, in our own words.")
    body: str = _said("The captured text where its rights are open, else empty.")
    rights: Annotated[str, _one_of(Article.Rights)]
    text_sha256: str = _said("Of the normalised text.")
    countries: list[str] = _said("ISO 3166 codes, two letters.")
    participants: list[str] = _said("Slugs of people and organisations that it names.")
    topics: list[str]
    events: list[CoveredEvent]
    syndicated_with: list[str] = _said("Slugs of copies of the same text.")
    source_document: str | None = _said("Name of the document from which it was taken.")
    source_position: int | None = _said("Its place in that document, from 1.")
    url: str = _said("Where it was published; may be empty.")


class EventRecord(_Named, _Reviewed):
    model_config = _only("type", "slug")

    type: Annotated[str, Field(json_schema_extra={"const": "event"})]
    slug: str
    kind: Annotated[str, _one_of(Event.Kind)]
    series: str | None
    ordinal: int | None = _said("Its number in the series.")
    ordinal_basis: Annotated[str, _one_of(Event.OrdinalBasis, blank=True)]
    dates: EventDates
    city: str | None = _said("Slug of the host city; none for a meeting by video.")
    host_countries: list[str]
    place: str = _said("In words, for bases, seas, borders and buildings.")
    format: Annotated[str, _one_of(Event.Format)]
    state: Annotated[str, _one_of(Event.State)]
    parent: str | None = _said("The event on whose sidelines it took place.")
    topics: list[str]
    delegations: list[DelegationRow]
    participants: list[AttendanceRow]
    figures: list[FigureRow]
    readings: list[ReadingRow]
    summary: str
    authority_id: str
    sources: list[SourceRow]


class ParticipantRecord(_Named, _Reviewed):
    model_config = _only("type", "slug")

    type: Annotated[str, Field(json_schema_extra={"const": "participant"})]
    slug: str
    kind: Annotated[str, _one_of(Participant.Kind)]
    country: str | None
    description: str
    offices: list[OfficeRow]
    counts: Counts


class CountryRecord(_Named):
    model_config = _only("type", "iso2")

    type: Annotated[str, Field(json_schema_extra={"const": "country"})]
    iso2: str = _said("ISO 3166 code, two letters.")
    iso3: str
    official_name: str
    sco_status: list[StatusRow] = _said("Its standing in the SCO, and the steps towards it.")
    counts: Counts


class CityRecord(_Named):
    model_config = _only("type", "slug")

    type: Annotated[str, Field(json_schema_extra={"const": "city"})]
    slug: str
    kind: Annotated[str, _one_of(City.Kind)]
    country: str
    latitude: float | None
    longitude: float | None
    note: str
    counts: Counts


class TopicRecord(_Named):
    model_config = _only("type", "slug")

    type: Annotated[str, Field(json_schema_extra={"const": "topic"})]
    slug: str
    definition: str
    broader: str | None
    counts: Counts


class PublisherRecord(_Named):
    model_config = _only("type", "slug")

    type: Annotated[str, Field(json_schema_extra={"const": "publisher"})]
    slug: str
    kind: Annotated[str, _one_of(Publisher.Kind)]
    country: str | None
    organisation: str | None = _said("Slug of the participant that it is.")
    counts: Counts


class SeriesRecord(_Named):
    model_config = _only("type", "slug")

    type: Annotated[str, Field(json_schema_extra={"const": "series"})]
    slug: str
    kind: Annotated[str, _one_of(EventSeries.Kind)]
    abbreviation: str
    description: str
    is_yearly: bool = _said("It is expected to meet every year.")
    counts: Counts


# Lists ----------------------------------------------------------------------------------------------------------------


class _Page(Answer):
    total: int = _said("How many there are in all: the number that the page shows.")
    next: str | None = _said("The address of what follows; null at the end.", json_schema_extra=_URI)


class ArticleList(_Page):
    items: list[ArticleRecord]


class EventList(_Page):
    items: list[EventRecord]


class ParticipantList(_Page):
    items: list[ParticipantRecord]


class CountryList(_Page):
    items: list[CountryRecord]


class CityList(_Page):
    items: list[CityRecord]


class TopicList(_Page):
    items: list[TopicRecord]


class PublisherList(_Page):
    items: list[PublisherRecord]


class SeriesList(_Page):
    items: list[SeriesRecord]


# Search ---------------------------------------------------------------------------------------------------------------

AnyRecord = (
    ArticleRecord
    | EventRecord
    | ParticipantRecord
    | CountryRecord
    | CityRecord
    | TopicRecord
    | PublisherRecord
    | SeriesRecord
)


class FragmentOfText(Answer):
    text: str
    is_hit: bool = _said("It is what was found.")


class ReasonFound(Answer):
    label: str = _said("A field of the record.")
    text: list[FragmentOfText]


class SearchHit(Answer):
    title: list[FragmentOfText]
    snippet: list[FragmentOfText] = _said("The best passage; of restricted texts 200 characters at most.")
    reasons: list[ReasonFound] = _said("Why it was found, where neither title nor passage shows it.")
    record: ArticleRecord | EventRecord | ParticipantRecord


class FacetCount(Answer):
    value: str = _said("What the parameter of the facet takes.")
    label: str
    count: int = _said("Results with this value alone chosen in the facet.")
    is_included: bool
    is_excluded: bool
    union: int | None = _said("Results with this value added to those that are chosen.")
    rest: int | None = _said("Results with this value excluded.")


class FacetCounts(Answer):
    key: str = _said("The name of the parameter; `not_` and this name excludes.")
    label: str
    size: int = _said("How many values there are; the most frequent are shown.")
    values: list[FacetCount]


class Totals(Answer):
    articles: int
    events: int
    participants: int


class Spelling(Answer):
    written: str
    others: list[str] = _said("Other names of the same, which were searched too.")


class OtherQuery(Answer):
    label: str
    total: int
    url: str = _said("The other query.", json_schema_extra=_URI)


class SearchAdvice(Answer):
    correction: OtherQuery | None = _said("What may have been meant.")
    barren: list[str] = _said("Parts of the query that find nothing by themselves.")
    without: list[OtherQuery] = _said("What is found without a part of it.")


class HistogramBars(Answer):
    key: str = _said("The facet of the bars: year, or month where one year is chosen.")
    bars: list[FacetCount]


class SearchResults(_Page):
    totals: Totals = _said("What the query finds in each scope.")
    restated: str = _said("The query in plain words, as it was understood.")
    notes: list[str] = _said("What was mended in the query, or not searched.")
    variants: list[Spelling]
    advice: SearchAdvice
    facets: list[FacetCounts]
    histogram: HistogramBars
    items: list[SearchHit]


class Suggested(Answer):
    type: str
    key: str = _said("Slug, or code of a country.")
    name: str
    name_ru: str
    name_zh: str
    also: str = _said("The name that was typed, where it is another.")
    links: Links


class Suggestions(Answer):
    items: list[Suggested]


# Changes --------------------------------------------------------------------------------------------------------------


class ChangedRecord(Answer):
    model_config = _only("change", "type", "key")

    change: int = _said("Number of the change in the archive's log.")
    at: str = _time("When it was changed.")
    type: str
    key: str = _said("Slug, or code of a country.")
    action: str = _said(
        "`changed`: as `record` says. `moved`: merged or renamed, see `moved_to`. `gone`: withdrawn or removed.",
        json_schema_extra={"enum": ["changed", "moved", "gone"]},
    )
    moved_to: str | None = _said("Slug of the record that stands for it now.")
    record: AnyRecord | None = _said("The record as it is now; null where it is not public any more.")


class ChangeList(Answer):
    is_all: bool = _said("Nothing follows for the time being.")
    cursor: str = _said("Where to go on, now or another day.")
    next: str | None = _said("The address of what follows; null where nothing does yet.", json_schema_extra=_URI)
    items: list[ChangedRecord]


# The rest -------------------------------------------------------------------------------------------------------------


class Resource(Answer):
    name: str
    url: str = _said("", json_schema_extra=_URI)


class Root(Answer):
    title: str
    version: str
    licence: str = _said("Of the records.", json_schema_extra=_URI)
    document: str = _said("The OpenAPI document.", json_schema_extra=_URI)
    manual: str = _said("Its page.", json_schema_extra=_URI)
    resources: list[Resource]


class ParameterFault(Answer):
    parameter: str
    detail: str


class Problem(Schema):
    """Problem details (RFC 9457)."""

    type: str = _said("The type of the problem: an address that explains it.", json_schema_extra=_URI)
    title: str
    status: int
    detail: str = _said("What is wrong here, and what mends it.")
    instance: str = _said("The path that was asked.")
    errors: list[ParameterFault] | None = _said("The parameters that were not understood.")
    name: str | None = _said("Of a record that is gone: what it was called.")
    gone_at: str | None = _time("Of a record that is gone: since when.")

    model_config = _only("type", "title", "status", "detail", "instance")


def properties(schema: type[Schema]) -> Sequence[str]:
    """The names of a schema's fields as they are answered: its own first, then those of its bases."""
    names = dict.fromkeys(
        [*(name for name in schema.__annotations__ if name in schema.model_fields), *schema.model_fields]
    )
    return [schema.model_fields[name].alias or name for name in names]
