"""A segment of a Whoosh index as columns: what is read from its files, decoded once, and kept while there is room.

Segments never change: a commit adds some and marks documents as deleted, so that a small change decodes little.
"""

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, W3LeafMatcher
from whoosh.columns import NumericColumn
from whoosh.matching import Matcher, NullMatcher
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.util.numeric import byte_to_length

from archive.search.documents import FACETS
from archive.search.whoosh_schema import POSITION_BYTES, POSITION_TYPE

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Bytes of decoded postings and positions that a segment keeps.
KEPT = 128 * 2**20
# Document number and position packed into one integer: positions of different documents are far apart.
POSITION_BITS = 24

_DATED_COLUMNS = ("pk", "first", "last")
_LENGTHS = np.array([byte_to_length(code) or 0 for code in range(256)], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Posting:
    """The documents that have a term, ascending, and how often each has it."""

    numbers: Numbers
    frequencies: Floats

    @property
    def nbytes(self) -> int:
        return self.numbers.nbytes + self.frequencies.nbytes


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet and, side by side, which document carries which of them."""

    values: list[str]
    numbers: Numbers
    ids: Numbers


class FacetCounter:
    """Counts the values of all facets among documents at once, at a cost that grows with what is counted, not with the archive."""

    # Where more than one in so many documents is counted, it is quicker to look at all.
    _FEW = 6

    def __init__(self, facets: Mapping[str, Facet], size: int) -> None:
        self._keys = list(facets)
        self._values = [value for facet in facets.values() for value in facet.values]
        # Where the values of each facet begin, among those of all.
        self._firsts = np.cumsum([0, *(len(facet.values) for facet in facets.values())])
        numbers = np.concatenate([facet.numbers for facet in facets.values()])
        ids = np.concatenate([facet.ids + first for facet, first in zip(facets.values(), self._firsts, strict=False)])
        order = np.argsort(numbers, kind="stable")
        self._numbers, self._ids = numbers[order], ids[order]
        # Where the values of each document begin.
        self._starts = np.searchsorted(self._numbers, np.arange(size + 1))

    def count(self, within: Mask) -> dict[str, dict[str, int]]:
        """How many of the documents carry each value that any does, by facet and value."""
        numbers = np.flatnonzero(within)
        if len(numbers) * self._FEW > len(within):
            ids = self._ids[within[self._numbers]]
        else:
            starts = self._starts[numbers]
            sizes = self._starts[numbers + 1] - starts
            ends = np.cumsum(sizes)
            # One after the other, the places of each document's values.
            ids = self._ids[np.repeat(starts - ends + sizes, sizes) + np.arange(ends[-1] if len(ends) else 0)]
        counts = np.bincount(ids, minlength=len(self._values))
        places = np.flatnonzero(counts)
        borders = np.searchsorted(places, self._firsts).tolist()
        values, found = [self._values[place] for place in places.tolist()], counts[places].tolist()
        return {
            key: dict(zip(values[start:end], found[start:end], strict=True))
            for key, (start, end) in zip(self._keys, pairwise(borders), strict=True)
        }


@dataclass(frozen=True)
class Vocabulary:
    """The terms of a field in order, and how many documents have each."""

    terms: list[str]
    frequencies: Numbers

    def beginning(self, prefix: str) -> slice:
        """Where the terms stand that begin so."""
        start = bisect_left(self.terms, prefix)
        # The last code point of all follows whatever may continue the prefix.
        return slice(start, bisect_left(self.terms, prefix + "\U0010ffff", start))

    def like(self, form: str, edits: int) -> Numbers:
        """The places of the terms that differ in at most so many letters (optimal string alignment).

        Compares with each term of about the same length: some 0.1 µs each.
        """
        lengths = range(len(form) - edits, len(form) + edits + 1)
        near = [self._by_length[length] for length in lengths if length in self._by_length]
        terms = [term for _places, some in near for term in some]
        if not terms:
            return NO_NUMBERS
        found = process.cdist([form], terms, scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8)[0]
        return np.sort(concatenated([places for places, _some in near])[found <= edits])

    @cached_property
    def _by_length(self) -> dict[int, tuple[Numbers, list[str]]]:
        """The places of the terms of each length, and the terms."""
        lengths = np.fromiter(map(len, self.terms), dtype=np.int64, count=len(self.terms))
        groups = {int(length): np.flatnonzero(lengths == length) for length in np.unique(lengths)}
        return {length: (places, [self.terms[place] for place in places]) for length, places in groups.items()}


NO_NUMBERS: Numbers = np.empty(0, dtype=np.int64)
NO_POSTING = Posting(NO_NUMBERS, np.empty(0))


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
        self._lock = threading.RLock()
        self._kept: OrderedDict[tuple[str, str, bool], Posting | Numbers] = OrderedDict()
        self._size_kept = 0
        self._vocabularies: dict[str, Vocabulary] = {}
        self._lengths: dict[str, Floats] = {}
        self.size: int = reader.doc_count_all()
        self._documents = reader.codec().per_document_reader(reader.storage(), reader.segment())
        self.pks, self.first, self.last = (
            self._column(name, self._schema[name].column_type) for name in _DATED_COLUMNS
        )
        self.scopes = self._facet("scope")
        self.facets = {key: self._facet(f"facet_{key}") for key in FACETS}

    def _facet(self, field: str) -> Facet:
        values = self.vocabulary(field).terms
        postings = [self.posting(field, value).numbers for value in values]
        ids = np.repeat(np.arange(len(values)), [len(numbers) for numbers in postings])
        return Facet(values, concatenated(postings), ids)

    def _column(self, name: str, column: NumericColumn) -> Numbers:
        """A column of numbers as Whoosh wrote it: big-endian, cut off after the last that is not the default."""
        values = np.zeros(self.size, dtype=np.int64)
        if self._documents.has_column(name):
            reader = self._documents.column_reader(name, column)
            # Whoosh hands out one number at a time; the file has them side by side.
            raw = reader._dbfile.get(reader._basepos, reader._count * reader._fixedlen)
            values[: reader._count] = np.frombuffer(raw, dtype=np.dtype(column._typecode).newbyteorder(">"))
        return values

    @cached_property
    def digests(self) -> Numbers:
        """What each document was made of, as a number (`SearchDocument.digest`)."""
        with self._lock:
            return self._column("digest", self._schema["digest"].column_type)

    def lengths(self, field: str) -> Floats:
        """How many words the field has in each document. Whoosh keeps a byte of it: long ones are rounded."""
        with self._lock:
            if field not in self._lengths:
                self._lengths[field] = _LENGTHS[self._column(f"_{field}_len", LENGTHS_COLUMN)]
            return self._lengths[field]

    def vocabulary(self, field: str) -> Vocabulary:
        """All terms of the field. Read once: some 3 µs for each term."""
        with self._lock:
            if field not in self._vocabularies:
                terms, frequencies = [], []
                for (name, term), info in self._terms.items_from(field, b""):
                    if name != field:
                        break
                    terms.append(term.decode())
                    frequencies.append(info.doc_frequency())
                self._vocabularies[field] = Vocabulary(terms, np.array(frequencies, dtype=np.int64))
            return self._vocabularies[field]

    def posting(self, field: str, form: str) -> Posting:
        """The documents that have the term."""
        return self._keep((field, form, False), self._read_posting)  # type: ignore[return-value]  # by the key

    def positions(self, field: str, form: str, candidates: Mask) -> Numbers:
        """Where the term stands, in the candidates at least: document number and position, packed, ascending."""
        posting = self.posting(field, form)
        wanted = int(candidates[posting.numbers].sum())
        # A few of many are read for this once; else all are, and kept.
        if wanted * 4 > len(posting.numbers):
            return self._keep((field, form, True), self._read_positions)  # type: ignore[return-value]  # by the key
        with self._lock:
            return self._read_positions(field, form, candidates)

    def _keep(self, key: tuple[str, str, bool], read: Callable[[str, str], Posting | Numbers]) -> Posting | Numbers:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            found = self._kept[key] = read(*key[:2])
            self._size_kept += found.nbytes
            while self._size_kept > KEPT and len(self._kept) > 1:
                self._size_kept -= self._kept.popitem(last=False)[1].nbytes
            return found

    def _matcher(self, field: str, form: str) -> Matcher:
        """Whoosh's cursor over the documents that have the term."""
        try:
            return self._terms.matcher(field, form.encode(), self._schema[field].format)
        except TermNotFound:
            return NullMatcher()

    def _read_posting(self, field: str, form: str) -> Posting:
        numbers, frequencies = [], []
        for block in _blocks(self._matcher(field, form)):
            numbers.append(np.array(block.numbers, dtype=np.int64))
            frequencies.append(np.array(block.frequencies, dtype=np.float64))
        return Posting(concatenated(numbers), np.concatenate(frequencies)) if numbers else NO_POSTING

    def _read_positions(self, field: str, form: str, candidates: Mask | None = None) -> Numbers:
        found = []
        for block in _blocks(self._matcher(field, form), with_values=True, among=candidates):
            numbers, values = np.array(block.numbers, dtype=np.int64), block.values
            if candidates is not None:
                wanted = np.flatnonzero(candidates[numbers])
                numbers, values = numbers[wanted], [values[int(place)] for place in wanted]
            counts = [len(value) // POSITION_BYTES for value in values]
            positions = np.frombuffer(b"".join(values), dtype=POSITION_TYPE)
            found.append((np.repeat(numbers, counts) << POSITION_BITS) + positions)
        return concatenated(found)


@dataclass(frozen=True, slots=True)
class _Block:
    numbers: Sequence[int]
    frequencies: Sequence[float]
    values: Sequence[bytes]


def _blocks(matcher: Matcher, *, with_values: bool = False, among: Mask | None = None) -> Iterator[_Block]:
    """What a cursor walks over, but for blocks without any of the documents `among` which they are looked for.

    Whoosh decodes 128 documents at once, but hands them out one by one.
    """
    after = 0
    while matcher.is_active():
        if isinstance(matcher, W3LeafMatcher):
            # The last one of a block is known before it is decoded.
            until = matcher.block_max_id() + 1
            if among is not None and not among[after:until].any():
                after = until
                matcher._next_block()
                continue
            after = until
            matcher._read_ids()
            matcher._read_weights()
            if with_values:
                matcher._read_values()
            yield _Block(matcher._ids, matcher._weights, matcher._values)
            matcher._next_block()
        else:
            yield _Block((matcher.id(),), (matcher.weight(),), (matcher.value(),))
            matcher.next()


def concatenated(parts: Sequence[Numbers]) -> Numbers:
    """All the numbers in one array; without a copy where there is one part."""
    if not parts:
        return NO_NUMBERS
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
