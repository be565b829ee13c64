"""What the lists of events and articles can be narrowed by: the words of the search, as django-filter FilterSets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.filter_kinds import (
    NONE,
    PRECISION_LABELS,
    SOURCE_LABELS,
    AroundFilter,
    DocumentFilter,
    EventCountryFilter,
    EventFilter,
    KindFilter,
    LanguageFilter,
    LinkFilter,
    MonthFilter,
    PresentFilter,
    PressFilter,
    PublisherFilter,
    QuestionFilter,
    ShowFilter,
    SortFilter,
    TextFilter,
    WithinFilter,
    WordFilter,
    WrittenFilter,
    YearFilter,
)
from archive.languages import sort_key
from archive.models import (
    Article,
    City,
    Country,
    Event,
    EventSeries,
    Participant,
    Publisher,
    SourceDocument,
    Topic,
)
from archive.models.base import DateBasis
from archive.overview import Overview

# Added by others to links that people share; they change nothing here.
TOLERATED = ("utm_", "fbclid", "gclid", "ref")


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a filter can take."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A filter of the form, with its options."""

    name: str
    label: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> tuple[Option, ...]:
        return tuple(option for option in self.options if option.is_chosen)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the query string of the same list without it."""

    label: str
    value: str
    without: str


class BrowseFilterSet(django_filters.FilterSet):
    """Base: years and order, the options of the form, the chips of what is in force, and what was not understood."""

    # What else the address may have.
    beside: tuple[str, ...] = ("page", "format")

    def __init__(self, data: Any, overview: Overview) -> None:
        super().__init__(data, queryset=self._meta.model.objects.published())
        self.overview = overview

    year = YearFilter(label=gettext_lazy("Year"))
    month = MonthFilter(label=gettext_lazy("Month"))
    within = WithinFilter(label=gettext_lazy("Certainly within"))
    precision = QuestionFilter(
        label=gettext_lazy("Date known as"), question="of_precision", choices=list(PRECISION_LABELS.items())
    )
    basis = WordFilter(label=gettext_lazy("Basis of the date"), field_name="date_basis", choices=DateBasis.choices)
    sort = SortFilter(label=gettext_lazy("Order"))

    @property
    def is_known(self) -> bool:
        """True where every filter of the address is one of ours and has a known value."""
        return not self.unknown and (not self._is_asked or self.form.is_valid())

    @property
    def _is_asked(self) -> bool:
        """Whether the address names any filter; a list of everything needs no form to be checked."""
        return any(name in self.data for name in self.filters)

    @property
    def unknown(self) -> list[str]:
        """Names in the address that are no filters."""
        known = {*self.filters, *self.beside}
        return [name for name in self.data if name not in known and not name.startswith(TOLERATED)]

    @property
    def offered(self) -> list[str]:
        return list(self.filters)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What was not understood: the name in the address, and a sentence."""
        found = [
            (
                name,
                _("There is no filter “%(name)s”; known are %(filters)s.")
                % {"name": name[:30], "filters": ", ".join(self.offered)},
            )
            for name in self.unknown
        ]
        for name, errors in self.form.errors.items():
            found += [(name, f"{self.filters[name].label}: {error}") for error in errors]
        return found

    @property
    def problems(self) -> list[str]:
        """A sentence for each thing that was not understood."""
        return [sentence for _name, sentence in self.faults]

    def found(self) -> Sequence[int] | Any:
        """Keys of the records that match, in order (as a list or a queryset); none where the address was not understood."""
        if not self.is_known:
            return ()
        if not any(self.form.cleaned_data[name] for name in self.filters if name in self.data and name != "sort"):
            # All of them: their order is known.
            everything = self.overview.timeline(self.queryset.model)
            return everything.oldest if self.data.get("sort") == "oldest" else everything.newest
        return self.qs.values_list("pk", flat=True)

    def withdrawn(self) -> Any:
        """Records that would be found, had they not been withdrawn, as far as filters can tell."""
        filterset = type(self)(self.data, self.overview)
        filterset.queryset = self._meta.model.objects.filter(status="withdrawn")
        return filterset.qs

    def groups(self) -> list[Group]:
        """The filters with their options."""
        chosen = {name: set(self.data.getlist(name)) for name in self.filters}
        rows = {name: self._options(name) for name in self.filters if name not in ("sort", "show")}
        return [
            Group(
                name,
                str(self.filters[name].label),
                tuple(Option(value, label, value in chosen[name]) for value, label in options),
            )
            for name, options in rows.items()
            if options or not isinstance(self.filters[name], WrittenFilter)
        ]

    def _years(self) -> list[tuple[str, str]]:
        by_year = self.overview.timeline(self.queryset.model).by_year()
        years = [(str(year), str(year)) for year in sorted(by_year, reverse=True)]
        known = [*years, ("undated", _("undated"))]
        return [*known, *(one for one in self._written("year") if one not in known)]

    def _written(self, name: str) -> list[tuple[str, str]]:
        """What the address has of a filter whose values are written out, so that the form keeps it."""
        written = self.filters[name]
        if name not in self.data or not self.form.is_valid():
            return []
        return [(value, written.shown(value)) for value in dict.fromkeys(self.data.getlist(name)) if value]

    def _options(self, name: str) -> list[tuple[str, str]]:
        one = self.filters[name]
        if isinstance(one, YearFilter):
            return self._years()
        if isinstance(one, PresentFilter):
            # Names, which the form has looked up.
            return list(self.form.cleaned_data[name].labels().items()) if self._written(name) else []
        if isinstance(one, WrittenFilter):
            return self._written(name)
        if not isinstance(one, LinkFilter):
            return [(str(value), str(label)) for value, label in one.extra["choices"]]
        key = one.extra["to_field_name"]
        options = dict(self.overview.offered(one.queryset.model, key)) if one.is_offered else {}
        # Any other can stand in the address.
        if name in self.data and self.form.is_valid():
            chosen = [record for record in self.form.cleaned_data[name] if record != NONE]
            options |= {str(getattr(record, key)): str(record) for record in chosen}
        none = one.extra.get("null_label")
        shown = sorted(options.items(), key=lambda option: sort_key(option[1]))
        return [*shown, *([(NONE, str(none))] if none else ())]

    def chips(self, groups: Iterable[Group]) -> list[Chip]:
        return [
            Chip(group.label, option.label, self._without(group.name, option.value))
            for group in groups
            for option in group.chosen
        ]

    def _without(self, name: str, value: str) -> str:
        """The query string without one value; the page goes too, for it belongs to another list."""
        params = self.data.copy()
        params.setlist(name, [other for other in params.getlist(name) if other != value])
        params.pop("page", None)
        return params.urlencode()


class EventFilterSet(BrowseFilterSet):
    kind = KindFilter(label=gettext_lazy("Kind"), choices=Event.Kind.choices)
    country = EventCountryFilter(
        label=gettext_lazy("Country"), queryset=Country.objects.all(), field_name="countries", to_field_name="iso2"
    )
    city = LinkFilter(
        label=gettext_lazy("Host city"),
        queryset=City.objects.all(),
        field_name="city",
        null_label=gettext_lazy("no host city"),
        null_value=NONE,
    )
    host = LinkFilter(
        label=gettext_lazy("Host country"),
        queryset=Country.objects.all(),
        field_name="host_countries",
        to_field_name="iso2",
    )
    topic = LinkFilter(label=gettext_lazy("Topic"), queryset=Topic.objects.all(), field_name="topics")
    series = LinkFilter(
        label=gettext_lazy("Series"),
        queryset=EventSeries.objects.all(),
        field_name="series",
        null_label=gettext_lazy("in no series"),
        null_value=NONE,
    )
    participant = LinkFilter(
        label=gettext_lazy("Participant"), queryset=Participant.objects.published(), field_name="participants"
    )
    press = PressFilter(label=gettext_lazy("Press"))
    state = WordFilter(label=gettext_lazy("State"), choices=Event.State.choices)
    source = QuestionFilter(
        label=gettext_lazy("Sources of its own"), question="sourced_from", choices=list(SOURCE_LABELS.items())
    )
    present = PresentFilter(label=gettext_lazy("Present"))

    class Meta:
        model = Event
        fields: list[str] = []


class TimelineFilterSet(EventFilterSet):
    """Of the list of events, without the filters by time: the timeline has its own (`archive.pictures.timeline`)."""

    # django-filter takes what is None out of what is inherited.
    year = month = within = sort = None  # type: ignore[assignment]
    beside = ("year", "from", "to")

    @property
    def offered(self) -> list[str]:
        return [*self.beside, *self.filters]


class MapFilterSet(EventFilterSet):
    """Of the list of events, what the map of host cities can be narrowed by; a map has no order."""

    city = participant = press = state = source = None  # type: ignore[assignment]
    month = within = precision = basis = sort = None  # type: ignore[assignment]  # as django-filter has it


class NetworkFilterSet(EventFilterSet):
    """Of the list of events, what the network can be narrowed by; which network, and around whom."""

    show = ShowFilter(label=gettext_lazy("Show"))
    around = AroundFilter(label=gettext_lazy("Around"))

    city = participant = press = state = source = present = None  # type: ignore[assignment]
    month = within = precision = basis = sort = None  # type: ignore[assignment]

    @property
    def around_whom(self) -> Participant | Country | None:
        around = self.form.cleaned_data.get("around") if "around" in self.data and self.form.is_valid() else None
        return next(iter((*around.participants, *around.countries)), None) if around else None

    @property
    def shown(self) -> str:
        """People or countries, which follows from the one around whom the network is."""
        if self.around_whom is not None:
            return "countries" if isinstance(self.around_whom, Country) else "people"
        return self.data.get("show") or "people"

    @property
    def narrowing(self) -> list[tuple[str, str]]:
        """The filters in force, each once and in one order, as the list of events understands them too."""
        names = sorted(self.filters.keys() - {"show", "around"})
        return [(name, value) for name in names for value in sorted(set(self.data.getlist(name))) if value]


class ArticleFilterSet(BrowseFilterSet):
    kind = KindFilter(label=gettext_lazy("Kind"), choices=Article.Kind.choices)
    country = LinkFilter(
        label=gettext_lazy("Country"), queryset=Country.objects.all(), field_name="countries", to_field_name="iso2"
    )
    city = LinkFilter(label=gettext_lazy("Host city"), queryset=City.objects.all(), field_name="events__city")
    topic = LinkFilter(label=gettext_lazy("Topic"), queryset=Topic.objects.all(), field_name="topics")
    series = LinkFilter(label=gettext_lazy("Series"), queryset=EventSeries.objects.all(), field_name="events__series")
    participant = LinkFilter(
        label=gettext_lazy("Participant"), queryset=Participant.objects.published(), field_name="participants"
    )
    event = EventFilter(label=gettext_lazy("Event"), queryset=Event.objects.published(), field_name="events")
    publisher = PublisherFilter(
        label=gettext_lazy("Publisher"),
        queryset=Publisher.objects.all(),
        field_name="publisher",
        null_label=gettext_lazy("not stated"),
        null_value=NONE,
    )
    language = LanguageFilter(label=gettext_lazy("Language"))
    document = DocumentFilter(
        label=gettext_lazy("Source document"),
        queryset=SourceDocument.objects.all(),
        field_name="source_document",
        to_field_name="name",
        null_label=gettext_lazy("none: added by itself"),
        null_value=NONE,
    )
    text = TextFilter(
        label=gettext_lazy("Captured text"),
        choices=[("yes", gettext_lazy("held")), ("no", gettext_lazy("not held"))],
    )
    rights = WordFilter(label=gettext_lazy("Rights"), choices=Article.Rights.choices)

    class Meta:
        model = Article
        fields: list[str] = []
