"""Writes segments in Whoosh's own format (its codec "whoosh3"), in a fraction of its time.

Whoosh sorts and hands over one posting at a time, looks up the length of its document's field for statistics that only
its own scorers use, and compresses each block, though most hold one posting. Here postings are gathered by term and
written by term. Whoosh's own readers and matchers read what is written.
"""

import marshal
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import merge
from itertools import chain, groupby, pairwise
from operator import itemgetter
from pickle import dumps
from typing import Any, TypeVar

from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3FieldWriter, W3TermInfo
from whoosh.fields import Schema
from whoosh.filedb.filetables import OrderedHashWriter
from whoosh.index import FileIndex
from whoosh.system import pack_int, pack_long, pack_ushort
from whoosh.writing import PostingPool, SegmentWriter

# Postings that are kept in memory, some 70 bytes each, before they are written to a file to be merged in the end.
_IN_MEMORY = 3_000_000
# Postings that are written, and read again, at once.
_BLOCK = 256
# Bytes from which on a block is worth compressing, and how hard.
_COMPRESSED, _LEVEL = 100, 1
# Whoosh's own 2 has no bytes: each would be a call when it is read, which takes seven times as long, and twice the room.
_PICKLE = 4

T = TypeVar("T")
# A posting as Whoosh gives it: name of the field, term, number of the document, weight, value.
_Posting = tuple[str, bytes, int, float, bytes]
# All postings of a term: name of the field, term; numbers of the documents, weights, values.
_Term = tuple[str, bytes, list[int], list[float], list[bytes]]
# How the values of a block are kept, by the size that a format gives them: in a row, unless sizes differ or there are none.
_Join = Callable[[list[bytes]], bytes | tuple[bytes, ...] | None]
_JOINED: Mapping[int | None, _Join] = {None: tuple, -1: tuple, 0: lambda _values: None}


def writer(files: FileIndex, **options: Any) -> SegmentWriter:
    """A writer of the index, as `FileIndex.writer`. Raises LockError where another writes."""
    made = SegmentWriter(files, codec=Codec(), **options)
    made.pool = _Pool(made._tempstorage, made.newsegment)
    return made


class _Pool(PostingPool):
    """Postings by term, in the order of their documents."""

    runs: list[str]

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._terms: dict[tuple[str, bytes], tuple[list[int], list[float], list[bytes]]] = {}
        self._size = 0

    def add(self, item: _Posting) -> None:
        name, term, number, weight, value = item
        found = self._terms.get((name, term))
        if found is None:
            found = self._terms[name, term] = [], [], []
        numbers, weights, values = found
        numbers.append(number)
        weights.append(weight)
        values.append(value)
        self._size += 1
        if self._size >= _IN_MEMORY:
            self.save()

    def save(self) -> None:
        """Move what is in memory to a file."""
        if self._terms:
            path, file = self._new_run()
            self._write_run(file, self._sorted())
            self._add_run(path)
            self._terms = {}
            self._size = 0

    def items(self, maxfiles: int = 0) -> Iterator[_Term]:
        """All postings by field and term. There are few files: each holds millions of postings."""
        if not self.runs:
            yield from self._sorted()
            return
        self.save()
        runs = list(self.runs)
        self.runs.clear()
        for (name, term), parts in groupby(merge(*map(self._read_run, runs), key=itemgetter(0, 1)), itemgetter(0, 1)):
            numbers, weights, values = zip(*(part[2:] for part in parts), strict=True)
            yield name, term, _joined(numbers), _joined(weights), _joined(values)

    def _sorted(self) -> Iterator[_Term]:
        for key in sorted(self._terms):
            yield (*key, *self._terms[key])

    def _write_run(self, file: Any, items: Iterable[_Term]) -> None:
        for item in items:
            marshal.dump(item, file)
        file.close()

    def _read_run(self, path: str) -> Iterator[_Term]:
        file = self._open_run(path)
        try:
            while True:
                yield marshal.load(file)  # noqa: S302  # what this process wrote a moment ago
        except EOFError:
            return
        finally:
            file.close()
            self._remove_run(path)


def _joined(parts: tuple[list[T], ...]) -> list[T]:
    return parts[0] if len(parts) == 1 else list(chain.from_iterable(parts))


class _FieldWriter(W3FieldWriter):
    _tindex: OrderedHashWriter

    def add_postings(self, schema: Schema, lengths: Any, items: Iterable[_Term]) -> None:
        """All postings of the segment, by field and term. Without statistics of lengths."""
        offset = self._postfile.tell()
        for name, of_field in groupby(items, itemgetter(0)):
            number = pack_ushort(self._fieldmap.setdefault(name, len(self._fieldmap)))
            joined = _JOINED.get(schema[name].format.fixed_value_size(), b"".join)
            for _name, term, ids, weights, values in of_field:
                blocks = b"".join(_blocks(ids, weights, values, joined))
                self._postfile.write(blocks)
                self._tindex.add(number + term, _term_info(ids, weights) + pack_long(offset) + pack_int(len(blocks)))
                offset += len(blocks)


def _blocks(ids: list[int], weights: list[float], values: list[bytes], joined: _Join) -> Iterator[bytes]:
    """A term's postings: for each block its length (negative for the last), its statistics, and the postings."""
    yield WHOOSH3_HEADER_MAGIC
    for start in range(0, len(ids), _BLOCK):
        end = start + _BLOCK
        some, most = ids[start:end], float(max(weights[start:end]))
        steps = (some[0], *(after - before for before, after in pairwise(some)))
        data = dumps((steps, _weights(weights[start:end]), joined(values[start:end])), _PICKLE)
        level = _LEVEL if len(data) >= _COMPRESSED else 0
        if level:
            data = zlib.compress(data, level)
        # Without the shortest and longest length.
        info = dumps((len(some), some[-1], most, level, 0, 0), _PICKLE)
        length = len(info) + len(data)
        yield pack_int(-length if end >= len(ids) else length)
        yield info
        yield data


def _weights(weights: list[float]) -> float | tuple[float, ...] | None:
    """As Whoosh shortens them: nothing for ones, a number where all are alike."""
    if any(weight != weights[0] for weight in weights):
        return tuple(weights)
    return None if weights[0] == 1.0 else float(weights[0])


def _term_info(ids: list[int], weights: list[float]) -> bytes:
    return W3TermInfo._struct.pack(False, sum(weights), len(ids), 0, 0, max(weights), ids[0], ids[-1])


class Codec(W3Codec):
    """Each segment names it, so that it is also what reads the segment."""

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> _FieldWriter:
        return _FieldWriter(self, storage, segment)
