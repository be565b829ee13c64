"""How text becomes terms: the same for every engine, for indexing, for queries and for highlighting."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from whoosh.lang.porter import stem as porter_stem

_APOSTROPHES = "'’‘ʼʻ`"
# A word: letters and digits (with the accents that stand beside them in decomposed text), an apostrophe inside at most.
WORD = rf"[^\W_](?:[^\W_]|[\u0300-\u036f])*(?:[{_APOSTROPHES}][^\W_](?:[^\W_]|[\u0300-\u036f])*)*"
_WORD = re.compile(WORD)
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
    )
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: its folded form, and where it stands (offsets into the text)."""

    form: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case without accents, without 's and apostrophes: SCO's → sco, Xi'an → xian, Лавров → лавров."""
    form = _POSSESSIVE.sub("", word.casefold())
    decomposed = unicodedata.normalize("NFKD", form.translate(_DROPPED))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold() or form


@lru_cache(maxsize=65_536)
def stem(form: str) -> str:
    """Stem of a folded word: Porter (1980), English spelling differences joined."""
    form = _IZE.sub("is", _SPELLINGS.get(form, form))
    return porter_stem(form) if form.isascii() else form


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in order."""
    for match in _WORD.finditer(text):
        yield Token(fold(match[0]), match.start(), match.end())


def forms(text: str) -> list[str]:
    """The folded words of a text."""
    return [token.form for token in tokens(text)]
