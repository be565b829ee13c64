"""A disk that is full, and one that can only be read: small file systems in memory, which take a root to mount."""

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.request import OpenerDirector

import pytest

from tests.faults.asking import PAGES, SEARCH, ask
from tests.faults.conftest import copied, on
from tests.faults.writing import login, save_topic
from tests.servers.site import Site, served

# What the site writes after the disk was filled, in front of it, is in memory anyway.
_SIZE = "80m"


@contextlib.contextmanager
def _mounted(folder: Path) -> Iterator[None]:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts file systems")
    with _mounted(tmp_path / "disk"):
        yield tmp_path / "disk"


def _fill(disk: Path) -> Path:
    """The file that takes all that was left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return ballast


def test_a_full_disk(prepared: Site, disk: Path, tmp_path: Path) -> None:
    site = on(prepared, copied(prepared, disk / "data"))
    with served(site, tmp_path / "gunicorn.log"):
        browser = login(site)
        assert save_topic(browser, site, "Before the disk was full")[0] == 200
        ballast = _fill(disk)
        for n, path in enumerate((*PAGES, *PAGES, SEARCH.format("full"), "/search/suggest/?q=xi")):
            assert ask(site, path).status == 200, (n, path)
        refused = [save_topic(browser, site, f"While the disk was full {n}") for n in range(8)]
        if site.environment["DATABASE_URL"].startswith("sqlite"):
            assert refused[-1][0] == 507, refused[-1]
            assert "disk is full" in refused[-1][1]
            # A few may have fitted into what SQLite had already.
            assert {status for status, _ in refused} <= {200, 507}
        assert all(ask(site, path).status == 200 for path in PAGES)
        ballast.unlink()
        assert save_topic(browser, site, "After the disk was full")[0] == 200
        topics = ask(site, "/topics/").text
        assert "Before the disk was full" in topics
        assert "After the disk was full" in topics
        for n, (status, _) in enumerate(refused):
            assert (f"While the disk was full {n}<" in topics) == (status == 200)
        assert ask(site, "/search/?q=summit").status == 200
    _is_whole(site)


def _is_whole(site: Site) -> None:
    path = site.data_dir / "archive.sqlite3"
    if path.exists():
        with contextlib.closing(sqlite3.connect(path)) as database:
            # Its conditions are written with a function of Django's.
            database.create_function("REGEXP", 2, lambda *_: True)
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    site.manage("check_index", "--repair")


def test_a_disk_that_can_only_be_read(prepared: Site, disk: Path, tmp_path: Path) -> None:
    """As after a fault of the disk the system mounts it again, and the site is started anew."""
    site = on(prepared, copied(prepared, disk / "data"))
    browser: OpenerDirector
    with served(site, tmp_path / "gunicorn.log"):
        browser = login(site)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with served(site, tmp_path / "gunicorn.log"):
        for path in (*PAGES, SEARCH.format("frozen"), "/search/suggest/?q=xi", "/readyz"):
            answer = ask(site, path)
            assert answer.status == 200, (path, answer.text[:2000])
        if site.environment["DATABASE_URL"].startswith("sqlite"):
            status, html = save_topic(browser, site, "On a disk that can only be read")
            assert (status, "can be read only" in html) == (503, True), html
        # Nothing needs to be started anew.
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        for n in range(6):
            assert save_topic(browser, site, f"After it could be written again {n}")[0] == 200
            assert f"After it could be written again {n}<" in ask(site, "/topics/").text
