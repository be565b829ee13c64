"""How text becomes terms: the same for every engine, for indexing, for queries and for highlighting."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from whoosh.lang.porter import stem as porter_stem
from whoosh.lang.snowball.russian import RussianStemmer

_APOSTROPHES = "'’‘ʼʻ`"
# Scripts that put no blanks between words, or hang endings on them: Han, kana and Hangul syllables. Each of these
# characters has one character as its compatibility form, so that offsets hold.
_UNSPACED = (
    "\u3005\u3007\u3041-\u3096\u309d\u309e\u30a1-\u30fa\u30fc-\u30fe\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"[{_UNSPACED}]+")
# A word: letters and digits (with the accents that stand beside them in decomposed text), an apostrophe inside at most;
# or (the group) a run of characters of those scripts. No writing has more than 30 accents on a letter (UAX #15, "Stream-Safe
# Text Format"), and to put them in order takes time that grows with the square of their number.
_LETTER = rf"[^\W_{_UNSPACED}\uff9e\uff9f]"
_LETTERS = rf"(?:{_LETTER}[\u0300-\u036f\uff9e\uff9f]{{0,30}})+"
_WORD = re.compile(rf"{_LETTERS}(?:[{_APOSTROPHES}]{_LETTERS})*|({_RUN.pattern})")
_POSSESSIVE = re.compile(rf"[{_APOSTROPHES}]s\Z")
_DROPPED = str.maketrans("", "", _APOSTROPHES)

# British and American spelling, folded one way where stemming would keep them apart.
_ENDINGS = ("", "s", "ed", "ing", "able")
_SPELLINGS = {
    british + ending: american + ending
    for british, american in (
        ("armour", "armor"),
        ("behaviour", "behavior"),
        ("colour", "color"),
        ("counsell", "counsel"),
        ("defence", "defense"),
        ("endeavour", "endeavor"),
        ("favour", "favor"),
        ("harbour", "harbor"),
        ("honour", "honor"),
        ("labour", "labor"),
        ("licence", "license"),
        ("neighbour", "neighbor"),
        ("offence", "offense"),
        ("practise", "practice"),
        ("signall", "signal"),
        ("travell", "travel"),
    )
    for ending in _ENDINGS
} | {
    "centre": "center",
    "centres": "centers",
    "dialogue": "dialog",
    "dialogues": "dialogs",
    "kilometre": "kilometer",
    "kilometres": "kilometers",
    "manoeuvre": "maneuver",
    "manoeuvres": "maneuvers",
    "neighbourhood": "neighborhood",
    "programme": "program",
    "programmes": "programs",
}
# Towards the s: Porter keeps "organis" in all its forms, but takes "organize" and "organized" apart.
_IZE = re.compile(r"(?<=.{4})iz(?=(?:ations?|ational|e|ed|ers?|es|ing|able)\Z)")

# Too common to ask for; skipped in a query beside other words, kept in phrases.
STOP_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "its", "of", "on", "or"),
        *("that", "the", "this", "to", "was", "were", "with"),
        # What a question begins with.
        *("did", "do", "does", "has", "have", "how", "what", "when", "where", "which", "who", "whom", "whose", "why"),
        *("в", "на", "о", "об", "от", "по", "с"),
    )
)


_CYRILLIC = re.compile(r"[а-я]+")
_RUSSIAN = RussianStemmer()


class Token(NamedTuple):
    """A term of a text: its folded form, and where it stands (offsets into the text)."""

    form: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case without accents, without 's and apostrophes: SCO's → sco, Xi'an → xian, Лавров → лавров."""
    if is_run(word):
        return unicodedata.normalize("NFKC", word)
    form = _POSSESSIVE.sub("", word.casefold())
    decomposed = unicodedata.normalize("NFKD", form.translate(_DROPPED))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold() or form


def is_run(word: str) -> bool:
    """True for a word of a script without blanks: 习近平."""
    return bool(_RUN.match(word))


def pieces(form: str) -> tuple[str, ...]:
    """The terms under which a folded word is indexed: itself, or of a run each two neighbours (习近平 → 习近, 近平).

    Overlapping bigrams need no dictionary and find names that none has (Nie et al., "On the use of words and n-grams for
    Chinese information retrieval", IRAL 2000).
    """
    if len(form) < 3 or not is_run(form):
        return (form,)
    return tuple(map("".join, pairwise(form)))


@lru_cache(maxsize=65_536)
def spelling(form: str) -> str:
    """A folded word with English spelling differences joined: defence → defense, organization → organisation."""
    return _IZE.sub("is", _SPELLINGS.get(form, form))


@lru_cache(maxsize=65_536)
def stem(form: str) -> str:
    """Stem of a folded word: Porter (1980), English spelling differences joined; of Russian ones Snowball (Porter, 2001)."""
    form = spelling(form)
    if form.isascii():
        return porter_stem(form)
    return _RUSSIAN.stem(form) if _CYRILLIC.fullmatch(form) else form


def words(text: str) -> Iterator[Token]:
    """The folded words of a text as a reader sees them, in order: runs whole."""
    for match in _WORD.finditer(text):
        yield Token(fold(match[0]), match.start(), match.end())


def forms(text: str) -> list[str]:
    """The folded words of a text as a reader sees them."""
    return [fold(match[0]) for match in _WORD.finditer(text)]


def cut_up(text: str) -> tuple[list[str], list[int], list[int]]:
    """The terms of a text, as it is indexed, in order; where each begins, and where it ends. Those of a run overlap."""
    forms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _WORD.finditer(text):
        form, (start, end) = fold(match[0]), match.span()
        if match.lastindex is None or end - start < 3:
            forms.append(form)
            starts.append(start)
            ends.append(end)
        else:
            of_run = pieces(form)
            forms += of_run
            starts += range(start, start + len(of_run))
            ends += range(start + 2, start + 2 + len(of_run))
    return forms, starts, ends


def terms(text: str) -> list[str]:
    """The terms of a text, as it is indexed."""
    return cut_up(text)[0]
