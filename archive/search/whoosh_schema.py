"""What the Whoosh index holds of a document: its fields, how text is cut for them, one row for each document."""

import re
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from whoosh import columns, fields, formats
from whoosh.analysis import Token, Tokenizer

from archive.search.documents import FACETS, SearchDocument
from archive.search.grammar import FIELDS
from archive.search.text import WORD, fold, stem

# Changes whenever the schema or the analysis does: an index of another version is rebuilt, not read.
VERSION = 3

# The fields that score: `title`, `names` and `text` hold stems, `exact` every word as it is written.
SCORED = ("title", "names", "text", "exact")

# Stands between texts that share a field, so that no phrase runs from one into the next.
_GAP = "\n\u241e\n"
_WORDS = re.compile(rf"{WORD}|\u241e")


class _Words(Tokenizer):
    """The folded words of a text, or their stems: `archive.search.text`. A gap counts as a word."""

    def __init__(self, *, stemmed: bool = False) -> None:
        self.stemmed = stemmed

    def __call__(self, value: str, positions: bool = False, mode: str = "", **kwargs: Any) -> Iterator[Token]:
        token = Token(positions, mode=mode, boost=1.0, stopped=False)
        for token.pos, word in enumerate(_WORDS.findall(value)):
            token.text = stem(fold(word)) if self.stemmed else fold(word)
            yield token


class _Positions(formats.Positions):
    """Positions as plain integers: Whoosh's own are a pickle for each word of each document, ten times slower to read."""

    def encode(self, positions: Iterable[int]) -> bytes:
        return array("I", positions).tobytes()

    def decode_positions(self, value: bytes) -> Iterable[int]:
        found = array("I")
        found.frombytes(value)
        return found

    def decode_frequency(self, value: bytes) -> int:
        return len(value) // array("I").itemsize


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
        "id": f"{document.scope}:{document.pk}",
        "scope": document.scope.value,
        "pk": document.pk,
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
