"""The embedded engine finds and scores what Whoosh itself finds and scores in the same files."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from whoosh import index

from archive.search.columns import State
from archive.search.documents import SearchDocument
from archive.search.evaluate import Evaluation
from archive.search.query import And, InField, Node, Not, Or, Phrase, Prefix, Word
from archive.search.whoosh_engine import WhooshEngine
from archive.search.wording import describe
from tests.search.oracle import make_documents, write
from tests.search.plain_whoosh import TREES, PlainWhoosh


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    """Several segments, with documents that were replaced, and some that were deleted."""
    engine, documents = WhooshEngine(tmp_path_factory.mktemp("index")), make_documents()
    outdated = [SearchDocument(one.scope, one.pk, "rare bravado", ("alpha " * 9,), {}, {}) for one in documents]
    engine.rebuild(outdated[:90], 1, "")
    write(engine, documents[:60])
    write(engine, documents[60:150], outdated[140:])
    write(engine, [], documents[130:])
    return engine


@pytest.fixture(scope="module")
def plain(engine: WhooshEngine) -> Iterator[PlainWhoosh]:
    plain = PlainWhoosh(index.open_dir(str(engine.folder / "current")))
    yield plain
    plain.searcher.close()


@pytest.fixture(scope="module")
def state(engine: WhooshEngine) -> State:
    engine.state()
    return engine._newest().state


def _answer(tree: Node, state: State) -> tuple[set[int], dict[int, float]]:
    """Documents and scores of the engine, before titles and dates have a say in the order."""
    evaluation = Evaluation(tree, state)
    scoring = list(dict.fromkeys(evaluation._scoring(tree)))
    scores = evaluation._scores(scoring, np.arange(state.size))
    matched = evaluation.matches()
    # Few documents are scored by looking each up, very few without arrays.
    few = matched[: state.size // 10]
    assert evaluation._scores(scoring, few).tolist() == scores[few].tolist()
    assert evaluation._scores_one_by_one(scoring, few) == dict(zip(few.tolist(), scores[few].tolist(), strict=True))
    return set(matched.tolist()), {int(n): float(scores[n]) for n in scores.nonzero()[0] if state.all[n]}


def _compare(tree: Node, plain: PlainWhoosh, state: State) -> tuple[set[int], dict[int, float]]:
    documents, scores = _answer(tree, state)
    assert documents == plain.documents(tree), describe(tree)
    assert scores == pytest.approx(plain.scores(tree), rel=1e-9), describe(tree)
    return documents, scores


def test_the_index_is_one_worth_asking(plain: PlainWhoosh) -> None:
    reader = plain.searcher.reader()
    assert len(reader.leaf_readers()) >= 2
    assert reader.doc_count_all() - reader.doc_count() >= 20
    assert len(plain.live) == 130


TREES_IN_WORDS: dict[str, Node] = {
    "a word": Word("alphas"),
    "a word that nothing has": Word("absent"),
    "a phrase": Phrase(("alpha", "bravo")),
    "a phrase that nothing has": Phrase(("rare", "rare", "rare")),
    "both": And((Word("alpha"), Word("bravo"))),
    "either": Or((Word("rare"), Word("echo"))),
    "the same word twice": And((Word("echo"), Word("echo"))),
    "the one without the other": And((Word("alpha"), Not(Word("bravo")))),
    "words that begin so": Prefix("bra"),
    "a word among others that begin so": And((Prefix("alp"), Word("delta"), Phrase(("charlie",)))),
    "a word of the title": InField("title", Word("alpha")),
}


@pytest.mark.parametrize("what", TREES_IN_WORDS)
def test_each_kind(what: str, plain: PlainWhoosh, state: State) -> None:
    documents, scores = _compare(TREES_IN_WORDS[what], plain, state)
    assert bool(documents) is bool(scores) is ("nothing" not in what)


@given(tree=TREES)
def test_every_tree(plain: PlainWhoosh, state: State, tree: Node) -> None:
    _compare(tree, plain, state)
