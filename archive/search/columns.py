"""The index of one state as columns, by document number: what queries are evaluated on. Shared by all threads.

Whoosh's own matchers walk one posting at a time through a tree of Python objects: a common word in 100 000 articles
takes them a third of a second, a prefix a minute and a half. Here a posting list is decoded once for each segment into
numpy arrays, kept while there is room, and queries are algebra on arrays: column-at-a-time evaluation as in
Boncz et al., "MonetDB/X100: Hyper-Pipelining Query Execution" (CIDR 2005), on an inverted index as in Manning et al.,
"Introduction to Information Retrieval" (2008), chapters 1, 2 and 6.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from whoosh.reading import IndexReader

from archive.search.documents import FACETS
from archive.search.query import Scope
from archive.search.segments import (
    NO_NUMBERS,
    POSITION_BITS,
    Facet,
    FacetCounter,
    Floats,
    Mask,
    Numbers,
    Posting,
    Segment,
    Vocabulary,
    concatenated,
    joined,
)


class State:
    """All segments side by side, without what is deleted. Document numbers run through them in order."""

    def __init__(self, reader: IndexReader, known: Mapping[str, Segment]) -> None:
        """Read what is not among the known segments of the state before."""
        self.segments: dict[str, Segment] = {}
        self.parts: list[tuple[Segment, int]] = []
        self.size = 0
        live = [np.zeros(0, dtype=np.bool_)]
        for leaf, _offset in reader.leaf_readers():
            name = leaf.segment().segment_id()
            if name in known:
                segment = known[name]
                leaf.close()
            else:
                segment = Segment(leaf)
            self.segments[name] = segment
            self.parts.append((segment, self.size))
            self.size += segment.size
            present = np.ones(segment.size, dtype=np.bool_)
            present[list(leaf.segment().deleted_docs())] = False
            live.append(present)
        scopes = self._facet([segment.scopes for segment, _ in self.parts], np.concatenate(live))
        # The place of each document's scope among all; -1 of what is deleted, and of the row that holds the index's own state.
        self.scope_of: Numbers = np.full(self.size, -1)
        for place, scope in enumerate(Scope):
            self.scope_of[self._carrying(scopes, [scope.value])] = place
        self.all: Mask = self.scope_of >= 0
        self.total = int(self.all.sum())
        # Nothing but the row of the index's own state, which has no words.
        self._is_whole = all(present.all() for present in live)
        self.facets = {key: self._facet([segment.facets[key] for segment, _ in self.parts], self.all) for key in FACETS}
        self.pks, self.first, self.last = (
            concatenated([getattr(segment, name) for segment, _ in self.parts]) for name in ("pks", "first", "last")
        )
        self._norms: dict[str, Floats] = {}
        self._vocabularies: dict[str, Vocabulary] = {}

    def _facet(self, parts: Sequence[Facet], among: Mask) -> Facet:
        """The segments' facets as one, of the documents that are there."""
        places: dict[str, int] = {}
        numbers, ids = [NO_NUMBERS], [NO_NUMBERS]
        for facet, (_segment, offset) in zip(parts, self.parts, strict=True):
            joined = np.array([places.setdefault(value, len(places)) for value in facet.values], dtype=np.int64)
            numbers.append(facet.numbers + offset)
            ids.append(joined[facet.ids])
        all_numbers, all_ids = np.concatenate(numbers), np.concatenate(ids)
        kept = among[all_numbers]
        return Facet(list(places), all_numbers[kept], all_ids[kept])

    def carrying(self, key: str, values: Iterable[str]) -> Mask:
        """The documents that carry any of the values of a facet."""
        return self._carrying(self.facets[key], values)

    def _carrying(self, facet: Facet, values: Iterable[str]) -> Mask:
        mask = np.zeros(self.size, dtype=np.bool_)
        known = {value: place for place, value in enumerate(facet.values)}
        for value in values:
            if value in known:
                mask[facet.numbers[facet.ids == known[value]]] = True
        return mask

    def posting(self, field: str, form: str) -> Posting:
        """The documents that have the term; deleted ones among them."""
        if len(self.parts) == 1:
            return self.parts[0][0].posting(field, form)
        parts = [(segment.posting(field, form), offset) for segment, offset in self.parts]
        return joined([Posting(one.numbers + offset, one.frequencies) for one, offset in parts if len(one.numbers)])

    def having(self, field: str, forms: Iterable[str]) -> Mask:
        """The documents that have any of the terms."""
        return self.among([self.posting(field, form) for form in forms])

    def among(self, postings: Iterable[Posting]) -> Mask:
        """The documents of the postings, without those that are deleted."""
        mask = np.zeros(self.size, dtype=np.bool_)
        for posting in postings:
            mask[posting.numbers] = True
        mask &= self.all
        return mask

    def frequency(self, posting: Posting, *, is_joined: bool = False) -> int:
        """How many documents are in a posting; one of several terms may have a document several times."""
        if is_joined:
            return int(np.count_nonzero(self.among([posting])))
        if self._is_whole:
            return len(posting.numbers)
        return int(np.count_nonzero(self.all[posting.numbers]))

    def phrase(self, field: str, forms: tuple[str, ...]) -> Mask:
        """The documents in which the words follow each other."""
        return self._standing(field, forms, _following)

    def near(self, field: str, forms: tuple[str, ...], distance: int) -> Mask:
        """The documents in which all the words stand within `distance` words, in any order."""
        return self._standing(field, tuple(dict.fromkeys(forms)), lambda places: _within(places, distance))

    def _standing(self, field: str, forms: tuple[str, ...], match: Callable[[list[Numbers]], Numbers]) -> Mask:
        """The documents of which `match` chooses positions, given those of each word."""
        if len(forms) == 1:
            return self.having(field, forms)
        mask = np.zeros(self.size, dtype=np.bool_)
        for segment, offset in self.parts:
            candidates = np.ones(segment.size, dtype=np.bool_)
            for form in forms:
                having = np.zeros(segment.size, dtype=np.bool_)
                having[segment.posting(field, form).numbers] = True
                candidates &= having
            if candidates.any():
                places = match([segment.positions(field, form, candidates) for form in forms])
                mask[(places >> POSITION_BITS) + offset] = True
        mask &= self.all
        return mask

    def contents(self) -> dict[str, int]:
        """The digest of each document by its id."""
        digests = np.concatenate([segment.digests for segment, _ in self.parts])
        scopes = list(Scope)
        return {
            f"{scopes[self.scope_of[number]]}:{self.pks[number]}": int(digests[number])
            for number in np.flatnonzero(self.all)
        }

    def vocabulary(self, field: str) -> Vocabulary:
        """All terms of the field and how many documents have each, deleted ones too."""
        if field not in self._vocabularies:
            found = [segment.vocabulary(field) for segment, _ in self.parts]
            self._vocabularies[field] = found[0] if len(found) == 1 else _merged(found)
        return self._vocabularies[field]

    def norms(self, field: str, k1: float, b: float) -> Floats:
        """BM25's ``k1 · (1 − b + b · length / average length)`` for each document."""
        if field not in self._norms:
            lengths = np.concatenate([segment.lengths(field) for segment, _ in self.parts])
            average = lengths[self.all].sum() / max(1, self.total) or 1.0
            self._norms[field] = k1 * (1 - b + b * lengths / average)
        return self._norms[field]

    @cached_property
    def counter(self) -> FacetCounter:
        return FacetCounter(self.facets, self.size)

    @cached_property
    def newness(self) -> Numbers:
        """The place of each document, the newest first, undated ones last; ties by key, so that pages never shuffle."""
        return _places(np.lexsort((self.pks, -self.last, -self.first)))

    @cached_property
    def oldness(self) -> Numbers:
        """The place of each document, the oldest first, undated ones last."""
        return _places(np.lexsort((self.pks, self.last, self.first, self.first == 0)))


def _places(order: Numbers) -> Numbers:
    places = np.empty_like(order)
    places[order] = np.arange(len(order))
    return places


def _merged(vocabularies: Sequence[Vocabulary]) -> Vocabulary:
    counted: dict[str, int] = {}
    for vocabulary in vocabularies:
        for term, n in zip(vocabulary.terms, vocabulary.frequencies.tolist(), strict=True):
            counted[term] = counted.get(term, 0) + n
    terms = sorted(counted)
    return Vocabulary(terms, np.array([counted[term] for term in terms], dtype=np.int64))


def _following(places: list[Numbers]) -> Numbers:
    """Where the first word stands of those that follow each other. The rarest first: what it leaves is little."""
    order = sorted(range(len(places)), key=lambda word: len(places[word]))
    starts = places[order[0]] - order[0]
    for word in order[1:]:
        starts = starts[_is_in(starts + word, places[word])]
    return starts


def _within(places: list[Numbers], distance: int) -> Numbers:
    """Where a stretch begins in which each word stands, none more than `distance` after the first."""
    starts = np.sort(np.concatenate(places))
    for positions in places:
        following = np.append(positions, np.iinfo(np.int64).max)
        starts = starts[following[np.searchsorted(positions, starts)] - starts <= distance]
    return starts


def _is_in(wanted: Numbers, ascending: Numbers) -> Mask:
    if not len(ascending):
        return np.zeros(len(wanted), dtype=np.bool_)
    found = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return ascending[found] == wanted
