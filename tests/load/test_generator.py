"""The readers of `make load` notice what they are there for: faults, broken connections, and a server that stands still."""

import asyncio
import contextlib
from typing import Any

import pytest

from tests.load.generator import main


def _plan(port: int, address: str, **how: Any) -> dict[str, Any]:
    kinds = [{"name": "all", "share": 1, "addresses": [address], "group": "pages"}]
    return {"port": port, "seed": 1, "kinds": kinds, "clients": 0, "rate": 0, "seconds": 1.0, **how}


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """200 and an ETag, 304 for it, 500, half an answer, or a connection that is closed after each answer without a word."""
    while head := (await reader.readuntil(b"\r\n\r\n")).decode():
        address = head.split()[1]
        status = "500" if address == "/broken" else "304" if "If-None-Match" in head else "200"
        body = "" if status == "304" else "Content-Length: 2\r\n"
        writer.write(f'HTTP/1.1 {status} -\r\nETag: W/"1"\r\n{body}\r\n'.encode())
        writer.write(b"" if status == "304" else b"o" if address == "/half" else b"ok")
        if address in ("/half", "/silent") or "Connection: close" in head:
            break
    writer.close()


async def _standing_still(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Nothing is answered in the first half second; then everything at once."""
    loop = asyncio.get_running_loop()
    until = _STARTED.setdefault(loop, loop.time()) + 0.5
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(max(0.0, until - loop.time()))
    writer.write(b"HTTP/1.1 200 -\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
    writer.close()


_STARTED: dict[Any, float] = {}


def _seen(server: Any, address: str, **how: Any) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(EOFError, OSError):
                await server(reader, writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            return await main(_plan(listening.sockets[0].getsockname()[1], address, **how))

    return asyncio.run(run())


def test_answers_and_what_still_holds() -> None:
    seen = _seen(_answer, "/", clients=3, seconds=0.3)
    assert seen["answered"] == len(seen["taken"]["all"]) > 10
    assert 0 < seen["unchanged"] < seen["answered"]
    assert (seen["failed"], seen["retried"]) == ({}, 0)


@pytest.mark.parametrize(("address", "what"), [("/broken", "500"), ("/half", "IncompleteReadError")])
def test_faults_are_counted_and_never_tried_again(address: str, what: str) -> None:
    seen = _seen(_answer, address, rate=50)
    assert seen["answered"] == 0
    ((told, n),) = seen["failed"]["all"].items()
    assert told == f"{what} {address}"
    assert n > 10


def test_a_kept_connection_that_was_closed_is_no_fault() -> None:
    seen = _seen(_answer, "/silent", clients=1, seconds=0.3)
    assert seen["failed"] == {}
    assert seen["retried"] > 0


def test_who_was_due_while_the_server_stood_still_waited_all_that_time() -> None:
    seen = _seen(_standing_still, "/", rate=100)
    taken = seen["taken"]["all"]
    # About as many in each tenth of a second: a closed loop would have seen one or two.
    assert sum(one > 250 for one in taken) > 10
    assert max(taken) > 400
