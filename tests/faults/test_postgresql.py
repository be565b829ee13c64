"""A PostgreSQL that is stopped, restarted and frozen while a site asks it. It is a server of these tests' own."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import with_postgres
from tests.environment import allowed
from tests.faults.asking import PAGES, SEARCH, Answer, ask, is_refusal
from tests.faults.conftest import copied
from tests.servers.site import Site, served, site_in
from tests.with_postgres import Server

pytestmark = pytest.mark.only_on("postgresql")

# Of the issue; what a reader waits for the refusal at most.
_WORST = 3.0
_READERS = 12
_BACK_WITHIN = 10.0


@pytest.fixture(scope="module")
def server(prepared: Site) -> Iterator[Server]:
    binaries = with_postgres.binaries()
    if binaries is None:
        pytest.skip("the programs of PostgreSQL's server are not on this machine")
    with with_postgres.primary(binaries) as made:
        dump = subprocess.run(
            [str(binaries / "pg_dump"), "--format=custom", "--no-owner", prepared.environment["DATABASE_URL"]],
            check=True,
            stdout=subprocess.PIPE,
        )
        subprocess.run(
            [str(binaries / "pg_restore"), "--no-owner", f"--dbname={made.url}"], input=dump.stdout, check=True
        )
        yield made


@contextlib.contextmanager
def _site(url: str, search: str, prepared: Site, folder: Path) -> Iterator[Site]:
    site = site_in(copied(prepared, folder), DATABASE_URL=url, SEARCH_URL=search)
    if search == "postgres://":
        site.manage("rebuild_index")
    with served(site):
        _all_at_once(site)
        yield site


def _all_at_once(site: Site) -> list[Answer]:
    with ThreadPoolExecutor(_READERS) as pool:
        return list(pool.map(lambda n: ask(site, (*PAGES, SEARCH.format(n))[n % 7]), range(4 * _READERS)))


def _holds(site: Site, begun: float) -> None:
    """Everybody is told within three seconds; health checks tell the truth."""
    refused = ask(site, "/articles/")
    assert is_refusal(refused), refused
    answers = [refused, *_all_at_once(site)]
    assert [answer for answer in answers if not is_refusal(answer)] == []
    while time.monotonic() < begun + 4:
        answers += [ask(site, path) for path in PAGES]
    worst = max(answer.seconds for answer in answers)
    print(f"{len(answers)} refusals, the slowest after {worst:.2f} s")
    assert worst < allowed(_WORST)
    assert ask(site, "/healthz").status == 200
    ready = ask(site, "/readyz")
    assert (ready.status, ready.seconds < allowed(_WORST)) == (503, True)


def _is_back(site: Site) -> None:
    """Nobody does anything for it: within seconds all of gunicorn's workers answer again."""
    begun = time.monotonic()
    while any(answer.status != 200 for answer in _all_at_once(site)):
        assert time.monotonic() < begun + allowed(_BACK_WITHIN)
    print(f"back within {time.monotonic() - begun:.1f} s")


def test_a_server_that_is_stopped(server: Server, prepared: Site, tmp_path: Path) -> None:
    with _site(server.url, "whoosh://", prepared, tmp_path / "data") as site:
        with server.stopped():
            _holds(site, time.monotonic())
        _is_back(site)


def test_a_server_that_is_frozen(server: Server, prepared: Site, tmp_path: Path) -> None:
    with _site(server.url, "postgres://", prepared, tmp_path / "data") as site:
        with server.frozen():
            _holds(site, time.monotonic())
        _is_back(site)


def test_a_site_may_begin_before_its_database(server: Server, prepared: Site, tmp_path: Path) -> None:
    site = site_in(copied(prepared, tmp_path / "data"), DATABASE_URL=server.url, SEARCH_URL="whoosh://")
    with contextlib.ExitStack() as stack:
        with server.stopped():
            stack.enter_context(served(site, sign="/healthz"))
            _holds(site, time.monotonic())
        _is_back(site)


def test_more_readers_than_connections_are_no_lost_database(server: Server, prepared: Site, tmp_path: Path) -> None:
    """Each waits for his turn; whoever waits too long is told that the archive is busy, and no other pays for it."""
    folder = copied(prepared, tmp_path / "data")
    site = site_in(folder, DATABASE_URL=server.url, SEARCH_URL="whoosh://", DATABASE_CONNECTIONS="1", PAGE_CACHE_MB="0")
    with served(site), ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda n: ask(site, PAGES[n % len(PAGES)]), range(96)))
        refused = [answer for answer in answers if answer.status != 200]
        print(f"{len(refused)} of {len(answers)} were refused")
        assert all(answer.status == 503 and answer.headers["retry-after"] == "2" for answer in refused)
        # Others went on meanwhile.
        assert len(refused) < len(answers) / 2
    assert "the database is lost" not in (folder / "gunicorn.log").read_text()
