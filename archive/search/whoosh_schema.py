"""What the Whoosh index holds of a document: its fields, how text is cut for them, one row for each document."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from whoosh import columns, fields, formats
from whoosh.analysis import Token, Tokenizer

from archive.search.documents import FACETS, SearchDocument
from archive.search.grammar import FIELDS, MAX_DISTANCE
from archive.search.text import stem, terms

# Changes whenever the schema or the analysis does: an index of another version is rebuilt, not read.
VERSION = 7

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


# Names stand in hundreds of documents; a long text is cut twice in a row, for its stems and for its words.
_MOST_OF_A_NAME = 200
_of_name = lru_cache(maxsize=65_536)(lambda text: tuple(terms(text)))
_of_text = lru_cache(maxsize=16)(lambda text: tuple(terms(text)))


def _terms(text: str) -> tuple[str, ...]:
    return _of_name(text) if len(text) <= _MOST_OF_A_NAME else _of_text(text)


class _Words(Tokenizer):
    """The terms of a text, or their stems: `archive.search.text`."""

    def __init__(self, *, stemmed: bool = False) -> None:
        self.stemmed = stemmed

    def __call__(self, value: str, positions: bool = False, mode: str = "", **kwargs: Any) -> Iterator[Token]:
        token = Token(positions, mode=mode, boost=1.0, stopped=False)
        for place, term in _placed(value):
            token.pos = place
            token.text = stem(term) if self.stemmed else term
            yield token


def _placed(value: str) -> Iterator[tuple[int, str]]:
    """The terms of a field with their positions."""
    place = 0
    for text in value.split(_GAP):
        found = _terms(text)
        yield from enumerate(found, place)
        place += len(found) + _GAP_WIDTH


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


# Posting as a field gives it: term, how often, weight, value.
_Indexed = Iterator[tuple[bytes, int, float, bytes]]


class _Text(fields.TEXT):
    """Unstemmed words with their positions. Indexes as Whoosh would by analyser and format, without an object for each word."""

    def __init__(self) -> None:
        super().__init__(analyzer=_Words(), phrase=True)
        self.format = _Positions()

    def index(self, value: str, **kwargs: Any) -> _Indexed:
        found: dict[str, array] = {}
        for place, term in _placed(value):
            found.setdefault(term, array(POSITION_TYPE)).append(place)
        for term, places in found.items():
            yield term.encode(), len(places), len(places), places.tobytes()


class _Stems(fields.TEXT):
    """Stems; how often each stands there is its weight."""

    def __init__(self) -> None:
        super().__init__(analyzer=_Words(stemmed=True), phrase=False)
        self.format = formats.Existence()

    def index(self, value: str, **kwargs: Any) -> _Indexed:
        counted = Counter(stem(term) for text in value.split(_GAP) for term in _terms(text))
        for form, n in counted.items():
            yield form.encode(), n, n, b""


def schema() -> fields.Schema:
    made = fields.Schema(
        id=fields.ID(unique=True, stored=True),
        scope=fields.ID,
        pk=fields.COLUMN(columns.NumericColumn("q")),
        digest=fields.COLUMN(columns.NumericColumn("q")),
        first=fields.COLUMN(columns.NumericColumn("q")),
        last=fields.COLUMN(columns.NumericColumn("q")),
        exact=_Text(),
        number=fields.STORED,
        sha256=fields.STORED,
    )
    for name in ("title", "names", "text"):
        made.add(name, _Stems())
    for name in FIELDS:
        made.add(f"in_{name}", _Text())
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
        "names": _GAP.join(document.names),
        "text": _GAP.join(document.texts),
        "exact": _GAP.join((document.title, *document.texts, *document.names)),
        "in_title": document.title,
    }
    if document.earliest and document.latest:
        values |= {"first": document.earliest.toordinal(), "last": document.latest.toordinal()}
    values |= {f"in_{name}": _GAP.join(texts) for name, texts in document.fields.items() if texts}
    values |= {f"facet_{key}": " ".join(chosen) for key, chosen in document.facets.items() if chosen}
    return values
