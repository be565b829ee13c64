"""How many threads of a process make answers at the same time.

A worker has many threads, for clients that are slow; Python lets one compute at a time. Where dozens make a page each, they take
turns every millisecond, each with what it has read in memory, and all are late: few at a time, the same pages are there in less
than half the time. Who waits holds nothing that others need.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections


class Places:
    """So many at a time; threads that have a place take no second one."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._own = threading.local()
        self._taken = 0
        self._lock = threading.Lock()
        self._one_is_free = threading.Condition(self._lock)
        self._all_are_free = threading.Condition(self._lock)

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Inside, this thread has a place. Gives whether it had to wait for it."""
        if self._has():
            yield False
            return
        has_waited = not self._enter_if_free()
        if has_waited:
            give_back_connections()
            self._enter()
        try:
            yield has_waited
        finally:
            self._leave()

    @contextmanager
    def given_back(self, *, with_connections: bool = False) -> Iterator[None]:
        """Inside, another has this thread's place: while it waits for its turn, or for another machine's answer.

        Its connections, too, for as long as it waits inside and for a place afterwards (`with_connections`): not where
        something is being read on one of them.
        """
        if not self._has():
            yield
            return
        self._leave()
        try:
            if with_connections:
                give_back_connections()
            yield
        finally:
            if not self._enter_if_free():
                if with_connections:
                    give_back_connections()
                self._enter()

    @contextmanager
    def given_back_for_a_lock(self) -> Iterator[None]:
        """Inside, another has this thread's place; afterwards this one goes on at once, one more than there are places.

        Who comes back with a lock that all others need keeps them waiting for as long as it waits itself.
        """
        if not self._has():
            yield
            return
        self._leave()
        try:
            yield
        finally:
            with self._lock:
                self._enter_now()

    def give_way(self, most: float) -> None:
        """Wait until nobody has a place, so many seconds at most: for a thread without one, at long work that has time."""
        if not self._has():
            with self._lock:
                self._all_are_free.wait_for(lambda: not self._taken, most)

    def _enter_if_free(self) -> bool:
        with self._lock:
            is_free = self._taken < self._number
            if is_free:
                self._enter_now()
            return is_free

    def _enter(self) -> None:
        with self._lock:
            self._one_is_free.wait_for(lambda: self._taken < self._number)
            self._enter_now()

    def _enter_now(self) -> None:
        self._own.has = True
        self._taken += 1

    def _leave(self) -> None:
        self._own.has = False
        with self._lock:
            self._taken -= 1
            if self._taken < self._number:
                self._one_is_free.notify()
            if not self._taken:
                self._all_are_free.notify_all()

    def _has(self) -> bool:
        return getattr(self._own, "has", False)


def give_back_connections() -> None:
    """Those of a pool, before a thread waits for another one, which may need one: it has fewer than there are threads."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            connection.close()


places = Places(settings.WEB_PLACES)
