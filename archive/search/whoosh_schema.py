"""What the Whoosh index holds of a document: its fields, how text is cut for them, one row for each document."""

from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from whoosh import columns, fields, formats
from whoosh.analysis import Token, Tokenizer

from archive.search.documents import FACETS, SearchDocument
from archive.search.grammar import FIELDS, MAX_DISTANCE
from archive.search.text import stem, terms

# Changes whenever the schema or the analysis does: an index of another version is rebuilt, not read.
VERSION = 6

# How a position is written.
POSITION_TYPE = "I"
POSITION_BYTES = array(POSITION_TYPE).itemsize

# The fields that score: `title`, `names` and `text` hold stems, `exact` every word as it is written.
SCORED = ("title", "names", "text", "exact")

# Stands between texts that share a field, so that no phrase runs from one into the next; so wide that no two words
# that are asked to be near each other stand on either side.
_GAP_SIGN = "\u241e"
_GAP = f"\n{_GAP_SIGN}\n"
_GAP_WIDTH = MAX_DISTANCE + 1


class _Words(Tokenizer):
    """The terms of a text, or their stems: `archive.search.text`."""

    def __init__(self, *, stemmed: bool = False) -> None:
        self.stemmed = stemmed

    def __call__(self, value: str, positions: bool = False, mode: str = "", **kwargs: Any) -> Iterator[Token]:
        token = Token(positions, mode=mode, boost=1.0, stopped=False)
        place = 0
        for text in value.split(_GAP_SIGN):
            for term in terms(text):
                token.pos = place
                token.text = stem(term) if self.stemmed else term
                yield token
                place += 1
            place += _GAP_WIDTH


class _Positions(formats.Positions):
    """Positions as plain integers: Whoosh's own are a pickle for each word of each document, ten times slower to read."""

    def encode(self, positions: Iterable[int]) -> bytes:
        return array(POSITION_TYPE, positions).tobytes()

    def decode_positions(self, value: bytes) -> Iterable[int]:
        found = array(POSITION_TYPE)
        found.frombytes(value)
        return found

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // POSITION_BYTES


def _text() -> fields.TEXT:
    """A field of unstemmed words with their positions."""
    field = fields.TEXT(analyzer=_Words(), phrase=True)
    field.format = _Positions()
    return field


def schema() -> fields.Schema:
    made = fields.Schema(
        id=fields.ID(unique=True, stored=True),
        scope=fields.ID,
        pk=fields.COLUMN(columns.NumericColumn("q")),
        digest=fields.COLUMN(columns.NumericColumn("q")),
        first=fields.COLUMN(columns.NumericColumn("q")),
        last=fields.COLUMN(columns.NumericColumn("q")),
        exact=_text(),
        number=fields.STORED,
        sha256=fields.STORED,
    )
    for name in ("title", "names", "text"):
        made.add(name, fields.TEXT(analyzer=_Words(stemmed=True), phrase=False))
    for name in FIELDS:
        made.add(f"in_{name}", _text())
    for key in FACETS:
        made.add(f"facet_{key}", fields.KEYWORD)
    return made


def row(document: SearchDocument) -> dict[str, Any]:
    """The values of a document's fields; dates as day numbers, 0 where there is none."""
    values: dict[str, Any] = {
        "id": document.id,
        "scope": document.scope.value,
        "pk": document.pk,
        "digest": document.digest,
        "title": document.title,
        "names": "\n".join(document.names),
        "text": "\n".join(document.texts),
        "exact": _GAP.join((document.title, *document.texts, *document.names)),
        "in_title": document.title,
    }
    if document.earliest and document.latest:
        values |= {"first": document.earliest.toordinal(), "last": document.latest.toordinal()}
    values |= {f"in_{name}": _GAP.join(texts) for name, texts in document.fields.items() if texts}
    values |= {f"facet_{key}": " ".join(chosen) for key, chosen in document.facets.items() if chosen}
    return values
