"""Connections to PostgreSQL that don't wait for a server that answers nothing.

A server that was stopped (SIGSTOP, a frozen machine, a lost network) keeps its connections: TCP tells nothing, the server's own
timeouts don't run, and libpq waits without end. So whoever waits long for an answer asks the server, on a connection of its
own, whether it answers anybody.
"""

import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Generator
from math import inf
from typing import Any

import psycopg
from psycopg.waiting import Ready

# So long an answer may take before the server is asked; what a query may take is the server's matter (statement_timeout).
PATIENCE = 0.6
# So long the server has for the answer to the simplest question. On a busy machine it is late, and not lost.
_ANSWERS_WITHIN = 0.7
# So long anything that came from it is good for all who want to know.
_ALIVE_FOR = 0.3
# After it gave none, others need not ask for a while, nor wait as long: a request may meet several connections of a pool.
_KNOWN_FOR, _LITTLE_PATIENCE = 1.5, 0.1
# However well the server is: longer than any statement of a page may take, for one process of it may hang, too.
_MOST = 300.0
# https://www.postgresql.org/docs/current/protocol-message-formats.html: SSLRequest; the answer is one byte, before any login.
_IS_THERE = struct.pack("!ii", 8, 80877103)


class PatientConnection(psycopg.Connection[Any]):
    """One that is closed, with OperationalError, where the server stops answering in the middle of something."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._server = self.pgconn.host.decode(), int(self.pgconn.port or 5432)
        _reached.add(self._server)

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        return super().wait(self._watched(gen), *args, **kwargs)

    def _watched(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """The same, looked at whenever nothing came for a while."""
        begun = asked = time.monotonic()
        try:
            state = next(gen)
            while True:
                ready = yield state
                if ready & Ready.R:
                    _answered_at[self._server] = time.monotonic()
                elif not ready and (now := time.monotonic()) - asked > self._patience(now):
                    if now - begun > _MOST or not _answers(self._server):
                        # Whoever cleans up after this shall not wait once more.
                        self.pgconn.finish()
                        raise psycopg.OperationalError("the database server does not answer")
                    asked = time.monotonic()
                state = gen.send(ready)
        except StopIteration as end:
            return end.value

    def _patience(self, now: float) -> float:
        return _LITTLE_PATIENCE if now - _silent_at.get(self._server, -inf) < _KNOWN_FOR else PATIENCE


def is_served(host: str, port: str | int) -> bool:
    """Whether the server answers anybody at all; within 0.7 seconds.

    `host` as connections name it; empty for libpq's own default, of which is known only where there was a connection.
    """
    return any(map(_answers, _known(host, port) or ([(host, int(port or 5432))] if host else [])))


def is_silent(host: str, port: str | int) -> bool:
    """Whether the server that connections were made to before answers nobody; False where there was none."""
    known = _known(host, port)
    return bool(known) and not any(map(_answers, known))


def is_known_silent(host: str, port: str | int) -> bool:
    """Whether the server answered nobody when it was last asked, a moment ago. Asks nobody."""
    known, now = _known(host, port), time.monotonic()
    return bool(known) and all(now - _silent_at.get(one, -inf) < _KNOWN_FOR for one in known)


def _known(host: str, port: str | int) -> list[tuple[str, int]]:
    # As it is now: threads that connect add to it.
    return [one for one in tuple(_reached) if not host or one == (host, int(port or 5432))]


def _answers(address: tuple[str, int]) -> bool:
    """One asks for all who want to know: a busy server is not made busier by dozens who wait for it."""
    with _asking[address]:
        now = time.monotonic()
        if now - _silent_at.get(address, -inf) < _KNOWN_FOR:
            return False
        if now - _answered_at.get(address, -inf) < _ALIVE_FOR:
            return True
        if _answers_now(address):
            _answered_at[address] = time.monotonic()
        # Where a machine has too much to do the answer may be late, but others hear of the server meanwhile.
        elif _answered_at.get(address, -inf) < now:
            _silent_at[address] = time.monotonic()
            return False
        return True


def _answers_now(address: tuple[str, int]) -> bool:
    host, port = address
    try:
        if host.startswith("/"):
            probe = socket.socket(socket.AF_UNIX)
            probe.settimeout(_ANSWERS_WITHIN)
            probe.connect(f"{host}/.s.PGSQL.{port}")
        else:
            probe = socket.create_connection((host, port), _ANSWERS_WITHIN)
        with probe:
            probe.sendall(_IS_THERE)
            return bool(probe.recv(1))
    except OSError:
        return False


# The servers that there was a connection to.
_reached: set[tuple[str, int]] = set()
# When a server last was asked and gave no answer, and when anything last came from it. A silent replica says nothing of its
# primary.
_silent_at: dict[tuple[str, int], float] = {}
_answered_at: dict[tuple[str, int], float] = {}
_asking: defaultdict[tuple[str, int], threading.Lock] = defaultdict(threading.Lock)
