"""Connections to PostgreSQL that don't wait for a server that answers nothing.

A server that was stopped (SIGSTOP, a frozen machine, a lost network) keeps its connections: TCP tells nothing, the server's own
timeouts don't run, and libpq waits without end. So whoever waits long for an answer asks the server, on a connection of its
own, whether it answers anybody.
"""

import socket
import struct
import time
from collections.abc import Generator
from math import inf
from typing import Any

import psycopg

# So long an answer may take before the server is asked; what a query may take is the server's matter (statement_timeout).
PATIENCE = 1.0
# So long the server has for the answer to the simplest question.
_ANSWERS_WITHIN = 0.6
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
        _reached.add(self._address())

    def wait(self, gen: Generator[Any, Any, Any], *args: Any, **kwargs: Any) -> Any:
        return super().wait(self._watched(gen), *args, **kwargs)

    def _watched(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """The same, looked at whenever nothing came for a while."""
        begun = asked = time.monotonic()
        try:
            state = next(gen)
            while True:
                ready = yield state
                if not ready and (now := time.monotonic()) - asked > self._patience(now):
                    if now - begun > _MOST or not _answers(self._address()):
                        # Whoever cleans up after this shall not wait once more.
                        self.pgconn.finish()
                        raise psycopg.OperationalError("the database server does not answer")
                    asked = time.monotonic()
                state = gen.send(ready)
        except StopIteration as end:
            return end.value

    def _patience(self, now: float) -> float:
        return _LITTLE_PATIENCE if now - _silent_at.get(self._address(), -inf) < _KNOWN_FOR else PATIENCE

    def _address(self) -> tuple[str, int]:
        return self.pgconn.host.decode(), int(self.pgconn.port or 5432)


def is_served(host: str, port: str | int) -> bool:
    """Whether the server that connections were made to before answers anybody at all; within 0.6 seconds.

    `host` as connections name it; empty for libpq's own default.
    """
    return any(_answers(one) for one in _reached if not host or one == (host, int(port or 5432)))


def _answers(address: tuple[str, int]) -> bool:
    if time.monotonic() - _silent_at.get(address, -inf) < _KNOWN_FOR:
        return False
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
            if probe.recv(1):
                return True
    except OSError:
        pass
    _silent_at[address] = time.monotonic()
    return False


# The servers that there was a connection to.
_reached: set[tuple[str, int]] = set()
# When a server last was asked and gave no answer. A replica that is silent says nothing of its primary.
_silent_at: dict[tuple[str, int], float] = {}
