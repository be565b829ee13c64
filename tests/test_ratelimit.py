"""The limiter: who counts as one client, and how much is let through. What it counts with: tests/test_counters.py."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from archive import ratelimit
from archive.counters import FileCounters
from archive.ratelimit import Limit, client_of, count, wait


def asked(peer: str = "192.0.2.1", forwarded: str = "") -> HttpRequest:
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **headers)


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "LIMITS", {"tips": (Limit(3, 60), Limit(5, 600)), "logins": (Limit(1, 60),)})
    monkeypatch.setattr(ratelimit, "counters", FileCounters)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def test_so_many_and_no_more_until_the_time_is_up(clock: list[float]) -> None:
    assert [wait(asked(), "tips") for _ in range(3)] == [0, 0, 0]
    clock[0] += 20
    assert wait(asked(), "tips") == 41
    clock[0] += 41
    # The longer limit still counts, the refused one too.
    assert wait(asked(), "tips") == 0
    assert wait(asked(), "tips") > 500
    clock[0] += 600
    assert wait(asked(), "tips") == 0


def test_clients_and_what_they_do_are_counted_apart(clock: list[float]) -> None:
    assert wait(asked(), "logins") == 0
    assert wait(asked(), "logins") > 0
    assert wait(asked("192.0.2.2"), "logins") == 0
    assert wait(asked(), "tips") == 0


def test_workers_count_together() -> None:
    """Threads with connections of their own, as processes have: three of forty get through."""
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: wait(asked(), "tips"), range(40)))
    assert waits.count(0) == 3


def test_no_address_is_kept_and_what_is_over_is_forgotten(data_dir: Path, clock: list[float]) -> None:
    for n in range(5):
        wait(asked(f"192.0.2.{n}"), "tips")
    path = data_dir / "limits.sqlite3"
    assert b"192.0.2" not in path.read_bytes()
    clock[0] += 601
    wait(asked(), "logins")
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT count(*) FROM hits").fetchone() == (1,)
    file.close()


def test_a_damaged_file_keeps_nobody_out(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    (data_dir / "limits.sqlite3").write_bytes(b"no database at all" * 100)
    assert wait(asked(), "logins") == 0
    assert "damaged" in caplog.text
    assert wait(asked(), "logins") == 0
    assert wait(asked(), "logins") > 0


def test_a_file_that_can_not_be_opened_keeps_nobody_out(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.DATA_DIR = Path("/nonexistent")
    assert wait(asked(), "logins") == 0
    assert "could not count" in caplog.text


def test_what_is_taken_back_does_not_count(clock: list[float]) -> None:
    assert [ratelimit.count_of("anna", "tips").wait for _ in range(3)] == [0, 0, 0]
    ratelimit.take_back("anna", "tips")
    assert ratelimit.count_of("anna", "tips").wait == 0
    assert ratelimit.count_of("anna", "tips").wait > 0
    # Of somebody who was never counted there is nothing to take.
    ratelimit.take_back("boris", "tips")
    assert ratelimit.count_of("boris", "tips").remaining == 2


def test_what_is_remembered_is_forgotten_in_time(data_dir: Path, clock: list[float]) -> None:
    assert not ratelimit.is_remembered("anna from 192.0.2.1")
    ratelimit.remember("anna from 192.0.2.1", 100)
    assert ratelimit.is_remembered("anna from 192.0.2.1")
    assert not ratelimit.is_remembered("anna from 192.0.2.2")
    assert b"anna" not in (data_dir / "limits.sqlite3").read_bytes()
    clock[0] += 101
    assert not ratelimit.is_remembered("anna from 192.0.2.1")


def test_where_nothing_can_be_kept_nothing_is_remembered(settings: Any) -> None:
    settings.DATA_DIR = Path("/nonexistent")
    ratelimit.remember("anna from 192.0.2.1", 100)
    assert not ratelimit.is_remembered("anna from 192.0.2.1")
    ratelimit.take_back("anna", "tips")


# Who asks -------------------------------------------------------------------------------------------------------------

PROXIES = ["10.0.0.1", "10.0.0.2", "::1"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        # Nobody but a trusted proxy is believed.
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        # What the client itself has put in front does not count.
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", ", ,", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("", "", ""),
    ],
)
def test_who_asks(settings: Any, peer: str, forwarded: str, client: str) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    assert client_of(asked(peer, forwarded)) == client


def test_where_every_proxy_is_trusted_the_nearest_hop_counts(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["*"]
    assert client_of(asked("172.17.0.1", "203.0.113.9, 198.51.100.7")) == "198.51.100.7"


def test_a_rotated_header_does_not_help(settings: Any) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    assert wait(asked("192.0.2.1", "203.0.113.1"), "logins") == 0
    assert wait(asked("192.0.2.1", "203.0.113.2"), "logins") > 0
    assert wait(asked("10.0.0.1", "203.0.113.1, 198.51.100.7"), "logins") == 0
    assert wait(asked("10.0.0.1", "203.0.113.2, 198.51.100.7"), "logins") > 0


# How a client stands --------------------------------------------------------------------------------------------------


def test_the_limit_that_leaves_least_is_told(clock: list[float]) -> None:
    standings = [count(asked(), "tips") for _ in range(3)]
    assert [(one.limit.number, one.remaining, one.reset) for one in standings] == [(3, 2, 60), (3, 1, 60), (3, 0, 60)]
    assert [one.wait for one in standings] == [0, 0, 0]
    clock[0] += 61
    # Of five in ten minutes one is left, of three in one minute two.
    fourth = count(asked(), "tips")
    assert (fourth.limit.number, fourth.remaining, fourth.wait) == (5, 1, 0)
    assert [count(asked(), "tips").wait for _ in range(2)] == [0, 539 + 1]
