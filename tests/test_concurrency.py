"""How many make answers at the same time: never more than there are places, and nobody is kept out for ever."""

import io
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from archive.concurrency import Places, places
from archive.views.keeping import making
from archive.views.turns import Body


def test_no_more_than_there_are_places() -> None:
    places, inside, most = Places(2), [], []
    lock = threading.Lock()

    def make(_n: int) -> None:
        with places.taken():
            with lock:
                inside.append(1)
                most.append(len(inside))
            pause.wait(0.02)
            with lock:
                inside.pop()

    pause = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(40)))
    assert (len(most), max(most)) == (40, 2)


def test_who_has_a_place_needs_no_other() -> None:
    places = Places(1)
    with places.taken() as has_waited, places.taken() as again:
        assert (has_waited, again) == (False, False)
    with places.taken() as has_waited:
        assert not has_waited


def test_what_breaks_leaves_its_place() -> None:
    places = Places(1)
    for _time in range(3):
        with pytest.raises(ValueError, match="broken"), places.taken():
            raise ValueError("broken")
    with places.taken() as has_waited:
        assert not has_waited


def test_who_waits_for_something_else_lets_others_in() -> None:
    places = Places(1)
    came, may_go = threading.Event(), threading.Event()

    def come() -> bool:
        with places.taken() as has_waited:
            came.set()
            assert may_go.wait(30)
            return has_waited

    with ThreadPoolExecutor(1) as pool, places.taken():
        other = pool.submit(come)
        assert not came.wait(0.2)
        with places.given_back():
            assert came.wait(30)
            # Nothing is given back that this thread does not have.
            with places.given_back():
                pass
            may_go.set()
        assert other.result(30) is True


def test_who_comes_back_with_a_lock_goes_on_at_once() -> None:
    places, inside, may_go = Places(1), threading.Event(), threading.Event()

    def come() -> bool:
        with places.taken() as has_waited:
            inside.set()
            assert may_go.wait(30)
            return has_waited

    with ThreadPoolExecutor(2) as pool, places.taken():
        with places.given_back_for_a_lock():
            first = pool.submit(come)
            assert inside.wait(30)
            inside.clear()
        # It is one more than there are places: no other comes in until both have gone.
        second = pool.submit(come)
        may_go.set()
        assert first.result(30) is False
        assert not inside.wait(0.2)
    assert second.result(30) is True
    with places.taken() as has_waited:
        assert not has_waited


def test_a_request_that_is_slow_to_come_keeps_no_place() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(come).result(30) is False
            return super().read(size)

    def come() -> bool:
        with places.taken() as has_waited:
            return has_waited

    with ThreadPoolExecutor(settings.WEB_PLACES - 1) as others, places.taken():
        held, may_go = threading.Barrier(settings.WEB_PLACES), threading.Event()

        def hold() -> None:
            with places.taken():
                held.wait(30)
                assert may_go.wait(30)

        waiting = [others.submit(hold) for _ in range(settings.WEB_PLACES - 1)]
        held.wait(30)
        body = Body(Slow(b"name=one"))
        assert body.read(4) == b"name"
        assert body.readline() == b"=one"
        may_go.set()
        for one in waiting:
            one.result(30)


def test_who_has_time_lets_others_go_first() -> None:
    places, came, may_go = Places(2), threading.Event(), threading.Event()

    def come() -> None:
        with places.taken():
            came.set()
            assert may_go.wait(30)

    def waited(most: float) -> float:
        begun = time.monotonic()
        places.give_way(most)
        return time.monotonic() - begun

    assert waited(30) < 10
    with ThreadPoolExecutor(2) as pool:
        others = [pool.submit(come) for _ in range(2)]
        assert came.wait(30)
        assert waited(0.2) >= 0.19
        threading.Timer(0.2, may_go.set).start()
        assert waited(30) < 10
        for other in others:
            other.result(30)
    # Nobody waits for a place of his own.
    with places.taken():
        assert waited(30) < 10
        with places.given_back():
            assert waited(30) < 10


def _place(places: Places) -> Any:
    return places.taken()


def _page(_places: Places) -> Any:
    return making.alone(("/a/page/", "en"))


@pytest.mark.django_db
@pytest.mark.parametrize("entered", [_place, _page])
def test_who_waits_leaves_his_connection_to_others(entered: Callable[[Places], Any]) -> None:
    """On PostgreSQL, where it is one of a pool that has fewer than there are threads."""
    places, connected, kept = Places(1), threading.Event(), []

    def wait() -> None:
        connection.ensure_connection()
        connected.set()
        with entered(places) as has_waited:
            kept.append((has_waited, connection.connection is not None))
        connections.close_all()

    thread = threading.Thread(target=wait)
    with entered(places) as has_waited:
        assert not has_waited
        thread.start()
        assert connected.wait(30)
        thread.join(0.5)
    thread.join(30)
    assert kept == [(True, connection.vendor != "postgresql")]


@pytest.mark.django_db
@pytest.mark.parametrize("with_connections", [True, False])
def test_who_lets_others_in_may_leave_them_his_connection(with_connections: bool) -> None:
    places, kept = Places(1), []

    def ask() -> None:
        with places.taken():
            connection.ensure_connection()
            with places.given_back(with_connections=with_connections):
                kept.append(connection.connection is not None)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask).result(30)
    assert kept == [not (with_connections and connection.vendor == "postgresql")]
