"""What of a page can be had in other formats, whatever page it is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy, override

from archive.filters import TOLERATED, BrowseFilterSet
from archive.formats.citation.citable import ARCHIVE
from archive.formats.feed import atom, json_feed
from archive.formats.outputs import MOST, Output, outputs_of
from archive.languages import in_language
from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic
from archive.models.base import Reviewed
from archive.overview import Overview, overview
from archive.search import Sort


@dataclass(frozen=True, slots=True)
class Chosen:
    """Public records of one kind; asked for when they are wanted: their keys in order, and what was withdrawn from them."""

    records: QuerySet
    keys: Callable[[], Collection[int]]
    withdrawn: Callable[[], QuerySet] | None = None
    # The most that can be had at once, in whatever format.
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Portable:
    """A page's records. `name` is what they are called in English, `slug` names files.

    A format is made of the first of `parts` that there is such a format of; a feed of all in `feed`. Without either the
    page has no other formats.
    """

    name: Callable[[], str]
    slug: str
    parts: tuple[Chosen, ...] = ()
    feed: tuple[Chosen, ...] = ()

    def outputs(self) -> dict[str, tuple[Output, Chosen]]:
        """The formats that are no feeds, and what each is made of."""
        found: dict[str, tuple[Output, Chosen]] = {}
        for part in self.parts:
            for key, output in outputs_of(part.records.model).items():
                found.setdefault(key, (output, part))
        return found

    @property
    def formats(self) -> list[str]:
        return [*self.outputs(), *(FEEDS if self.feed else ())]


# Of a page that has none.
NO_FORMATS = Portable(lambda: ARCHIVE, "archive")


@dataclass(frozen=True, slots=True)
class FeedFormat:
    label: str
    media_type: str
    write: Callable[[Any], str | bytes]


FEEDS = {
    "atom": FeedFormat("Atom", "application/atom+xml", atom),
    "jsonfeed": FeedFormat("JSON Feed", "application/feed+json", json_feed),
}

# Which pages ---------------------------------------------------------------------------------------------------------


def of_record(record: Any) -> Portable:
    """Of a record's page: itself; where it leads to others, citations of its articles, a calendar and feed of its events."""
    itself = Chosen(_public(type(record)), lambda: [record.pk])
    name = lambda: _english_name(record)  # noqa: E731  # asked for in few cases
    slug = record.iso2.lower() if isinstance(record, Country) else record.slug
    if isinstance(record, Reviewed) and not record.is_published:
        return Portable(name, slug)
    if isinstance(record, Article | Event):
        return Portable(name, slug, (itself,))
    linked = (_written_by(record),) if isinstance(record, Publisher) else _linked(record)
    return Portable(name, slug, (itself, *linked), linked)


def of_names(records: Any, within: Sequence[str] = ()) -> Portable:
    """Of a list of names, which stand in the order of English."""
    plural = plural_of(records.model)
    chosen = Chosen(_public(records.model), lambda: records.alphabetical(*within))
    return Portable(lambda: f"{ARCHIVE}: {plural}", plural, (chosen,))


def of_filtered(filterset: BrowseFilterSet) -> Portable:
    """Of a list of events or articles, narrowed as its page is."""
    model = filterset.queryset.model
    found = Chosen(model.objects.published(), filterset.found, filterset.withdrawn)
    plural = plural_of(model)

    def name() -> str:
        narrowed = "; ".join(f"{chip.label}: {chip.value}" for chip in filterset.chips(filterset.groups()))
        return f"{ARCHIVE}: {plural}" + (f" ({narrowed})" if narrowed else "")

    return Portable(name, plural, (found,), (found,))


def of_period(period: int | None) -> Portable:
    """Of a year's page, or of that of undated records (None): citations of the articles, calendar of the events, feed of both."""
    archive = overview()

    def chosen(model: Any) -> Chosen:
        timeline = archive.timeline(model)
        records, withdrawn = model.objects.published(), model.objects.filter(status="withdrawn")
        if period is None:
            return Chosen(records, lambda: timeline.undated, lambda: withdrawn.undated())
        return Chosen(records, lambda: timeline.in_year(period).oldest(), lambda: withdrawn.in_year(period))

    words = "undated" if period is None else f"{period:04}"
    parts = (chosen(Article), chosen(Event))
    return Portable(lambda: f"{ARCHIVE}: {words}", words, parts, parts)


def of_search(
    records: QuerySet, keys: Callable[[Sort | None], Collection[int]], restated: Callable[[], str]
) -> Portable:
    """Of the results of a search, by their keys in the order of the page or in another one; what was withdrawn is of all."""
    found = Chosen(records, lambda: keys(None), most=MOST)
    newest = Chosen(records, lambda: keys(Sort.NEWEST), _all_withdrawn(records.model))
    return Portable(lambda: f"{ARCHIVE}: {restated()}", "search", (found,), (newest,))


def plural_of(model: Any) -> str:
    """A kind of record as addresses have it."""
    return {"City": "cities", "Country": "countries", "EventSeries": "series"}.get(
        model.__name__, f"{model.__name__.lower()}s"
    )


def of_all() -> Portable:
    """Of the archive: feeds of what is new in it."""
    archive = overview()
    feed = tuple(
        Chosen(model.objects.published(), lambda model=model: archive.timeline(model).newest, _all_withdrawn(model))  # type: ignore[misc]  # a default is how a loop's value is kept
        for model in (Article, Event)
    )
    return Portable(lambda: ARCHIVE, "archive", (), feed)


def _public(model: Any) -> QuerySet:
    return model.objects.published() if issubclass(model, Reviewed) else model.objects.all()


def _all_withdrawn(model: Any) -> Callable[[], QuerySet]:
    return lambda: model.objects.filter(status="withdrawn")


def _linked(record: City | Country | EventSeries | Participant | Topic) -> tuple[Chosen, ...]:
    """Its articles and events, as its page counts them."""
    linked: Any = type(record).objects

    def keys(at: int) -> Collection[int]:
        archive: Overview = overview()
        return archive.of(record)[at].newest()

    def withdrawn(model: Any, among: Callable[[Any], Any]) -> Callable[[], QuerySet]:
        return lambda: model.objects.filter(status="withdrawn", pk__in=among(record))

    return (
        Chosen(Article.objects.published(), lambda: keys(1), withdrawn(Article, linked.article_keys)),
        Chosen(Event.objects.published(), lambda: keys(0), withdrawn(Event, linked.event_keys)),
    )


def _written_by(publisher: Publisher) -> Chosen:
    theirs = Q(publisher=publisher) | Q(agency=publisher)
    articles = Article.objects.published()
    return Chosen(
        articles,
        lambda: list(articles.filter(theirs).newest().values_list("pk", flat=True)),
        lambda: Article.objects.filter(theirs, status="withdrawn"),
    )


def _english_name(record: Any) -> str:
    return record.shown_headline if isinstance(record, Article) else record.name


# Links ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """A format as a page links to it."""

    key: str
    label: str
    media_type: str
    url: str


@dataclass(frozen=True, slots=True)
class Ways:
    """Formats for one purpose, and what is in them."""

    label: str
    ways: tuple[Way, ...]
    # Whether they are the same page in another form.
    are_formats: bool = True


# The pages that can be followed by e-mail, by the names of their addresses.
FOLLOWED = {"articles": "archive:article-list", "events": "archive:event-list", "search": "archive:search"}


def page_followed(path: str) -> str:
    """Which of the pages that can be followed stands there, in whatever language; empty where none does."""
    with override("en"):
        return next((page for page, name in FOLLOWED.items() if reverse(name) == in_language(path, "en")), "")


# What formats are for, in the order of a page.
_PURPOSES = (
    (gettext_lazy("Citations"), ("ris", "bibtex", "csljson")),
    (gettext_lazy("Calendar"), ("ics",)),
    (gettext_lazy("Feed"), ("atom", "jsonfeed")),
    (gettext_lazy("Data"), ("csv", "jsonl", "jsonld", "geojson")),
)
# Where they are of what the page leads to, and not of its record itself.
_OF_OTHERS = {
    "ris": gettext_lazy("Citations of the articles"),
    "ics": gettext_lazy("Calendar of the events"),
}
# Where the page has two lists, and a table or a map only one of them.
_OF_LISTS = {**_OF_OTHERS, "csv": gettext_lazy("Data: articles; the events on a map")}


def ways_of(request: HttpRequest, portable: Portable, total: int | None = None) -> tuple[Ways, ...]:
    """The links to the other formats of a page; those that take less than `total` records are left out."""
    outputs = portable.outputs()
    labels = {key: (one.label, one.media_type) for key, (one, part) in outputs.items() if _takes(one, part, total)}
    if portable.feed:
        labels |= {key: (one.label, one.media_type) for key, one in FEEDS.items()}
    # The answer is the same in each language; what can't be answered is told in the reader's.
    address = (request.path, address_of(request)[1])
    found = []
    for label, keys in _PURPOSES:
        ways = tuple(Way(key, *labels[key], with_format(*address, key)) for key in keys if key in labels)
        if ways:
            found.append(Ways(str(_labels_of(portable).get(ways[0].key, label)), ways))
    if settings.SENDS_MAIL and page_followed(request.path):
        path, params = address
        asked = urlencode({"of": f"{path}?{urlencode(params)}"})
        way = Way("email", gettext("every day or week"), "text/html", f"{reverse('archive:follow')}?{asked}")
        found.insert(-1, Ways(gettext("Follow by e-mail"), (way,), are_formats=False))
    return tuple(found)


def _labels_of(portable: Portable) -> Mapping[str, Any]:
    if len(portable.parts) < 2:
        return {}
    return _OF_LISTS if portable.parts[0].records.model is Article else _OF_OTHERS


def _takes(output: Output, part: Chosen, total: int | None) -> bool:
    most = output.at_most(part.most)
    return total is None or most is None or total <= most


def address_of(request: HttpRequest) -> tuple[str, list[tuple[str, str]]]:
    """The path in English and the parameters of the whole list: without page and format, and what others add to links."""
    params = [
        (name, one)
        for name, values in request.GET.lists()
        for one in values
        if name not in ("page", "format") and not name.startswith(TOLERATED)
    ]
    return in_language(request.path, "en"), params


def with_format(path: str, params: list[tuple[str, str]], key: str) -> str:
    return f"{path}?{urlencode([*params, ('format', key)])}"
