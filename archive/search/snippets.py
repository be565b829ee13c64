"""What of a found text to show: the best passage, its matches marked. Plain text in fragments; nothing here is HTML."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from archive.search.bigrams import in_bigrams
from archive.search.query import (
    And,
    Fragment,
    Fuzzy,
    InField,
    Near,
    Node,
    Or,
    Period,
    Phrase,
    Prefix,
    Variants,
    Word,
)
from archive.search.text import Token, stem, tokens

LENGTH = 200
# Where a text is longer, its passage is looked for in so many characters from the start.
SEARCHED = 50_000


class Marker:
    """Finds in a text what a query asked for, not what it excludes: words in any form, phrases as a whole, other names too."""

    def __init__(self, tree: Node) -> None:
        self._stems: set[str] = set()
        self._prefixes: tuple[str, ...] = ()
        self._phrases: set[tuple[str, ...]] = set()
        self._nears: set[Near] = set()
        self._fuzzy: set[Fuzzy] = set()
        self._known: dict[str, bool] = {}
        for term in _terms(in_bigrams(tree)):
            match term:
                case Word(form):
                    self._stems.add(stem(form))
                case Phrase(forms):
                    self._phrases.add(forms)
                case Prefix(form):
                    self._prefixes += (form,)
                case Near():
                    self._nears.add(term)
                case Fuzzy():
                    self._fuzzy.add(term)

    @property
    def is_blank(self) -> bool:
        """True where nothing is looked for in texts: a query of dates."""
        return not (self._stems or self._prefixes or self._phrases or self._nears or self._fuzzy)

    def hits(self, text: str) -> list[Token]:
        """The words to mark, in order."""
        words = list(tokens(text))
        forms = [word.form for word in words]
        found = {place for place, form in enumerate(forms) if self._is_hit(form)}
        for phrase in self._phrases:
            for place, form in enumerate(forms):
                if form == phrase[0] and tuple(forms[place : place + len(phrase)]) == phrase:
                    found.update(range(place, place + len(phrase)))
        for near in self._nears:
            found.update(_together(forms, near))
        return list(_joined(words[place] for place in sorted(found)))

    def _is_hit(self, form: str) -> bool:
        if form not in self._known:
            self._known[form] = (
                stem(form) in self._stems
                or (bool(self._prefixes) and form.startswith(self._prefixes))
                or any(OSA.distance(form, one.form, score_cutoff=one.edits) <= one.edits for one in self._fuzzy)
            )
        return self._known[form]


def _joined(hits: Iterable[Token]) -> Iterator[Token]:
    """The words, those as one that overlap: the pairs of a Chinese name."""
    last: Token | None = None
    for hit in hits:
        if last is not None and hit.start < last.end:
            last = Token(last.form + hit.form, last.start, hit.end)
            continue
        if last is not None:
            yield last
        last = hit
    if last is not None:
        yield last


def _together(forms: list[str], near: Near) -> Iterator[int]:
    """Where the words stand, in every stretch of the text that has all of them within the distance."""
    places = [place for place, form in enumerate(forms) if form in near.forms]
    inside: Counter[str] = Counter()
    start = told = 0
    for end, place in enumerate(places):
        inside[forms[place]] += 1
        while place - places[start] > near.distance:
            inside[forms[places[start]]] -= 1
            start += 1
        if all(inside[form] for form in near.forms):
            yield from places[max(start, told) : end + 1]
            told = end + 1


def _terms(node: Node) -> Iterator[Word | Phrase | Prefix | Near | Fuzzy]:
    match node:
        case Word() | Phrase() | Prefix() | Near() | Fuzzy():
            yield node
        case InField(_, term):
            yield term
        case Variants(written, others):
            yield from (*written, *(other for other in others if not isinstance(other, Period)))
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from _terms(part)


def mark(text: str, marker: Marker) -> tuple[Fragment, ...]:
    """The whole text in fragments."""
    return _fragments(text, 0, len(text), marker.hits(text))


def best_passage(text: str, marker: Marker, *, length: int = LENGTH) -> tuple[Fragment, ...]:
    """The passage of at most `length` characters with the most different matches, cut at words; the beginning if none."""
    text = " ".join(text.split())
    if len(text) <= length:
        return mark(text, marker)
    hits = marker.hits(text[:SEARCHED])
    start, end = _window(text, hits, length - 4)  # without the ellipses
    inside = [hit for hit in hits if hit.start >= start and hit.end <= end]
    before = (Fragment("… "),) if start else ()
    after = (Fragment(" …"),) if end < len(text) else ()
    return before + _fragments(text, start, end, inside) + after


def _window(text: str, hits: list[Token], room: int) -> tuple[int, int]:
    """Start and end of the passage: some words of context, then the densest run of matches."""
    best = _densest(hits, room * 3 // 4)
    start = max(0, min(best - room // 5, len(text) - room))
    if start:
        # At a word, if one begins before the first match.
        start = text.find(" ", start, max(start, best)) + 1 or start
    end = min(len(text), start + room)
    if end < len(text):
        # At a word, if there are blanks at all: Chinese has none.
        end = max(text.rfind(" ", start + room * 3 // 4, end), 0) or end
    return start, end


def _densest(hits: list[Token], width: int) -> int:
    """Where the stretch of `width` characters with the most different matches begins; 0 if there are none."""
    best, most = 0, 0
    inside: Counter[str] = Counter()
    last = 0
    for place, hit in enumerate(hits):
        while last < len(hits) and (last <= place or hits[last].end <= hit.start + width):
            inside[hits[last].form] += 1
            last += 1
        if len(inside) > most:
            best, most = hit.start, len(inside)
        inside[hit.form] -= 1
        if not inside[hit.form]:
            del inside[hit.form]
    return best


def _fragments(text: str, start: int, end: int, hits: list[Token]) -> tuple[Fragment, ...]:
    fragments = []
    position = start
    for hit in hits:
        if hit.start > position:
            fragments.append(Fragment(text[position : hit.start]))
        fragments.append(Fragment(text[hit.start : hit.end], is_hit=True))
        position = hit.end
    if position < end:
        fragments.append(Fragment(text[position:end]))
    return tuple(fragments)
