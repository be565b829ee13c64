"""What the PostgreSQL index holds of a document: one row, with two vectors made of our own words.

PostgreSQL's parsers and dictionaries are not used: `archive.search.text` cuts and stems for every engine, so that all of
them find the same. Hence the vectors are written by us and are no generated columns: SQL could not call our analysis.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from archive.search.documents import SearchDocument
from archive.search.grammar import MAX_DISTANCE
from archive.search.text import stem, terms

# Changes whenever the rows or the analysis do: an index of another version is rebuilt, not read.
VERSION = 2

# What PostgreSQL's manual says of a tsvector ("Limitations" of full-text search): places up to 16383, at most 255 of them
# for each lexeme, a lexeme of less than 2 kB, a vector of less than 1 MB.
MAX_PLACE = 16_383
MAX_PLACES = 255
MAX_LEXEME = 2_046
MAX_VECTOR = 1_048_575

# The weights of a vector's words, by where they stand. Kinds are words of their field only.
TITLE, NAMES, TEXTS, FIELD_ONLY = "A", "B", "C", "D"

# Places between two texts.
_GAP = MAX_DISTANCE
# What each lexeme takes besides its letters and places: an entry, a count, alignment.
_OVERHEAD = 8

Places = dict[str, list[tuple[int, str]]]


def in_field(name: str, form: str) -> str:
    """The lexeme of a word in a field. No word begins with a colon: prefixes of words never meet it."""
    return f":{name}:{form}"


@dataclass(frozen=True, slots=True)
class Row:
    """The values of a document's columns, in the order of `COLUMNS`; dates as day numbers, 0 where there is none."""

    id: str
    scope: str
    pk: int
    digest: int
    first: int
    last: int
    facets: list[str]
    # Stems and words, with their places and weights. Words of fields stand in `exact` at the same places.
    stemmed: str
    exact: str
    # All words in order, where their places are too many for a vector: phrases are looked for here too.
    overlong: str | None


COLUMNS = tuple(Row.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of its own: its words, what they weigh, the fields that they are words of."""

    words: list[str]
    weight: str
    fields: tuple[str, ...] = ()

    def lexemes(self, form: str) -> Iterator[str]:
        if self.weight != FIELD_ONLY:
            yield form
        for name in self.fields:
            yield in_field(name, form)


def row(document: SearchDocument) -> Row:
    texts = list(_texts(document))
    stems: Places = {}
    words: Places = {}
    place = 1
    for text in texts:
        for form in text.words:
            if text.weight != FIELD_ONLY:
                stems.setdefault(stem(form), []).append((place, text.weight))
            for lexeme in text.lexemes(form):
                words.setdefault(lexeme, []).append((place, text.weight))
            place += 1
        # No phrase runs from one text into the next, and no two words are near each other in different ones.
        place += _GAP
    stemmed, _ = vector(stems)
    exact, is_whole = vector(words)
    return Row(
        id=document.id,
        scope=document.scope.value,
        pk=document.pk,
        digest=document.digest,
        first=document.earliest.toordinal() if document.earliest and document.latest else 0,
        last=document.latest.toordinal() if document.earliest and document.latest else 0,
        facets=[f"{key}:{value}" for key, values in document.facets.items() for value in values],
        stemmed=stemmed,
        exact=exact,
        overlong=None if is_whole else "\n".join(_lines(texts)),
    )


def vocabulary(document: SearchDocument) -> set[str]:
    """The words of a document as they are written."""
    return {form for text in _texts(document) for form in text.words if len(form.encode()) <= MAX_LEXEME}


def _texts(document: SearchDocument) -> Iterator[_Text]:
    """All that is searchable; what is over a vector's limits stands at its end."""
    holders = _holders(document.fields)
    yield _Text(terms(document.title), TITLE, tuple(holders.pop(document.title, ())))
    for text in document.texts:
        yield _Text(terms(text), TEXTS)
    for name in document.names:
        yield _Text(terms(name), NAMES, tuple(holders.pop(name, ())))
    for name, fields in holders.items():
        yield _Text(terms(name), FIELD_ONLY, tuple(fields))


def _holders(fields: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Which fields each name stands in."""
    holders: dict[str, list[str]] = {}
    for key, names in fields.items():
        for name in dict.fromkeys(names):
            holders.setdefault(name, []).append(key)
    return holders


def _lines(texts: Iterable[_Text]) -> Iterator[str]:
    """Each text as a line of its words, with blanks around each; once more for each field."""
    for text in texts:
        if text.weight != FIELD_ONLY:
            yield f" {' '.join(text.words)} "
        for name in text.fields:
            yield f" {' '.join(in_field(name, form) for form in text.words)} "


def vector(places: Places) -> tuple[str, bool]:
    """The text form of a tsvector, and whether all places are in it.

    Where they are too many for the limits, words that are left without a place are still found, but in no phrase; where
    even the words are too many, those that come last are left out.
    """
    kept = {_cut(lexeme): _allowed(those) for lexeme, those in places.items()}
    is_whole = sum(map(len, kept.values())) == sum(map(len, places.values()))
    if _size(kept) > MAX_VECTOR:
        kept, is_whole = {lexeme: those[:1] for lexeme, those in kept.items()}, False
    if _size(kept) > MAX_VECTOR:
        room, fitting = MAX_VECTOR, {}
        for lexeme, those in kept.items():
            room -= _size({lexeme: those})
            if room < 0:
                break
            fitting[lexeme] = those
        kept = fitting
    return " ".join(_entry(lexeme, those) for lexeme, those in kept.items()), is_whole


def _allowed(places: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return [one for one in places[:MAX_PLACES] if one[0] <= MAX_PLACE]


def _cut(lexeme: str) -> str:
    return lexeme if len(lexeme) * 4 <= MAX_LEXEME else lexeme.encode()[:MAX_LEXEME].decode(errors="ignore")


def _size(places: Places) -> int:
    return sum(len(lexeme.encode()) + _OVERHEAD + 2 * len(those) for lexeme, those in places.items())


def _entry(lexeme: str, places: list[tuple[int, str]]) -> str:
    where = ",".join(f"{place}{'' if weight == FIELD_ONLY else weight}" for place, weight in places)
    return f"{quoted(lexeme)}:{where}" if where else quoted(lexeme)


def quoted(lexeme: str) -> str:
    """A lexeme as it stands in the text of a tsvector or tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
