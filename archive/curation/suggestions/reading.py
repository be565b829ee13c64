"""A draft as words: folded so that names are found in any case, spelling and ending, with the places they stand at."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from archive.curation.suggestions.base import Draft, Evidence, Place
from archive.search.text import is_run, spelling, words

# Case endings of Russian names and nouns, the longest first; what is left has three letters at least.
_RUSSIAN = re.compile(r"[а-я]+")
_ENDING = re.compile(
    r"(?<=...)(?:ого|его|ому|ему|ыми|ими|ами|ями|ая|яя|ое|ее|ые|ие|ый|ий|ой|ей|ою|ею|ом|ем|ым|им|ах|ях|[аеиоуыьэюя])\Z"
)
_VOWELS = "аеиоуыьэюя"

# Words that stand between the words of a name in some texts only.
_LEFT_OUT = frozenset({"the"})

# Between two words: the end of a sentence; what may stand between the words of one name.
_SENTENCE_END = re.compile(r"[.!?][\"'’”»)\]]*\s|[。！？\n•·]")
_PARAGRAPH = re.compile(r"[。！？\n•]|\s·\s")
_IN_NAME = re.compile(r"[\s.'’‘`\"“”«»/–-]*(?:[Tt]he\s+)?[\"“«]?")
_MAX_GAP = 8
_JOINTS = frozenset((" ", "", "-"))
# A full stop after these ends no sentence.
_ABBREVIATIONS = frozenset(
    (
        *("st", "mr", "mrs", "ms", "dr", "prof", "gen", "col", "lt", "maj", "adm", "org", "no", "vs", "approx"),
        *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "г", "гг", "им"),
    )
)


@lru_cache(maxsize=65_536)
def form_of(folded: str) -> str:
    """A folded word as names are compared: English spellings joined, Russian endings taken off."""
    if not _RUSSIAN.fullmatch(folded):
        return spelling(folded)
    stem = _ENDING.sub("", folded)
    while len(stem) > 4 and stem[-1] in _VOWELS:
        stem = stem[:-1]
    return stem


def forms_of(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared; of a script without blanks each character."""
    found: list[str] = []
    for token in words(name):
        found += token.form if is_run(token.form) else [form_of(token.form)]
    return tuple(form for form in found if form not in _LEFT_OUT)


@dataclass(frozen=True, slots=True)
class CountryWord:
    """What a word says where it names a country: which, and whether it must be written in capitals (US)."""

    form: str
    all_capitals: bool


class Reading:
    """The words of a draft's headline and text, in order, and in which sentence each stands."""

    def __init__(self, draft: Draft, countries: Mapping[str, CountryWord]) -> None:
        self.draft = draft
        self._sources = {Place.HEADLINE: draft.headline, Place.TEXT: draft.text}
        self.forms: list[str] = []
        # Before countries were put in place of their names.
        self.folded: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        # Number of the sentence of each word; 0 is the headline.
        self.sentences: list[int] = []
        # First word of each sentence.
        self.sentence_starts: list[int] = [0]
        self._read(draft.headline, countries)
        # Where the text begins.
        self.body = len(self.forms)
        self._break()
        self._read(draft.text, countries)

    def _read(self, source: str, countries: Mapping[str, CountryWord]) -> None:
        forms, folded_forms, starts, ends, sentences = self.forms, self.folded, self.starts, self.ends, self.sentences
        last_end, last_form = 0, ""
        for token in words(source):
            start, end, form = token.start, token.end, token.form
            gap = source[last_end:start]
            # Nearly always it is one blank.
            if gap != " " and last_end and _ends_sentence(gap, last_form, source[start]):
                self._break()
            last_end, last_form = end, form
            if not form.isascii() and is_run(form):
                forms += form
                folded_forms += form
                starts += range(start, end)
                ends += range(start + 1, end + 1)
                sentences += [len(self.sentence_starts) - 1] * len(form)
            elif form not in _LEFT_OUT:
                folded = form_of(form)
                known = countries.get(folded)
                forms.append(known.form if known and _is_capital(source[start:end], known) else folded)
                folded_forms.append(folded)
                starts.append(start)
                ends.append(end)
                sentences.append(len(self.sentence_starts) - 1)

    def _break(self) -> None:
        if self.sentence_starts[-1] != len(self.forms) or not self.forms:
            self.sentence_starts.append(len(self.forms))

    def __len__(self) -> int:
        return len(self.forms)

    def place(self, word: int) -> Place:
        return Place.HEADLINE if word < self.body else Place.TEXT

    def written(self, first: int, last: int) -> str:
        """The words from the first to the last, as they are written."""
        return self._sources[self.place(first)][self.starts[first] : self.ends[last]]

    def before(self, word: int) -> str:
        """What stands between the word and the one before it, or the start."""
        start = self.ends[word - 1] if word and self.place(word - 1) == self.place(word) else 0
        return self._sources[self.place(word)][start : self.starts[word]]

    def is_one(self, first: int, last: int) -> bool:
        """Whether the words can be one name: in one sentence, with nothing but blanks, hyphens and quotes between."""
        if first == last:
            return True
        if self.sentences[first] != self.sentences[last] or self.place(first) != self.place(last):
            return False
        return all(self._joined(word) for word in range(first + 1, last + 1))

    def _joined(self, word: int) -> bool:
        gap = self.before(word)
        if gap in _JOINTS:
            return True
        # Articles between the words were left out of them.
        return len(gap) <= _MAX_GAP and bool(_IN_NAME.fullmatch(gap))

    def evidence(self, first: int, last: int) -> Evidence:
        return Evidence(self.written(first, last), self.starts[first], self.ends[last], self.place(first))

    def sentence_of(self, word: int) -> range:
        """The words of the sentence in which the word stands."""
        number = self.sentences[word]
        following = number + 1
        end = self.sentence_starts[following] if following < len(self.sentence_starts) else len(self.forms)
        return range(self.sentence_starts[number], end)

    def word_at(self, place: Place, offset: int) -> int:
        """The first word that ends behind the offset."""
        first, end = (0, self.body) if place == Place.HEADLINE else (self.body, len(self.forms))
        return bisect_right(self.ends, offset, first, end)

    def runs(self) -> Iterator[range]:
        """The sentences, as ranges of words."""
        for number, start in enumerate(self.sentence_starts):
            following = number + 1
            end = self.sentence_starts[following] if following < len(self.sentence_starts) else len(self.forms)
            if end > start:
                yield range(start, end)


def _is_capital(written: str, known: CountryWord) -> bool:
    return written.isupper() if known.all_capitals else written[0].isupper()


def _ends_sentence(gap: str, before: str, following: str) -> bool:
    """Whether a sentence ends between two words; `following` is the first letter of the second."""
    if not _SENTENCE_END.search(gap):
        return False
    if _PARAGRAPH.search(gap):
        return True
    # An initial, an abbreviation, a sentence that goes on in small letters.
    is_short = gap.startswith(".") and (len(before) < 2 or before in _ABBREVIATIONS)
    return not is_short and not following.islower()
