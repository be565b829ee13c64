"""Pages over HTTP: gunicorn on the corpus, one client on one connection, as readers get them."""

import contextlib
import http.client
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import randrange
from urllib.parse import quote

from tests.bench.corpus import ROOT, Corpus, with_events
from tests.bench.engines import process_cpu
from tests.bench.processes import Process
from tests.bench.report import table
from tests.bench.timing import Timed, judged, median, milliseconds, percentile
from tests.with_postgres import free_port

# One process: what it spends is what a page costs.
_SERVER = {"WEB_CONCURRENCY": "1", "HOST": "127.0.0.1"}
_MADE = {"PAGE_CACHE_MB": "0"}
_START = 60.0
# As browsers ask: the answer is compressed, which is part of its cost.
_HEADERS = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class _Row:
    """Pages of a kind, asked in turn, and what one may cost at most, in milliseconds of CPU."""

    name: str
    goal: float
    addresses: Sequence[str]


def _rows(corpus: Corpus) -> list[_Row]:
    with Process(corpus, "fts5") as words:
        asked = words.ask("questions")
    pairs = [question["all_of"] for question in asked["two words AND"]]
    common = [question["all_of"] for question in asked["common word"]]
    articles = [
        f"/articles/corpus-{corpus.seed}-{n}/" for n in range(1, corpus.articles, max(1, corpus.articles // 20))
    ]
    return [
        _Row("search, two words, eight facets", 20, [f"/search/?q={quote(' '.join(pair))}" for pair in pairs]),
        _Row("search, common word, eight facets", 20, [f"/search/?q={quote(' '.join(word))}" for word in common]),
        _Row("article", 8, articles),
        _Row("list of articles", 10, ["/articles/", "/articles/?page=3"]),
        _Row("list of events", 10, ["/events/", "/events/?sort=oldest"]),
        _Row("a year", 10, ["/years/2014/", "/years/2021/"]),
        _Row("list of topics", 10, ["/topics/"]),
        _Row("home", 10, ["/"]),
    ]


def _pictures() -> list[_Row]:
    return [
        _Row("timeline", 100, ["/timeline/", "/timeline/?from=2014&to=2015"]),
        _Row("map", 100, ["/map/", "/map/?year=2014"]),
        _Row("network", 100, ["/network/", "/network/?show=countries"]),
        _Row("coverage", 100, ["/coverage/"]),
    ]


# Of pages of records that most lead to.
_LEADING = {
    "Event": "event, most articles",
    "Participant": "person",
    "Country": "country",
    "Topic": "topic",
    "City": "city",
    "EventSeries": "series",
}


def report(corpus: Corpus, *, runs: int) -> str:
    """Table of the pages: medians against their goals, made anew and kept."""
    fuller = with_events(corpus, corpus.articles // 5)
    fuller.manage("collectstatic", "--noinput", "--verbosity", "0")
    leading = fuller.inside("leading")
    rows = [
        *_rows(corpus),
        *(_Row(name, 20, [leading[kind]]) for kind, name in _LEADING.items()),
        *_pictures(),
    ]
    queries = fuller.inside("queries", addresses=[address for row in rows for address in row.addresses])
    lines = []
    with _running(fuller, _MADE) as making, _running(fuller, {}) as keeping:
        for row in rows:
            made, kept = _asked(making, row, runs), _asked(keeping, row, runs)
            asked = sorted({queries[address] for address in row.addresses})
            lines.append(
                [
                    row.name if made.status == kept.status == 200 else f"{row.name} ({made.status}, {kept.status})",
                    milliseconds(median(made.wall)),
                    milliseconds(percentile(made.wall, 95)),
                    milliseconds(median(made.cpu)),
                    f"≤ {row.goal:.0f}",
                    judged(median(made.cpu) / row.goal).split()[1],
                    milliseconds(median(kept.cpu)),
                    "–".join(map(str, {asked[0]: 0, asked[-1]: 0})),
                    f"{made.size / 1000:.0f}",
                ]
            )
    above = (
        f"Pages over HTTP, one client, compressed, {corpus.articles // 5} events, milliseconds; the goal is judged by the "
        "server's CPU time for a page that is made anew (PAGE_CACHE_MB=0); kept: as it is served until the archive changes:"
    )
    return f"{above}\n\n" + table(
        ["", "wall, median", "95th percentile", "CPU, median", "goal", "", "CPU, kept", "queries", "kB"], lines
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    wall: list[float]
    cpu: list[float]
    status: int
    size: int


def _asked(server: "_Server", row: _Row, runs: int) -> _Asked:
    """So many measured answers, after each address was asked once to warm up."""
    # It may have been closed while the other server was asked; the first answer opens it, and doesn't count.
    server.connection.close()
    # As another reader: one may not have so many searches made in a minute.
    server.connection.source_address = (f"127.0.{randrange(1, 255)}.{randrange(1, 255)}", 0)
    taken, size, status = [], 0, 200
    for n in range(runs + len(row.addresses)):
        one, found, size = _get(server, row.addresses[n % len(row.addresses)])
        status = max(status, found)
        if n >= len(row.addresses):
            taken.append(one)
    return _Asked([one.wall for one in taken], [one.cpu for one in taken], status, size)


@dataclass(frozen=True, slots=True)
class _Server:
    """A connection to the server, and the process that answers."""

    connection: http.client.HTTPConnection
    pid: int


def _get(server: _Server, address: str) -> tuple[Timed, int, int]:
    cpu, wall = process_cpu(server.pid), time.perf_counter_ns()
    server.connection.request("GET", address, headers=_HEADERS)
    response = server.connection.getresponse()
    body = response.read()
    wall = time.perf_counter_ns() - wall
    return Timed((process_cpu(server.pid) - cpu) / 1e6, wall / 1e6), response.status, len(body)


@contextlib.contextmanager
def _running(corpus: Corpus, environment: Mapping[str, str]) -> Iterator[_Server]:
    """A server on the corpus."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "scosite/gunicorn.py", "scosite.wsgi"]
    path = corpus.folder / f"gunicorn-{port}.log"
    with path.open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**corpus.environment, **_SERVER, **environment, "PORT": str(port)},
            stdout=log,
            stderr=log,
        )
        try:
            _wait(port, path)
            yield _Server(http.client.HTTPConnection("127.0.0.1", port, timeout=60), _worker_of(server.pid))
        finally:
            server.terminate()
            server.wait(30)
            path.unlink()


def _worker_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def _wait(port: int, log: Path) -> None:
    end = time.monotonic() + _START
    while time.monotonic() < end:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
