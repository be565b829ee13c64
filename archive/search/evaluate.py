"""A query evaluated on the columns of the index: which documents match, in what order, and how many of each facet value."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import reduce
from math import log
from operator import and_, or_
from typing import NamedTuple

import numpy as np

from archive.search.columns import State
from archive.search.query import (
    And,
    Everything,
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
    Sort,
    Variants,
    Word,
)
from archive.search.segments import Floats, Mask, Numbers
from archive.search.text import stem

# Most words that one prefix or fuzzy word stands for.
MAX_EXPANSION = 256

# What a word weighs by the field it stands in, and the usual constants: BM25 of each field, summed with weights, after
# Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
_WEIGHTS = {"title": 3.0, "names": 1.5, "text": 1.0}
_K1, _B = 1.2, 0.75
# A document that has another name of what was asked for, against one that has the words as written.
_VARIANT_WEIGHT = 0.7

_Term = Word | Phrase | Prefix | Near | Fuzzy


class _Scoring(NamedTuple):
    """Terms of one field that count as one word, and what they weigh; those of a phrase only where it stands."""

    field: str
    forms: tuple[str, ...]
    weight: float
    phrase: tuple[str, ...] = ()


class Evaluation:
    """One query on one state. `cut` collects the prefixes and fuzzy words that stand for more words than are searched."""

    def __init__(self, tree: Node, state: State) -> None:
        self._tree = tree
        self._state = state
        self._expansions: dict[tuple[str, Prefix | Fuzzy], tuple[str, ...]] = {}
        self._phrases: dict[tuple[str, tuple[str, ...]], Mask] = {}
        self.cut: list[Prefix | Fuzzy] = []

    def matches(self) -> Mask:
        """The documents that the tree asks for."""
        return self._match(self._tree)

    def _match(self, node: Node, *, title_only: bool = False) -> Mask:
        state = self._state
        match node:
            case Everything():
                return state.all
            case Period(first, last):
                return self._dated(first, last)
            case Not(inner):
                return state.all & ~self._match(inner)
            case Or(nodes):
                return reduce(or_, (self._match(part, title_only=title_only) for part in nodes))
            case And(nodes):
                return reduce(and_, (self._match(part, title_only=title_only) for part in nodes))
            case Variants(written, others):
                as_written = self._match(And(written), title_only=title_only)
                if title_only:
                    # That a record is dated in a year is not said by its title.
                    others = tuple(other for other in others if not isinstance(other, Period))
                return reduce(or_, (self._match(other, title_only=title_only) for other in others), as_written)
            case InField("title", term):
                return self._match(term, title_only=True)
            case InField(name, term):
                return self._exact(f"in_{name}", term)
            case Word(form):
                return self._stemmed(form, ("title",) if title_only else tuple(_WEIGHTS))
        return self._exact("in_title" if title_only else "exact", node)

    def _stemmed(self, form: str, fields: Iterable[str]) -> Mask:
        stemmed = stem(form)
        return self._state.among([self._state.posting(field, stemmed) for field in fields])

    def _exact(self, field: str, term: _Term) -> Mask:
        """The documents that have the term in a field of unstemmed words."""
        match term:
            case Word(form):
                return self._state.having(field, [form])
            case Phrase(forms):
                return self._standing(field, forms)
            case Near(forms, distance):
                return self._state.near(field, forms, distance)
            case Prefix() | Fuzzy():
                return self._state.having(field, self._expansion(field, term))

    def _standing(self, field: str, forms: tuple[str, ...]) -> Mask:
        """Where a phrase stands; it is asked for several times."""
        if (field, forms) not in self._phrases:
            self._phrases[field, forms] = self._state.phrase(field, forms)
        return self._phrases[field, forms]

    def _expansion(self, field: str, term: Prefix | Fuzzy) -> tuple[str, ...]:
        """The words of the field that the term stands for, the most frequent ones where there are too many."""
        if (field, term) not in self._expansions:
            vocabulary = self._state.vocabulary(field)
            match term:
                case Prefix(form):
                    places = np.arange(len(vocabulary.terms))[vocabulary.beginning(form)]
                case Fuzzy(form, edits):
                    places = vocabulary.like(form, edits)
            if len(places) > MAX_EXPANSION:
                places = places[np.argsort(-vocabulary.frequencies[places], kind="stable")[:MAX_EXPANSION]]
                if term not in self.cut:
                    self.cut.append(term)
            self._expansions[field, term] = tuple(vocabulary.terms[place] for place in places)
        return self._expansions[field, term]

    def _dated(self, first: date, last: date) -> Mask:
        state = self._state
        within = (state.first > 0) & (state.first <= last.toordinal()) & (state.last >= first.toordinal())
        return within & state.all

    # Order ------------------------------------------------------------------------------------------------------------

    def ranked(self, results: Mask, sort: Sort, limit: int) -> list[int]:
        """The first `limit` results.

        Best match: what the title alone answers comes first, then by score; ties, and queries without words, by date.
        """
        state = self._state
        if sort is Sort.OLDEST:
            return _in_order(state.oldest, results, limit)
        scoring = list(dict.fromkeys(self._scoring(self._tree)))
        if sort is Sort.NEWEST or not scoring:
            return _in_order(state.newest, results, limit)
        numbers = np.flatnonzero(results)
        # Rounded: what differs by the order of additions only is a tie.
        scores = np.round(self._scores(scoring)[numbers], 6)
        if len(numbers):
            scores[self._match(self._tree, title_only=True)[numbers]] += scores.max() + 1
        if len(numbers) > limit:
            least = np.partition(scores, -limit)[-limit]
            numbers, scores = numbers[scores >= least], scores[scores >= least]
        return numbers[np.lexsort((state.newness[numbers], -scores))][:limit].tolist()

    def _scoring(self, node: Node, weight: float = 1.0) -> Iterator[_Scoring]:
        """What raises a document's score; what is excluded doesn't."""
        match node:
            case Word(form):
                for field, by_field in _WEIGHTS.items():
                    yield _Scoring(field, (stem(form),), weight * by_field)
            case Phrase(forms):
                for form in forms:
                    for one in self._scoring(Word(form), weight):
                        yield one._replace(phrase=forms)
            case Near(forms):
                for form in forms:
                    yield from self._scoring(Word(form), weight)
            case Prefix() | Fuzzy():
                yield _Scoring("exact", self._expansion("exact", node), weight)
            case InField("title", Word(form)):
                yield _Scoring("title", (stem(form),), weight * _WEIGHTS["title"])
            case And(nodes) | Or(nodes):
                for part in nodes:
                    yield from self._scoring(part, weight)
            case Variants(written, others):
                for word in written:
                    yield from self._scoring(word, weight)
                for other in others:
                    yield from self._scoring(other, weight * _VARIANT_WEIGHT)

    def _scores(self, scoring: Iterable[_Scoring]) -> Floats:
        """BM25 of each document, summed over fields and terms; the terms of a prefix count as one word."""
        state = self._state
        scores = np.zeros(state.size)
        for one in scoring:
            postings = [state.posting(one.field, form) for form in one.forms]
            having = state.frequency(one.field, one.forms)
            if not having:
                continue
            weight = one.weight * log(1 + (state.total - having + 0.5) / (having + 0.5)) * (_K1 + 1)
            norms = state.norms(one.field, _K1, _B)
            standing = self._standing("exact", one.phrase) if one.phrase else None
            for posting in postings:
                numbers, frequencies = posting.numbers, posting.frequencies
                if standing is not None:
                    kept = standing[numbers]
                    numbers, frequencies = numbers[kept], frequencies[kept]
                scores[numbers] += weight * frequencies / (frequencies + norms[numbers])
        return scores


def _in_order(order: Numbers, results: Mask, limit: int) -> list[int]:
    return order[results[order]][:limit].tolist()


class Choice:
    """The facet values that a query includes and excludes."""

    def __init__(self, query: Query, state: State) -> None:
        self._state = state
        self._included = {key: state.carrying(key, values) for key, values in query.include.items() if values}
        self._excluded = [state.carrying(key, values) for key, values in query.exclude.items() if values]

    def results(self, matched: Mask, *, but: str = "") -> Mask:
        """What is left of the matches; `but` names a facet whose includes don't count."""
        for key, documents in self._included.items():
            if key != but:
                matched = matched & documents
        for documents in self._excluded:
            matched = matched & ~documents
        return matched

    def counts(self, matched: Mask) -> dict[str, dict[str, int]]:
        """Results by facet value, under the other facets and this facet's own excludes."""
        count = self._state.counter.count
        counted = count(self.results(matched))
        for key in self._included:
            # As if nothing of it were included.
            counted[key] = count(self.results(matched, but=key))[key]
        return counted

    def carried(self, matched: Mask) -> dict[str, dict[str, int]]:
        """Results by value of the facets of which something is included, under all that is chosen."""
        if not self._included:
            return {}
        counted = self._state.counter.count(self.results(matched))
        return {key: counted[key] for key in self._included}
