"""The one builder that says what is searchable of a record, and which documents a change touches."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from archive.models import Article, Attendance, Change, Coverage, Delegation, Event, Participant
from archive.search.query import Scope

# Key and label of each facet, in the order of the page. Months are chosen from the histogram only.
FACETS = {
    "year": _("Year"),
    "month": _("Month"),
    "country": _("Country"),
    "topic": _("Topic"),
    "kind": _("Kind"),
    "city": _("Host city"),
    "series": _("Series"),
    "participant": _("Participant"),
    "publisher": _("Publisher"),
}

_BATCH = 500


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """What an engine stores of a record.

    `names` are the names of all it is linked to, `fields` those names by field, `facets` the values it is counted under.
    No phrase runs from one text or name into the next.
    """

    scope: Scope
    pk: int
    title: str
    texts: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    facets: Mapping[str, tuple[str, ...]]
    earliest: date | None = None
    latest: date | None = None
    names: tuple[str, ...] = field(default=())

    @property
    def id(self) -> str:
        """The name of the document in an index: "article:12"."""
        return f"{self.scope}:{self.pk}"

    @property
    def digest(self) -> int:
        """A number of 63 bits that changes with anything in the document, to compare an index with the records by."""
        parts = (
            *(self.scope.value, self.pk, self.title, self.texts, self.earliest, self.latest, self.names),
            sorted((key, tuple(values)) for key, values in self.fields.items()),
            sorted((key, tuple(sorted(values))) for key, values in self.facets.items()),
        )
        return int.from_bytes(hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()) >> 1


def all_documents() -> Iterator[SearchDocument]:
    """Every published record, in batches of constant memory."""
    for scope in Scope:
        pks = list(SOURCES[scope].published().values_list("pk", flat=True))
        yield from documents(scope, pks)


def documents(scope: Scope, pks: Iterable[int]) -> Iterator[SearchDocument]:
    """The published records among these; what is missing is not public."""
    wanted = sorted(pks)
    source = SOURCES[scope]
    for start in range(0, len(wanted), _BATCH):
        for record in source.published().filter(pk__in=wanted[start : start + _BATCH]):
            yield source.build(record)


def _years(record: Article | Event) -> tuple[str, ...]:
    """Years that the date may fall in; an open end counts its known year only."""
    if record.date_earliest is None or record.date_latest is None:
        return ()
    first, last = record.date_earliest.year, record.date_latest.year
    if last == date.max.year:
        last = first
    if first == date.min.year:
        first = last
    return tuple(str(year) for year in range(first, last + 1))


def _months(record: Article | Event) -> tuple[str, ...]:
    """Months that the date may fall in, "2014-06"; "2014-00" where it may be any of a year, or has an open end."""
    first, last, years = record.date_earliest, record.date_latest, _years(record)
    if first is None or last is None:
        return ()
    is_open = first == date.min or last == date.max
    from_month, to_month = first.isoformat()[:7], last.isoformat()[:7]
    found: list[str] = []
    for year in years:
        months = [month for n in range(1, 13) if from_month <= (month := f"{year}-{n:02}") <= to_month]
        found += [f"{year}-00"] if is_open or len(months) == 12 else months
    return tuple(found)


def _all_names(*records: object) -> tuple[str, ...]:
    return tuple(name for record in records if record is not None for name in record.all_names)  # type: ignore[attr-defined]


def _country_names(countries: Iterable[object]) -> tuple[str, ...]:
    return tuple(
        name
        for country in countries
        for name in (*country.all_names, country.iso2, country.iso3)  # type: ignore[attr-defined]
    )


def _names(title: str, fields: Mapping[str, tuple[str, ...]]) -> dict[str, None]:
    """All names of the fields, in order. A kind is none: every news item would be found by "news"."""
    return dict.fromkeys(name for key, names in fields.items() if key != "kind" for name in names if name != title)


def _document(
    scope: Scope,
    record: Article | Event | Participant,
    *,
    title: str,
    texts: Iterable[str],
    fields: Mapping[str, tuple[str, ...]],
    facets: Mapping[str, Iterable[str]],
) -> SearchDocument:
    earliest, latest = (None, None) if isinstance(record, Participant) else (record.date_earliest, record.date_latest)
    return SearchDocument(
        scope=scope,
        pk=record.pk,
        title=title,
        texts=tuple(text for text in texts if text),
        fields=fields,
        facets={key: tuple(dict.fromkeys(values)) for key, values in facets.items()},
        earliest=earliest,
        latest=latest,
        names=tuple(_names(title, fields)),
    )


def _article(article: Article) -> SearchDocument:
    countries, topics = article.countries.all(), article.topics.all()
    participants = [one for one in article.participants.all() if one.is_published]
    events = [coverage.event for coverage in article.coverages.all()]
    cities = [event.city for event in events if event.city]
    series = [event.series for event in events if event.series]
    publishers = [one for one in (article.publisher, article.agency) if one]
    return _document(
        Scope.ARTICLES,
        article,
        title=article.headline,
        texts=(article.abstract, article.body),
        fields={
            "participant": _all_names(*participants),
            "country": _country_names(countries),
            "city": _all_names(*cities),
            "dateline": (article.dateline, *_all_names(article.dateline_city)) if article.dateline else (),
            "topic": _all_names(*topics),
            "event": _all_names(*events),
            "series": tuple(name for one in series for name in (*one.all_names, one.abbreviation) if name),
            "publisher": _all_names(*publishers),
            "kind": (article.kind,),
        },
        facets={
            "year": _years(article),
            "month": _months(article),
            "kind": (article.kind,),
            "country": (country.iso2 for country in countries),
            "topic": (topic.slug for topic in topics),
            "city": (city.slug for city in cities),
            "series": (one.slug for one in series),
            "participant": (participant.slug for participant in participants),
            "publisher": (publisher.slug for publisher in publishers),
        },
    )


def _event(event: Event) -> SearchDocument:
    topics = event.topics.all()
    came = [one.country for one in event.delegations.all()]
    countries = list(dict.fromkeys([*event.host_countries.all(), *came]))
    participants = [one.participant for one in event.attendances.all()]
    series = event.series
    return _document(
        Scope.EVENTS,
        event,
        title=event.name,
        texts=(event.summary, event.place),
        fields={
            "participant": _all_names(*participants),
            "country": _country_names(countries),
            "city": _all_names(event.city),
            "topic": _all_names(*topics),
            "event": _all_names(event),
            "series": tuple(name for name in (*series.all_names, series.abbreviation) if name) if series else (),
            "kind": (event.kind,),
        },
        facets={
            "year": _years(event),
            "month": _months(event),
            "kind": (event.kind,),
            "country": (country.iso2 for country in countries),
            "topic": (topic.slug for topic in topics),
            "city": [event.city.slug] if event.city else [],
            "series": [series.slug] if series else [],
            "participant": (participant.slug for participant in participants),
        },
    )


def _participant(participant: Participant) -> SearchDocument:
    country = participant.country
    offices = [office.title for office in participant.offices.all()]
    return _document(
        Scope.PARTICIPANTS,
        participant,
        title=participant.name,
        texts=(participant.description, *offices),
        fields={
            "participant": _all_names(participant),
            "country": _country_names([country] if country else []),
            "kind": (participant.kind,),
        },
        facets={"kind": (participant.kind,), "country": [country.iso2] if country else []},
    )


@dataclass(frozen=True, slots=True)
class Source:
    """Where the documents of a scope come from; `published` loads all that `build` reads, in a constant number of queries."""

    published: Callable[[], QuerySet]
    build: Callable[..., SearchDocument]


SOURCES: Mapping[Scope, Source] = {
    Scope.ARTICLES: Source(
        lambda: (
            Article.objects.published()
            .select_related("publisher", "agency", "dateline_city")
            .prefetch_related(
                "countries",
                "participants",
                "topics",
                Prefetch(
                    "coverages",
                    Coverage.objects.filter(event__status="published").select_related("event__city", "event__series"),
                ),
            )
        ),
        _article,
    ),
    Scope.EVENTS: Source(
        lambda: (
            Event.objects.published()
            .select_related("city", "series")
            .prefetch_related(
                "host_countries",
                "topics",
                Prefetch("delegations", Delegation.objects.taking_part().select_related("country")),
                Prefetch(
                    "attendances",
                    Attendance.objects.filter(participant__status="published").select_related("participant"),
                ),
            )
        ),
        _event,
    ),
    Scope.PARTICIPANTS: Source(
        lambda: Participant.objects.published().select_related("country").prefetch_related("offices"), _participant
    ),
}


# Which documents a change touches -------------------------------------------------------------------------------------

# Lookups from the document's model to the record that changed: one row for each kind of record that others show.
_TOUCHED_BY: Mapping[str, Mapping[Scope, tuple[str, ...]]] = {
    "article": {Scope.ARTICLES: ("pk",)},
    "event": {Scope.EVENTS: ("pk",), Scope.ARTICLES: ("coverages__event",)},
    "participant": {
        Scope.PARTICIPANTS: ("pk",),
        Scope.ARTICLES: ("participants",),
        Scope.EVENTS: ("attendances__participant",),
    },
    "city": {Scope.ARTICLES: ("dateline_city", "coverages__event__city"), Scope.EVENTS: ("city",)},
    "country": {
        Scope.ARTICLES: ("countries",),
        Scope.EVENTS: ("host_countries", "delegations__country"),
        Scope.PARTICIPANTS: ("country",),
    },
    "topic": {Scope.ARTICLES: ("topics",), Scope.EVENTS: ("topics",)},
    "eventseries": {Scope.ARTICLES: ("coverages__event__series",), Scope.EVENTS: ("series",)},
    "publisher": {Scope.ARTICLES: ("publisher", "agency")},
}

# Rows that belong to others: the owners' documents, by every version the row has had (it may be gone or moved).
_OWNERS: Mapping[str, tuple[type, Mapping[Scope, str]]] = {
    "coverage": (Coverage, {Scope.ARTICLES: "article_id"}),
    "attendance": (Attendance, {Scope.EVENTS: "event_id"}),
    "delegation": (Delegation, {Scope.EVENTS: "event_id"}),
    "office": (Participant.offices.rel.related_model, {Scope.PARTICIPANTS: "participant_id"}),
}

_MODELS: Mapping[Scope, type] = {Scope.ARTICLES: Article, Scope.EVENTS: Event, Scope.PARTICIPANTS: Participant}


def touched_documents(changes: Collection[Change]) -> dict[Scope, set[int]]:
    """Keys of the documents to write anew (or drop) after the changes. A bounded number of queries for each kind of record."""
    changed: dict[str, set[int]] = {}
    for change in changes:
        changed.setdefault(change.record_type, set()).add(change.record_id)
    touched: dict[Scope, set[int]] = {scope: set() for scope in Scope}
    for record_type, ids in changed.items():
        for scope, lookups in _TOUCHED_BY.get(record_type, {}).items():
            if lookups == ("pk",):
                touched[scope] |= ids  # also those that are gone
                continue
            condition = Q()
            for lookup in lookups:
                condition |= Q(**{f"{lookup}__in": ids})
            touched[scope].update(_MODELS[scope]._base_manager.filter(condition).values_list("pk", flat=True))  # type: ignore[attr-defined]
        model, owners = _OWNERS.get(record_type, (None, {}))
        for scope, column in owners.items():
            touched[scope].update(model.history.filter(id__in=ids).values_list(column, flat=True))  # type: ignore[union-attr]
    return touched
