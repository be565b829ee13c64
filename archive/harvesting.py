"""What harvesters are told of: published articles and events in the order of their last change, and what is gone."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from archive.kept import Kept
from archive.models import Article, Change, Country, Coverage, Delegation, Event, Redirect, Status, Topic
from archive.stamps import Stamp, stamps

# By the part of the address under which their pages stand.
KINDS: Mapping[str, Any] = {"articles": Article, "events": Event}
_ONCE_PUBLIC = (Status.PUBLISHED, Status.WITHDRAWN)
# What was loaded before there was a log.
_NO_STAMP = Stamp(0, datetime(1970, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Holding:
    """A record that is public, or an address where one was. `key` is an order in which whatever changes comes last.

    `at` is in whole seconds; `record` is the slug of the record that stands there now: another where the address is old.
    """

    number: int
    at: datetime
    kind: str
    slug: str
    is_deleted: bool
    record: str

    @property
    def key(self) -> tuple[int, str, str]:
        return self.number, self.kind, self.slug


@dataclass(frozen=True, slots=True)
class Holdings:
    in_order: tuple[Holding, ...]
    by_address: Mapping[tuple[str, str], Holding]


def _make() -> Holdings:
    stamped = stamps()
    made = []
    for kind, model in KINDS.items():
        name = model._meta.model_name
        for slug, status in model.objects.filter(status__in=_ONCE_PUBLIC).values_list("slug", "status"):
            stamp = stamped.get((name, slug), _NO_STAMP)
            made.append(_holding(stamp, kind, slug, is_deleted=status == Status.WITHDRAWN, record=slug))
    for stamp, kind, slug, leads_to in _redirects():
        made.append(_holding(stamp, kind, slug, is_deleted=True, record=leads_to))
    in_order = tuple(sorted(made, key=lambda one: one.key))
    return Holdings(in_order, {(one.kind, one.slug): one for one in in_order})


def _holding(stamp: Stamp, kind: str, slug: str, *, is_deleted: bool, record: str) -> Holding:
    return Holding(stamp.number, stamp.at.astimezone(UTC).replace(microsecond=0), kind, slug, is_deleted, record)


def _redirects() -> Iterator[tuple[Stamp, str, str, str]]:
    """Old addresses and the slugs that they lead to (empty: the record is gone), since when, and their place in the log.

    They are no records, so the log doesn't name them: their place is that of the next change, there already or to come.
    """
    found = sorted(
        (redirect.at, kind, redirect.old_slug, redirect.new_slug)
        for kind, model in KINDS.items()
        for redirect in Redirect.objects.of_public(model)
    )
    if not found:
        return
    head = Change.objects.last_number()
    changes = Change.objects.filter(at__gte=found[0][0]).order_by("number").values_list("number", "at").iterator()
    number, changed_at = next(changes, (head + 1, None))
    for at, kind, slug, leads_to in found:
        while changed_at is not None and changed_at < at:
            number, changed_at = next(changes, (head + 1, None))
        yield Stamp(number, at), kind, slug, leads_to


# Kept until a record, or a row that belongs to one, changes, or an address is left.
holdings = Kept(
    _make,
    ("article", "event", "coverage", "attendance", "delegation", "figure", "reading", "eventsource"),
    Redirect.objects.newest,
)


def records_of(found: Collection[Holding], prepare: Any) -> Mapping[tuple[str, str], Any]:
    """The records that stand at those addresses now, by kind and slug, with topics, countries and coverage; drafts never.

    `prepare` is given each queryset and may have more loaded.
    """
    records: dict[tuple[str, str], Any] = {}
    for kind, model in KINDS.items():
        slugs = {one.record for one in found if one.kind == kind and one.record}
        queryset = prepare(model.objects.filter(slug__in=slugs, status__in=_ONCE_PUBLIC))
        records |= {(kind, record.slug): record for record in _LINKED[kind](queryset)}
    return records


_LINKED: Mapping[str, Any] = {
    "articles": lambda articles: articles.prefetch_related(
        "topics",
        "countries",
        Prefetch("coverages", Coverage.objects.filter(event__status=Status.PUBLISHED).select_related("event")),
    ),
    "events": lambda events: events.prefetch_related(
        "topics", "host_countries", Prefetch("delegations", Delegation.objects.taking_part().select_related("country"))
    ),
}


def earliest() -> datetime:
    """No record was last changed before."""
    first = Change.objects.order_by("number").values_list("at", flat=True).first()
    return (first or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)


# Sets -----------------------------------------------------------------------------------------------------------------


def sets() -> Iterator[tuple[str, str]]:
    """Every set that can be harvested by itself: its name in the protocol, and in English. Two queries."""
    for kind, model in KINDS.items():
        yield kind, kind.capitalize()
        for value in model.Kind:
            yield f"{kind}:{value.value}", f"{kind.capitalize()} of the kind: {value.label}"
    for slug, name in Topic.objects.order_by("slug").values_list("slug", "name"):
        yield f"topic:{slug}", f"Topic: {name}"
    for code, name in Country.objects.order_by("iso2").values_list("iso2", "name"):
        yield f"country:{code}", f"Country: {name}"


def sets_of(kind: str, record: Any) -> list[str]:
    """The sets that a record of `records_of` is in."""
    countries = (
        {*record.host_countries.all()} | {one.country for one in record.delegations.all()}
        if kind == "events"
        else record.countries.all()
    )
    return [
        f"{kind}:{record.kind}",
        *sorted(f"topic:{topic.slug}" for topic in record.topics.all()),
        *sorted(f"country:{country.iso2}" for country in countries),
    ]


def members(name: str) -> Mapping[str, Collection[str] | None]:
    """The slugs of the records of a set, by kind; None stands for all of them. A set that there is not has none."""
    root, _, leaf = name.partition(":")
    if root in KINDS:
        return {root: _slugs(KINDS[root].objects.filter(kind=leaf)) if leaf else None}
    if root == "topic":
        return {kind: _slugs(model.objects.filter(topics__slug=leaf)) for kind, model in KINDS.items()}
    if root == "country":
        return {
            "articles": _slugs(Article.objects.filter(countries__iso2=leaf)),
            "events": _slugs(Event.objects.filter(host_countries__iso2=leaf)) | _slugs_of_delegations(leaf),
        }
    return {}


def _slugs(records: QuerySet) -> set[str]:
    return set(records.filter(status__in=_ONCE_PUBLIC).order_by().values_list("slug", flat=True))


def _slugs_of_delegations(code: str) -> set[str]:
    """Asked from the rows: PostgreSQL may take half a minute to look for events by a question within the question."""
    delegations = Delegation.objects.taking_part().filter(country__iso2=code, event__status__in=_ONCE_PUBLIC)
    return set(delegations.order_by().values_list("event__slug", flat=True))
