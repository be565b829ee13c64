"""What the embedded engine answers is what reading every document would give, however the index grew."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search import evaluate, segments, whoosh_codec
from archive.search.documents import SearchDocument
from archive.search.query import Node, Phrase, Prefix, Query, Scope, Sort, Word
from archive.search.whoosh_engine import WhooshEngine
from tests.search.oracle import TREES, check, make_documents, write


@pytest.fixture(scope="module")
def documents() -> list[SearchDocument]:
    return make_documents()


@pytest.fixture(scope="module")
def grown(documents: list[SearchDocument], tmp_path_factory: pytest.TempPathFactory) -> Iterator[WhooshEngine]:
    """Many segments, and in most of them documents that were replaced since. Next to nothing is kept decoded."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(segments, "KEPT", 2000)
        engine = WhooshEngine(tmp_path_factory.mktemp("grown"))
        outdated = [SearchDocument(one.scope, one.pk, "rare", ("alpha " * 5,), {}, {}) for one in documents]
        engine.rebuild(outdated[:60], 1, "")
        for start in range(0, 150, 30):
            write(engine, outdated[start : start + 40])
            write(engine, [])
            write(engine, documents[start : start + 20])
            write(engine, documents[start + 20 : start + 30])
            engine.state()
        write(engine, documents[100:])
        yield engine


@pytest.fixture(scope="module")
def rebuilt(documents: list[SearchDocument], tmp_path_factory: pytest.TempPathFactory) -> WhooshEngine:
    engine = WhooshEngine(tmp_path_factory.mktemp("rebuilt"))
    engine.rebuild(documents, 1, "")
    return engine


@given(tree=TREES, scope=st.sampled_from(Scope), sort=st.sampled_from(Sort), very_few=st.sampled_from([0, 8, 64]))
def test_every_tree(
    grown: WhooshEngine,
    rebuilt: WhooshEngine,
    documents: list[SearchDocument],
    tree: Node,
    scope: Scope,
    sort: Sort,
    very_few: int,
) -> None:
    query = Query(scope=scope, sort=sort, page_size=100)
    with pytest.MonkeyPatch.context() as patched:
        # However few are looked at without arrays.
        patched.setattr(evaluate, "VERY_FEW", very_few)
        patched.setattr(evaluate, "SCORED_ONE_BY_ONE", very_few)
        patched.setattr(segments.FacetCounter, "VERY_FEW", very_few)
        answer = grown.find(query, tree)
    check(answer, query, tree, documents)
    # In the same order, whatever the segments.
    assert rebuilt.find(query, tree).pks == answer.pks


@pytest.mark.parametrize("tree", [Word("alpha"), Phrase(("alpha", "bravo")), Prefix("bra")])
def test_an_index_of_before_is_read(
    rebuilt: WhooshEngine, documents: list[SearchDocument], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tree: Node
) -> None:
    """Blocks of postings used to be pickled as Whoosh pickles them."""
    monkeypatch.setattr(whoosh_codec, "_PICKLE", 2)
    engine = WhooshEngine(tmp_path)
    engine.rebuild(documents, 1, "")
    query = Query(page_size=100)
    assert engine.find(query, tree) == rebuilt.find(query, tree)
    assert engine.find(query, tree).pks
