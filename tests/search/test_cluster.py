"""A cluster that loses nodes: readers see nothing of it while any is there, and no change is lost."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from archive import search
from archive.search import IndexUnusable, Query, Scope
from archive.search.documents import SearchDocument
from archive.search.engine import engine
from archive.search.grammar import parse
from archive.search.query import IndexState
from tests import cluster as of_tests
from tests import factories as make
from tests.cluster import Cluster, Missing, Node, running
from tests.environment import allowed, required
from tests.search.asking import found

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(scope="module")
def nodes() -> Iterator[Cluster]:
    """Three nodes that may be killed."""
    try:
        with running() as cluster:
            yield cluster
    except Missing as missing:
        if required("opensearch"):
            raise
        pytest.skip(f"no OpenSearch: {missing}")


@pytest.fixture
def cluster(nodes: Cluster, settings: Any) -> Cluster:
    settings.SEARCH_URL = f"opensearch://{nodes.hosts}/lossy?shards=3&replicas=1"
    return nodes


def _document(number: int) -> SearchDocument:
    return SearchDocument(Scope.ARTICLES, number, f"Border {number}", (), {}, {"kind": ("news",)})


def _up_to(last: int) -> bool:
    """Apply the changes after the state, up to the last; change n is document n."""

    def changes(state: IndexState) -> Any:
        fresh = [_document(n) for n in range(state.number + 1, last + 1)]
        return ([one.id for one in fresh], fresh, last, "") if fresh else None

    try:
        return engine().apply(changes)
    except IndexUnusable:
        return False


def _manager(cluster: Cluster) -> Node:
    (told,) = next(node for node in cluster.nodes if node.process).ask("/_cat/cluster_manager?format=json")  # type: ignore[misc]
    return next(node for node in cluster.nodes if node.name == told["node"])  # type: ignore[index]


def _asked(node: Node) -> int:
    """How many searches a node has answered since it began."""
    (stats,) = node.ask("/_nodes/_local/stats/indices/search")["nodes"].values()  # type: ignore[attr-defined]
    return stats["indices"]["search"]["query_total"]


@pytest.mark.parametrize("role", ["cluster manager", "another"])
def test_one_of_three_nodes_is_killed_while_readers_ask_and_changes_come(cluster: Cluster, role: str) -> None:
    index = engine()
    index.rebuild([_document(n) for n in range(1, 51)], 50, "")
    cluster.wait(3, "green")
    done, applied = threading.Event(), [50]
    tree = parse("border").tree

    def reads() -> int:
        """How many answers there were; each of them knows what was applied before it was asked for."""
        answers = 0
        while not done.is_set():
            known = applied[0]
            answer = index.find(Query("border", page_size=1000), tree)
            assert answer.reached[0] >= known
            assert set(answer.pks) >= set(range(1, answer.reached[0] + 1))
            answers += 1
        return answers

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(reads) for _ in range(3)]
        try:
            lost = _manager(cluster)
            if role == "another":
                lost = next(node for node in cluster.nodes if node != lost)
            until = time.monotonic() + 60
            for change in range(51, 91):
                if change == 61:
                    cluster.kill(lost)
                while not _up_to(change):
                    assert time.monotonic() < until
                    time.sleep(0.1)
                applied[0] = change
            cluster.start_node(lost)
            cluster.wait(3, "green")
        finally:
            done.set()
        assert all(reader.result() > 10 for reader in readers)

    assert index.state() == IndexState(90, "", 90)
    assert index.contents() == {one.id: one.digest for one in map(_document, range(1, 91))}
    before = _asked(lost)
    for n in range(1, 91):
        assert index.find(Query(f"border {n}"), parse(f"border {n}").tree).pks == (n,)
    assert _asked(lost) > before


def test_all_nodes_are_down_for_a_while(cluster: Cluster, client: Client) -> None:
    make.make_article(headline="Border drill")
    search.rebuild_index()
    cluster.wait(3, "green")
    assert found("border") == ["Border drill"]
    cluster.stop()
    for _ in range(2):
        began = time.monotonic()
        answer = client.get("/search/?q=border")
        assert answer.status_code == 503
        assert "browsing works as usual" in answer.content.decode()
        # Whoever browses does not wait for a search that can't be.
        assert time.monotonic() - began < allowed(5)
    assert client.get("/readyz").status_code == 503
    assert client.get("/articles/").status_code == 200
    make.make_article(headline="Border talks")
    search.follow_changes()
    assert not search.check_index().is_clean
    for node in cluster.nodes:
        cluster.start_node(node)
    until = time.monotonic() + 120
    # Nobody does anything about it but ask again.
    while client.get("/search/?q=border").status_code == 503 and time.monotonic() < until:
        time.sleep(0.5)
    assert sorted(found("border")) == ["Border drill", "Border talks"]
    assert search.check_index().is_clean


class TestWhatAMachineLacks:
    """It is said, so that tests are skipped with the reason; what is not what it should be is no lack."""

    @pytest.fixture(autouse=True)
    def _bare(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(of_tests, "CACHE", tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))

    def test_no_maven(self) -> None:
        with pytest.raises(Missing, match="Maven is not installed"):
            of_tests.distribution()

    def test_maven_that_can_t_fetch(self, tmp_path: Path) -> None:
        (tmp_path / "mvn").write_text("#!/bin/sh\necho no network; exit 1\n")
        (tmp_path / "mvn").chmod(0o755)
        with pytest.raises(Missing, match="no network"):
            of_tests.distribution()

    def test_no_java_that_fits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(of_tests, "JAVA", range(1, 2))
        with pytest.raises(Missing, match="no Java 1 to 1"):
            of_tests.java()

    def test_another_file_than_the_one_that_is_meant(self, tmp_path: Path) -> None:
        archive = tmp_path / f"opensearch-{of_tests.VERSION}.zip"
        archive.write_bytes(b"something else")
        with pytest.raises(RuntimeError, match="SHA-256"):
            of_tests.distribution()
        assert not archive.exists()
