"""A site whose readers are served from a replica that really follows its primary: while it lags, is stopped, or frozen."""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import psycopg
import pytest
from django.db import connection

from tests import with_postgres
from tests.environment import allowed
from tests.faults.asking import ask
from tests.servers.beside import beside
from tests.servers.curator import fetch, logged_in, token
from tests.servers.site import Site, running_site
from tests.with_postgres import Server

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no replicas")

# Pages of all kinds; those of the process's memory are not asked for twice.
_PAGES = (
    "/",
    "/articles/?page={}",
    "/events/?page={}",
    "/search/?q=border+{}",
    "/participants/?q={}",
    "/api/v1/events?limit={}",
)
_TOPIC = """
import json; from archive.models import Topic
print(json.dumps(Topic.objects.values("pk", "slug", "definition").first()))
"""


@dataclass(frozen=True)
class Pair:
    primary: Server
    replica: Server
    site: Site


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    binaries = with_postgres.binaries()
    if binaries is None:
        pytest.skip("the programs of PostgreSQL's server are not on this machine")
    with with_postgres.primary(binaries) as primary, with_postgres.replica(primary) as replica:
        folder: Path = tmp_path_factory.mktemp("site")
        settings = {"DATABASE_URL": primary.url, "DATABASE_REPLICA_URL": replica.url, "LOG_LEVEL": "INFO"}
        with running_site(folder, **settings) as site:
            yield Pair(primary, replica, site)


_asked = 0


def _ask(site: Site) -> int:
    """The status of one more page, of a kind that changes from call to call."""
    global _asked
    _asked += 1
    # However fast the machine is, no address asks more often than one client may (archive/ratelimit.py).
    source = f"127.0.1.{1 + _asked // 100 % 250}"
    return ask(site, _PAGES[_asked % len(_PAGES)].format(1 + _asked % 50), patience=30, source=source).status


def _transactions(server: Server) -> int:
    """How many the server has ended; it writes them down once a second."""
    time.sleep(1.2)
    with psycopg.connect(server.url, autocommit=True) as admin:
        row = admin.execute(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'postgres'"
        ).fetchone()
    assert row
    return int(row[0])


def _read(pair: Pair, times: int = 60) -> tuple[int, int]:
    """How many transactions primary and replica have had of so many pages."""
    before = _transactions(pair.primary), _transactions(pair.replica)
    assert {_ask(pair.site) for _ in range(times)} <= {200, 404}
    after = _transactions(pair.primary), _transactions(pair.replica)
    return after[0] - before[0], after[1] - before[1]


def _let_all_report() -> None:
    """A connection that idles tells what it has done up to ten seconds later (PGSTAT_IDLE_INTERVAL)."""
    time.sleep(10.5)


def _until_read_from(pair: Pair) -> None:
    begun = time.monotonic()
    while _read(pair, 30)[1] < 60:
        assert time.monotonic() < begun + allowed(30)


@contextmanager
def _readers(site: Site) -> Iterator[Counter[str]]:
    """Four who read all the time; counts their answers, and those that took long."""
    counted: Counter[str] = Counter()

    def read(is_over: threading.Event) -> None:
        while not is_over.is_set():
            begun = time.monotonic()
            counted[str(_ask(site))] += 1
            counted["slow"] += time.monotonic() - begun > allowed(3)

    with beside(*[read] * 4):
        yield counted


def _rename(pair: Pair, name: str) -> None:
    topic = json.loads(pair.site.manage("shell", "-v", "0", "-c", _TOPIC).splitlines()[-1])
    browser, address = logged_in(pair.site), f"{pair.site.url}/admin/archive/topic/{topic['pk']}/change/"
    _, form = fetch(browser, address)
    fields = {"name": name, "slug": topic["slug"], "definition": topic["definition"], "name_ru": "", "name_zh": ""}
    status, html = fetch(
        browser, address, {**fields, "variants": "[]", "broader": "", "csrfmiddlewaretoken": token(form)}
    )
    assert (status, "errornote" in html) == (200, False)
    # Who wrote it sees it.
    assert name in fetch(browser, f"{pair.site.url}/topics/")[1]


def test_readers_are_served_from_the_replica(pair: Pair) -> None:
    _until_read_from(pair)
    _let_all_report()
    on_primary, on_replica = _read(pair)
    assert on_replica > 60
    # Each look of the watch and what the server does for itself is on both.
    assert on_primary < on_replica / 4


def test_what_is_written_is_read_by_all_within_a_second(pair: Pair) -> None:
    _until_read_from(pair)
    for n in range(3):
        _rename(pair, name := f"Replicated{n}")
        written = time.monotonic()
        while name not in fetch(build_opener(), f"{pair.site.url}/topics/")[1]:
            assert time.monotonic() < written + allowed(1)


def test_a_replica_that_lags_is_not_read_from(pair: Pair) -> None:
    _until_read_from(pair)
    with psycopg.connect(pair.replica.url, autocommit=True) as admin:
        admin.execute("SELECT pg_wal_replay_pause()")
        try:
            _rename(pair, "Unreplicated")
            written = time.monotonic()
            while "Unreplicated" not in fetch(build_opener(), f"{pair.site.url}/topics/")[1]:
                # As old as it may be, and the time between two looks.
                assert time.monotonic() < written + allowed(1 + 2.5)
            _let_all_report()
            on_primary, on_replica = _read(pair)
            assert on_primary > 60
            # The looks of each worker's watch, once a second for as long as it took.
            assert on_replica < on_primary / 4
        finally:
            admin.execute("SELECT pg_wal_replay_resume()")
    _until_read_from(pair)
    assert "Unreplicated" in fetch(build_opener(), f"{pair.site.url}/topics/")[1]


def test_a_replica_that_is_sent_nothing_is_not_read_from(pair: Pair) -> None:
    """It has applied all that it received, and takes itself for caught up: the connection lasts, but nothing comes."""
    _until_read_from(pair)
    with psycopg.connect(pair.primary.url, autocommit=True) as admin:
        row = admin.execute("SELECT pid FROM pg_stat_replication").fetchone()
    assert row
    os.kill(row[0], signal.SIGSTOP)
    try:
        _rename(pair, "Unsent")
        written = time.monotonic()
        while "Unsent" not in fetch(build_opener(), f"{pair.site.url}/topics/")[1]:
            assert time.monotonic() < written + allowed(1 + 2.5)
    finally:
        os.kill(row[0], signal.SIGCONT)
    _until_read_from(pair)


def test_a_reader_is_shown_what_he_has_written(pair: Pair) -> None:
    """Whoever writes without an account, as in the form for hints, is read for from the primary until the replica has it."""
    _until_read_from(pair)
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    page = f"{pair.site.url}/report/?record=country/cn"
    status, html = fetch(browser, page)
    assert status == 200
    fetch(browser, page, {"csrfmiddlewaretoken": token(html), "text": "Something is wrong here."})
    written = {cookie.name: cookie.value for cookie in jar}["written"]
    assert written and "/" in written


@pytest.mark.parametrize("trouble", ["stopped", "frozen"])
def test_nobody_notices_that_the_replica_is_gone_nor_that_it_is_back(pair: Pair, trouble: str) -> None:
    _until_read_from(pair)
    with _readers(pair.site) as counted:
        time.sleep(1)
        with getattr(pair.replica, trouble)():
            time.sleep(5)
        time.sleep(2)
    assert set(counted) - {"slow"} <= {"200", "404"} and counted["200"] > 50, counted
    assert not counted["slow"]
    _until_read_from(pair)
