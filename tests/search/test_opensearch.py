"""The engine in a cluster: how it is chosen, what it holds and answers, and that many can use it at once."""

import json
import shutil
import ssl
import subprocess
import sys
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import Client

from archive import search
from archive.checks import search_engine
from archive.search import IndexUnusable, Query, Scope, Sort, opensearch_engine, opensearch_writing
from archive.search.documents import SearchDocument, documents
from archive.search.engine import _engine, engine
from archive.search.grammar import parse
from archive.search.opensearch_client import Address
from archive.search.opensearch_engine import WINDOW, OpenSearchEngine
from archive.search.query import IndexState
from tests import factories as make
from tests.search.asking import ask, found
from tests.search.oracle import check_any, make_documents, write
from tests.with_postgres import free_port

pytestmark = pytest.mark.once

# What no database has a part in is tested beside one of them.
on_one_database = pytest.mark.skipif(connection.vendor == "postgresql", reason="runs beside SQLite only")


class TestChoosingIt:
    def test_an_address_has_hosts_a_prefix_and_what_they_ask_for(self) -> None:
        assert Address.of("opensearch://one:9200") == Address(("one:9200",), "archive")
        assert Address.of(
            "opensearch://me:s%40crt@one:1,two.example,[::1]:3/news_2?tls=yes&ca=/ca.pem&shards=3&replicas=2"
        ) == (Address(("one:1", "two.example", "[::1]:3"), "news_2", "me", "s@crt", True, "/ca.pem", 3, 2))

    @pytest.mark.parametrize(
        ("url", "told"),
        [
            ("opensearch://", "hosts"),
            ("opensearch://one:9200,/x", "hosts"),
            ("opensearch://one:9200/News", "prefix"),
            ("opensearch://one:9200/a/b", "prefix"),
            ("opensearch://one:9200?tls=perhaps", "tls"),
            ("opensearch://one:9200?shards=0", "shards"),
            ("opensearch://one:9200?replicas=-1", "replicas"),
            ("opensearch://one:9200?shard=3", "options shard"),
        ],
    )
    def test_any_other_is_refused_without_repeating_it(self, url: str, told: str, settings: Any) -> None:
        settings.SEARCH_URL = url.replace("://", "://me:secret@")
        with pytest.raises(ImproperlyConfigured, match=told) as raised:
            engine()
        assert "secret" not in str(raised.value)
        assert [error.id for error in search_engine()] == ["archive.E001"]

    def test_no_password_is_shown(self) -> None:
        assert "secret" not in repr(Address.of("opensearch://me:secret@one:9200"))

    def test_engines_are_named_where_there_is_none_of_that_name(self) -> None:
        with pytest.raises(ImproperlyConfigured, match="opensearch://"):
            _engine("tantivy://", "")


def _python(code: str, **environment: str) -> str:
    """What a process of its own prints."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", "SECRET_KEY": "x", "ARCHIVE_DATA_DIR": str(site.DATA_DIR), **environment},
        cwd=site.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


class TestWhatItNeeds:
    """The site runs without the client, and does not load it."""

    def test_it_is_not_among_the_requirements_of_the_site(self) -> None:
        assert "opensearch" not in (site.BASE_DIR / "requirements.lock").read_text()
        assert "\nopensearch-py==" in (site.BASE_DIR / "requirements-cluster.lock").read_text()

    def test_another_engine_never_loads_it(self) -> None:
        code = (
            "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'scosite.settings'\n"
            "import scosite.wsgi; from django.core.management import call_command\n"
            "call_command('check'); from archive.search.engine import engine\n"
            "print(type(engine()).__name__, 'opensearchpy' in sys.modules)"
        )
        assert _python(code).endswith("WhooshEngine False")

    def test_where_it_is_not_installed_the_check_says_what_to_run(self) -> None:
        code = (
            "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'scosite.settings'\n"
            "sys.modules['opensearchpy'] = None  # as if it were not there\n"
            "import django; django.setup(); from archive.checks import search_engine\n"
            "print(*search_engine())"
        )
        assert "make cluster-requirements" in _python(code, SEARCH_URL="opensearch://localhost:9200")


@pytest.fixture
def cluster(settings: Any, db: None, cluster_url: str) -> OpenSearchEngine:
    settings.SEARCH_URL = cluster_url
    chosen = engine()
    assert isinstance(chosen, OpenSearchEngine)
    return chosen


@on_one_database
def test_every_tree(cluster: OpenSearchEngine) -> None:
    """What it answers is what reading every document would give, however the index grew."""
    made = make_documents()
    outdated = [SearchDocument(one.scope, one.pk, "rare", ("alpha " * 5,), {}, {}) for one in made]
    cluster.rebuild(outdated[:60], 1, "")
    for start in range(0, 150, 50):
        write(cluster, outdated[start : start + 60])
        write(cluster, made[start : start + 50])
    assert cluster.contents() == {one.id: one.digest for one in made}
    check_any(cluster, made)


def _documents(number: int, text: str = "a text") -> list[SearchDocument]:
    return [SearchDocument(Scope.ARTICLES, n, f"border w{n}", (text,), {}, {"kind": ("news",)}) for n in range(number)]


def _pks(text: str = "border", index: OpenSearchEngine | None = None) -> tuple[int, ...]:
    asked = index or engine()
    return asked.find(Query(text, sort=Sort.OLDEST, page_size=1000), parse(text).tree).pks


class TestAnIndexThatIsNotThere:
    """It is unusable, told so, and mended by a rebuild; nothing else breaks."""

    @pytest.fixture(autouse=True)
    def _indexed(self, cluster: OpenSearchEngine) -> None:
        make.make_article(headline="Border drill")
        search.rebuild_index()

    @pytest.mark.parametrize(
        ("damage", "told"),
        [
            ("no index", "no search index yet.*rebuild_index"),
            ("no state", "not complete.*rebuild_index"),
            ("version", "another version.*rebuild_index"),
            ("other log", "another database.*rebuild_index"),
        ],
    )
    def test_is_unusable_and_no_other_error(
        self, damage: str, told: str, client: Client, cluster: OpenSearchEngine
    ) -> None:
        alias, raw = cluster.address.prefix, cluster._client
        if damage == "no index":
            raw.indices.delete(index=f"{alias}-*")
        elif damage == "no state":
            raw.delete(index=alias, id="state")
        else:
            body = {"version": 0} if damage == "version" else {"version": 1, "number": 1, "sha256": "x"}
            raw.index(index=alias, id="state", body=body)
        with pytest.raises(IndexUnusable, match=told):
            ask("border")
        assert client.get("/search/?q=border").status_code == 503
        assert client.get("/articles/").status_code == 200
        assert client.get("/readyz").status_code == 503
        search.follow_changes()
        call_command("rebuild_index", "--if-needed")
        assert found("border") == ["Border drill"]
        assert client.get("/readyz").json() == {"database": "ok", "index": "ok"}

    def test_the_check_finds_what_is_not_as_the_records_are(self) -> None:
        (article,) = documents(Scope.ARTICLES, [ask("border").hits[0].record.pk])  # type: ignore[attr-defined]
        other = SearchDocument(Scope.ARTICLES, article.pk, "Something else", (), {}, {})
        surplus = SearchDocument(Scope.ARTICLES, 10**9, "Surplus", (), {}, {})
        assert engine().apply(lambda state: ([article.id], [other, surplus], state.number, state.sha256))
        report = search.check_index()
        assert (report.outdated, report.surplus, report.missing) == ((article.id,), (surplus.id,), ())
        search.repair_index(report)
        assert search.check_index().is_clean
        assert found("border") == ["Border drill"]

    def test_an_index_that_can_t_be_written_is_searched(self, cluster: OpenSearchEngine) -> None:
        # As a cluster does itself where its disks are full.
        cluster._client.indices.put_settings(index=cluster.address.prefix, body={"blocks.write": True})
        make.make_article(headline="Border talks")
        assert found("border") == ["Border drill"]
        cluster._client.indices.put_settings(index=cluster.address.prefix, body={"blocks.write": False})
        assert sorted(found("border")) == ["Border drill", "Border talks"]


@on_one_database
class TestManyAtOnce:
    @pytest.fixture
    def index(self, cluster: OpenSearchEngine) -> OpenSearchEngine:
        cluster.rebuild(_documents(40), 1, "")
        return cluster

    def test_what_is_late_does_not_overwrite_what_is_newer(self, index: OpenSearchEngine) -> None:
        def write(number: int, text: str, dropped: tuple[str, ...] = ()) -> None:
            fresh = [] if dropped else [SearchDocument(Scope.ARTICLES, 7, text, (), {}, {})]
            assert index.apply(lambda _state: (dropped or [fresh[0].id], fresh, number, ""))

        write(9, "newer")
        write(5, "older")
        assert (_pks("newer"), _pks("older"), index.state().number) == ((7,), (), 9)
        write(8, "", dropped=("article:7",))
        assert _pks("newer") == (7,)
        write(12, "", dropped=("article:7",))
        write(11, "back again")
        assert (_pks("newer"), _pks("again"), index.state().number) == ((), (), 12)

    def test_two_machines_that_apply_the_same_changes_lose_nothing(self, index: OpenSearchEngine) -> None:
        def write(last: int) -> bool:
            """All changes after the state, up to the last; change n makes document 100 + n."""
            machine = OpenSearchEngine(index.address)

            def changes(state: IndexState) -> Any:
                numbers = range(state.number + 1, last + 1)
                fresh = [SearchDocument(Scope.ARTICLES, 100 + n, f"border w{n}", (), {}, {}) for n in numbers]
                return ([one.id for one in fresh], fresh, last, "") if fresh else None

            return machine.apply(changes)

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(write, [5, 3, 9, 8, 2, 12, 21, 20]))
        assert index.state() == IndexState(21, "", 60)
        assert len(_pks()) == 60

    def test_a_rebuild_takes_nothing_from_those_who_search(self, index: OpenSearchEngine) -> None:
        done = threading.Event()

        def searches() -> int:
            asked = 0
            while not done.is_set():
                assert _pks(index=index) == tuple(range(40))
                asked += 1
            return asked

        with ThreadPoolExecutor(2) as pool:
            running = [pool.submit(searches) for _ in range(2)]
            try:
                for number in range(4):
                    index.rebuild(_documents(40), number, "")
            finally:
                done.set()
            assert all(one.result() for one in running)
        assert index.state() == IndexState(3, "", 40)
        assert len(_names(index)) == 1

    def test_during_a_rebuild_the_old_index_is_read_and_written(self, index: OpenSearchEngine) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def slowly() -> Iterator[SearchDocument]:
            yield from _documents(3)
            begun.set()
            assert go_on.wait(30)

        with ThreadPoolExecutor(1) as pool:
            rebuilding = pool.submit(index.rebuild, slowly(), 2, "")
            try:
                assert begun.wait(30)
                one = SearchDocument(Scope.ARTICLES, 100, "border w100", (), {}, {})
                assert index.apply(lambda _: (["article:0"], [one], 9, ""))
                assert index.state() == IndexState(9, "", 40)
                assert _pks()[-1] == 100
            finally:
                go_on.set()
            rebuilding.result()
        assert index.state() == IndexState(2, "", 3)

    def test_a_change_during_which_a_rebuild_ends_is_written_to_the_new_index(self, index: OpenSearchEngine) -> None:
        asked: list[int] = []

        def changes(state: IndexState) -> Any:
            asked.append(state.number)
            if len(asked) == 1:
                index.rebuild(_documents(5), 3, "")
            fresh = SearchDocument(Scope.ARTICLES, 100, "border w100", (), {}, {})
            return [fresh.id], [fresh], 4, ""

        assert index.apply(changes)
        assert asked == [1, 3]
        assert _pks() == (0, 1, 2, 3, 4, 100)
        # The cluster made no index of what was written to the one that is gone.
        assert len(_names(index)) == 1

    def test_a_rebuild_that_fails_leaves_the_old_index_and_no_rubbish(self, index: OpenSearchEngine) -> None:
        def failing() -> Iterator[SearchDocument]:
            yield from _documents(2)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            index.rebuild(failing(), 2, "")
        assert index.state() == IndexState(1, "", 40)
        assert len(_names(index)) == 1

    def test_what_a_killed_rebuild_left_behind_goes_with_a_later_one(
        self, index: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left, others = f"{index.address.prefix}-left", f"{index.address.prefix}-theirs"
        index._client.indices.create(index=left, body={"aliases": {f"{left}-writing": {}}})
        index._client.indices.create(index=others)
        index.rebuild(_documents(1), 2, "")
        # It may be one that is being filled.
        assert left in _names(index)
        monkeypatch.setattr(opensearch_writing, "LEFT_AFTER", 0)
        index.rebuild(_documents(1), 2, "")
        assert left not in _names(index)
        # What is not made by us stays.
        assert others in _names(index)

    def test_a_check_reads_all_in_steps_and_has_more_time_than_a_search(
        self, index: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(opensearch_engine, "_CHECKED", 7)
        monkeypatch.setattr(opensearch_engine, "SEARCH_TIMEOUT", 0.000_001)
        assert len(index.contents()) == 40

    def test_likes_are_proposed_with_how_often_they_are_there(self, index: OpenSearchEngine) -> None:
        assert engine().alike("bordr", 1) == {"border": 40}
        assert engine().alike("border", 1) == {"border": 40}
        assert engine().alike("bordzz", 2) == {"border": 40}
        assert engine().alike("soup", 1) == {}


# A part of a path, the status that is answered instead of what the cluster would, and whether only to each line of a bulk.
_Refusal = tuple[str, int, bool]


class _Door(ThreadingHTTPServer):
    """Stands before a node and lets everything through, but for what is to be refused."""

    daemon_threads = True

    def __init__(self, node: str) -> None:
        super().__init__(("127.0.0.1", 0), _Through)
        self.node = node
        self.refusals: list[_Refusal] = []
        self.asked: Counter[str] = Counter()
        self.as_whom: set[str | None] = set()

    def refusal(self, path: str) -> _Refusal | None:
        self.asked[path.partition("?")[0].rpartition("/")[2]] += 1
        if self.refusals and self.refusals[0][0] in path:
            return self.refusals.pop(0)
        return None


class _Through(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Door

    def log_message(self, *args: object) -> None:
        """Not on the tests' output."""

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        refused = self.server.refusal(self.path)
        self.server.as_whom.add(self.headers["Authorization"])
        error = {"type": "rejected_execution_exception", "reason": "too much to do"}
        if refused is None:
            status, body = self._forwarded(content)
        elif refused[2]:
            items = [{"index": {"status": refused[1], "error": error}} for _ in range(content.count(b'"version_type"'))]
            status, body = 200, json.dumps({"errors": True, "items": items}).encode()
        else:
            status, body = refused[1], json.dumps({"error": error, "status": refused[1]}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _forwarded(self, content: bytes) -> tuple[int, bytes]:
        kind = {"Content-Type": self.headers["Content-Type"]} if content else {}
        with closing(HTTPConnection(self.server.node, timeout=30)) as node:
            node.request(self.command, self.path, content or None, kind)
            answer = node.getresponse()
            return answer.status, answer.read()

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  # the library's names


@pytest.fixture
def door(cluster_hosts: str) -> Iterator[_Door]:
    with _Door(cluster_hosts.partition(",")[0]) as door:
        thread = threading.Thread(target=door.serve_forever, args=(0.05,))
        thread.start()
        yield door
        door.shutdown()
        thread.join()


@on_one_database
class TestAClusterThatHasTooMuchToDo:
    @pytest.fixture
    def index(self, door: _Door, cluster: OpenSearchEngine) -> OpenSearchEngine:
        cluster.rebuild(_documents(3), 1, "")
        address = replace(cluster.address, hosts=(f"127.0.0.1:{door.server_port}",))
        return OpenSearchEngine(address)

    def test_is_asked_again_after_a_while_and_nothing_is_lost(self, door: _Door, index: OpenSearchEngine) -> None:
        door.refusals = [("_bulk", 429, False), ("_bulk", 503, False), ("_bulk", 429, True), ("_bulk", 429, True)]
        fresh = [SearchDocument(Scope.ARTICLES, 100 + n, "border", (), {}, {}) for n in range(5)]
        assert index.apply(lambda _state: ([one.id for one in fresh], fresh, 2, ""))
        assert (door.refusals, door.asked["_bulk"]) == ([], 5)
        assert _pks(index=index) == (0, 1, 2, 100, 101, 102, 103, 104)
        door.refusals = [("_search", 503, False), ("_search", 429, False)]
        assert len(_pks(index=index)) == 8

    @pytest.mark.parametrize("each_line", [False, True])
    def test_for_too_long_is_written_to_later(self, each_line: bool, door: _Door, index: OpenSearchEngine) -> None:
        door.refusals = [("_bulk", 429, each_line)] * 1000
        changes = (["article:0"], _documents(1), 2, "")
        assert not index.apply(lambda _state: changes, timeout=0.5)
        assert index.state().number == 1
        assert len(_pks(index=index)) == 3
        door.refusals.clear()
        assert index.apply(lambda _state: changes, timeout=0.5)
        assert index.state().number == 2

    def test_for_too_long_is_told_to_the_reader(self, door: _Door, index: OpenSearchEngine) -> None:
        door.refusals = [("_search", 429, False)] * 1000
        with pytest.raises(search.SearchBusy, match="too much to do"):
            _pks(index=index)
        door.refusals = [("_search", 503, False)] * 1000
        with pytest.raises(IndexUnusable, match="refuses to answer"):
            _pks(index=index)
        door.refusals.clear()
        assert len(_pks(index=index)) == 3

    def test_what_is_wrong_with_a_document_is_not_tried_again(self, door: _Door, index: OpenSearchEngine) -> None:
        wrong = SearchDocument(Scope.ARTICLES, 1, "Border", (), {"no such field": ("x",)}, {})
        with pytest.raises(IndexUnusable, match="strict_dynamic_mapping_exception"):
            index.apply(lambda _state: ((), [wrong], 2, ""))
        assert door.asked["_bulk"] == 1
        assert index.state().number == 1


@on_one_database
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed: no certificate can be made")
def test_a_cluster_is_asked_over_tls_by_a_user_of_its_own(
    door: _Door, cluster: OpenSearchEngine, tmp_path: Path
) -> None:
    cluster.rebuild(_documents(3), 1, "")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate]
    made += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    door.socket = context.wrap_socket(door.socket, server_side=True)
    url = f"opensearch://me:s%40crt@127.0.0.1:{door.server_port}/{cluster.address.prefix}?tls=yes"
    assert len(_pks(index=OpenSearchEngine(Address.of(f"{url}&ca={certificate}")))) == 3
    assert door.as_whom == {f"Basic {b64encode(b'me:s@crt').decode()}"}
    # Another certificate than one that is trusted: it is not even logged in to.
    door.as_whom.clear()
    with pytest.raises(IndexUnusable, match="can't be reached"):
        OpenSearchEngine(Address.of(url)).state()
    assert door.as_whom == set()


@on_one_database
def test_a_node_that_is_not_there_is_passed_over(cluster: OpenSearchEngine) -> None:
    cluster.rebuild(_documents(3), 1, "")
    beside = replace(cluster.address, hosts=(f"127.0.0.1:{free_port()}", *cluster.address.hosts))
    for _ in range(5):
        assert len(_pks(index=OpenSearchEngine(beside))) == 3


def _names(index: OpenSearchEngine) -> set[str]:
    return set(index._client.indices.get(index=f"{index.address.prefix}-*"))


@on_one_database
def test_pages_beyond_what_a_cluster_gives_at_once(cluster: OpenSearchEngine) -> None:
    number = WINDOW + 250
    dates = [None if n % 3 else make_documents()[0].earliest for n in range(3)]
    cluster.rebuild(
        (
            SearchDocument(Scope.ARTICLES, n, "border " * (1 + n % 2), (), {}, {}, dates[n % 3], dates[n % 3])
            for n in range(number)
        ),
        1,
        "",
    )
    tree = parse("border").tree
    for sort in Sort:
        everything = cluster.find(Query("border", sort=sort, page_size=number), tree)
        assert (everything.totals[Scope.ARTICLES], sorted(everything.pks)) == (number, list(range(number)))
        assert sum(everything.counts["year"].values()) == 0
        for page in (1, 100, 101, 102, 103):
            asked = cluster.find(Query("border", sort=sort, page=page, page_size=100), tree)
            assert asked.pks == everything.pks[(page - 1) * 100 : page * 100], (sort, page)
    assert cluster.find(Query("border", page=10**30), tree).pks == ()
    assert len(cluster.contents()) == number
