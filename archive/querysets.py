"""The named questions that pages, exports and the admin ask of the records.

Querysets are the only place that spells out "published", "in that year", "hosted there", so that no page can forget it.
Bulk writes go through here too: Django sends no signals for them, so they announce themselves (`bulk_changing`,
`bulk_changed`) and the change log stays complete.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.dispatch import Signal

from archive.languages import NAME_FIELDS, name_field, own_name, sort_key

# Sent with sender=model inside the transaction of a bulk write: before it, and after it with `pks` and `action`.
bulk_changing = Signal()
bulk_changed = Signal()


def published(name: str) -> models.QuerySet:
    """The published records of the model of that name; by name, because models stand above this module."""
    return apps.get_model("archive", name).objects.published()


class RecordQuerySet(models.QuerySet):
    """Base of all querysets of records: complete change log for bulk writes, natural keys for fixtures."""

    # Models stand above this module: what they declare (links, natural keys) is known at run time only.
    model: Any

    def get_by_natural_key(self, *key: object) -> Any:
        """Find by the values of the model's `natural_key_fields`."""
        return self.get(**dict(zip(self.model.natural_key_fields, key, strict=True)))

    def update(self, **values: Any) -> int:
        """`QuerySet.update`, with a history version and a Change for each record. One extra read of all of them."""
        with transaction.atomic(using=self.db):
            bulk_changing.send(sender=self.model)
            pks = list(self.values_list("pk", flat=True))
            # A sliced or ordered queryset can't be updated; by key it is the same rows, whatever `values` changes.
            updated = models.QuerySet.update(self.model._base_manager.filter(pk__in=pks), **values)
            bulk_changed.send(sender=self.model, pks=pks, action="updated")
        return updated

    update.alters_data = True  # type: ignore[attr-defined]  # Django's marker: templates may not call it

    def delete(self) -> tuple[int, dict[str, int]]:
        """`QuerySet.delete`; nobody links anything to them between the look at what hangs on them and the end."""
        with transaction.atomic(using=self.db):
            bulk_changing.send(sender=self.model)
            return super().delete()

    # Django's markers: as above; not on a manager, where it would delete all.
    delete.alters_data = delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(
        self, objs: Iterable[Any], *args: Any, links: Mapping[str, list[list[int]]] | None = None, **kwargs: Any
    ) -> list[Any]:
        """`QuerySet.bulk_create`, with a history version and a Change for each record.

        `links` gives, for many-to-many fields, the keys to link each object to, in the order of the objects.
        """
        with transaction.atomic(using=self.db):
            bulk_changing.send(sender=self.model)
            objs = list(objs)
            for obj in objs:
                obj.before_save()
            created = super().bulk_create(objs, *args, **kwargs)
            for name, targets in (links or {}).items():
                field = self.model._meta.get_field(name)
                own, other = field.m2m_column_name(), field.m2m_reverse_name()
                field.remote_field.through._base_manager.bulk_create(
                    field.remote_field.through(**{own: obj.pk, other: pk})
                    for obj, pks in zip(created, targets, strict=True)
                    for pk in pks
                )
            bulk_changed.send(sender=self.model, pks=[obj.pk for obj in created], action="created")
        return created

    bulk_create.alters_data = True  # type: ignore[attr-defined]  # as above

    # bulk_update calls update() for each batch, so it is logged there.


class NamedQuerySet(RecordQuerySet):
    """Records that carry a name."""

    def named(self) -> Self:
        """By the name that readers are shown, as the database sorts; `alphabetical` sorts as their language does."""
        return self.order_by(shown_name(), "pk")

    def alphabetical(self, *within: str) -> list[int]:
        """The keys, in the order in which a reader of the active language looks names up, within the values of fields.

        One query of all names.
        """
        rows = self.order_by().values_list("pk", *NAME_FIELDS, *within)
        names = len(NAME_FIELDS)
        return [
            pk
            for *_order, pk in sorted((fields[names:], sort_key(own_name(fields[:names])), pk) for pk, *fields in rows)
        ]


def shown_name(link: str = "") -> models.expressions.Combinable:
    """The name that readers of the active language are shown, for ordering; `link` leads to the named record."""
    english, own = f"{link}name", f"{link}{name_field()}"
    return F(english) if own == english else Coalesce(NullIf(F(own), Value("")), F(english))


class TermQuerySet(NamedQuerySet):
    def synonyms(self) -> list[tuple[str, ...]]:
        """Names that mean the same, a tuple for each term that has several: its own name first, each spelling once. One query.

        What a term lists as ambiguous, in whatever case, is left out of its tuple, were it its own name; another
        term may mean it plainly.
        """
        fields = ("name", "abbreviation", "name_ru", "name_zh", "variants", "ambiguous")
        groups = []
        for *single, variants, ambiguous in self.order_by("slug").values_list(*fields):
            refused = {_folded(name) for name in ambiguous}
            names: dict[str, str] = {}
            for name in (*single, *variants):
                if (key := _folded(name)) and key not in refused:
                    names.setdefault(key, name)
            if len(names) > 1:
                groups.append(tuple(names.values()))
        return groups


def _folded(name: str) -> str:
    """What two spellings have in common that differ in case or blanks only."""
    return " ".join(name.casefold().split())


class ReviewedQuerySet(RecordQuerySet):
    """Records that go through draft, review, publication and withdrawal."""

    def published(self) -> Self:
        """What the public may see. Every page, count, suggestion, feed and export starts here."""
        return self.filter(status="published")


def month_days(year: int, month: int) -> tuple[date, date]:
    """Its first and its last day."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


# What a date says of its day, by the forms of EDTF text (`archive.dates`).
PRECISIONS = {
    "day": Q(date__regex=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    "lasting": Q(date__contains="/"),
    "between": Q(date__startswith="["),
    "month": Q(date__regex=r"^[0-9]{4}-[0-9]{2}$"),
    "year": Q(date__regex=r"^[0-9]{4}$"),
    "uncertain": Q(date__regex=r"^[0-9-]+[?~%]$"),
    "undated": Q(date=""),
}


class DatedQuerySet(ReviewedQuerySet):
    """Records with a partial date; a period matches what overlaps it."""

    def between(self, first: date, last: date) -> Self:
        """Dated records that may fall within the period, both days included."""
        return self.filter(date_earliest__lte=last, date_latest__gte=first)

    def in_year(self, year: int) -> Self:
        return self.between(date(year, 1, 1), date(year, 12, 31))

    def in_month(self, year: int, month: int) -> Self:
        """As the months of a search: what may be any day of the year stands in none of them, but under month 0."""
        whole = Q(date_earliest__lte=date(year, 1, 1), date_latest__gte=date(year, 12, 31))
        if month:
            return self.between(*month_days(year, month)).exclude(whole)
        return self.filter(whole)

    def within(self, first: date, last: date) -> Self:
        """Dated records that certainly fall within the period, both days included."""
        return self.filter(date_earliest__gte=first, date_latest__lte=last)

    def of_precision(self, precision: str) -> Self:
        """Those whose date has that form, a key of PRECISIONS; every record has exactly one."""
        return self.filter(PRECISIONS[precision])

    def linked_to(self, lookup: str, targets: Iterable[object]) -> Self:
        """Records linked to any of the targets through the lookup, each once."""
        linked = self.model._base_manager.filter(**_link(lookup, "__in", targets))
        return self.filter(pk__in=linked.values("pk"))

    def undated(self) -> Self:
        return self.filter(date_earliest__isnull=True)

    def newest(self) -> Self:
        """Newest first; undated last; ties by slug, so that pages never shuffle."""
        return self.order_by(F("date_earliest").desc(nulls_last=True), F("date_latest").desc(nulls_last=True), "slug")

    def oldest(self) -> Self:
        return self.order_by(F("date_earliest").asc(nulls_last=True), F("date_latest").asc(nulls_last=True), "slug")

    def behind(self, earliest: date | None, latest: date | None, slug: str, *, oldest: bool = False) -> Self:
        """What follows a record of these days and this slug in the order of `newest`, or of `oldest`."""
        undated = Q(date_earliest__isnull=True)
        if earliest is None:
            return self.filter(undated, slug__gt=slug)
        beyond = "gt" if oldest else "lt"
        same_day = Q(date_earliest=earliest)
        return self.filter(
            undated
            | Q(**{f"date_earliest__{beyond}": earliest})
            | same_day & Q(**{f"date_latest__{beyond}": latest})
            | same_day & Q(date_latest=latest, slug__gt=slug)
        )


class DecisionQuerySet(RecordQuerySet):
    def syndicated(self) -> Self:
        """Pairs of which a curator found one article to be a syndicated copy of the other."""
        return self.filter(outcome="syndicated")


class ArticleQuerySet(DatedQuerySet):
    def by_publishers(self, publishers: Iterable[object]) -> Self:
        """Articles that any of them published or supplied as an agency."""
        chosen = list(publishers)
        return self.filter(Q(publisher__in=chosen) | Q(agency__in=chosen))

    def of_unknown_publisher(self) -> Self:
        """Articles that name neither a publisher nor an agency."""
        return self.filter(publisher__isnull=True, agency__isnull=True)

    def with_text(self) -> Self:
        """Articles whose captured text the archive holds."""
        return self.exclude(body="")

    def without_text(self) -> Self:
        return self.filter(body="")

    def about_events(self, events: models.QuerySet | Iterable[int]) -> Self:
        """Articles that cover any of the events, each once."""
        return self.filter(
            pk__in=apps.get_model("archive", "Coverage").objects.filter(event__in=events).values("article")
        )


# Addresses of the SCO itself, of its bodies and summits, and of governments.
_OFFICIAL = (
    r"https?://([a-z0-9-]+\.)*"
    r"(sectsco\.org|ecrats\.org|sco-summit[0-9]*\.[a-z]+|kremlin\.ru|china-embassy\.org|government\.[a-z]{2}|gov\.[a-z]{2})[/ ]"
)

# From what the facts of an event come that its articles leave open; of a source that names several, each.
EVENT_SOURCES = {
    "article": Q(source_article__status="published"),
    "official": Q(source__iregex=_OFFICIAL),
    "web": Q(source__contains="http"),
    "reasoned": Q(source__startswith="Authority file") & ~Q(source__contains="general knowledge"),
    "general": Q(source__contains="general knowledge"),
}


class EventQuerySet(DatedQuerySet):
    def in_series_order(self) -> Self:
        """Oldest first; what begins on one day by number, then by slug; undated last."""
        return self.order_by(
            F("date_earliest").asc(nulls_last=True), F("ordinal").asc(nulls_last=True), "date_latest", "slug"
        )

    def held(self) -> Self:
        """Events that are known to have taken place."""
        return self.filter(state="held")

    def begun(self, today: date) -> Self:
        """Events that began, or may have begun, by that day."""
        return self.filter(date_earliest__lte=today)

    def coming(self, today: date) -> Self:
        """Events that are planned or announced and not over yet."""
        return self.filter(state__in=("planned", "announced"), date_latest__gte=today)

    def covered(self) -> Self:
        """Events with a published article, whether it reports, previews or mentions them."""
        return self.filter(_has_articles())

    def uncovered(self) -> Self:
        return self.filter(~_has_articles())

    def sourced_from(self, kind: str) -> Self:
        """Events with a source of that kind of their own, a key of EVENT_SOURCES; "none" are those without any."""
        sources = apps.get_model("archive", "EventSource").objects
        if kind == "none":
            return self.exclude(pk__in=sources.values("event"))
        return self.filter(pk__in=sources.filter(EVENT_SOURCES[kind]).values("event"))

    def hosted_in(self, city: models.Model) -> Self:
        return self.filter(city=city)

    def with_present(self, participants: Iterable[models.Model] = (), countries: Iterable[models.Model] = ()) -> Self:
        """Held events at which all of them were: each participant attended, each country was represented."""
        found = self.held()
        for participant in participants:
            found = found.linked_to("attendances__participant", [participant])
        for country in countries:
            sent = _came().filter(country=country).values("event")
            came = apps.get_model("archive", "Attendance").objects.representing(country)
            found = found.filter(Q(pk__in=sent) | Q(pk__in=came.values("event")))
        return found

    def without_city(self) -> Self:
        """Events by video, at sea, along a border, or of which no source says where."""
        return self.filter(city__isnull=True)

    def involving(self, countries: Iterable[object]) -> Self:
        """Events that any of the countries hosted or took part in (not where it was only announced)."""
        hosted = self.model.host_countries.through.objects.filter(country__in=countries).values("event")
        came = _came().filter(country__in=countries).values("event")
        return self.filter(Q(pk__in=hosted) | Q(pk__in=came))


class DelegationQuerySet(RecordQuerySet):
    def taking_part(self) -> Self:
        """Delegations that came, not those that were only announced."""
        return self.exclude(capacity="announced-only")


class AttendanceQuerySet(RecordQuerySet):
    def public(self) -> Self:
        """Those of published participants."""
        return self.filter(participant__status="published")

    def for_countries(self) -> Self:
        """Public attendances of people who represent a country; adds its key, `for_country`.

        That is the country whose office a person held then, or the person's own where no office is stated. Officials
        of an organisation came for it, and an organisation's country may be its seat only: they stand for no country.
        """
        office = Case(
            When(office__organisation__isnull=False, then=None),
            default=Coalesce("office__country", "participant__country"),
        )
        people = self.public().filter(participant__kind="person")
        return people.annotate(for_country=office).filter(for_country__isnull=False)

    def representing(self, country: models.Model) -> Self:
        return self.for_countries().filter(for_country=country.pk)


def _has_articles() -> Exists:
    return Exists(published("Article").filter(events=OuterRef("pk")))


def _came() -> models.QuerySet:
    return apps.get_model("archive", "Delegation").objects.taking_part()


def count_of(queryset: models.QuerySet, link: str) -> Coalesce:
    """Annotation: how many rows of the queryset point to the outer row through the lookup `link`.

    A subquery, so that several counts side by side don't multiply each other.
    """
    return count_rows(queryset.filter(**_link(link, "", OuterRef("pk"))))


def _link(lookup: str, operator: str, target: object) -> dict[str, object]:
    """Filter arguments for a link; one that leads through an event counts only where the event is published."""
    through_event = {"events__status": "published"} if lookup.startswith("events__") else {}
    return {f"{lookup}{operator}": target, **through_event}


def count_rows(queryset: models.QuerySet) -> Coalesce:
    """Annotation: the number of rows of a queryset that refers to the outer row."""
    counted = queryset.order_by().annotate(_all=models.Value(1)).values("_all").annotate(n=Count("pk", distinct=True))
    return Coalesce(Subquery(counted.values("n"), output_field=models.IntegerField()), 0)


class LinkedQuerySet(NamedQuerySet):
    """Named records that events and articles point to.

    The model names the lookups from Event and from Article to itself: `event_link`, `article_link`.
    """

    def with_counts(self) -> Self:
        """Adds `event_count` and `article_count`: published records only, the numbers that its page lists."""
        return self.annotate(
            event_count=count_of(published("Event"), self.model.event_link),
            article_count=count_of(published("Article"), self.model.article_link),
        )

    def linked(self) -> Self:
        """Those that a published event or article points to."""
        events = published("Event").filter(**_link(self.model.event_link, "", OuterRef("pk")))
        articles = published("Article").filter(**_link(self.model.article_link, "", OuterRef("pk")))
        return self.filter(Exists(events) | Exists(articles))

    def counts(self) -> dict[int, tuple[int, int]]:
        """The numbers of `with_counts` by key, of all records that have any; two queries.

        In one pass over the links: a subquery for each record of a table costs many times that.
        """
        return self._both(count_by("Event", self.model.event_link))

    def event_keys(self, record: Any) -> Iterable[int]:
        """Keys of the events that `with_counts` counts for the record, some twice, and of others that are not public."""
        return _keys("Event", self.model.event_link, record)

    def article_keys(self, record: Any) -> Iterable[int]:
        """As `event_keys`, of articles."""
        return _keys("Article", self.model.article_link, record)

    def _both(self, events: Mapping[int, int]) -> dict[int, tuple[int, int]]:
        articles = count_by("Article", self.model.article_link)
        return {pk: (events.get(pk, 0), articles.get(pk, 0)) for pk in {*events, *articles}}


def _keys(name: str, link: str, record: Any) -> models.QuerySet:
    linked = apps.get_model("archive", name).objects.filter(**_link(link, "", record))
    return linked.order_by().values_list("pk", flat=True)


def count_by(name: str, link: str, *, among: tuple[str, Any] | None = None) -> dict[int, int]:
    """How many published records of the model of that name point to each key through the link, each once.

    `among` is a lookup and the record that they must be linked to through it.
    """
    records = published(name).filter(**_link(among[0], "", among[1])) if among else published(name)
    linked = records.filter(**_link(link, "__isnull", False)).order_by().values_list(link)
    return dict(linked.annotate(n=Count("pk", distinct=True)))


class CountryQuerySet(LinkedQuerySet):
    def with_counts(self) -> Self:
        """As for other records; an event that a country hosted and took part in counts once."""
        country = OuterRef("pk")
        hosted = count_of(published("Event"), "host_countries")
        came = _came().filter(country=country, event__status="published").exclude(event__host_countries=country)
        return self.annotate(
            event_count=hosted + count_rows(came), article_count=count_of(published("Article"), self.model.article_link)
        )

    def hosted_keys(self, record: Any) -> Iterable[int]:
        """As `event_keys`, of the events that the country hosted."""
        return _keys("Event", "host_countries", record)

    def event_keys(self, record: Any) -> Iterable[int]:
        return [*self.hosted_keys(record), *_came().filter(country=record).order_by().values_list("event", flat=True)]

    def counts(self) -> dict[int, tuple[int, int]]:
        hosted = published("Event").filter(host_countries__isnull=False).order_by().values_list("host_countries", "pk")
        came = _came().filter(event__status="published").order_by().values_list("country", "event")
        return self._both(Counter(country for country, _event in {*hosted, *came}))


class ParticipantQuerySet(LinkedQuerySet):
    def published(self) -> Self:
        """What the public may see."""
        return self.filter(status="published")
