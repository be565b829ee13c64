"""From a query to one request to OpenSearch: what matches, in what order, and how many of each facet value.

What matches, what raises the score and what is counted stand apart: a tree means the same as on other engines, whatever the
cluster would make of a query of its own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from archive.search.documents import FACETS
from archive.search.opensearch_rows import term
from archive.search.query import (
    And,
    Everything,
    Found,
    Fuzzy,
    InField,
    Near,
    Node,
    Not,
    Or,
    Period,
    Phrase,
    Prefix,
    Query,
    Scope,
    Sort,
    Variants,
    Word,
)
from archive.search.text import stem

# Values of one facet that are counted, the most frequent ones. An answer has room for 65 535 (search.max_buckets).
MAX_VALUES = 5000

# What a word weighs by the field it stands in: as in the embedded engine. The cluster's BM25 has the same constants.
_WEIGHTS = {"title": 3.0, "names": 1.5, "text": 1.0}
_VARIANT_WEIGHT = 0.7
# More than any words score together, and little enough that a 32-bit number tells scores apart beside it.
_BY_TITLE = 4096

_LATE = {"missing": "_last"}
_NEWEST = [{"first": {"order": "desc", **_LATE}}, {"last": {"order": "desc", **_LATE}}, {"pk": "asc"}]
_OLDEST = [{"first": {"order": "asc", **_LATE}}, {"last": {"order": "asc", **_LATE}}, {"pk": "asc"}]

# A query or an aggregation, as JSON.
Clause = dict[str, Any]
_Term = Word | Phrase | Prefix | Near | Fuzzy


def body(query: Query, tree: Node) -> Clause:
    """The request, without the place of the page."""
    included = {key: _carrying(key, values) for key, values in query.include.items() if values}
    excluded = [_carrying(key, values) for key, values in query.exclude.items() if values]
    in_scope = {"term": {"scope": query.scope.value}}
    scoring = list(_unlike(_scoring(tree))) if query.sort is Sort.RELEVANCE else []
    if scoring:
        scoring.append({"constant_score": {"filter": matching(tree, title_only=True), "boost": _BY_TITLE}})
    wanted = {
        "filter": [{"terms": {"scope": [scope.value for scope in Scope]}}, matching(tree)],
        "must_not": excluded,
        "should": scoring,
        "minimum_should_match": 0,
    }
    by_date = _OLDEST if query.sort is Sort.OLDEST else _NEWEST
    counted = {
        # A facet's own includes don't narrow its counts.
        f"but_{key}": _among([in_scope, *(one for other, one in included.items() if other != key)], [key])
        for key in included
    }
    return {
        "query": {"bool": wanted},
        # The other scopes are counted, not shown.
        "post_filter": _all([in_scope, *included.values()]),
        "sort": [{"_score": "desc"}, *by_date] if scoring else by_date,
        "aggs": {
            "scopes": {"filter": _all(included.values()), "aggs": {"scope": {"terms": {"field": "scope"}}}},
            "all": _among([in_scope, *included.values()], FACETS),
            **counted,
        },
        "_source": False,
        "track_total_hits": False,
    }


def found(query: Query, aggregations: Mapping[str, Any], pks: Iterable[int], reached: tuple[int, str]) -> Found:
    """What a cluster answers to `body`."""
    totals = _counts(aggregations["scopes"]["scope"])
    in_all = {key: _counts(aggregations["all"][key]) for key in FACETS}
    included = [key for key in FACETS if query.include.get(key)]
    return Found(
        pks=tuple(pks),
        reached=reached,
        totals={scope: totals.get(scope.value, 0) for scope in Scope},
        counts=in_all | {key: _counts(aggregations[f"but_{key}"][key]) for key in included},
        carried={key: in_all[key] for key in included},
    )


def _counts(terms: Mapping[str, Any]) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in terms["buckets"]}


def _among(conditions: Iterable[Clause], keys: Iterable[str]) -> Clause:
    """The values of some facets, counted among the results for which all the conditions hold."""
    aggregations = {key: {"terms": {"field": f"facet_{key}", "size": MAX_VALUES}} for key in keys}
    return {"filter": _all(conditions), "aggs": aggregations}


def _carrying(key: str, values: Iterable[str]) -> Clause:
    """The documents that carry any of the values of a facet. What is no text, no document carries."""
    return {"terms": {f"facet_{key}": [value for value in values if value.isprintable()]}}


# Matching -------------------------------------------------------------------------------------------------------------


def matching(node: Node, *, title_only: bool = False) -> Clause:
    """The condition on a document that the tree asks for."""
    match node:
        case Everything():
            return {"match_all": {}}
        case Period(first, last):
            return _dated(first, last)
        case Not(inner):
            return {"bool": {"must_not": [matching(inner)]}}
        case Or(nodes):
            return _any(matching(part, title_only=title_only) for part in nodes)
        case And(nodes):
            return _all(matching(part, title_only=title_only) for part in nodes)
        case Variants(written, others):
            # That a record is dated in a year is not said by its title.
            kept = [other for other in others if not (title_only and isinstance(other, Period))]
            return _any(matching(part, title_only=title_only) for part in (And(written), *kept))
        case InField("title", inner):
            return matching(inner, title_only=True)
        case InField(name, inner):
            return _exact(f"in_{name}", inner)
        case Word(form):
            return _any({"term": {field: term(stem(form))}} for field in (("title",) if title_only else _WEIGHTS))
    return _exact("in_title" if title_only else "exact", node)


def _dated(first: date, last: date) -> Clause:
    return _all([{"range": {"first": {"lte": last.toordinal()}}}, {"range": {"last": {"gte": first.toordinal()}}}])


def _exact(field: str, node: _Term) -> Clause:
    """The documents that have the term in a field of unstemmed words."""
    match node:
        case Phrase(forms) if len(forms) > 1:
            return {"match_phrase": {field: " ".join(map(term, forms))}}
        case Near(forms, distance) if len(set(forms)) > 1:
            return _near(field, list(dict.fromkeys(map(term, forms))), distance)
        case Prefix(form):
            return {"prefix": {field: {"value": term(form), "rewrite": "constant_score"}}}
        case Fuzzy(form, edits):
            # All words that are meant, not the likest fifty: so the cluster rewrites it only if it is told.
            return {"fuzzy": {field: {"value": term(form), "fuzziness": edits, "rewrite": "constant_score"}}}
        case Word(form) | Phrase((form, *_)) | Near((form, *_)):
            return {"term": {field: term(form)}}
    raise TypeError(node)


def _near(field: str, forms: list[str], distance: int) -> Clause:
    """From some word on, each of the words stands within the distance."""
    between = distance + 1 - len(forms)
    if between < 0:
        return {"match_none": {}}
    words = [{"match": {"query": form}} for form in forms]
    return {"intervals": {field: {"all_of": {"intervals": words, "mode": "unordered", "max_gaps": between}}}}


def _all(conditions: Iterable[Clause]) -> Clause:
    wanted = list(conditions)
    return {"bool": {"filter": wanted}} if wanted else {"match_all": {}}


def _any(conditions: Iterable[Clause]) -> Clause:
    wanted = list(conditions)
    return {"bool": {"should": wanted, "minimum_should_match": 1}} if wanted else {"match_none": {}}


# Order ----------------------------------------------------------------------------------------------------------------


def _scoring(node: Node, weight: float = 1.0) -> Iterator[Clause]:
    """What raises a document's score; what is excluded doesn't."""
    match node:
        case Word(form):
            for field, by_field in _WEIGHTS.items():
                yield _weighed(field, form, weight * by_field)
        case Phrase(forms):
            words = [clause for form in dict.fromkeys(forms) for clause in _scoring(Word(form), weight)]
            # Only where the phrase stands.
            yield {"bool": {"filter": [_exact("exact", node)], "should": words}}
        case Near(forms):
            for form in forms:
                yield from _scoring(Word(form), weight)
        case Prefix() | Fuzzy():
            yield {"constant_score": {"filter": _exact("exact", node), "boost": weight}}
        case InField("title", Word(form)):
            yield _weighed("title", form, weight * _WEIGHTS["title"])
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from _scoring(part, weight)
        case Variants(written, others):
            for word in written:
                yield from _scoring(word, weight)
            for other in others:
                yield from _scoring(other, weight * _VARIANT_WEIGHT)


def _weighed(field: str, form: str, weight: float) -> Clause:
    return {"term": {field: {"value": term(stem(form)), "boost": round(weight, 4)}}}


def _unlike(clauses: Iterable[Clause]) -> Iterable[Clause]:
    """Each clause once."""
    return {json.dumps(clause): clause for clause in clauses}.values()
