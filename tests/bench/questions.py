"""What is asked: kinds of queries, and for each five made of words that the corpus has as often as the kind needs."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

# Words that one of the engines leaves out; no question is about them.
_STOP_WORDS = (
    "about above after again against also because been before being below between during from have having into more "
    "most only other over same should some such than that their them then there these they this those through under "
    "until very were what when where which while will with would your"
)
_A_KIND = 5
# Articles that pairs of neighbours are taken from.
_PAIRED = 2_000
# Engines stop at 256 words of one prefix, or don't: all find the same below that.
_PREFIX_LETTERS, _PREFIX_WORDS = 4, range(20, 250)


@dataclass(frozen=True, slots=True)
class Question:
    """A query in no engine's language. What is given must all hold; `any_of` are alternatives; days are ordinals."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()
    prefix: str = ""
    fuzzy: str = ""
    days: tuple[int, int] | None = None
    is_by_date: bool = False

    @property
    def is_exact(self) -> bool:
        """True where words are meant as they are written, unstemmed."""
        return bool(self.phrase or self.prefix or self.fuzzy)

    @property
    def has_words(self) -> bool:
        return bool(self.all_of or self.any_of or self.is_exact)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Question":
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the corpus by how many of its articles have them, and its pairs of neighbours likewise."""

    articles: int
    frequencies: dict[str, int]
    pairs: dict[tuple[str, str], int] = field(repr=False)

    def between(self, least: float, most: float, n: int, *, start: int = 0) -> list[str]:
        """`n` words that so many of the articles have (a share, or a number from 1 on), spread over the alphabet."""
        low, high = (bound if bound >= 1 else bound * self.articles for bound in (least, most))
        return _spread([word for word, df in sorted(self.frequencies.items()) if low <= df <= high], n, start)

    def phrases(self, n: int) -> list[tuple[str, str]]:
        """`n` pairs of words, of those that stand together most often but for the first few."""
        return sorted(self.pairs, key=lambda pair: (-self.pairs[pair], pair))[3 : 3 + n]

    def prefixes(self, n: int) -> list[str]:
        """`n` beginnings of many words, but not too many."""
        counted = Counter(word[:_PREFIX_LETTERS] for word in self.frequencies)
        most = [prefix for prefix, words in counted.most_common() if words in _PREFIX_WORDS]
        return sorted(most[: n * 4])[::4][:n]


def read_words(connection: sqlite3.Connection) -> Words:
    """What the FTS5 database of the corpus (tests/bench/sql.py) knows of its words."""
    connection.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, exact, row)")
    stop_words = set(_STOP_WORDS.split())
    frequencies = {
        term: documents
        for term, documents in connection.execute("SELECT term, doc FROM temp.vocabulary")
        if len(term) > 3 and term.isascii() and term.isalpha() and term not in stop_words
    }
    pairs: Counter[tuple[str, str]] = Counter()
    for (text,) in connection.execute("SELECT text FROM docs ORDER BY id LIMIT ?", (_PAIRED,)):
        words = text.lower().split()
        pairs.update({pair for pair in pairwise(words) if pair[0] in frequencies and pair[1] in frequencies})
    (articles,) = connection.execute("SELECT count(*) FROM docs").fetchone()
    return Words(articles, frequencies, dict(pairs))


def words_of_articles(most: int | None = None) -> Words:
    """What the published articles of the database say, or so many of them; where there is no FTS5 database."""
    from archive.models import Article

    stop_words = set(_STOP_WORDS.split())
    frequencies, pairs, articles = Counter[str](), Counter[tuple[str, str]](), 0
    rows = Article.objects.published().order_by("pk").values_list("abstract", "body")[:most]
    for articles, texts in enumerate(rows.iterator(), 1):
        words = " ".join(texts).lower().split()
        frequencies.update({word for word in words if len(word) > 3 and word.isascii() and word.isalpha()} - stop_words)
        if articles <= _PAIRED:
            pairs.update(pairwise(words))
    known = {pair: n for pair, n in pairs.items() if pair[0] in frequencies and pair[1] in frequencies}
    return Words(articles, dict(frequencies), known)


def _rare(words: Words) -> Iterable[Question]:
    return (Question(all_of=(word,)) for word in words.between(5, 12, _A_KIND))


def _common(words: Words) -> Iterable[Question]:
    return (Question(all_of=(word,)) for word in words.between(0.2, 0.6, _A_KIND))


def _two(words: Words) -> Iterable[Question]:
    some = words.between(0.05, 0.2, 2 * _A_KIND)
    return (Question(all_of=pair) for pair in zip(some[::2], some[1::2], strict=False))


def _three(words: Words) -> Iterable[Question]:
    some = words.between(0.02, 0.1, 3 * _A_KIND)
    return (Question(any_of=three) for three in zip(some[::3], some[1::3], some[2::3], strict=False))


def _phrase(words: Words) -> Iterable[Question]:
    return (Question(phrase=pair) for pair in words.phrases(_A_KIND))


def _prefix(words: Words) -> Iterable[Question]:
    return (Question(prefix=prefix) for prefix in words.prefixes(_A_KIND))


def _fuzzy(words: Words) -> Iterable[Question]:
    longer = Words(words.articles, {word: df for word, df in words.frequencies.items() if len(word) in (7, 8)}, {})
    return (Question(fuzzy=word) for word in longer.between(0.002, 0.05, _A_KIND))


def _dates(words: Words) -> Iterable[Question]:
    return (Question(days=days, is_by_date=True) for days in _periods())


def _boolean(words: Words) -> Iterable[Question]:
    common, some = words.between(0.2, 0.6, _A_KIND), words.between(0.05, 0.2, 3 * _A_KIND, start=1)
    rows = zip(common, some[::3], some[1::3], some[2::3], _periods(), strict=False)
    return (Question(all_of=(a,), any_of=(b, c), none_of=(d,), days=days, is_by_date=True) for a, b, c, d, days in rows)


# The kinds of design section 8, one row each, in the order of the tables.
KINDS: dict[str, Callable[[Words], Iterable[Question]]] = {
    "rare word": _rare,
    "common word": _common,
    "two words AND": _two,
    "three words OR": _three,
    "phrase": _phrase,
    "prefix": _prefix,
    "fuzzy, two edits": _fuzzy,
    "date range, by date": _dates,
    "boolean + date, by date": _boolean,
}


def questions(words: Words) -> dict[str, list[Question]]:
    """For each kind up to five questions, the same for the same corpus."""
    return {kind: list(make(words)) for kind, make in KINDS.items()}


def _periods() -> list[tuple[int, int]]:
    """Five periods of two to six years, as ordinal days."""
    return [
        (date(year, 3, 1).toordinal(), date(year + 2 + n, 6, 30).toordinal())
        for n, year in enumerate((2018, 2012, 2007, 2003, 2015))
    ]


def _spread(things: Sequence[str], n: int, start: int = 0) -> list[str]:
    """`n` of the things at equal distances."""
    if len(things) <= n:
        return list(things)
    return [things[(start + place * len(things) // n) % len(things)] for place in range(n)]
