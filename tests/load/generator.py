"""The readers: a process of its own that sends requests and notes how long each answer took.

`python -m tests.load.generator` takes a plan as JSON from standard input and prints what it saw as JSON. Requests are sent on
time, whether or not those before were answered, and each is measured from the moment at which it was due: so a server that
stands still makes all of them wait that come meanwhile, as it does with readers.
"""

import asyncio
import itertools
import json
import sys
import time
from bisect import bisect
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

# Of those who wait longer, nobody waits any more.
_PATIENCE = 30.0
# Share of requests that come on a connection of their own, and of those that ask whether what they have still holds.
_NEW, _AGAIN = 0.15, 0.15
# Readers have addresses of their own, as the limits count them.
_READERS = 250
_OF_EACH_KIND = 4000


@dataclass(slots=True)
class Seen:
    """By kind: milliseconds of what was answered, what else came instead. `retried`: a kept connection was closed by then."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, Counter[str]] = field(default_factory=dict)
    retried: int = 0
    unchanged: int = 0
    answered: int = 0


class Connection:
    """HTTP/1.1, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.is_open = True
        # Something of the answer came: what breaks now is broken off.
        self.is_answering = False

    @classmethod
    async def to(cls, port: int, reader: int) -> "Connection":
        source = (f"127.0.{1 + reader // 200}.{1 + reader % 200}", 0)
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=source, limit=1 << 20))

    async def ask(self, address: str, etag: str, is_last: bool) -> tuple[int, str]:
        """Status and ETag. Raises OSError or EOFError."""
        head = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n"
        head += f"If-None-Match: {etag}\r\n" if etag else ""
        head += "Connection: close\r\n\r\n" if is_last else "\r\n"
        self.is_answering = False
        self._writer.write(head.encode())
        try:
            lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError as error:
            self.is_answering = bool(error.partial)
            raise
        self.is_answering = True
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        status = int(lines[0].split()[1])
        if status != 304:
            await self._reader.readexactly(int(headers["content-length"]))
        if is_last or headers.get("connection") == "close":
            self.close()
        return status, headers.get("etag", "")

    def close(self) -> None:
        self.is_open = False
        self._writer.close()

    async def closed(self) -> None:
        self.close()
        with suppress(OSError):
            await self._writer.wait_closed()


class Readers:
    def __init__(self, plan: dict[str, Any]) -> None:
        self._port = plan["port"]
        self._chance = Random(plan["seed"])
        self._kinds = plan["kinds"]
        self._shares = list(itertools.accumulate(kind["share"] for kind in self._kinds))
        self._zipf = [
            list(itertools.accumulate(1 / n for n in range(1, min(len(kind["addresses"]), _OF_EACH_KIND) + 1)))
            for kind in self._kinds
        ]
        self._idle: list[Connection] = []
        self._etags: dict[str, str] = {}
        self.seen = Seen()

    async def closed(self, clients: int, seconds: float) -> None:
        """So many readers, each of whom asks as soon as he has his answer: as much as the server bears."""
        end = time.perf_counter() + seconds

        async def read() -> None:
            while (now := time.perf_counter()) < end:
                await self._one(now)

        await asyncio.gather(*(read() for _ in range(clients)))

    async def open(self, rate: float, seconds: float) -> None:
        """So many requests a second, at random moments."""
        loop = asyncio.get_running_loop()
        due = begun = time.perf_counter()
        running: set[asyncio.Task[None]] = set()
        while due < begun + seconds:
            due += self._chance.expovariate(rate)
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            task = loop.create_task(self._one(due))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)

    async def leave(self) -> None:
        for connection in self._idle:
            await connection.closed()

    async def _one(self, due: float) -> None:
        chance = self._chance
        place = bisect(self._shares, chance.random() * self._shares[-1])
        kind, weights = self._kinds[place], self._zipf[place]
        address = kind["addresses"][bisect(weights, chance.random() * weights[-1])]
        etag = self._etags.get(address, "") if chance.random() < _AGAIN else ""
        try:
            status = str(await asyncio.wait_for(self._ask(address, etag), _PATIENCE))
        except (OSError, EOFError, TimeoutError, KeyError, ValueError, asyncio.LimitOverrunError) as error:
            status = type(error).__name__
        if status in ("200", "304"):
            self.seen.answered += 1
            self.seen.unchanged += status == "304"
            self.seen.taken.setdefault(kind["name"], []).append((time.perf_counter() - due) * 1000)
        else:
            self.seen.failed.setdefault(kind["name"], Counter())[f"{status} {address}"] += 1

    async def _ask(self, address: str, etag: str) -> int:
        is_last = self._chance.random() < _NEW
        while not is_last and self._idle:
            connection = self._idle.pop()
            try:
                return await self._on(connection, address, etag, is_last)
            except (OSError, EOFError):
                connection.close()
                if connection.is_answering:
                    raise
                # The server had closed it, as it may at any time: what nobody answered is sent again, as browsers do.
                self.seen.retried += 1
        connection = await Connection.to(self._port, self._chance.randrange(_READERS))
        try:
            return await self._on(connection, address, etag, is_last)
        except BaseException:
            connection.close()
            raise

    async def _on(self, connection: Connection, address: str, etag: str, is_last: bool) -> int:
        status, found = await connection.ask(address, etag, is_last)
        if connection.is_open:
            self._idle.append(connection)
        if found:
            self._etags[address] = found
        return status


async def main(plan: dict[str, Any]) -> dict[str, Any]:
    readers = Readers(plan)
    begun, cpu = time.perf_counter(), time.process_time()
    if plan["rate"]:
        await readers.open(plan["rate"], plan["seconds"])
    else:
        await readers.closed(plan["clients"], plan["seconds"])
    seconds, seen = time.perf_counter() - begun, readers.seen
    await readers.leave()
    return {
        "seconds": seconds,
        "cpu": (time.process_time() - cpu) / seconds,
        "answered": seen.answered,
        "unchanged": seen.unchanged,
        "retried": seen.retried,
        "taken": seen.taken,
        "failed": seen.failed,
    }


if __name__ == "__main__":
    json.dump(asyncio.run(main(json.load(sys.stdin))), sys.stdout)
