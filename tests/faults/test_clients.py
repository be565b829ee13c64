"""Clients that are slow or do nothing, workers that are killed, and a reload: those who ask meanwhile get their answers."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.environment import allowed
from tests.faults.asking import PAGES, SEARCH, ask
from tests.faults.conftest import copied, on
from tests.faults.writing import login, save_topic
from tests.servers.site import Site, served

pytestmark = pytest.mark.once

_SLOW = 50
# Of the issue: what an ordinary request may take beside them.
_WORST = 2.0
_POST = b"POST /report/?record=country/cn HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n"
# Its token is looked for in the form as soon as there is a cookie.
_LOGIN = (
    b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken=" + b"a" * 32 + b"\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
)
_GET = b"GET /network/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(scope="module")
def server(prepared: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, subprocess.Popen[bytes]]]:
    site = on(prepared, copied(prepared, tmp_path_factory.mktemp("clients")))
    with served(site) as process:
        # Each worker makes its first pages.
        for _time in range(4):
            for path in PAGES:
                ask(site, path)
        yield site, process


@contextlib.contextmanager
def _slow_clients(site: Site, said: bytes, dripped: bytes) -> Iterator[None]:
    """Each says the first at once, then a byte of the other every half second, and reads nothing."""
    address = urlsplit(site.url)
    clients = [socket.socket() for _ in range(_SLOW)]
    end = threading.Event()

    def drip() -> None:
        for n in range(len(dripped)):
            for client in clients:
                with contextlib.suppress(OSError):
                    client.send(dripped[n : n + 1])
            if end.wait(0.5):
                return

    for client in clients:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect((address.hostname, address.port))
        client.sendall(said)
    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        yield
    finally:
        end.set()
        dripping.join()
        for client in clients:
            client.close()


@pytest.mark.parametrize(
    ("said", "dripped"),
    [(b"", b""), (b"", _GET), (_POST, b"x" * 1000), (_LOGIN, b"x" * 1000), (_GET * 2, b"")],
    ids=["idle", "headers", "body", "login", "reading"],
)
def test_slow_clients(server: tuple[Site, subprocess.Popen[bytes]], said: bytes, dripped: bytes) -> None:
    site, _ = server
    with _slow_clients(site, said, dripped):
        time.sleep(0.5)
        answers = [ask(site, path) for path in (*PAGES, "/admin/login/") * 2]
    assert {answer.status for answer in answers} == {200}
    assert max(answer.seconds for answer in answers) < allowed(_WORST)


def _workers(process: subprocess.Popen[bytes]) -> set[int]:
    return set(map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()))


@contextlib.contextmanager
def _asking(site: Site) -> Iterator[list[int | str]]:
    """Readers ask, each on new connections, until the block ends; statuses, or what went wrong."""
    seen: list[int | str] = []
    end = threading.Event()

    def read(reader: int) -> None:
        n = 0
        while not end.is_set():
            n += 1
            path = (*PAGES, SEARCH.format(f"{reader}x{n}"))[n % 7]
            # However fast the machine is, no address asks more often than one client may (archive/ratelimit.py).
            source = f"127.0.{reader + 1}.{n // 100 % 250 + 1}"
            try:
                seen.append(ask(site, path, source=source).status)
            except OSError as error:
                seen.append(repr(error))

    with ThreadPoolExecutor(6) as pool:
        for reader in range(6):
            pool.submit(read, reader)
        try:
            yield seen
        finally:
            end.set()


def test_a_killed_worker_loses_what_it_held_and_no_more(server: tuple[Site, subprocess.Popen[bytes]]) -> None:
    site, process = server
    browser = login(site)
    assert save_topic(browser, site, "Saved before the kill")[0] == 200
    with _asking(site) as seen:
        for _time in range(2):
            before = _workers(process)
            os.kill(before.copy().pop(), signal.SIGKILL)
            _until(lambda before=before: len(_workers(process) - before) == 1)
        time.sleep(1)
    lost = [one for one in seen if one != 200]
    # What six readers can have had there, twice.
    assert len(lost) <= 12, lost
    assert not any(isinstance(one, int) for one in lost), lost
    assert "Saved before the kill" in ask(site, "/topics/").text
    assert save_topic(browser, site, "Saved after the kill")[0] == 200


def test_a_reload_loses_nothing(server: tuple[Site, subprocess.Popen[bytes]]) -> None:
    site, process = server
    # Those who stand in for lost ones serve by now.
    _until(lambda: _workers(process) <= _serving(site))
    before = _workers(process)
    for n in range(12):
        ask(site, SEARCH.format(f"noted{n}"))
    # They note it every other second.
    time.sleep(3)
    with _asking(site) as seen:
        process.send_signal(signal.SIGHUP)
        _until(lambda: not before & _workers(process) and len(_workers(process)) == 2)
    assert len(seen) > 10
    assert [one for one in seen if one != 200] == []
    # Whoever asked meanwhile was answered by those that were there.
    said = (site.data_dir / "gunicorn.log").read_text().splitlines()
    warm = [n for n, line in enumerate(said) for pid in _workers(process) if f"(pid: {pid})" in line and "warm" in line]
    ended = [n for n, line in enumerate(said) for pid in before if f"(pid: {pid})" in line and "exiting" in line]
    assert [came < went for came, went in zip(warm, ended, strict=True)] == [True, True]
    # They had made more than one page of each kind by then, which are two dozen: what was asked for lately. Or their time was
    # over: readers leave little of a slow machine.
    made = [re.search(r"warm after ([\d.]+) s, (\d+) pages", said[n]).groups() for n in warm]  # type: ignore[union-attr]
    assert all(int(pages) > 30 or float(seconds) >= 20 for seconds, pages in made), made


def _serving(site: Site) -> set[int]:
    """The workers that ever did, by the log."""
    return set(map(int, re.findall(r"Worker serves \(pid: (\d+)\)", (site.data_dir / "gunicorn.log").read_text())))


def _until(is_so: object, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)
