"""When a server of PostgreSQL counts as silent: asked by many at once, and late with an answer, as busy machines are."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from archive.databases.postgresql import connections as postgres


@contextmanager
def _server(seconds: float) -> Iterator[tuple[tuple[str, int], list[float]]]:
    """One that answers each question after so many seconds; with when it was asked."""
    asked: list[float] = []

    def answer(client: socket.socket) -> None:
        with client:
            client.recv(8)
            time.sleep(seconds)
            client.send(b"N")

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            asked.append(time.monotonic())
            threading.Thread(target=answer, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield ("127.0.0.1", listener.getsockname()[1]), asked
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture(autouse=True)
def _nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, kind in (("_reached", set), ("_silent_at", dict), ("_answered_at", dict)):
        monkeypatch.setattr(postgres, name, kind())


def test_a_late_answer_is_no_silence() -> None:
    with _server(0.3) as (address, _):
        postgres._reached.add(address)
        assert postgres.is_served(*address)


def test_a_silent_server_is_asked_for_all_by_one_and_known_soon() -> None:
    with _server(30) as (address, asked), ThreadPoolExecutor(20) as pool:
        postgres._reached.add(address)
        assert not any(pool.map(lambda _: postgres.is_served(*address), range(40)))
        assert len(asked) == 1


def test_a_server_that_answers_is_asked_for_all_by_one() -> None:
    with _server(0) as (address, asked), ThreadPoolExecutor(20) as pool:
        postgres._reached.add(address)
        begun = time.monotonic()
        assert all(pool.map(lambda _: postgres.is_served(*address), range(40)))
        # An answer is good for 0.3 seconds.
        assert len(asked) <= 1 + (time.monotonic() - begun) / 0.3


def test_a_server_that_never_was_there_is_neither_served_nor_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
    assert not postgres.is_served(host, port)
    assert not postgres.is_silent(host, port)
    assert not postgres.is_served("", port)


def test_a_server_that_has_just_begun_is_asked_before_the_first_connection() -> None:
    with _server(0) as ((host, port), _):
        assert postgres.is_served(host, str(port))


def test_a_server_is_not_silent_that_others_hear_of() -> None:
    with _server(30) as (address, _), ThreadPoolExecutor(1) as pool:
        postgres._reached.add(address)
        asked = pool.submit(postgres.is_silent, *address)
        time.sleep(0.3)
        postgres._answered_at[address] = time.monotonic()
        assert not asked.result()
