"""Search, suggestions, changes: what is asked of the archive as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive import search
from archive.formats.outputs import MOST
from archive.search import FACETS, Alternative, FacetValue, Fragment, Hit, Results
from archive.views.api.answering import answered
from archive.views.api.asking import CONTROLS, Place, check_names, fields_of, refuse, single
from archive.views.api.problems import Fault, Refused
from archive.views.api.resources import RESOURCES, Resource, links
from archive.views.api.schemas import properties
from archive.views.search import SCOPES, problem_of, query_of
from archive.views.search_links import alternative_link
from archive.views.suggest import MAX_CHARACTERS

PARAMETERS = ("q", "in", "sort", "variants", *FACETS, *(f"not_{key}" for key in FACETS))
# Each comes with its best passage.
DEFAULT_HITS, MOST_HITS = 20, 100


def results(request: HttpRequest) -> HttpResponseBase:
    """The query language, facets and scopes of the search page."""
    check_names(request.GET, (*PARAMETERS, *CONTROLS))
    place = Place.of(request, default=DEFAULT_HITS, most=MOST_HITS)
    # A cursor keeps to the size of its pages.
    page, size = place.after or (1, place.limit)
    try:
        query = replace(query_of(request.GET), page=page, page_size=size)
        search.parse(query.text)
    except search.SearchError as error:
        raise _refused(error) from error
    resource = RESOURCES[query.scope.value]
    fields = fields_of(request.GET, properties(resource.record), ("type", resource.key))

    def make() -> dict[str, Any]:
        try:
            found = search.search(query)
        except search.SearchError as error:
            raise _refused(error) from error
        is_last = page >= found.pages or page * size >= MOST
        items = _hits(found.hits, resource, fields)
        return _told(request, found, None if is_last else place.following([page + 1, size]), items)

    return answered(request, make, from_index=True)


def _refused(error: search.SearchError) -> Refused:
    status, sentence = problem_of(error)
    if status == 404:
        return Refused("bad-cursor", "There is nothing left of the results there.", [Fault("cursor", sentence)])
    return Refused("unavailable" if status == 503 else "bad-parameter", sentence)


def _told(request: HttpRequest, found: Results, following: str | None, items: list[dict[str, Any]]) -> dict[str, Any]:
    def other(alternative: Alternative) -> dict[str, Any]:
        query = alternative_link(_without_place(request), alternative).query
        url = f"{settings.SITE_URL}{request.path}?{query}"
        return {"label": alternative.label, "total": alternative.total, "url": url}

    advice = found.advice
    return {
        "total": found.total,
        "totals": {name: found.totals[scope] for name, scope in SCOPES.items()},
        "restated": search.restate(found.parsed.tree) if found.query.text else "",
        "notes": list(found.parsed.notes),
        "variants": [{"written": written, "others": list(others)} for written, others in found.variants],
        "advice": {
            "correction": other(advice.correction) if advice.correction else None,
            "barren": list(advice.barren),
            "without": [other(one) for one in advice.without],
        },
        "facets": [
            {"key": one.key, "label": one.label, "size": one.size, "values": _values(one.values)}
            for one in found.facets
        ],
        "histogram": {"key": found.histogram.key, "bars": _values(found.histogram.bars)},
        "next": following,
        "items": items,
    }


def _without_place(request: HttpRequest) -> Any:
    params = request.GET.copy()
    params.pop("cursor", None)
    return params


def _values(values: Iterable[FacetValue]) -> list[dict[str, Any]]:
    return [one._asdict() for one in values]


def _hits(hits: Iterable[Hit], resource: Resource, fields: Any) -> list[dict[str, Any]]:
    """The database has the last word here too: what was withdrawn after it was found is left out."""
    shown: Mapping[int, Hit] = {hit.record.pk: hit for hit in hits}  # type: ignore[attr-defined]  # a record has a key
    return [
        {
            "title": _fragments(shown[pk].title),
            "snippet": _fragments(shown[pk].snippet),
            "reasons": [{"label": one.label, "text": _fragments(one.text)} for one in shown[pk].reasons],
            "record": row,
        }
        for pk, row in resource.rows(list(shown), fields)
    ]


def _fragments(fragments: Iterable[Fragment]) -> list[dict[str, Any]]:
    return [one._asdict() for one in fragments]


def suggestions(request: HttpRequest) -> HttpResponseBase:
    """Names of public records that somebody who types this may mean, the likeliest first; ten at most."""
    check_names(request.GET, ("q",))
    text = single(request.GET, "q")
    if text is None or len(text) > MAX_CHARACTERS:
        raise refuse("q", f"Give “q”, what was typed, of at most {MAX_CHARACTERS} characters.")

    def make() -> dict[str, Any]:
        return {
            "items": [
                {
                    "type": one.record.kind,
                    "key": one.record.key,
                    **dict(zip(("name", "name_ru", "name_zh"), one.record.own, strict=True)),
                    "also": one.also,
                    "links": links(one.record.kind, one.record.key),
                }
                for one in search.suggest(text)
            ]
        }

    return answered(request, make, from_index=True)
