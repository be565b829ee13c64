"""A database file that vanishes, comes back, is another one or is damaged; and one that somebody else is writing to."""

import contextlib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, build_opener

import pytest
from django.conf import settings

from tests.environment import allowed
from tests.faults.asking import PAGES, ask, is_refusal, until
from tests.faults.conftest import copied, on
from tests.faults.writing import as_curator, login, save_topic
from tests.servers.curator import fetch
from tests.servers.site import Site, served

pytestmark = pytest.mark.only_on("sqlite")

_DATABASE = "archive.sqlite3"
_WORST = 5.0


@pytest.fixture(scope="module")
def running(prepared: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = on(prepared, copied(prepared, tmp_path_factory.mktemp("sqlite")))
    with served(site):
        yield site


def _files(site: Site) -> list[str]:
    return sorted(path.name for path in site.data_dir.glob(f"{_DATABASE}*"))


def test_a_file_that_vanished_is_told_of_and_not_made_anew(running: Site) -> None:
    assert all(ask(running, path).status == 200 for path in PAGES)
    away = running.data_dir / "away"
    away.mkdir()
    for name in _files(running):
        (running.data_dir / name).rename(away / name)
    for path in (
        *PAGES,
        "/search/?q=summit",
        "/admin/login/?next=/admin/",
        "/ru/events/",
        "/articles/?format=atom",
    ) * 3:
        assert is_refusal(ask(running, path)), path
    assert ask(running, "/healthz").status == 200
    ready = ask(running, "/readyz")
    assert (ready.status, ready.text) == (503, '{"database": "unusable", "index": "unknown"}')
    assert _files(running) == []
    for name in ("archive.sqlite3",):
        (away / name).rename(running.data_dir / name)
    assert until(running, "/articles/", 200, allowed(5)) < allowed(3)
    assert ask(running, "/readyz").status == 200


def test_commands_do_not_make_the_file_either(prepared: Site, tmp_path: Path) -> None:
    site = on(prepared, copied(prepared, tmp_path / "data"))
    for name in _files(site):
        (site.data_dir / name).unlink()
    assert "unable to open database file" in _fails(site, "load_archive")
    assert _files(site) == []
    # What lies about says that there was one.
    assert "Bring it back" in _fails(site, "migrate")
    assert _files(site) == []


def _fails(site: Site, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=site.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode, done.stdout
    return done.stderr


def test_a_file_that_was_replaced_is_noticed(running: Site) -> None:
    assert "A topic of the other" not in ask(running, "/topics/").text
    other, path = running.data_dir / "other.sqlite3", running.data_dir / _DATABASE
    with contextlib.closing(sqlite3.connect(path)) as old, contextlib.closing(sqlite3.connect(other)) as new:
        old.backup(new)
        new.execute(
            "UPDATE archive_topic SET name = 'A topic of the other' WHERE id = (SELECT min(id) FROM archive_topic)"
        )
        # Another log, for what is kept in memory is known by its head.
        columns = [row[1] for row in new.execute("PRAGMA table_info(archive_change)")]
        new_values = {
            "number": "number + 1",
            "record_type": "'topic'",
            "previous_sha256": "sha256",
            "sha256": "'of another log'",
        }
        new.execute(
            f"INSERT INTO archive_change ({', '.join(columns)}) SELECT {', '.join(new_values.get(c, c) for c in columns)}"
            " FROM archive_change ORDER BY number DESC LIMIT 1"
        )
        new.commit()
    _put(path, other.read_bytes())
    for _time in range(8):
        assert "A topic of the other" in ask(running, "/topics/").text


@pytest.mark.parametrize("damage", ["empty", "noise"])
def test_a_damaged_file_is_out_of_order(running: Site, damage: str) -> None:
    path = running.data_dir / _DATABASE
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    _put(path, b"" if damage == "empty" else b"\x5a" * len(whole))
    for page in PAGES:
        answer = ask(running, page)
        assert is_refusal(answer), (page, answer)
    _put(path, whole)
    for _worker in range(4):
        until(running, "/", 200, allowed(5))


def _put(path: Path, data: bytes) -> None:
    """Another file of that name, with no log beside it."""
    other = path.with_name("other")
    other.write_bytes(data)
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink(missing_ok=True)
    other.replace(path)


def test_while_another_process_writes_readers_read_and_who_saves_is_told(running: Site) -> None:
    browser = login(running)
    with contextlib.closing(sqlite3.connect(running.data_dir / _DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for path in PAGES:
            answer = ask(running, path)
            assert (answer.status, answer.seconds < allowed(2)) == (200, True), (path, answer.seconds)
        begun = time.monotonic()
        status, html = save_topic(browser, running, "Written while locked")
        assert (status, time.monotonic() - begun < allowed(_WORST)) == (503, True)
        assert "busy" in html
        other.execute("ROLLBACK")
    status, html = save_topic(browser, running, "Written while locked")
    assert status == 200
    assert "Written while locked" in html


class _Staying(HTTPRedirectHandler):
    """Of who does not go where he is led."""

    def redirect_request(self, *args: object) -> None:
        return None


def test_a_curator_can_read_too_while_another_process_writes(running: Site) -> None:
    browser = login(running)
    cookies = next(one for one in browser.handlers if isinstance(one, HTTPCookieProcessor))
    staying = as_curator(build_opener(cookies, _Staying()), running)
    status, _html = save_topic(staying, running, "Told of while locked")
    assert status == 302
    with contextlib.closing(sqlite3.connect(running.data_dir / _DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        # The message is read, so the session would be written.
        status, html = fetch(browser, f"{running.url}/admin/archive/topic/")
        assert (status, time.monotonic() - begun < allowed(_WORST)) == (200, True)
        assert "was added successfully" in html
        other.execute("ROLLBACK")
    assert fetch(browser, f"{running.url}/admin/archive/topic/")[0] == 200
    assert "was added successfully" not in fetch(browser, f"{running.url}/admin/archive/topic/")[1]
