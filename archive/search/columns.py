"""The index of one state as columns, by document number: what queries are evaluated on. Shared by all threads.

Whoosh's own matchers walk one posting at a time through a tree of Python objects: a common word in 100 000 articles
takes them a third of a second, a prefix a minute and a half. Here a posting list is decoded once for each segment into
numpy arrays, kept while there is room, and queries are algebra on arrays: column-at-a-time evaluation as in
Boncz et al., "MonetDB/X100: Hyper-Pipelining Query Execution" (CIDR 2005), on an inverted index as in Manning et al.,
"Introduction to Information Retrieval" (2008), chapters 1, 2 and 6.

Segments never change: a commit adds some and marks documents as deleted, so that a small change decodes little.
"""

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, W3LeafMatcher
from whoosh.columns import NumericColumn
from whoosh.matching import Matcher, NullMatcher
from whoosh.reading import IndexReader, SegmentReader, TermNotFound
from whoosh.util.numeric import byte_to_length

from archive.search.documents import FACETS
from archive.search.query import Scope
from archive.search.whoosh_schema import POSITION_BYTES, POSITION_TYPE

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Bytes of decoded postings and positions that a segment keeps.
KEPT = 128 * 2**20
# Document number and position packed into one integer: positions of different documents are far apart.
_POSITION_BITS = 24

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
        near = np.flatnonzero(np.abs(self._lengths - len(form)) <= edits)
        if not len(near):
            return near
        terms = [self.terms[place] for place in near]
        found = process.cdist([form], terms, scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8)[0]
        return near[found <= edits]

    @cached_property
    def _lengths(self) -> Numbers:
        return np.fromiter(map(len, self.terms), dtype=np.int64, count=len(self.terms))


_NO_NUMBERS: Numbers = np.empty(0, dtype=np.int64)
_NONE = Posting(_NO_NUMBERS, np.empty(0))


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
        return Facet(values, _concatenated(postings), ids)

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
        return Posting(_concatenated(numbers), np.concatenate(frequencies)) if numbers else _NONE

    def _read_positions(self, field: str, form: str, candidates: Mask | None = None) -> Numbers:
        found = []
        for block in _blocks(self._matcher(field, form), with_values=True):
            numbers, values = np.array(block.numbers, dtype=np.int64), block.values
            if candidates is not None:
                wanted = np.flatnonzero(candidates[numbers])
                numbers, values = numbers[wanted], [values[int(place)] for place in wanted]
            counts = [len(value) // POSITION_BYTES for value in values]
            positions = np.frombuffer(b"".join(values), dtype=POSITION_TYPE)
            found.append((np.repeat(numbers, counts) << _POSITION_BITS) + positions)
        return _concatenated(found)


@dataclass(frozen=True, slots=True)
class _Block:
    numbers: Sequence[int]
    frequencies: Sequence[float]
    values: Sequence[bytes]


def _blocks(matcher: Matcher, *, with_values: bool = False) -> Iterator[_Block]:
    """What a cursor walks over. Whoosh decodes 128 documents at once, but hands them out one by one."""
    while matcher.is_active():
        if isinstance(matcher, W3LeafMatcher):
            matcher._read_ids()
            matcher._read_weights()
            if with_values:
                matcher._read_values()
            yield _Block(matcher._ids, matcher._weights, matcher._values)
            matcher._next_block()
        else:
            yield _Block((matcher.id(),), (matcher.weight(),), (matcher.value(),))
            matcher.next()


def _concatenated(parts: Sequence[Numbers]) -> Numbers:
    if not parts:
        return _NO_NUMBERS
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


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
        self.scopes = {scope: self._carrying(scopes, [scope.value]) for scope in Scope}
        # The row that holds the index's own state is no document.
        self.all: Mask = np.zeros(self.size, dtype=np.bool_)
        for mask in self.scopes.values():
            self.all |= mask
        self.total = int(self.all.sum())
        self.facets = {key: self._facet([segment.facets[key] for segment, _ in self.parts], self.all) for key in FACETS}
        self.pks, self.first, self.last = (
            _concatenated([getattr(segment, name) for segment, _ in self.parts]) for name in ("pks", "first", "last")
        )
        self._norms: dict[str, Floats] = {}
        self._vocabularies: dict[str, Vocabulary] = {}

    def _facet(self, parts: Sequence[Facet], among: Mask) -> Facet:
        """The segments' facets as one, of the documents that are there."""
        places: dict[str, int] = {}
        numbers, ids = [_NO_NUMBERS], [_NO_NUMBERS]
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
        parts = [(segment.posting(field, form), offset) for segment, offset in self.parts]
        parts = [(posting, offset) for posting, offset in parts if len(posting.numbers)]
        if not parts:
            return _NONE
        if len(parts) == 1 and not parts[0][1]:
            return parts[0][0]
        return Posting(
            np.concatenate([posting.numbers + offset for posting, offset in parts]),
            np.concatenate([posting.frequencies for posting, _ in parts]),
        )

    def having(self, field: str, forms: Iterable[str]) -> Mask:
        """The documents that have any of the terms."""
        mask = np.zeros(self.size, dtype=np.bool_)
        for form in forms:
            mask[self.posting(field, form).numbers] = True
        mask &= self.all
        return mask

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
                mask[(places >> _POSITION_BITS) + offset] = True
        mask &= self.all
        return mask

    def contents(self) -> dict[str, int]:
        """The digest of each document by its id."""
        digests = np.concatenate([segment.digests for segment, _ in self.parts])
        return {
            f"{scope}:{self.pks[number]}": int(digests[number])
            for scope, mask in self.scopes.items()
            for number in np.flatnonzero(mask & self.all)
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
    def newest(self) -> Numbers:
        """The documents, the newest first, undated ones last; ties by key, so that pages never shuffle."""
        return np.lexsort((self.pks, -self.last, -self.first))

    @cached_property
    def oldest(self) -> Numbers:
        """The documents, the oldest first, undated ones last."""
        return np.lexsort((self.pks, self.last, self.first, self.first == 0))

    @cached_property
    def newness(self) -> Numbers:
        """The place of each document in `newest`."""
        places = np.empty(self.size, dtype=np.int64)
        places[self.newest] = np.arange(self.size)
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
