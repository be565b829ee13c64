"""Pages over HTTP: gunicorn on the corpus, one client on one connection, as readers get them."""

import contextlib
import http.client
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from tests.bench.corpus import ROOT, Corpus
from tests.bench.engines import process_cpu
from tests.bench.processes import Process
from tests.bench.report import table
from tests.bench.timing import Timed, judged, median, milliseconds, percentile
from tests.with_postgres import free_port

# One process: what it spends is what a page costs.
_SERVER = {"WEB_CONCURRENCY": "1", "HOST": "127.0.0.1"}
_START = 60.0


def _addresses(corpus: Corpus) -> list[tuple[str, float, list[str]]]:
    """Rows: name, goal in milliseconds, addresses that are asked in turn."""
    with Process(corpus, "fts5") as words:
        asked = words.ask("questions")
    pairs = [question["all_of"] for question in asked["two words AND"]]
    common = [question["all_of"] for question in asked["common word"]]
    articles = [
        f"/articles/corpus-{corpus.seed}-{n}/" for n in range(1, corpus.articles, max(1, corpus.articles // 20))
    ]
    return [
        ("search, two words, eight facets", 20.0, [f"/search/?q={quote(' '.join(pair))}" for pair in pairs]),
        ("search, common word, eight facets", 20.0, [f"/search/?q={quote(' '.join(word))}" for word in common]),
        ("article", 8.0, articles),
        ("list of articles", 10.0, ["/articles/", "/articles/?page=3"]),
        ("list of events", 10.0, ["/events/", "/events/?sort=oldest"]),
        ("a year", 10.0, ["/years/2014/", "/years/2021/"]),
        ("list of topics", 10.0, ["/topics/"]),
        ("home", 10.0, ["/"]),
        ("timeline", 100.0, ["/timeline/", "/timeline/?from=2014&to=2015"]),
        ("map", 100.0, ["/map/"]),
        ("network", 100.0, ["/network/"]),
        ("coverage", 100.0, ["/coverage/"]),
    ]


def report(corpus: Corpus, *, runs: int) -> str:
    """Table of the pages: medians against their goals."""
    rows = []
    with _running(corpus) as (port, pid):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for name, goal, addresses in _addresses(corpus):
            taken, size, status = [], 0, 200
            for n in range(runs + len(addresses)):
                one, found, size = _get(connection, addresses[n % len(addresses)], pid)
                status = max(status, found)
                # Each once to warm up.
                if n >= len(addresses):
                    taken.append(one)
            wall, cpu = [one.wall for one in taken], [one.cpu for one in taken]
            rows.append(
                [
                    name if status == 200 else f"{name} ({status})",
                    milliseconds(median(wall)),
                    milliseconds(percentile(wall, 95)),
                    milliseconds(median(cpu)),
                    f"{size / 1000:.0f}",
                    f"≤ {goal:.0f}",
                    judged(median(cpu) / goal).split()[1],
                ]
            )
    return "Pages over HTTP, one client, milliseconds; the goal is judged by the server's CPU time:\n\n" + table(
        ["", "wall, median", "95th percentile", "CPU of the server, median", "kB", "goal", ""], rows
    )


def _get(connection: http.client.HTTPConnection, address: str, pid: int) -> tuple[Timed, int, int]:
    cpu, wall = process_cpu(pid), time.perf_counter_ns()
    connection.request("GET", address)
    response = connection.getresponse()
    body = response.read()
    wall = time.perf_counter_ns() - wall
    return Timed((process_cpu(pid) - cpu) / 1e6, wall / 1e6), response.status, len(body)


@contextlib.contextmanager
def _running(corpus: Corpus) -> Iterator[tuple[int, int]]:
    """Port and process of a server on the corpus."""
    corpus.manage("collectstatic", "--noinput", "--verbosity", "0")
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "scosite/gunicorn.py", "scosite.wsgi"]
    environment = corpus.environment | _SERVER | {"PORT": str(port)}
    with (corpus.folder / "gunicorn.log").open("w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait(port, corpus.folder / "gunicorn.log")
            yield port, _worker_of(server.pid)
        finally:
            server.terminate()
            server.wait(30)


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
