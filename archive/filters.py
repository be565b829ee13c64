"""What the lists of events and articles can be narrowed by: the words of the search, as django-filter FilterSets."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.forms import Field, SelectMultiple
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.models import Article, City, Country, Event, EventSeries, Participant, Topic
from archive.overview import Overview

_KEY = re.compile(r"[A-Za-z0-9-]{1,120}", re.ASCII)

# Added by others to links that people share; they change nothing here.
_TOLERATED = ("utm_", "fbclid", "gclid", "ref")


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


class YearsField(Field):
    """Years as four digits, or "undated"; several are alternatives."""

    widget = SelectMultiple

    def to_python(self, value: Any) -> list[str]:
        values = [value] if isinstance(value, str) else list(value or [])
        for year in values:
            if not (year == "undated" or (year.isascii() and year.isdigit() and len(year) == 4 and year != "0000")):
                raise ValidationError(
                    _("“%(value)s” is not a year: write four digits, such as 2014.") % {"value": year[:20]}
                )
        return values


class YearFilter(django_filters.Filter):
    field_class = YearsField

    def filter(self, qs: Any, value: list[str] | None) -> Any:
        if not value:
            return qs
        return reduce(or_, (qs.undated() if year == "undated" else qs.in_year(int(year)) for year in value))


class LinkField(django_filters.fields.ModelMultipleChoiceField):
    """Refuses what can be no slug or code before the database sees it (PostgreSQL fails on NUL)."""

    def _check_values(self, value: Any) -> Any:
        for one in value:
            if not _KEY.fullmatch(one):
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": one[:30]}
                )
        return super()._check_values(value)


class LinkFilter(django_filters.ModelMultipleChoiceFilter):
    """Records linked to any of the chosen ones, each once: by subquery, so that nothing needs to be made distinct."""

    field_class = LinkField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to_field_name", "slug")
        super().__init__(*args, **kwargs)
        self.extra["error_messages"] = {
            "invalid_choice": gettext_lazy("“%(value)s” is not known here."),
            "invalid_pk_value": gettext_lazy("“%(pk)s” is not known here."),
        }

    def filter(self, qs: Any, value: Iterable[Any]) -> Any:
        if not value:
            return qs
        return qs.linked_to(self.field_name, value)


class EventCountryFilter(LinkFilter):
    """Countries that hosted or took part."""

    def filter(self, qs: Any, value: Iterable[Any]) -> Any:
        return qs.involving(value) if value else qs


class KindFilter(django_filters.MultipleChoiceFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra["error_messages"] = {"invalid_choice": gettext_lazy("“%(value)s” is not a kind known here.")}


class PressFilter(django_filters.MultipleChoiceFilter):
    """Events with an article in the archive, or without one; both together are all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("yes", gettext_lazy("with articles")), ("no", gettext_lazy("without articles"))]
        super().__init__(*args, choices=choices, **kwargs)
        self.extra["error_messages"] = {"invalid_choice": gettext_lazy("“%(value)s”: choose yes or no.")}

    def filter(self, qs: Any, value: list[str]) -> Any:
        wanted = set(value)
        if len(wanted) != 1:
            return qs
        return qs.covered() if "yes" in wanted else qs.uncovered()


# More are no question that anybody asks, and each costs a subquery.
_MOST_PRESENT = 10


@dataclass(frozen=True, slots=True)
class Present:
    """Who has to have been at an event."""

    participants: tuple[Participant, ...] = ()
    countries: tuple[Country, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.participants or self.countries)

    def labels(self) -> dict[str, str]:
        """Name of each by what stands for it in an address."""
        records: Iterable[Participant | Country] = (*self.participants, *self.countries)
        return {record.slug: str(record) for record in records}


class PresentField(Field):
    """Participants by their slugs and countries by their codes, which have capital letters: “CN”."""

    widget = SelectMultiple

    def to_python(self, value: Any) -> Present:
        values = set(value or [])
        if len(values) > _MOST_PRESENT:
            raise ValidationError(_("Name %(most)d at most.") % {"most": _MOST_PRESENT})
        if bad := [one for one in values if not _KEY.fullmatch(one)]:
            raise ValidationError(_("“%(value)s” is not known here.") % {"value": bad[0][:30]})
        if not values:
            return Present()
        codes = {one for one in values if len(one) == 2 and one.isupper()}
        found = Present(
            tuple(Participant.objects.published().filter(slug__in=values - codes).named()),
            tuple(Country.objects.filter(iso2__in=codes).named()),
        )
        if unknown := sorted(values - found.labels().keys()):
            raise ValidationError(_("“%(value)s” is not known here.") % {"value": unknown[0][:30]})
        return found


class PresentFilter(django_filters.Filter):
    """Held events at which all of them were: unlike in other filters, values are not alternatives."""

    field_class = PresentField

    def filter(self, qs: Any, value: Present | None) -> Any:
        return qs.with_present(value.participants, value.countries) if value else qs


class SortFilter(django_filters.ChoiceFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=[("newest", ""), ("oldest", "")], empty_label=None, **kwargs)
        self.extra["error_messages"] = {"invalid_choice": gettext_lazy("“%(value)s”: sort by newest or oldest.")}

    def filter(self, qs: Any, value: str | None) -> Any:
        return qs.oldest() if value == "oldest" else qs.newest()


class BrowseFilterSet(django_filters.FilterSet):
    """Base: years and order, the options of the form, the chips of what is in force, and what was not understood."""

    def __init__(self, data: Any, overview: Overview) -> None:
        super().__init__(data, queryset=self._meta.model.objects.published())
        self.overview = overview

    year = YearFilter(label=gettext_lazy("Year"))
    sort = SortFilter(label=gettext_lazy("Order"))

    # What is chosen elsewhere on the page.
    not_offered: tuple[str, ...] = ("sort",)

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
        known = {*self.filters, "page", "format"}
        return [name for name in self.data if name not in known and not name.startswith(_TOLERATED)]

    @property
    def problems(self) -> list[str]:
        """A sentence for each thing that was not understood."""
        found = [
            _("There is no filter “%(name)s”; known are %(filters)s.")
            % {"name": name[:30], "filters": ", ".join(self.filters)}
            for name in self.unknown
        ]
        for name, errors in self.form.errors.items():
            found += [f"{self.filters[name].label}: {error}" for error in errors]
        return found

    def found(self) -> Sequence[int] | Any:
        """Keys of the records that match, in order (as a list or a queryset); none where the address was not understood."""
        if not self.is_known:
            return ()
        if not any(self.form.cleaned_data[name] for name in self.filters if name in self.data and name != "sort"):
            # All of them: their order is known.
            everything = self.overview.timeline(self.queryset.model)
            return everything.oldest if self.data.get("sort") == "oldest" else everything.newest
        return self.qs.values_list("pk", flat=True)

    def groups(self) -> list[Group]:
        """The filters with their options; one that offers nothing by itself is left out until the address uses it."""
        chosen = {name: set(self.data.getlist(name)) for name in self.filters}
        rows = {
            "year": self._years(),
            **{name: self._options(name) for name in self.filters if name not in ("year", *self.not_offered)},
        }
        rows = {name: row for name, row in rows.items() if row or not isinstance(self.filters[name], PresentFilter)}
        return [
            Group(
                name,
                str(self.filters[name].label),
                tuple(Option(value, label, value in chosen[name]) for value, label in options),
            )
            for name, options in rows.items()
        ]

    def _years(self) -> list[tuple[str, str]]:
        by_year = self.overview.timeline(self.queryset.model).by_year()
        years = [(str(year), str(year)) for year in sorted(by_year, reverse=True)]
        return [*years, ("undated", _("undated"))]

    def _options(self, name: str) -> list[tuple[str, str]]:
        one = self.filters[name]
        if isinstance(one, PresentFilter):
            present = self.form.cleaned_data.get(name) if name in self.data and self.form.is_valid() else None
            return list(present.labels().items()) if present else []
        if not isinstance(one, LinkFilter):
            return [(str(value), str(label)) for value, label in one.extra["choices"]]
        key = one.extra["to_field_name"]
        options = dict(self.overview.offered(one.queryset.model, key))
        # Any other can stand in the address.
        if name in self.data and self.form.is_valid():
            options |= {str(getattr(record, key)): record.name for record in self.form.cleaned_data[name]}
        return sorted(options.items(), key=lambda option: option[1])

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
    city = LinkFilter(label=gettext_lazy("Host city"), queryset=City.objects.all(), field_name="city")
    topic = LinkFilter(label=gettext_lazy("Topic"), queryset=Topic.objects.all(), field_name="topics")
    series = LinkFilter(label=gettext_lazy("Series"), queryset=EventSeries.objects.all(), field_name="series")
    participant = LinkFilter(
        label=gettext_lazy("Participant"), queryset=Participant.objects.published(), field_name="participants"
    )
    press = PressFilter(label=gettext_lazy("Press"))
    present = PresentFilter(label=gettext_lazy("Present"))

    class Meta:
        model = Event
        fields: list[str] = []


class ShowFilter(django_filters.ChoiceFilter):
    """Which of two networks; of the events it leaves all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("people", gettext_lazy("People and organisations")), ("countries", gettext_lazy("Countries"))]
        super().__init__(*args, choices=choices, empty_label=None, **kwargs)
        self.extra["error_messages"] = {"invalid_choice": gettext_lazy("“%(value)s”: show people or countries.")}

    def filter(self, qs: Any, value: str | None) -> Any:
        return qs


class AroundField(PresentField):
    def to_python(self, value: Any) -> Present:
        if len(value or []) > 1:
            raise ValidationError(_("Name one."))
        return super().to_python(value)


class AroundFilter(PresentFilter):
    """The one of whom only the own meetings are wanted; it leaves all events."""

    field_class = AroundField

    def filter(self, qs: Any, value: Present | None) -> Any:
        return qs


class NetworkFilterSet(BrowseFilterSet):
    """Of which events the network is made: some of the filters of the list of events, meaning the same."""

    country = EventCountryFilter(
        label=gettext_lazy("Country"), queryset=Country.objects.all(), field_name="countries", to_field_name="iso2"
    )
    topic = LinkFilter(label=gettext_lazy("Topic"), queryset=Topic.objects.all(), field_name="topics")
    series = LinkFilter(label=gettext_lazy("Series"), queryset=EventSeries.objects.all(), field_name="series")
    show = ShowFilter(label=gettext_lazy("Show"))
    around = AroundFilter(label=gettext_lazy("Around"))

    sort = None  # type: ignore[assignment]  # how django-filter is told to leave a base's filter out
    not_offered = ("show",)

    class Meta:
        model = Event
        fields: list[str] = []

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
        return [(name, value) for name in names for value in sorted(set(self.data.getlist(name)))]


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

    class Meta:
        model = Article
        fields: list[str] = []
