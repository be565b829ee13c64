"""A query evaluated on the columns of the index: which documents match, in what order, and how many of each facet value."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import reduce
from math import log
from operator import and_, or_
from typing import NamedTuple

import numpy as np
from django.utils.translation import gettext as _

from archive.search.columns import State
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
from archive.search.segments import NO_NUMBERS, Floats, Mask, Numbers, Posting, joined
from archive.search.text import stem
from archive.search.turns import Budget

# Most words that one prefix or fuzzy word stands for.
MAX_EXPANSION = 256

# What a word weighs by the field it stands in, and the usual constants: BM25 of each field, summed with weights, after
# Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
_WEIGHTS = {"title": 3.0, "names": 1.5, "text": 1.0}
_K1, _B = 1.2, 0.75
# A document that has another name of what was asked for, against one that has the words as written.
_VARIANT_WEIGHT = 0.7

# Where no more than one in so many documents was found, what is known of them is looked up one by one.
_FEW = 8
# What a costly search (`turns`) may take here at most, in seconds of a processor. A cheap one comes to its end, however slow the
# machine, or however much it is the first to read.
SEARCH_TIMEOUT = 0.6
# So many are found, and so many scored, without arrays: each call on one takes as long as looking at ten documents, and a
# mask of all documents drives from the processor's cache what the rest of a search needs.
VERY_FEW, SCORED_ONE_BY_ONE = 64, 24

_PLACES = {scope: place for place, scope in enumerate(Scope)}

_Term = Word | Phrase | Prefix | Near | Fuzzy


class _Scoring(NamedTuple):
    """Terms of one field that count as one word, and what they weigh; those of a phrase only where it stands."""

    field: str
    forms: tuple[str, ...]
    weight: float
    phrase: tuple[str, ...] = ()


def answer(query: Query, tree: Node, state: State, reached: tuple[int, str]) -> Found:
    """What a state of the index, which goes up to the change `reached`, answers to a query."""
    evaluation, choice = Evaluation(tree, state), Choice(query, state)
    matched = evaluation.matches()
    results = choice.results(matched)
    scopes = state.scope_of[results]
    wanted = _PLACES[query.scope]
    start = (query.page - 1) * query.page_size
    chosen = results[scopes == wanted]
    ranked = evaluation.ranked(chosen, query.sort, start + query.page_size)
    in_scope = chosen if results is matched else matched[state.scope_of[matched] == wanted]
    return Found(
        pks=tuple(state.pks[ranked[start:]].tolist()),
        reached=reached,
        totals=dict(zip(_PLACES, np.bincount(scopes, minlength=len(_PLACES)).tolist(), strict=True)),
        counts=choice.counts(in_scope),
        carried=choice.carried(in_scope),
        notes=tuple(_note(term) for term in evaluation.cut),
    )


def _note(term: Prefix | Fuzzy) -> str:
    many = (
        _("More than %(limit)d words begin with “%(form)s”: only the most frequent were searched.")
        if isinstance(term, Prefix)
        else _("More than %(limit)d words are like “%(form)s”: only the most frequent were searched.")
    )
    return many % {"limit": MAX_EXPANSION, "form": term.form}


class Evaluation:
    """One query on one state. `cut` collects the prefixes and fuzzy words that stand for more words than are searched."""

    def __init__(self, tree: Node, state: State) -> None:
        self._tree = tree
        self._state = state
        # What was decoded is asked for several times: to match, to weigh, to score, and to look at the titles alone.
        self._postings: dict[tuple[str, tuple[str, ...]], Posting] = {}
        self._expansions: dict[tuple[str, Prefix | Fuzzy], tuple[str, ...]] = {}
        self._phrases: dict[tuple[str, tuple[str, ...]], Mask] = {}
        self._budget = Budget(tree, SEARCH_TIMEOUT)
        self.cut: list[Prefix | Fuzzy] = []

    def matches(self) -> Numbers:
        """The documents that the tree asks for, ascending."""
        few = self._few(self._tree)
        return np.flatnonzero(self._match(self._tree)) if few is None else np.array(sorted(few), dtype=np.int64)

    def _few(self, node: Node, *, title_only: bool = False) -> set[int] | None:
        """The documents that the node asks for, where a rare word says that they are very few; else None: `_match` knows."""
        state = self._state
        match node:
            case Word(form):
                stemmed = stem(form)
                found = [self._posting(field, (stemmed,)).numbers for field in _searched(title_only)]
                if sum(map(len, found)) > VERY_FEW:
                    return None
                return {number for numbers in found for number in numbers.tolist() if state.all[number]}
            case InField("title", Word() as word):
                return self._few(word, title_only=True)
            case And(nodes):
                known = [self._few(part, title_only=title_only) for part in nodes]
                some = [few for few in known if few is not None]
                if not some:
                    return None
                left = set.intersection(*some)
                for part, few in zip(nodes, known, strict=True):
                    if few is None and left:
                        mask = self._match(part, title_only=title_only)
                        left = {number for number in left if mask[number]}
                return left
            case Or(nodes):
                either: set[int] = set()
                for part in nodes:
                    few = self._few(part, title_only=title_only)
                    if few is None:
                        return None
                    either |= few
                return either
        return None

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
                return self._stemmed(form, _searched(title_only))
        return self._exact("in_title" if title_only else "exact", node)

    def _posting(self, field: str, forms: tuple[str, ...]) -> Posting:
        """The documents that have any of the terms: once for each term that it has, in no order where there are several."""
        found = self._postings.get((field, forms))
        if found is None:
            self._budget.check()
            parts = [self._state.posting(field, form) for form in forms]
            found = self._postings[field, forms] = joined(parts)
        return found

    def _stemmed(self, form: str, fields: Iterable[str]) -> Mask:
        stemmed = stem(form)
        return self._state.among([self._posting(field, (stemmed,)) for field in fields])

    def _exact(self, field: str, term: _Term) -> Mask:
        """The documents that have the term in a field of unstemmed words."""
        match term:
            case Word(form):
                return self._state.having(field, [form])
            case Phrase(forms):
                return self._standing(field, forms)
            case Near(forms, distance):
                self._budget.check()
                return self._state.near(field, forms, distance)
            case Prefix() | Fuzzy():
                return self._state.among([self._posting(field, self._expansion(field, term))])

    def _standing(self, field: str, forms: tuple[str, ...]) -> Mask:
        """Where a phrase stands; it is asked for several times."""
        if (field, forms) not in self._phrases:
            self._budget.check()
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

    def ranked(self, numbers: Numbers, sort: Sort, limit: int) -> Numbers:
        """The first `limit` of these documents.

        Best match: what the title alone answers comes first, then by score; ties, and queries without words, by date.
        """
        state = self._state
        if sort is Sort.OLDEST:
            return _first(numbers, state.oldness, limit)
        scoring = list(dict.fromkeys(self._scoring(self._tree)))
        if sort is Sort.NEWEST or not scoring or not len(numbers):
            return _first(numbers, state.newness, limit)
        if len(numbers) <= SCORED_ONE_BY_ONE:
            return self._ranked_one_by_one(scoring, numbers)[:limit]
        # Rounded: what differs by the order of additions only is a tie.
        scores = np.round(self._scores(scoring, numbers), 6)
        scores[self._titled(numbers)] += scores.max() + 1
        if len(numbers) > limit:
            least = np.partition(scores, -limit)[-limit]
            numbers, scores = numbers[scores >= least], scores[scores >= least]
        return numbers[np.lexsort((state.newness[numbers], -scores))][:limit]

    def _ranked_one_by_one(self, scoring: Iterable[_Scoring], numbers: Numbers) -> Numbers:
        """The same order, of very few."""
        scores = self._scores_one_by_one(scoring, numbers)
        columns = self._titled(numbers).tolist(), self._state.newness[numbers].tolist()
        rows = [
            (not titled, -round(score, 6), place, number)
            for (number, score), titled, place in zip(scores.items(), *columns, strict=True)
        ]
        return np.array([row[-1] for row in sorted(rows)], dtype=np.int64)

    def _titled(self, numbers: Numbers) -> Mask:
        """Which of these documents the title alone answers for."""
        few = self._few(self._tree, title_only=True)
        if few is None:
            return self._match(self._tree, title_only=True)[numbers]
        return np.array([number in few for number in numbers.tolist()], dtype=np.bool_)

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

    def _scores(self, scoring: Iterable[_Scoring], numbers: Numbers) -> Floats:
        """BM25 of these documents, summed over fields and terms; the terms of a prefix count as one word."""
        # Of many it is quicker to score whatever has the words than to look for each among them.
        few = len(numbers) * _FEW < self._state.size
        scores = np.zeros(len(numbers) if few else self._state.size)
        for one, weight, posting in self._weighed(scoring):
            if len(one.forms) > 1:
                parts = self._joined_parts(one, weight, posting)
                scores += parts[numbers] if few else parts
                continue
            documents, frequencies = posting.numbers, posting.frequencies
            places = documents
            if few:
                places, kept = _common(numbers, documents)
                documents, frequencies = documents[kept], frequencies[kept]
            if one.phrase:
                within = self._standing("exact", one.phrase)[documents]
                documents, frequencies, places = documents[within], frequencies[within], places[within]
            scores[places] += weight * frequencies / (frequencies + self._norms(one)[documents])
        return scores if few else scores[numbers]

    def _scores_one_by_one(self, scoring: Iterable[_Scoring], numbers: Numbers) -> dict[int, float]:
        """The same, of very few."""
        scores = dict.fromkeys(numbers.tolist(), 0.0)
        for one, weight, posting in self._weighed(scoring):
            if len(one.forms) > 1:
                for number, part in zip(
                    scores, self._joined_parts(one, weight, posting)[numbers].tolist(), strict=True
                ):
                    scores[number] += part
                continue
            documents, frequencies = posting.numbers, posting.frequencies
            if len(documents) > VERY_FEW:
                _places, kept = _common(numbers, documents)
                documents, frequencies = documents[kept], frequencies[kept]
            standing = self._standing("exact", one.phrase) if one.phrase else self._state.all
            columns = documents.tolist(), frequencies.tolist(), self._norms(one)[documents].tolist()
            for number, frequency, norm in zip(*columns, strict=True):
                if number in scores and standing[number]:
                    scores[number] += weight * frequency / (frequency + norm)
        return scores

    def _weighed(self, scoring: Iterable[_Scoring]) -> Iterator[tuple[_Scoring, float, Posting]]:
        """What is scored and stands anywhere, what it weighs by its rarity, and which documents have it how often."""
        total = self._state.total
        for one in scoring:
            posting = self._posting(one.field, one.forms)
            having = self._state.frequency(posting, is_joined=len(one.forms) > 1)
            if having:
                yield one, one.weight * log(1 + (total - having + 0.5) / (having + 0.5)) * (_K1 + 1), posting

    def _joined_parts(self, one: _Scoring, weight: float, posting: Posting) -> Floats:
        """What the terms of a prefix add to the score of each document of the state."""
        documents, frequencies = posting.numbers, posting.frequencies
        parts = weight * frequencies / (frequencies + self._norms(one)[documents])
        return np.bincount(documents, weights=parts, minlength=self._state.size)  # type: ignore[return-value]  # weighted: floats

    def _norms(self, one: _Scoring) -> Floats:
        return self._state.norms(one.field, _K1, _B)


def _searched(title_only: bool) -> tuple[str, ...]:
    """The fields that a word is looked for in."""
    return ("title",) if title_only else tuple(_WEIGHTS)


def _common(ones: Numbers, others: Numbers) -> tuple[Numbers, Numbers]:
    """Where what is in both stands in each. Both ascend."""
    if len(ones) > len(others):
        places, found = _common(others, ones)
        return found, places
    found = np.searchsorted(others, ones)
    # Whatever is greater than all of the others is like the last of them, or like none.
    kept = np.flatnonzero(others[np.minimum(found, len(others) - 1)] == ones) if len(others) else NO_NUMBERS
    return kept, found[kept]


def _first(numbers: Numbers, places: Numbers, limit: int) -> Numbers:
    """The first `limit` of the documents by their places in an order."""
    own = places[numbers]
    if len(numbers) > limit:
        least = np.argpartition(own, limit)[:limit]
        numbers, own = numbers[least], own[least]
    return numbers[np.argsort(own)]


class Choice:
    """The facet values that a query includes and excludes."""

    def __init__(self, query: Query, state: State) -> None:
        self._state = state
        self._included = {key: state.carrying(key, values) for key, values in query.include.items() if values}
        self._excluded = [state.carrying(key, values) for key, values in query.exclude.items() if values]

    def results(self, matched: Numbers, *, but: str = "") -> Numbers:
        """What is left of the matches; `but` names a facet whose includes don't count."""
        for key, documents in self._included.items():
            if key != but:
                matched = matched[documents[matched]]
        for documents in self._excluded:
            matched = matched[~documents[matched]]
        return matched

    def counts(self, matched: Numbers) -> dict[str, dict[str, int]]:
        """Results by facet value, under the other facets and this facet's own excludes."""
        count = self._state.counter.count
        counted = count(self.results(matched))
        for key in self._included:
            # As if nothing of it were included.
            counted[key] = count(self.results(matched, but=key))[key]
        return counted

    def carried(self, matched: Numbers) -> dict[str, dict[str, int]]:
        """Results by value of the facets of which something is included, under all that is chosen."""
        if not self._included:
            return {}
        counted = self._state.counter.count(self.results(matched))
        return {key: counted[key] for key in self._included}
