"""What Whoosh itself answers: a tree as Whoosh's own queries, walked by its own matchers and scored by its own collector.

A second oracle beside reading every document (`oracle.py`): that one knows what a query means, this one what the files of
the index say of it, deleted documents and several segments included, and BM25 as one would write it for Whoosh. Left out are

- words near each other: `SpanNear` means an order and counts overlaps;
- fuzzy words: `FuzzyTerm` counts a swap of neighbours as two letters;
- dates: the matcher of `ColumnQuery` can't stand beside others;
- other names (`Variants`): only a reduced weight of what is here;
- that what the title alone answers comes first, and the newest of equals: an order of ours, not a score;
- that of too many words of one prefix the most frequent are searched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import log
from typing import Any

from hypothesis import strategies as st
from whoosh import query
from whoosh.index import FileIndex
from whoosh.scoring import WeightingModel, WeightLengthScorer
from whoosh.searching import Searcher

from archive.search.query import And, InField, Node, Not, Or, Phrase, Prefix, Scope, Word
from archive.search.text import stem
from tests.search.oracle import WORDS

_WEIGHTS = {"title": 3.0, "names": 1.5, "text": 1.0}
_EXACT_WEIGHT = 1.0
_K1, _B = 1.2, 0.75


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Terms of a field that count as one word; `within` is the phrase that has to stand where they count."""

    field: str
    terms: tuple[str, ...]
    weight: float
    within: Phrase | None = None


class BM25(WeightingModel):
    """BM25 with the numbers of what is there, not of what was ever written: Whoosh's own count deleted documents too."""

    def __init__(self, weight: float, documents: int, having: int, average: float) -> None:
        self._factor = weight * log(1 + (documents - having + 0.5) / (having + 0.5)) * (_K1 + 1)
        self._average = average

    def scorer(self, searcher: Searcher, fieldname: str, text: bytes, qf: int = 1) -> "BM25Scorer":
        return BM25Scorer(searcher, fieldname, text, self._factor, self._average)


class BM25Scorer(WeightLengthScorer):
    def __init__(self, searcher: Searcher, fieldname: str, text: bytes, factor: float, average: float) -> None:
        self._factor, self._average = factor, average
        self.setup(searcher, fieldname, text)

    def _score(self, weight: float, length: int) -> float:
        return self._factor * weight / (weight + _K1 * (1 - _B + _B * length / self._average))


@dataclass(slots=True)
class PlainWhoosh:
    """An index, asked through Whoosh's searcher. Documents are Whoosh's numbers, which run through the segments."""

    files: FileIndex
    searcher: Searcher = field(init=False)
    live: frozenset[int] = field(init=False)
    _averages: dict[str, float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.searcher = self.files.searcher()
        self.live = frozenset(self.searcher.docs_for_query(_anything()))

    def documents(self, tree: Node) -> set[int]:
        """The documents that match."""
        return set(self.searcher.docs_for_query(query.And([_anything(), self._compiled(tree)])))

    def scores(self, tree: Node) -> dict[int, float]:
        """The score of each document that has any of the words that count."""
        scores: dict[int, float] = {}
        for one in dict.fromkeys(self._weighed(tree)):
            any_of = query.Or([query.Term(one.field, term) for term in one.terms])
            having = len(set(self.searcher.docs_for_query(any_of)))
            model = BM25(one.weight, len(self.live), having, self._average(one.field))
            within = _phrase("exact", one.within) if one.within else None
            with self.files.searcher(weighting=model) as searcher:
                for number, score in searcher.search(any_of, filter=within, limit=None).items():
                    scores[number] = scores.get(number, 0.0) + score
        return scores

    def _average(self, name: str) -> float:
        if name not in self._averages:
            lengths = [self.searcher.doc_field_length(number, name) or 0 for number in self.live]
            self._averages[name] = sum(lengths) / max(1, len(lengths)) or 1.0
        return self._averages[name]

    def _compiled(self, node: Node) -> query.Query:
        match node:
            case And(nodes):
                return query.And([self._compiled(part) for part in nodes])
            case Or(nodes):
                return query.Or([self._compiled(part) for part in nodes])
            case Not(inner):
                return query.And([_anything(), query.Not(self._compiled(inner))])
            case InField("title", Word(form)):
                return query.Term("title", stem(form))
            case InField(name, Word(form)):
                return query.Term(f"in_{name}", form)
            case InField(name, term):
                return _in_field(f"in_{name}", term)
            case Word(form):
                return query.Or([query.Term(name, stem(form)) for name in _WEIGHTS])
        return _in_field("exact", node)

    def _weighed(self, node: Node) -> Iterator[_Weighed]:
        """What counts for the score: every word that is not excluded, once."""
        match node:
            case And(nodes) | Or(nodes):
                for part in nodes:
                    yield from self._weighed(part)
            case Word(form):
                for name, weight in _WEIGHTS.items():
                    yield _Weighed(name, (stem(form),), weight)
            case Phrase(forms):
                for form in forms:
                    for name, weight in _WEIGHTS.items():
                        yield _Weighed(name, (stem(form),), weight, within=node)
            case Prefix(form):
                begun = query.Prefix("exact", form)._btexts(self.searcher.reader())
                yield _Weighed("exact", tuple(term.decode() for term in begun), _EXACT_WEIGHT)
            case InField("title", Word(form)):
                yield _Weighed("title", (stem(form),), _WEIGHTS["title"])


def _anything() -> query.Query:
    """All documents; not the row that holds the index's own state."""
    return query.Or([query.Term("scope", scope.value) for scope in Scope])


def _in_field(name: str, term: Any) -> query.Query:
    return query.Prefix(name, term.form) if isinstance(term, Prefix) else _phrase(name, term)


def _phrase(name: str, phrase: Phrase) -> query.Query:
    if len(phrase.forms) == 1:
        return query.Term(name, phrase.forms[0])
    return query.Phrase(name, list(phrase.forms))


_words = st.sampled_from([*WORDS, "absent"])
_terms = st.one_of(
    _words.map(Word),
    st.sampled_from(["alp", "bra", "ech", "xyz"]).map(Prefix),
    st.lists(_words, min_size=1, max_size=3).map(lambda those: Phrase(tuple(those))),
)
_leaves = st.one_of(_terms, st.builds(InField, st.sampled_from(["title", "city", "topic"]), _terms))
TREES: st.SearchStrategy[Node] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: And(tuple(nodes))),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: Or(tuple(nodes))),
    ),
    max_leaves=6,
)
