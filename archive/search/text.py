"""How text becomes terms: the same for every engine, for indexing, for queries and for highlighting."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from whoosh.lang.porter import stem as porter_stem

# A word is a run of letters and digits, with an apostrophe inside at most.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

# British and American spelling, folded one way after stemming would keep them apart.
_SPELLINGS = {
    "defence": "defense",
    "defences": "defenses",
    "offence": "offense",
    "offences": "offenses",
    "centre": "center",
    "centres": "centers",
    "licence": "license",
    "programme": "program",
    "programmes": "programs",
    "neighbour": "neighbor",
    "neighbours": "neighbors",
    "neighbouring": "neighboring",
    "labour": "labor",
}
_ISATION = re.compile(r"is(ation|ations|ational|e|ed|es|ing)\Z")

# Too common to ask for; skipped in a query beside other words, kept in phrases.
STOP_WORDS = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "is", "it", "its", "of", "on", "or")
    + ("that", "the", "this", "to", "was", "were", "with")
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: its folded form, and where it stands (offsets into the text)."""

    form: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case without accents; an apostrophe and what follows it dropped (SCO's → sco)."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().split("'")[0].split("’")[0])
    return "".join(char for char in decomposed if not unicodedata.combining(char)) or word.casefold()


@lru_cache(maxsize=65_536)
def stem(form: str) -> str:
    """Stem of a folded word: Porter (1980), English spelling differences joined."""
    form = _SPELLINGS.get(form, form)
    if len(form) > 6:
        form = _ISATION.sub(r"iz\1", form)
    return porter_stem(form) if form.isascii() else form


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in order."""
    for match in _WORD.finditer(text):
        yield Token(fold(match[0]), match.start(), match.end())


def forms(text: str) -> list[str]:
    """The folded words of a text."""
    return [token.form for token in tokens(text)]
