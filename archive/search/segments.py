"""A segment of a Whoosh index as columns: what is read from its files, decoded once, and kept while there is room.

Segments never change: a commit adds some and marks documents as deleted, so that a small change decodes little.
"""

import pickle
import threading
import zlib
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import chain, pairwise
from struct import Struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, WHOOSH3_HEADER_MAGIC, W3TermInfo
from whoosh.columns import NumericColumn
from whoosh.filedb import filetables
from whoosh.reading import SegmentReader
from whoosh.system import pack_int, pack_ushort, unpack_int
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
# How Whoosh writes the sizes of a term and of what it knows of it, and where in that is the number of its documents.
_LENGTHS_OF, _FREQUENCY = filetables._lengths, 2
# Where its postings are, last of what is known of a term.
_EXTENT = Struct("!qi")
# Bytes that hold the size of a block and what is known of it, and those of the size alone.
_HEAD, _SIZE = 128, len(pack_int(0))
# Before the term stands the number of its field, in so many bytes.
_FIELD = len(pack_ushort(0))
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

    # Where more than one in so many documents is counted, it is quicker to look at all; up to so many, one by one.
    _FEW, VERY_FEW = 6, 32

    def __init__(self, facets: Mapping[str, Facet], size: int) -> None:
        self._keys = list(facets)
        self._values = [value for facet in facets.values() for value in facet.values]
        self._key_of = [key for key, facet in facets.items() for _value in facet.values]
        # Where the values of each facet begin, among those of all.
        self._firsts = np.cumsum([0, *(len(facet.values) for facet in facets.values())])
        numbers = np.concatenate([facet.numbers for facet in facets.values()])
        ids = np.concatenate([facet.ids + first for facet, first in zip(facets.values(), self._firsts, strict=False)])
        order = np.argsort(numbers, kind="stable")
        self._numbers, self._ids = numbers[order], ids[order]
        # Where the values of each document begin.
        self._starts = np.searchsorted(self._numbers, np.arange(size + 1))

    def count(self, numbers: Numbers) -> dict[str, dict[str, int]]:
        """How many of these documents carry each value that any does, by facet and value."""
        if len(numbers) <= self.VERY_FEW:
            return self._count_one_by_one(numbers)
        if len(numbers) * self._FEW > len(self._starts):
            within = np.zeros(len(self._starts), dtype=np.bool_)
            within[numbers] = True
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

    def _count_one_by_one(self, numbers: Numbers) -> dict[str, dict[str, int]]:
        borders = zip(self._starts[numbers].tolist(), self._starts[numbers + 1].tolist(), strict=True)
        found: dict[str, dict[str, int]] = {key: {} for key in self._keys}
        for place, n in Counter(chain.from_iterable(self._ids[start:end].tolist() for start, end in borders)).items():
            found[self._key_of[place]][self._values[place]] = n
        return found


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


def joined(postings: Sequence[Posting]) -> Posting:
    """All of the postings in one, one after the other."""
    if not postings:
        return NO_POSTING
    if len(postings) == 1:
        return postings[0]
    return Posting(
        np.concatenate([posting.numbers for posting in postings]),
        np.concatenate([posting.frequencies for posting in postings]),
    )


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
        """All terms of the field, read once."""
        with self._lock:
            if field not in self._vocabularies:
                self._vocabularies[field] = self._read_vocabulary(field)
            return self._vocabularies[field]

    def _read_vocabulary(self, field: str) -> Vocabulary:
        """Whoosh's `items_from` reads one term at a time, in five times as long; the file has those of a field side by side."""
        index, number = self._terms._tindex, self._terms._fieldmap.get(field)
        # Terms are sorted by the number of their field, then by their bytes.
        start, end = (index.closest_key_pos(pack_ushort(number + n)) if number is not None else None for n in (0, 1))
        data = index.dbfile.get(start, (end or index.endofdata) - start) if start is not None else b""
        terms, frequencies, place = [], [], 0
        while place < len(data):
            key_length, value_length = _LENGTHS_OF.unpack_from(data, place)
            place += _LENGTHS_OF.size
            terms.append(data[place + _FIELD : place + key_length].decode())
            frequencies.append(W3TermInfo._struct.unpack_from(data, place + key_length)[_FREQUENCY])
            place += key_length + value_length
        return Vocabulary(terms, np.array(frequencies, dtype=np.int64))

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

    def _read_posting(self, field: str, form: str) -> Posting:
        return joined([Posting(block.numbers, block.frequencies) for block in self._blocks(field, form)])

    def _read_positions(self, field: str, form: str, candidates: Mask | None = None) -> Numbers:
        found = []
        for block in self._blocks(field, form, candidates):
            numbers, values = block.numbers, block.values
            if candidates is not None:
                wanted = np.flatnonzero(candidates[numbers])
                numbers, values = numbers[wanted], [values[int(place)] for place in wanted]
            counts = [len(value) // POSITION_BYTES for value in values]
            positions = np.frombuffer(b"".join(values), dtype=POSITION_TYPE)
            found.append((np.repeat(numbers, counts) << POSITION_BITS) + positions)
        return concatenated(found)

    def _blocks(self, field: str, form: str, among: Mask | None = None) -> Iterator["_Block"]:
        """The documents that have the term, some 256 at once, but for blocks that have none of those `among` which it is asked.

        As `whoosh_codec` writes them. Whoosh's own cursor takes several times as long, half of it document by document.
        """
        try:
            known = self._terms._tindex[self._terms._keycoder(field, form.encode())]
        except KeyError:
            return
        offset, length = _EXTENT.unpack(known[-_EXTENT.size :])
        get, end, after = self._terms._postfile.get, offset + length, 0
        place = offset + len(WHOOSH3_HEADER_MAGIC)
        while place < end:
            head = BytesIO(get(place, min(_HEAD, end - place)))
            # Negative in the last block of a term.
            size = abs(unpack_int(head.read(_SIZE))[0])
            _count, last, _most, is_compressed, _shortest, _longest = pickle.load(head)  # noqa: S301  # as all of Whoosh's files
            start, place = place + head.tell(), place + _SIZE + size
            # The last one of a block is known before it is decoded.
            if among is None or among[after : last + 1].any():
                data = get(start, place - start)
                yield _Block(*pickle.loads(zlib.decompress(data) if is_compressed else data))  # noqa: S301  # likewise
            after = last + 1


class _Block(NamedTuple):
    """Documents of a term as they are written: each number less the one before; weights as `whoosh_codec` shortens them."""

    steps: Sequence[int]
    weights: float | Sequence[float] | None
    values: Sequence[bytes]

    @property
    def numbers(self) -> Numbers:
        return np.cumsum(np.array(self.steps, dtype=np.int64))

    @property
    def frequencies(self) -> Floats:
        if isinstance(self.weights, tuple):
            return np.array(self.weights, dtype=np.float64)
        return np.full(len(self.steps), self.weights or 1.0)


def concatenated(parts: Sequence[Numbers]) -> Numbers:
    """All the numbers in one array; without a copy where there is one part."""
    if not parts:
        return NO_NUMBERS
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
