"""The search page: a query from the address, one question to the search, the results with their facets as plain links."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from archive import search
from archive.search import FACETS, Facet, FacetValue, Query, Results, Scope, Sort

# Slugs, codes and years.
_FACET_VALUE = re.compile(r"[A-Za-z0-9-]{1,120}", re.ASCII)

_SCOPES = {"articles": Scope.ARTICLES, "events": Scope.EVENTS, "participants": Scope.PARTICIPANTS}
_SCOPE_LABELS = {
    Scope.ARTICLES: gettext_lazy("Articles"),
    Scope.EVENTS: gettext_lazy("Events"),
    Scope.PARTICIPANTS: gettext_lazy("People and organisations"),
}
_SORT_LABELS = {
    Sort.RELEVANCE: gettext_lazy("best match"),
    Sort.NEWEST: gettext_lazy("newest"),
    Sort.OLDEST: gettext_lazy("oldest"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A choice of the page: its query string, and whether it is the present one."""

    label: str
    query: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A facet value with the query strings that toggle its inclusion and its exclusion."""

    value: FacetValue
    include: str
    exclude: str


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    try:
        found = search.search(_query(request.GET))
    except search.PageOutOfRange:
        return _page(request, None, status=404, problem=_("There is no such page of results."))
    except search.IndexUnusable:
        # What exactly is wrong was logged where it was found; the reader can go on browsing.
        return _page(
            request, None, status=503, problem=_("The search is out of order at the moment; browsing works as usual.")
        )
    except search.SearchError as error:
        return _page(request, None, status=400, problem=str(error))
    return _page(request, found)


def _query(params: QueryDict) -> Query:
    """The query of an address. Raises SearchError for what is no scope, order or page."""
    scope, sort, page = params.get("in", "articles"), params.get("sort", "relevance"), params.get("page", "1")
    if scope not in _SCOPES:
        raise search.SearchError(
            _("“%(value)s” can't be searched: choose articles, events or participants.") % {"value": scope[:30]}
        )
    if sort not in list(Sort):
        raise search.SearchError(
            _("“%(value)s” is no order: choose relevance, newest or oldest.") % {"value": sort[:30]}
        )
    if not (page.isascii() and page.isdigit()):
        raise search.SearchError(_("“%(value)s” is not a page number.") % {"value": page[:30]})
    if len(page) > 9 or int(page) < 1:
        raise search.PageOutOfRange(_("There is no such page of results."))
    chosen = {
        name: tuple(dict.fromkeys(params.getlist(name)))
        for key in FACETS
        for name in (key, f"not_{key}")
        if name in params
    }
    for name, values in chosen.items():
        for value in values:
            if not _FACET_VALUE.fullmatch(value):
                raise search.SearchError(
                    _("“%(value)s” is no value of “%(name)s”.") % {"value": value[:30], "name": name}
                )
    return Query(
        text=params.get("q", "").strip(),
        scope=_SCOPES[scope],
        include={key: chosen[key] for key in FACETS if key in chosen},
        exclude={key: chosen[f"not_{key}"] for key in FACETS if f"not_{key}" in chosen},
        sort=Sort(sort),
        page=int(page),
    )


def _page(request: HttpRequest, found: Results | None, *, status: int = 200, problem: str = "") -> HttpResponse:
    shown = request.GET.get("q", "").replace("\0", "")[: 2 * search.MAX_CHARACTERS]
    context: dict[str, Any] = {"q": shown, "problem": problem}
    if found is not None:
        params = request.GET
        facets = [(facet, [_facet_link(params, facet, value) for value in facet.values]) for facet in found.facets]
        context |= {
            "results": found,
            "restated": search.describe(found.parsed.tree) if found.query.text else "",
            "scopes": [
                Link(
                    str(label),
                    _with(params, drop=("page",), **{"in": name}),
                    scope is found.query.scope,
                    found.totals[scope],
                )
                for (name, scope), label in zip(_SCOPES.items(), _SCOPE_LABELS.values(), strict=True)
            ],
            "sorts": [
                Link(str(label), _with(params, drop=("page",), sort=sort.value), sort is found.query.sort)
                for sort, label in _SORT_LABELS.items()
            ],
            "facets": [(facet, links) for facet, links in facets if links],
            "chips": _chips(params, found.facets),
            "previous": _with(params, page=str(found.query.page - 1)) if found.query.page > 1 else "",
            "next": _with(params, page=str(found.query.page + 1)) if found.query.page < found.pages else "",
        }
    return render(request, "archive/search.html", context, status=status)


def _with(params: QueryDict, *, drop: tuple[str, ...] = (), **values: str) -> str:
    changed = params.copy()
    for name in drop:
        changed.pop(name, None)
    for name, value in values.items():
        changed[name] = value
    return changed.urlencode()


def _toggled(params: QueryDict, name: str, value: str, *, off: str = "") -> str:
    """The query string with one value of a facet switched over; `off` names the opposite, from which it is taken."""
    changed = params.copy()
    values = changed.getlist(name)
    changed.setlist(name, [one for one in values if one != value] if value in values else [*values, value])
    if off:
        changed.setlist(off, [one for one in changed.getlist(off) if one != value])
    changed.pop("page", None)
    return changed.urlencode()


def _facet_link(params: QueryDict, facet: Facet, value: FacetValue) -> FacetLink:
    return FacetLink(
        value,
        include=_toggled(params, facet.key, value.value, off=f"not_{facet.key}"),
        exclude=_toggled(params, f"not_{facet.key}", value.value, off=facet.key),
    )


def _chips(params: QueryDict, facets: tuple[Facet, ...]) -> list[Link]:
    """What narrows the results, each with the query string without it."""
    return [
        Link(
            (_("not %(facet)s: %(value)s") if value.is_excluded else _("%(facet)s: %(value)s"))
            % {"facet": facet.label, "value": value.label},
            _toggled(params, f"not_{facet.key}" if value.is_excluded else facet.key, value.value),
        )
        for facet in facets
        for value in facet.values
        if value.is_included or value.is_excluded
    ]
