"""A query evaluated on the columns of the index: which documents match, in what order, and how many of each facet value."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from math import log

from archive.search.bits import bits_of, numbers_in
from archive.search.columns import State
from archive.search.query import (
    And,
    Everything,
    InField,
    Node,
    Not,
    Or,
    Period,
    Phrase,
    Prefix,
    Query,
    Sort,
    Word,
)
from archive.search.text import stem

# Most words that one prefix stands for.
MAX_EXPANSION = 256

# BM25F: what a word weighs by the field it stands in, and the usual constants.
_WEIGHTS = {"title": 3.0, "names": 1.5, "text": 1.0}
_K1, _B = 1.2, 0.75


class Evaluation:
    """One query on one state. `cut` collects the prefixes that stand for more words than are searched."""

    def __init__(self, tree: Node, state: State) -> None:
        self._tree = tree
        self._state = state
        self._beginnings: dict[tuple[str, str], list[str]] = {}
        self.cut: list[str] = []

    def matches(self) -> int:
        """The documents that the tree asks for."""
        return self._match(self._tree)

    def _match(self, node: Node, *, title_only: bool = False) -> int:
        state = self._state
        match node:
            case Everything():
                return state.all
            case Period(first, last):
                return self._dated(first, last)
            case Not(inner):
                return state.all & ~self._match(inner)
            case Or(nodes):
                found = 0
                for part in nodes:
                    found |= self._match(part, title_only=title_only)
                return found
            case And(nodes):
                found = state.all
                for part in nodes:
                    found &= self._match(part, title_only=title_only)
                return found
            case InField("title", term):
                return self._match(term, title_only=True)
            case InField(name, term):
                return self._exact(f"in_{name}", term)
            case Word(form):
                fields = ("title",) if title_only else tuple(_WEIGHTS)
                return self._any(fields, [stem(form)])
        return self._exact("in_title" if title_only else "exact", node)

    def _exact(self, field: str, term: Word | Phrase | Prefix) -> int:
        """The documents that have the term in a field of unstemmed words."""
        match term:
            case Word(form):
                return self._state.term(field, form)
            case Phrase(forms):
                return self._state.phrase(field, forms)
            case Prefix(form):
                return self._any((field,), self._beginning(field, form))

    def _any(self, fields: Iterable[str], forms: Iterable[str]) -> int:
        found = 0
        for field in fields:
            for form in forms:
                found |= self._state.term(field, form)
        return found

    def _beginning(self, field: str, prefix: str) -> list[str]:
        key = (field, prefix)
        if key not in self._beginnings:
            self._beginnings[key], has_more = self._state.beginning(field, prefix, MAX_EXPANSION)
            if has_more and prefix not in self.cut:
                self.cut.append(prefix)
        return self._beginnings[key]

    def _dated(self, first: date, last: date) -> int:
        start, end = first.toordinal(), last.toordinal()
        spans = zip(self._state.first, self._state.last, strict=True)
        found = (number for number, (one, other) in enumerate(spans) if 0 < one <= end and other >= start)
        return bits_of(found, self._state.size) & self._state.all

    # Order ------------------------------------------------------------------------------------------------------------

    def ranked(self, results: int, sort: Sort, limit: int) -> list[int]:
        """The first `limit` results.

        Best match: what the title alone answers comes first, then by score; ties, and queries without words, by date.
        """
        if sort is Sort.OLDEST:
            return _in_order(self._state.oldest, results, limit)
        terms = list(dict.fromkeys(self._scoring(self._tree)))
        if sort is Sort.NEWEST or not terms:
            return _in_order(self._state.newest, results, limit)
        scores = self._scores(terms)
        in_title = numbers_in(results & self._match(self._tree, title_only=True))
        top = max(scores, default=0.0) + 1
        for number in in_title:
            scores[number] += top
        newness = self._state.newness
        # Rounded: what differs by the order of additions only is a tie.
        return sorted(numbers_in(results), key=lambda number: (-round(scores[number], 6), newness[number]))[:limit]

    def _scoring(self, node: Node) -> Iterator[tuple[str, tuple[str, ...], float]]:
        """Field, terms and weight of what raises a document's score; what is excluded doesn't."""
        match node:
            case Word(form):
                for field, weight in _WEIGHTS.items():
                    yield field, (stem(form),), weight
            case Phrase(forms):
                for form in forms:
                    yield from self._scoring(Word(form))
            case Prefix(form):
                yield "exact", tuple(self._beginning("exact", form)), 1.0
            case InField("title", Word(form)):
                yield "title", (stem(form),), _WEIGHTS["title"]
            case And(nodes) | Or(nodes):
                for part in nodes:
                    yield from self._scoring(part)

    def _scores(self, terms: Iterable[tuple[str, tuple[str, ...], float]]) -> list[float]:
        """BM25 of each document, summed over fields and terms; the terms of a prefix count as one word."""
        state = self._state
        scores = [0.0] * state.size
        total = state.all.bit_count()
        for field, forms, boost in terms:
            having = self._any((field,), forms).bit_count()
            if not having:
                continue
            weight = boost * log(1 + (total - having + 0.5) / (having + 0.5)) * (_K1 + 1)
            norms = state.norms(field, _K1, _B)
            for form in forms:
                for number, frequency in state.frequencies(field, form):
                    scores[number] += weight * frequency / (frequency + norms[number])
        return scores


def _in_order(order: Iterable[int], results: int, limit: int) -> list[int]:
    members = results.to_bytes(results.bit_length() // 8 + 1, "little")
    size = len(members) * 8
    found = []
    for number in order:
        if number < size and members[number >> 3] & 1 << (number & 7):
            found.append(number)
            if len(found) == limit:
                break
    return found


class Choice:
    """The facet values that a query includes and excludes."""

    def __init__(self, query: Query, facets: Mapping[str, Mapping[str, int]]) -> None:
        self._facets = facets
        self._included = {key: self._union(key, values) for key, values in query.include.items() if values}
        self._excluded = {key: self._union(key, values) for key, values in query.exclude.items() if values}

    def _union(self, key: str, values: Iterable[str]) -> int:
        found = 0
        for value in values:
            found |= self._facets.get(key, {}).get(value, 0)
        return found

    def results(self, matched: int, *, but: str = "") -> int:
        """What is left of the matches; `but` names a facet whose includes don't count."""
        for key, documents in self._included.items():
            if key != but:
                matched &= documents
        for documents in self._excluded.values():
            matched &= ~documents
        return matched

    def counts(self, matched: int) -> dict[str, dict[str, int]]:
        """Results by facet value, under the other facets and this facet's own excludes."""
        counted = {}
        for key, values in self._facets.items():
            pool = self.results(matched, but=key)
            counts = {value: (pool & documents).bit_count() for value, documents in values.items()}
            counted[key] = {value: n for value, n in counts.items() if n}
        return counted
