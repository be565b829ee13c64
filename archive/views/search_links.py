"""The links of the search page: each choice is a query string that differs from the present one in one thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from django.http import QueryDict
from django.utils.dates import MONTHS_3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.search import FACETS, Alternative, Facet, FacetValue, Histogram


@dataclass(frozen=True, slots=True)
class Link:
    """A choice of the page: its query string, and whether it is the present one."""

    label: str
    query: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A facet value with the query strings that toggle its inclusion and its exclusion, and what is said of each."""

    value: FacetValue
    include: str
    exclude: str
    include_title: str
    exclude_title: str
    exclude_label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the histogram, with what is said of it; without a query string where there is nothing to go to."""

    value: FacetValue
    label: str
    title: str
    query: str


def changed(params: QueryDict, values: Mapping[str, str] | None = None, *, drop: tuple[str, ...] = ("page",)) -> str:
    """The query string with other values, without those to drop."""
    return urlencode(_lists(params, drop) | {name: [value] for name, value in (values or {}).items()}, doseq=True)


def _lists(params: QueryDict, drop: tuple[str, ...] = ("page",)) -> dict[str, list[str]]:
    """The parameters as a plain dictionary: there are hundreds of links on a page, and a QueryDict is slow to copy."""
    return {name: values for name, values in params.lists() if name not in drop}


class _Choices:
    """The query strings with one value of a facet switched over; `off` names the opposite, from which it is taken."""

    def __init__(self, params: dict[str, list[str]], name: str, off: str) -> None:
        self._params, self._name, self._off = params, name, off
        # Where nothing of the facet is chosen, which is so of most, only the value differs from link to link.
        self._before = "" if name in params or off in params else urlencode(params | {name: ""}, doseq=True)

    def toggled(self, value: str) -> str:
        if self._before:
            return self._before + quote_plus(value)
        values = self._params.get(self._name, [])
        switched = [one for one in values if one != value] if value in values else [*values, value]
        opposite = [one for one in self._params.get(self._off, ()) if one != value]
        return urlencode(self._params | {self._name: switched, self._off: opposite}, doseq=True)


def facet_links(params: QueryDict, facet: Facet) -> list[FacetLink]:
    """The values of a facet; the name of an excluded one no longer excludes it, since nothing is known of its inclusion."""
    present = _lists(params)
    include_in, exclude_in = (
        _Choices(present, facet.key, f"not_{facet.key}"),
        _Choices(present, f"not_{facet.key}", facet.key),
    )
    links = []
    for value in facet.values:
        include, exclude = include_in.toggled(value.value), exclude_in.toggled(value.value)
        no_longer = _("no longer exclude %(label)s") if value.is_excluded else _("exclude %(label)s")
        links.append(
            FacetLink(
                value,
                include=exclude if value.is_excluded else include,
                exclude=exclude,
                # Where nothing else of the facet is chosen, the number beside the value says it.
                include_title=_adding(value) if present.get(facet.key) else "",
                exclude_title=_excluding(value),
                exclude_label=no_longer % {"label": value.label},
            )
        )
    return links


def _adding(value: FacetValue) -> str:
    if value.union is None:
        return ""
    return ngettext("Adding this shows %(n)d result", "Adding this shows %(n)d results", value.union) % {
        "n": value.union
    }


def _excluding(value: FacetValue) -> str:
    if value.rest is None:
        return ""
    return ngettext("Excluding this leaves %(n)d result", "Excluding this leaves %(n)d results", value.rest) % {
        "n": value.rest
    }


def bars(params: QueryDict, histogram: Histogram) -> list[Bar]:
    """The bars of a histogram. Each leads to its value alone, of which it says the number."""
    chosen = [bar for bar in histogram.bars if bar.is_included]
    return [
        Bar(
            bar,
            _bar_label(histogram, bar),
            _bar_title(bar),
            changed(params, {histogram.key: bar.value}) if bar.count and chosen != [bar] else "",
        )
        for bar in histogram.bars
        # Most archives know the month of nearly everything.
        if bar.count or not bar.value.endswith("-00")
    ]


def _bar_label(histogram: Histogram, bar: FacetValue) -> str:
    """As short as it is understood: ’14, Jun. The whole name is said beside it."""
    if histogram.key == "year":
        return f"’{bar.value[2:]}"
    month = int(bar.value[5:])
    return str(MONTHS_3[month]).capitalize() if month else _("not known")


def _bar_title(bar: FacetValue) -> str:
    shown = ngettext("%(label)s: %(n)d result", "%(label)s: %(n)d results", bar.count)
    return shown % {"label": bar.label, "n": bar.count}


def chips(params: QueryDict, facets: tuple[Facet, ...]) -> list[Link]:
    """What narrows the results, each with the query string without it."""
    present = _lists(params)
    return [
        Link(
            (_("not %(facet)s: %(value)s") if value.is_excluded else _("%(facet)s: %(value)s"))
            % {"facet": facet.label, "value": value.label},
            _Choices(present, f"not_{facet.key}", facet.key).toggled(value.value)
            if value.is_excluded
            else _Choices(present, facet.key, f"not_{facet.key}").toggled(value.value),
        )
        for facet in facets
        for value in facet.values
        if value.is_included or value.is_excluded
    ]


def alternative_link(params: QueryDict, alternative: Alternative) -> Link:
    """The address of another query, in the present order."""
    asked = alternative.query
    chosen = {key: list(asked.include.get(key, ())) for key in FACETS}
    unwanted = {f"not_{key}": list(asked.exclude.get(key, ())) for key in FACETS}
    other = _lists(params) | {"q": [asked.text]} | chosen | unwanted
    return Link(alternative.label, urlencode(other, doseq=True), count=alternative.total)
