"""The search page: a query from the address, one question to the search, the results with their facets as plain links."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive import search
from archive.formats.outputs import MOST
from archive.models import Article, Event, Participant
from archive.search import FACETS, Query, Results, Scope, Sort
from archive.views import outputs
from archive.views.browse import NAMES_PAGE_SIZE
from archive.views.errors import show_error
from archive.views.keeping import kept_with_index
from archive.views.limited import limited
from archive.views.paging import BadPage, bad_page, page_of
from archive.views.portable import Portable, of_search, ways_of
from archive.views.search_links import Link, alternative_link, bars, changed, chips, facet_links

# Letters of a name by which a long facet is searched.
MAX_CONTAINS = 100
# Years between what is shown and the newest that was found, from which on the page says so.
_OLD = 5

# Slugs, codes and years.
_FACET_VALUE = re.compile(r"[A-Za-z0-9-]{1,120}", re.ASCII)

SCOPES = {"articles": Scope.ARTICLES, "events": Scope.EVENTS, "participants": Scope.PARTICIPANTS}
MODELS: dict[Scope, Any] = {Scope.ARTICLES: Article, Scope.EVENTS: Event, Scope.PARTICIPANTS: Participant}
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


@kept_with_index
@limited("search")
def results(request: HttpRequest) -> HttpResponseBase:
    try:
        query = query_of(_whole(request.GET) if outputs.is_asked(request) else request.GET)
        portable = of_search(MODELS[query.scope].objects.published(), partial(_keys, query), partial(_restated, query))
        if outputs.is_asked(request):
            return outputs.answer(request, portable, from_index=True)
        found = search.search(query)
    except search.SearchError as error:
        status, problem = problem_of(error)
        return _page(request, None, status=status, problem=problem)
    return _page(request, found, portable)


def _whole(params: QueryDict) -> QueryDict:
    """Without the page, which is of a feed where another format is asked for."""
    whole = params.copy()
    whole.pop("page", None)
    return whole


def _keys(query: Query, sort: Sort | None) -> list[int]:
    """The results, and one more than can be had at once where there are; in another order those that can be had."""
    return search.keys(query, MOST + 1) if sort is None else search.keys(replace(query, sort=sort), MOST)


def _restated(query: Query) -> str:
    return search.restate(search.parse(query.text).tree) if query.text else "search"


@kept_with_index
@limited("search")
def facet(request: HttpRequest) -> HttpResponse:
    """All values of the facet `key` under a query, or those of which a name contains `contains`; `page` is of the values."""
    key, contains = request.GET.get("key", ""), request.GET.get("contains", "")[:MAX_CONTAINS].strip()
    params = request.GET.copy()
    for name in ("key", "contains", "page"):
        params.pop(name, None)
    if key not in FACETS:
        message = _("“%(value)s” is nothing that results can be narrowed by.") % {"value": key[:30]}
        return show_error(request, 400, _("The request can't be understood"), message)
    try:
        values, total = search.facet_values(query_of(params), key, contains)
        page = page_of(request, facet_links(params, values), NAMES_PAGE_SIZE)
    except search.SearchError as error:
        status, problem = problem_of(error)
        return show_error(request, status, _("The request can't be understood"), problem)
    except BadPage as error:
        return bad_page(request, error)
    context = {"facet": values, "page": page, "contains": contains, "total": total, "back": params.urlencode()}
    response = render(request, "archive/search_facet.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def problem_of(error: search.SearchError) -> tuple[int, str]:
    """Status and sentence."""
    match error:
        case search.PageOutOfRange():
            return 404, _("There is no such page of results.")
        case search.IndexUnusable():
            # What exactly is wrong was logged where it was found; the reader can go on browsing.
            return 503, _("The search is out of order at the moment; browsing works as usual.")
        case search.SearchTooCostly():
            return 400, str(error)
        case search.SearchBusy() | search.SearchTooSlow():
            return 503, str(error)
    return 400, str(error)


def query_of(params: QueryDict) -> Query:
    """The query of an address. Raises SearchError for what is no scope, order or page."""
    scope, sort, page = params.get("in", "articles"), params.get("sort", "relevance"), params.get("page", "1")
    if scope not in SCOPES:
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
    if (variants := params.get("variants", "no")) != "no":
        raise search.SearchError(
            _("“%(value)s” can't be understood: “variants” can only be “no”.") % {"value": variants[:30]}
        )
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
        scope=SCOPES[scope],
        include={key: chosen[key] for key in FACETS if key in chosen},
        exclude={key: chosen[f"not_{key}"] for key in FACETS if f"not_{key}" in chosen},
        sort=Sort(sort),
        page=int(page),
        variants="variants" not in params,
    )


def _page(
    request: HttpRequest,
    found: Results | None,
    portable: Portable | None = None,
    *,
    status: int = 200,
    problem: str = "",
) -> HttpResponse:
    shown = request.GET.get("q", "").replace("\0", "")[: 2 * search.MAX_CHARACTERS]
    context: dict[str, Any] = {"q": shown, "problem": problem}
    if found is not None:
        params = request.GET
        scopes = [
            Link(
                str(_SCOPE_LABELS[scope]),
                changed(params, {"in": name}),
                scope is found.query.scope,
                found.totals[scope],
            )
            for name, scope in SCOPES.items()
        ]
        context |= {
            "results": found,
            "take_away": ways_of(request, portable, found.total) if portable else (),
            "restated": search.restate(found.parsed.tree) if found.query.text else "",
            "scopes": scopes,
            "sorts": [
                Link(str(label), changed(params, {"sort": sort.value}), sort is found.query.sort)
                for sort, label in _SORT_LABELS.items()
            ],
            # Months are chosen by their bars.
            "facets": [
                (facet, facet_links(params, facet), changed(params, {"key": facet.key}))
                for facet in found.facets
                if facet.values and facet.key != "month"
            ],
            "chips": chips(params, found.facets),
            "with_variants": changed(params, drop=("page", "variants")),
            "without_variants": changed(params, {"variants": "no"}),
            "bars": bars(params, found.histogram),
            "most": max((bar.count for bar in found.histogram.bars), default=0),
            "all_years": changed(params, drop=("page", "year", "month")),
            "correction": alternative_link(params, found.advice.correction) if found.advice.correction else None,
            "without": [alternative_link(params, one) for one in found.advice.without],
            "elsewhere": [scope for scope in scopes if scope.count and not scope.is_current],
            "newer": _newer(found),
            "previous": changed(params, {"page": str(found.query.page - 1)}) if found.query.page > 1 else "",
            "next": changed(params, {"page": str(found.query.page + 1)}) if found.query.page < found.pages else "",
        }
    return render(request, "archive/search.html", context, status=status)


def _newer(found: Results) -> str:
    """The newest year with results, where those that are shown as the best match are much older; else empty."""
    if found.query.sort is not Sort.RELEVANCE or "year" in found.query.include:
        return ""
    years = [int(bar.value) for bar in found.histogram.bars if bar.count]
    shown = [day.year for hit in found.hits if (day := getattr(hit.record, "date_earliest", None))]
    return str(max(years)) if years and shown and max(years) - max(shown) >= _OLD else ""
