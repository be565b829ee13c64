"""What of a found text to show: the best passage, its matches marked. Plain text in fragments; nothing here is HTML."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

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
from archive.search.text import Token, cut_up, stem

LENGTH = 200
# Where a text is longer, its passage is looked for in so many characters from the start.
SEARCHED = 50_000


# Texts of which the words are remembered: those of popular records are shown again and again. Longer ones are not.
_KEPT, _KEPT_LENGTH = 1024, 20_000


class Cut:
    """A text and its terms, in order and by form and stem."""

    __slots__ = ("_beginning", "_by_stem", "_ends", "_starts", "by_form", "forms", "text", "unmarked")

    def __init__(self, text: str) -> None:
        self.text = text
        self.forms, starts, ends = cut_up(text[:SEARCHED])
        self._starts, self._ends = array("I", starts), array("I", ends)
        self.by_form: dict[str, list[int]] = {}
        for place, form in enumerate(self.forms):
            self.by_form.setdefault(form, []).append(place)
        self._by_stem: dict[str, list[int]] | None = None
        self._beginning: tuple[int, tuple[Fragment, ...]] = (0, ())
        # The whole text, as it is shown where nothing in it matches.
        self.unmarked = (Fragment(text),) if text else ()

    @property
    def by_stem(self) -> dict[str, list[int]]:
        """Made when it is first asked for: what begins so, or stands as it is written, is found without it."""
        if self._by_stem is None:
            found: dict[str, list[int]] = {}
            for form, places in self.by_form.items():
                found.setdefault(stem(form), []).extend(places)
            self._by_stem = found
        return self._by_stem

    def beginning(self, length: int) -> tuple[Fragment, ...]:
        """The first `length` characters, as they are shown of a text in which nothing matches."""
        if self._beginning[0] != length:
            self._beginning = (length, _passage(self.text, [], length))
        return self._beginning[1]

    def token(self, place: int) -> Token:
        return Token(self.forms[place], self._starts[place], self._ends[place])


def _cut(text: str) -> Cut:
    return _kept(text) if len(text) <= _KEPT_LENGTH else Cut(text)


def _cut_in_a_row(text: str) -> Cut:
    return _kept_in_a_row(text) if len(text) <= _KEPT_LENGTH else _in_a_row(text)


def _in_a_row(text: str) -> Cut:
    """With one blank where there is any white space."""
    return Cut(" ".join(text.split()))


_kept, _kept_in_a_row = lru_cache(_KEPT)(Cut), lru_cache(_KEPT)(_in_a_row)


class Marker:
    """Finds in a text what a query asked for, not what it excludes: words in any form, phrases as a whole, other names too."""

    def __init__(self, tree: Node) -> None:
        self._stems: set[str] = set()
        self._prefixes: tuple[str, ...] = ()
        self._phrases: set[tuple[str, ...]] = set()
        self._nears: set[Near] = set()
        self._fuzzy: set[Fuzzy] = set()
        self._likes: dict[str, bool] = {}
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

        # Most queries are of words alone, and most texts that are looked at have none of them.
        self._is_of_words = not (self._prefixes or self._phrases or self._nears or self._fuzzy)

    @property
    def is_blank(self) -> bool:
        """True where nothing is looked for in texts: a query of dates."""
        return self._is_of_words and not self._stems

    def hits(self, cut: Cut) -> list[Token]:
        """The words to mark, in order."""
        places: list[int] = []
        if self._stems:
            by_stem = cut.by_stem
            for form in self._stems:
                if form in by_stem:
                    places += by_stem[form]
        if not self._is_of_words:
            places += self._further(cut)
        if len(places) < 2:
            return [cut.token(place) for place in places]
        return list(_joined(cut.token(place) for place in sorted({*places})))

    def _further(self, cut: Cut) -> set[int]:
        """Where something else than a word stands."""
        found: set[int] = set()
        if self._prefixes or self._fuzzy:
            for form, places in cut.by_form.items():
                if self._is_like(form):
                    found.update(places)
        for phrase in self._phrases:
            first, *others = (set(cut.by_form.get(form, ())) for form in phrase)
            for place in first:
                if all(place + n in places for n, places in enumerate(others, 1)):
                    found.update(range(place, place + len(phrase)))
        for near in self._nears:
            found.update(_together(cut, near))
        return found

    def _is_like(self, form: str) -> bool:
        if form not in self._likes:
            self._likes[form] = (bool(self._prefixes) and form.startswith(self._prefixes)) or any(
                OSA.distance(form, one.form, score_cutoff=one.edits) <= one.edits for one in self._fuzzy
            )
        return self._likes[form]


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


def _together(cut: Cut, near: Near) -> Iterator[int]:
    """Where the words stand, in every stretch of the text that has all of them within the distance."""
    places = sorted(chain.from_iterable(cut.by_form.get(form, ()) for form in near.forms))
    inside: Counter[str] = Counter()
    start = told = 0
    for end, place in enumerate(places):
        inside[cut.forms[place]] += 1
        while place - places[start] > near.distance:
            inside[cut.forms[places[start]]] -= 1
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


def mark_starts(text: str, marker: Marker) -> list[int]:
    """Where each mark in the text begins, ascending."""
    return [hit.start for hit in marker.hits(_cut(text))]


def mark(text: str, marker: Marker) -> tuple[Fragment, ...]:
    """The whole text in fragments; of a very long one the matches at its beginning."""
    cut = _cut(text)
    hits = marker.hits(cut)
    return _fragments(text, 0, len(text), hits) if hits else cut.unmarked


def best_passage(text: str, marker: Marker, *, length: int = LENGTH) -> tuple[Fragment, ...]:
    """The passage of at most `length` characters with the most different matches, cut at words; the beginning if none."""
    cut = _cut_in_a_row(text)
    hits = marker.hits(cut)
    return _passage(cut.text, hits, length) if hits else cut.beginning(length)


def _passage(text: str, hits: list[Token], length: int) -> tuple[Fragment, ...]:
    if len(text) <= length:
        return _fragments(text, 0, len(text), hits)
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
    if len(hits) < 2:
        return hits[0].start if hits else 0
    best, most = 0, 0
    inside: defaultdict[str, int] = defaultdict(int)
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
