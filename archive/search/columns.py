"""The index of one state as columns, by document number: what queries are evaluated on. Shared by all threads.

Whoosh's own matchers walk one posting at a time through a tree of Python objects: a common word in 10 000 articles
takes them half a second, forty clauses half a minute. Here a posting list is decoded once for each segment, kept, and
sets of documents are bits of integers.
"""

import threading
from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching import Matcher, NullMatcher
from whoosh.reading import IndexReader, SegmentReader, TermNotFound

from archive.search.bits import bits_of
from archive.search.documents import FACETS
from archive.search.query import Scope

# Postings and positions that a segment keeps decoded: some 8 bytes each.
KEPT = 2_000_000
# Document number and position packed into one integer.
_POSITION_BITS = 24


@dataclass(frozen=True, slots=True)
class Posting:
    """The documents of a segment that have a term, and how often."""

    bits: int
    numbers: array
    frequencies: array

    def __len__(self) -> int:
        return len(self.numbers)


_NONE = Posting(0, array("I"), array("f"))


class Segment:
    """A segment's columns, read from a reader that is its own from then on. It never changes; deletions belong to the `State`.

    What is decoded on demand is decoded under the segment's lock, since Whoosh's files have one position for all.
    """

    def __init__(self, reader: SegmentReader) -> None:
        # Keeps the files open.
        self._reader = reader
        self._schema = reader.schema
        # Not the reader's own postings: those leave out documents that are deleted now, one by one.
        self._terms = reader.codec().terms_reader(reader.storage(), reader.segment())
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, bool], Posting | array] = OrderedDict()
        self._size_kept = 0
        self.size: int = reader.doc_count_all()
        self.pks, self.first, self.last = (self._column(reader, name) for name in ("pk", "first", "last"))
        self._lengths: dict[str, array] = {}
        self.scopes = self._values("scope")
        self.facets = {key: self._values(f"facet_{key}") for key in FACETS}

    def _column(self, reader: SegmentReader, name: str) -> array:
        column = reader.column_reader(name)
        return array("q", (column[number] for number in range(self.size)))

    def _values(self, field: str) -> dict[str, int]:
        return {term: self.posting(field, term).bits for term in self.terms_from(field, "")}

    def lengths(self, field: str) -> array:
        """How many words the field has in each document."""
        with self._lock:
            if field not in self._lengths:
                counted = (self._reader.doc_field_length(number, field) or 0 for number in range(self.size))
                self._lengths[field] = array("I", counted)
            return self._lengths[field]

    def posting(self, field: str, form: str) -> Posting:
        """The documents that have the term."""
        return self._keep((field, form, False), self._read_posting)  # type: ignore[return-value]

    def phrase(self, field: str, forms: tuple[str, ...]) -> int:
        """The documents in which the words follow each other."""
        postings = [self.posting(field, form) for form in forms]
        candidates = reduce(and_, (posting.bits for posting in postings))
        if not candidates:
            return 0
        # The rarest first: what it leaves is little.
        order = sorted(range(len(forms)), key=lambda offset: len(postings[offset]))
        starts = {place - order[0] for place in self._positions(field, forms[order[0]], candidates)}
        for offset in order[1:]:
            positions = self._positions(field, forms[offset], candidates)
            starts.intersection_update(place - offset for place in positions)
        return bits_of((start >> _POSITION_BITS for start in starts), self.size)

    def _positions(self, field: str, form: str, candidates: int) -> array:
        """Where the term stands, in the candidates at least: document number and position, packed."""
        if candidates.bit_count() * 4 > len(self.posting(field, form)):
            return self._keep((field, form, True), self._read_positions)  # type: ignore[return-value]
        with self._lock:
            return self._read_positions(field, form, candidates)

    def _keep(self, key: tuple[str, str, bool], read: Callable[[str, str], Posting | array]) -> Posting | array:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            found = self._kept[key] = read(*key[:2])
            self._size_kept += len(found)
            while self._size_kept > KEPT and len(self._kept) > 1:
                self._size_kept -= len(self._kept.popitem(last=False)[1])
            return found

    def _matcher(self, field: str, form: str) -> Matcher:
        """Whoosh's cursor over the documents that have the term."""
        try:
            return self._terms.matcher(field, form.encode(), self._schema[field].format)
        except TermNotFound:
            return NullMatcher()

    def _read_posting(self, field: str, form: str) -> Posting:
        numbers, frequencies = array("I"), array("f")
        for some_numbers, some_frequencies, _ in _blocks(self._matcher(field, form)):
            numbers.extend(some_numbers)
            frequencies.extend(some_frequencies)
        return Posting(bits_of(numbers, self.size), numbers, frequencies)

    def _read_positions(self, field: str, form: str, candidates: int = -1) -> array:
        positions_of = self._schema[field].format.decoder("positions")
        found = array("Q")
        for numbers, _, values in _blocks(self._matcher(field, form), with_values=True):
            for number, value in zip(numbers, values, strict=True):
                if candidates >> number & 1:
                    start = number << _POSITION_BITS
                    found.extend([start + position for position in positions_of(value)])
        return found

    def terms_from(self, field: str, prefix: str) -> list[str]:
        """The terms of a field that begin so, in order."""
        start = prefix.encode()
        found = []
        with self._lock:
            for name, term in self._terms.terms_from(field, start):
                if name != field or not term.startswith(start):
                    break
                found.append(term.decode())
        return found

    def frequency(self, field: str, form: str) -> int:
        """How many documents have the term, deleted ones too."""
        with self._lock:
            try:
                return self._terms.doc_frequency(field, form.encode())
            except (KeyError, TermNotFound):
                return 0


def _blocks(matcher: Matcher, *, with_values: bool = False) -> Iterator[tuple[Iterable, Iterable, Iterable]]:
    """Numbers, frequencies and, if asked for, values. Whoosh decodes 128 at once, but hands them out one by one."""
    while matcher.is_active():
        if isinstance(matcher, W3LeafMatcher):
            matcher._read_ids()
            matcher._read_weights()
            if with_values:
                matcher._read_values()
            yield matcher._ids, matcher._weights, matcher._values
            matcher._next_block()
        else:
            yield (matcher.id(),), (matcher.weight(),), (matcher.value(),)
            matcher.next()


class State:
    """All segments side by side, without what is deleted."""

    def __init__(self, reader: IndexReader, known: Mapping[str, Segment]) -> None:
        """Read what is not among the known segments of the state before."""
        self.segments: dict[str, Segment] = {}
        self.parts: list[tuple[Segment, int]] = []
        live, self.size = 0, 0
        for leaf, _offset in reader.leaf_readers():
            name = leaf.segment().segment_id()
            if name in known:
                segment = known[name]
                leaf.close()
            else:
                segment = Segment(leaf)
            self.segments[name] = segment
            deleted = bits_of(leaf.segment().deleted_docs(), segment.size)
            live |= (((1 << segment.size) - 1) & ~deleted) << self.size
            self.parts.append((segment, self.size))
            self.size += segment.size
        scopes = self._joined(lambda segment: segment.scopes, live)
        self.scopes = {scope: scopes.get(scope.value, 0) for scope in Scope}
        # The row that holds the index's own state is no document.
        self.all = 0
        for bits in self.scopes.values():
            self.all |= bits
        self.facets = {key: self._joined(lambda segment, key=key: segment.facets[key], self.all) for key in FACETS}  # type: ignore[misc]
        self.pks, self.first, self.last = array("q"), array("q"), array("q")
        for segment, _ in self.parts:
            self.pks += segment.pks
            self.first += segment.first
            self.last += segment.last
        self._norms: dict[str, list[float]] = {}

    def _joined(self, values_of: Callable[[Segment], Mapping[str, int]], among: int) -> dict[str, int]:
        joined: dict[str, int] = {}
        for segment, offset in self.parts:
            for value, bits in values_of(segment).items():
                joined[value] = joined.get(value, 0) | (bits << offset) & among
        return joined

    def term(self, field: str, form: str) -> int:
        """The documents that have the term."""
        found = 0
        for segment, offset in self.parts:
            found |= segment.posting(field, form).bits << offset
        return found & self.all

    def phrase(self, field: str, forms: tuple[str, ...]) -> int:
        """The documents in which the words follow each other."""
        if len(forms) == 1:
            return self.term(field, forms[0])
        found = 0
        for segment, offset in self.parts:
            found |= segment.phrase(field, forms) << offset
        return found & self.all

    def beginning(self, field: str, prefix: str, limit: int) -> tuple[list[str], bool]:
        """The terms of a field that begin so: the most frequent `limit` of them, and whether there were more."""
        terms = {term for segment, _ in self.parts for term in segment.terms_from(field, prefix)}
        if len(terms) <= limit:
            return sorted(terms), False
        counted = {term: sum(segment.frequency(field, term) for segment, _ in self.parts) for term in terms}
        return sorted(terms, key=lambda term: (-counted[term], term))[:limit], True

    def frequencies(self, field: str, form: str) -> Iterator[tuple[int, float]]:
        """Document numbers and how often each has the term; deleted documents among them."""
        for segment, offset in self.parts:
            posting = segment.posting(field, form)
            for number, frequency in zip(posting.numbers, posting.frequencies, strict=True):
                yield offset + number, frequency

    def norms(self, field: str, k1: float, b: float) -> list[float]:
        """BM25's ``k1 · (1 − b + b · length / average length)`` for each document."""
        if field not in self._norms:
            lengths = array("I")
            for segment, _ in self.parts:
                lengths += segment.lengths(field)
            total = sum(length for length, bit in zip(lengths, reversed(f"{self.all:b}"), strict=False) if bit == "1")
            average = total / max(1, self.all.bit_count()) or 1
            self._norms[field] = [k1 * (1 - b + b * length / average) for length in lengths]
        return self._norms[field]

    @cached_property
    def newest(self) -> list[int]:
        """The documents, the newest first, undated ones last; ties by key, so that pages never shuffle."""
        return sorted(range(self.size), key=lambda number: (-self.first[number], -self.last[number], self.pks[number]))

    @cached_property
    def oldest(self) -> list[int]:
        """The documents, the oldest first, undated ones last."""
        first = self.first
        return sorted(
            range(self.size),
            key=lambda number: (not first[number], first[number], self.last[number], self.pks[number]),
        )

    @cached_property
    def newness(self) -> list[int]:
        """The place of each document in `newest`."""
        places = [0] * self.size
        for place, number in enumerate(self.newest):
            places[number] = place
        return places
