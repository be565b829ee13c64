"""What a query means, by reading every document: what engines are compared with."""

import random
from collections.abc import Sequence
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.search.documents import SearchDocument
from archive.search.engine import Engine
from archive.search.query import (
    And,
    Found,
    Fuzzy,
    InField,
    Near,
    Node,
    Not,
    Or,
    Period,
    Phrase,
    Prefix,
    Query,
    Scope,
    Sort,
    Variants,
    Word,
)
from archive.search.text import forms, stem
from archive.search.wording import describe

WORDS = ["alpha", "alphas", "bravo", "bravado", "charlie", "delta", "echo", "rare"]


def make_documents() -> list[SearchDocument]:
    """150 documents of all scopes, the same each time."""
    chance = random.Random(1)

    def text(most: int) -> str:
        return " ".join(chance.choices(WORDS, weights=[9, 5, 7, 3, 5, 4, 3, 0.3], k=chance.randint(0, most)))

    made = []
    for n in range(150):
        first = date(2010, 1, 1).toordinal() + chance.randrange(3000) if n % 7 else None
        names = (text(2), text(2))
        made.append(
            SearchDocument(
                scope=list(Scope)[n % 3],
                pk=n,
                title=text(4),
                texts=(text(30), text(3)),
                fields={"city": names},
                facets={"kind": (WORDS[n % 4],), "topic": tuple(WORDS[: n % 3])},
                earliest=date.fromordinal(first) if first else None,
                latest=date.fromordinal(first + n % 40) if first else None,
                names=names,
            )
        )
    return made


def holds(node: Node, document: SearchDocument, *, title_only: bool = False) -> bool:
    """Whether a document matches, by reading it."""
    texts = [document.title] if title_only else [document.title, *document.texts, *document.names]
    match node:
        case And(nodes):
            return all(holds(part, document) for part in nodes)
        case Or(nodes):
            return any(holds(part, document) for part in nodes)
        case Not(inner):
            return not holds(inner, document)
        case Variants(written, others):
            return holds(And(written), document, title_only=title_only) or any(
                holds(other, document, title_only=title_only) for other in others
            )
        case Period(first, last):
            if document.earliest is None or document.latest is None:
                return False
            return first <= document.latest and last >= document.earliest
        case InField("title", term):
            return holds(term, document, title_only=True)
        case InField(name, term):
            return any(_has(term, forms(text), stemmed=False) for text in document.fields.get(name, ()))
    return any(_has(node, forms(text), stemmed=True) for text in texts)


def _has(term: Node, words: list[str], *, stemmed: bool) -> bool:
    match term:
        case Word(form):
            return form in words or (stemmed and stem(form) in map(stem, words))
        case Prefix(form):
            return any(word.startswith(form) for word in words)
        case Phrase(phrase):
            return any(tuple(words[n : n + len(phrase)]) == phrase for n in range(len(words)))
        case Near(near, distance):
            return any(set(near) <= set(words[n : n + distance + 1]) for n in range(len(words)))
        case Fuzzy(form, edits):
            return any(_distance(word, form) <= edits for word in words)
    raise TypeError(term)


def _distance(one: str, other: str) -> int:
    """Letters left out, added, exchanged, or swapped with the next, at least, between two words."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


_words = st.sampled_from([*WORDS, "absent"])
_terms = st.one_of(
    _words.map(Word),
    st.sampled_from(["alp", "bra", "x"]).map(Prefix),
    st.lists(_words, min_size=1, max_size=3).map(lambda those: Phrase(tuple(those))),
    st.builds(Near, st.lists(_words, min_size=2, max_size=3).map(tuple), st.integers(1, 8)),
    st.builds(Fuzzy, st.sampled_from(["alpah", "brvo", "brabado", "rared", "ecco"]), st.integers(1, 2)),
)
_days = st.dates(date(2009, 1, 1), date(2020, 1, 1))
_leaves = st.one_of(
    _terms,
    st.builds(InField, st.sampled_from(["title", "city", "topic"]), _terms),
    st.builds(
        Variants,
        st.lists(_words.map(Word), min_size=1, max_size=2).map(tuple),
        st.lists(st.one_of(_words.map(Word), _words.map(lambda form: Phrase((form, form)))), max_size=2).map(tuple),
    ),
    st.builds(lambda one, other: Period(min(one, other), max(one, other), ""), _days, _days),
)
TREES: st.SearchStrategy[Node] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: And(tuple(nodes))),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: Or(tuple(nodes))),
    ),
    max_leaves=8,
)


def write(index: Engine, some: list[SearchDocument], others: list[SearchDocument] | None = None) -> None:
    """Replace some documents of an index, delete others."""
    ids = [one.id for one in [*some, *(others or [])]]
    assert index.apply(lambda state: (ids, some, state.number + 1, ""))


def check(answer: Found, query: Query, tree: Node, documents: Sequence[SearchDocument]) -> None:
    """Fails where an engine's answer is not what reading every document gives. `query` is of one page."""
    expected = [one for one in documents if holds(tree, one)]
    in_scope = [one for one in expected if one.scope is query.scope]
    assert set(answer.pks) == {one.pk for one in in_scope}, describe(tree)
    assert answer.totals == {each: sum(one.scope is each for one in expected) for each in Scope}
    for key in ("kind", "topic"):
        values = [value for one in in_scope for value in one.facets[key]]
        assert answer.counts[key] == {value: values.count(value) for value in set(values)}
    if query.sort is not Sort.RELEVANCE:
        dated = {one.pk: one.earliest for one in in_scope}
        days = [day for pk in answer.pks if (day := dated[pk]) is not None]
        assert days == sorted(days, reverse=query.sort is Sort.NEWEST)
        assert [dated[pk] for pk in answer.pks[len(days) :]] == [None] * (len(in_scope) - len(days))


def check_any(engine: Engine, documents: Sequence[SearchDocument]) -> None:
    """`check` what the engine answers to trees of all kinds."""

    @settings(suppress_health_check=list(HealthCheck))
    @given(tree=TREES, scope=st.sampled_from(Scope), sort=st.sampled_from(Sort))
    def answers(tree: Node, scope: Scope, sort: Sort) -> None:
        query = Query(scope=scope, sort=sort, page_size=100)
        check(engine.find(query, tree), query, tree, documents)

    answers()
