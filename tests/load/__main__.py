"""`python -m tests.load`: how much the site bears, then half of that for a while, with reloads; beside a trivial Django.

It runs on a copy of a made-up archive (tests/bench/corpus.py), with the server as it is by default, while somebody publishes
something now and then. Fails where an answer is missing or wrong, or readers wait longer than `mix.GOALS`.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.corpus import ROOT, Corpus, corpus, machine, with_events
from tests.bench.engines import process_cpu
from tests.bench.measure import built
from tests.bench.report import table
from tests.bench.timing import percentile
from tests.load.mix import GOALS, Kind, mix
from tests.with_postgres import free_port

_SITE, _TRIVIAL = "scosite.wsgi", "tests.load.trivial"
# How each is served.
_CONFIG = {_SITE: "scosite/gunicorn.py", _TRIVIAL: "tests/load/trivial_gunicorn.py"}
_START = 90.0
_CLIENTS = 24
_RELOADS = 4
# Which part of what it bears is the steady load.
_PART = 0.5


@dataclass(frozen=True, slots=True)
class Server:
    """gunicorn; `spent`: CPU seconds of all the processes that it had, those that are gone included."""

    port: int
    process: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def spent(self) -> float:
        return _spent_with_children(self.process.pid) + sum(process_cpu(pid) for pid in self.workers()) / 1e9

    def memory(self) -> float:
        """MB of the largest worker."""
        return max(_peak(pid) for pid in self.workers())


def main() -> int:
    options = _options()
    plain = corpus(options.articles, options.seed)
    # Whose words are searched for.
    built(plain, "fts5")
    fuller = with_events(plain, options.articles // 5)
    with tempfile.TemporaryDirectory(prefix="archive-load-") as name:
        folder = Path(name) / "data"
        shutil.copytree(fuller.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("events-*"))
        shutil.copy(plain.folder / "fts5.sqlite3", folder)
        made = Corpus(fuller.articles, fuller.seed, folder)
        made.manage("rebuild_index", "--if-needed")
        made.manage("collectstatic", "--noinput", "--verbosity", "0")
        print(f"{options.articles} articles, {machine()}", flush=True)
        return _measure(made, mix(made), options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.load", description="What the site bears, and how long readers wait.")
    parser.add_argument("--seconds", type=float, default=600, help="of the steady load")
    parser.add_argument(
        "--saturation",
        type=float,
        default=60,
        help="seconds in which it is found what the server bears, beginning with a publication",
    )
    parser.add_argument("--rate", type=float, help="requests a second, instead of half of what it bears")
    # Readers wait on what is made anew after a change. This is a day of three hundred publications, without a night.
    parser.add_argument("--publish-every", type=float, default=300, help="seconds between two publications")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _measure(made: Corpus, kinds: Sequence[Kind], options: argparse.Namespace) -> int:
    with _serving(made, _TRIVIAL) as server:
        most = _generate(server, kinds, options, clients=_CLIENTS, seconds=options.saturation / 6)
        trivial_rate = most["answered"] / most["seconds"]
        print(f"a trivial view: saturation {trivial_rate:.0f} req/s", flush=True)
    with _serving(made, _SITE) as server:
        # The first make what every process keeps.
        _generate(server, kinds, options, clients=4, seconds=options.saturation / 6)
        with _publishing(made, options.publish_every) as published:
            # What it bears in the minute in which all pages have to be made anew, and no better one.
            most = _generate(server, kinds, options, clients=_CLIENTS, seconds=options.saturation)
            saturation = most["answered"] / most["seconds"]
            print(f"the site: saturation {saturation:.0f} req/s ({_CLIENTS} clients, closed loop)", flush=True)
            rate = options.rate or saturation * _PART
            before, begun, spent = len(published()), time.monotonic(), server.spent()
            reloads = [options.seconds * (n + 1) / (_RELOADS + 1) for n in range(_RELOADS)]
            seen = _generate(server, kinds, options, rate=rate, seconds=options.seconds, reloads=reloads)
            spent = (server.spent() - spent) / (time.monotonic() - begun)
            changes = len(published()) - before
        print(
            f"\n{rate:.0f} req/s for {seen['seconds']:.0f} s, {_RELOADS} reloads, {changes} publications; the server took "
            f"{spent:.2f} processors, the generator {seen['cpu']:.2f} of {os.cpu_count()}; the largest worker "
            f"{server.memory():.0f} MB; {seen['unchanged']} answers were 304, {seen['retried']} requests met a closed connection"
        )
    with _serving(made, _TRIVIAL) as server:
        beside = _generate(server, kinds, options, rate=rate, seconds=min(options.seconds, 30))
    print(_report(kinds, seen, beside))
    problems = _broken(kinds, seen, changes)
    for problem in problems:
        print(f"FAILED: {problem}")
    return 1 if problems else 0


def _report(kinds: Sequence[Kind], seen: dict[str, Any], beside: dict[str, Any]) -> str:
    rows = [_row(kind.name, seen, [kind]) for kind in kinds]
    rows += [_row(f"all {group}", seen, [kind for kind in kinds if kind.group == group]) for group in GOALS]
    rows += [_row("the same on a trivial view", beside, kinds)]
    return "\n" + table(["milliseconds", "req/s", "p50", "p95", "p99", "longest", "errors"], rows)


def _row(name: str, seen: dict[str, Any], kinds: Sequence[Kind]) -> list[str]:
    taken = _taken(seen, kinds)
    failed = sum(sum(seen["failed"].get(kind.name, {}).values()) for kind in kinds)
    times = [f"{percentile(taken, percent):.1f}" for percent in (50, 95, 99, 100)] if taken else ["–"] * 4
    return [name, f"{len(taken) / seen['seconds']:.1f}", *times, str(failed)]


def _taken(seen: dict[str, Any], kinds: Sequence[Kind]) -> list[float]:
    return [one for kind in kinds for one in seen["taken"].get(kind.name, ())]


def _broken(kinds: Sequence[Kind], seen: dict[str, Any], changes: int) -> list[str]:
    """What must hold and doesn't."""
    failed = Counter({f"{kind}: {what}": n for kind, some in seen["failed"].items() for what, n in some.items()})
    problems = [f"{n} × {what}" for what, n in failed.most_common(20)]
    for group, goal in GOALS.items():
        taken = _taken(seen, [kind for kind in kinds if kind.group == group])
        if not taken or percentile(taken, 95) > goal:
            problems.append(f"{group}: the 95th percentile is above {goal:.0f} ms")
    return problems if changes else [*problems, "nothing was published meanwhile"]


# Processes ------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _serving(made: Corpus, application: str) -> Iterator[Server]:
    """gunicorn with its default settings on the copy; a trivial application without what is the site's own."""
    port, log = free_port(), made.folder / "gunicorn.log"
    command = [sys.executable, "-m", "gunicorn", "--config", _CONFIG[application], application]
    environment = made.environment | {"HOST": "127.0.0.1", "PORT": str(port)}
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            end = time.monotonic() + _START
            while time.monotonic() < end:
                with (
                    contextlib.suppress(OSError),
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30),
                ):
                    break
                time.sleep(0.2)
            else:
                raise SystemExit(f"FAILED: the server did not start:\n{log.read_text()}")
            yield Server(port, process)
        finally:
            process.terminate()
            process.wait(60)
    if "Traceback" in (said := log.read_text()):
        print(f"the server complained:\n{said[-4000:]}")


def _generate(
    server: Server,
    kinds: Sequence[Kind],
    options: argparse.Namespace,
    *,
    seconds: float,
    clients: int = 0,
    rate: float = 0,
    reloads: Sequence[float] = (),
) -> dict[str, Any]:
    """What the readers saw; the server is told to reload after so many seconds each."""
    plan = {
        "port": server.port,
        "seed": options.seed,
        "kinds": [kind.as_json() for kind in kinds],
        "clients": clients,
        "rate": rate,
        "seconds": seconds,
    }
    generator = subprocess.Popen(
        [sys.executable, "-m", "tests.load.generator"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with generator:
        assert generator.stdin and generator.stdout
        generator.stdin.write(json.dumps(plan))
        generator.stdin.close()
        begun = time.monotonic()
        for reload_at in reloads:
            time.sleep(max(0.0, begun + reload_at - time.monotonic()))
            server.process.send_signal(signal.SIGHUP)
        seen: dict[str, Any] = json.loads(generator.stdout.read())
    return seen


@contextlib.contextmanager
def _publishing(made: Corpus, every: float) -> Iterator[Any]:
    """Somebody publishes an article every so many seconds until the block ends; what he did so far is to be had."""
    log = made.folder / "publisher.log"
    with log.open("w") as output:
        publisher = subprocess.Popen(
            [sys.executable, "-m", "tests.load.publisher", str(every)],
            cwd=ROOT,
            env=made.environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield lambda: log.read_text().splitlines()
            if publisher.poll() is not None:
                raise SystemExit(f"FAILED: the publisher ended:\n{log.read_text()[-2000:]}")
        finally:
            publisher.terminate()
            publisher.wait(30)


def _spent_with_children(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _peak(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    sys.exit(main())
