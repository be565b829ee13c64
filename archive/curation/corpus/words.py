"""Words and running text of the made-up archive: Zipf's law for how often a word is used, Heaps' for how many there are.

Zipf–Mandelbrot, 1 / (rank + 2.7), as in Manning and Schütze, Foundations of Statistical NLP (1999), section 1.4.3; the
vocabulary grows with a power of the amount of text (Heaps, Information Retrieval, 1978).
"""

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


# What holds sentences together, the most frequent first.
_FUNCTION_WORDS = _listed(
    "the of and to in a that for on with as was at by said is it from were has had its be which this after their been who "
    "also have would will between during not or an more"
)

# What such articles are about: the most frequent words of content.
_FIELD_WORDS = _listed(
    "security cooperation member states organisation exercise military border forces defence minister terrorism regional "
    "meeting summit countries joint drills counter president council region training troops trade threats partners "
    "extremism separatism agreement foreign ministers talks statement peace stability drug trafficking cyber intelligence "
    "officers command units aircraft army operations air ground navy mission observers membership dialogue economic "
    "energy transport secretary general delegation leaders session opening ceremony declaration signed plan support "
    "information police customs guards emergency rescue disaster relief media spokesman interview analysts experts "
    "neighbours conflict ceasefire weapons nuclear treaty strategy policy programme fund bank development digital "
    "artificial data attack attacks suspects court prosecutors law enforcement agencies network networks financing "
    "extremist separatist terrorist groups group fighters camp valley mountain river railway corridor port pipeline"
)

_ONSETS = _listed("b bl br ch d dr f fl g gr h j k kl kr l m n p pl pr r s sh sl st str t tr v z zh")
_NUCLEI = _listed("a a a e e e i i o o u ai ea ia io ou")
_CODAS = ("", "", "", "", *_listed("k l m n n nd ng r rn s sk st t v"))
# So that stems have several forms, and prefixes many words.
_ENDINGS = _listed("s s ed ing er ation ment al ly ity ist ism")
_DERIVED = 0.4

_WORDS_AT_10_000, _HEAPS = 40_000, 0.4
_COLLOCATIONS, _COLLOCATED, _NAMED = 3_000, 0.05, 0.03


def vocabulary_size(articles: int) -> int:
    """How many different words an archive of that many articles draws from."""
    return max(2_000, round(_WORDS_AT_10_000 * (articles / 10_000) ** _HEAPS))


class Zipf(Generic[T]):
    """Draws from things by Zipf's law: the first the most often."""

    def __init__(self, things: Sequence[T]) -> None:
        self.things = things
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(1, len(things) + 1)))

    def draw(self, rng: random.Random, n: int) -> list[T]:
        """`n` things, of which some may be the same."""
        return rng.choices(self.things, cum_weights=self._weights, k=n) if self.things else []

    def some(self, rng: random.Random, n: int) -> list[T]:
        """At most `n` different things, in the order drawn."""
        return list(dict.fromkeys(self.draw(rng, n)))


def made_up_word(rng: random.Random) -> str:
    """A pronounceable word that no language has, or only by chance."""
    syllables = rng.choices((1, 2, 3, 4), (1, 6, 5, 1))[0]
    word = "".join(rng.choice(_ONSETS) + rng.choice(_NUCLEI) for _ in range(syllables)) + rng.choice(_CODAS)
    return word if len(word) > 3 else word + rng.choice(_ONSETS) + rng.choice(_NUCLEI)


def made_up_name(rng: random.Random) -> str:
    """Two made-up words as the name of a person."""
    return f"{made_up_word(rng).title()} {made_up_word(rng).title()}"


class Language:
    """The vocabulary of one archive, and text in it."""

    def __init__(self, rng: random.Random, size: int) -> None:
        words = dict.fromkeys((*_FUNCTION_WORDS, *_FIELD_WORDS))
        roots: list[str] = []
        while len(words) < size:
            if roots and rng.random() < _DERIVED:
                words.setdefault(rng.choice(roots) + rng.choice(_ENDINGS))
            else:
                root = made_up_word(rng)
                roots.append(root)
                words.setdefault(root)
        self._words = Zipf(list(words))
        self._content = Zipf([word for word in words if word not in _FUNCTION_WORDS])
        # Words that often stand together: what phrases are found by.
        pairs = [self._content.draw(rng, rng.choice((2, 2, 3))) for _ in range(min(_COLLOCATIONS, size // 10))]
        self._collocations = Zipf([" ".join(pair) for pair in pairs])

    def headline(self, rng: random.Random, names: Sequence[str]) -> str:
        """Five to twelve words, a name among them."""
        name = rng.choice(names) if names else ""
        words = self._content.draw(rng, max(4, rng.randint(5, 12) - len(name.split())))
        words.insert(rng.randint(0, len(words)), name or self._content.draw(rng, 1)[0])
        return _capitalised(" ".join(" ".join(words).split()[:12]))

    def text(self, rng: random.Random, length: int, names: Sequence[str]) -> str:
        """`length` words, or a name more, in sentences and paragraphs."""
        draws = iter(self._words.draw(rng, length))
        sentences: list[str] = []
        left = length
        while left > 0:
            n = min(left, rng.randint(8, 28))
            words = " ".join(self._spiced(rng, word, names) for _, word in zip(range(n), draws, strict=False)).split()
            if n > 14:
                words[n // 2] += ","
            left -= len(words)
            gap = "\n\n" if sentences and len(sentences) % 4 == 0 else " "
            sentences.append(f"{gap if sentences else ''}{_capitalised(' '.join(words))}.")
        return "".join(sentences)

    def _spiced(self, rng: random.Random, word: str, names: Sequence[str]) -> str:
        """The word, or now and then a collocation or a name in its place."""
        chance = rng.random()
        if chance < _COLLOCATED:
            return self._collocations.draw(rng, 1)[0]
        return rng.choice(names) if names and chance < _COLLOCATED + _NAMED else word


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
