"""The index is written anew, again and again, while a server answers: `python -m tests.drills.rebuild`.

Ten requests a second, sent on time whether or not the ones before were answered. It holds that every answer is a page with
exactly the results that the query had before.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from urllib.request import build_opener

from tests.bench.corpus import ROOT
from tests.bench.timing import percentile
from tests.servers.curator import fetch
from tests.servers.site import Site, running_site

A_SECOND = 10
# Most problems that are told one by one.
TOLD = 10
# Of the shipped archive.
_ASKED = ("peace mission", '"joint exercise"', "terror*", "sysoev~", "defence OR border", "talks -summit", "лавров", "")
_HIT = re.compile(r'class="card hit">.*?<h3><a href="([^"]+)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search page said, and after how many seconds; `results` are addresses, `total` the sentence with the number."""

    query: str
    status: int
    results: tuple[str, ...]
    total: str
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.drills.rebuild", description=__doc__.splitlines()[0])
    parser.add_argument("--rebuilds", type=int, default=10)
    parser.add_argument("--search", default="whoosh://", choices=["whoosh://", "postgres://"])
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scosite.settings")
    with (
        tempfile.TemporaryDirectory(prefix="archive-drill-") as folder,
        running_site(Path(folder), SEARCH_URL=options.search, LOG_LEVEL="WARNING") as site,
    ):
        before, answers, seconds = ask_while_rebuilding(site, options.rebuilds)
        log = (site.data_dir / "gunicorn.log").read_text()
    taken = [answer.seconds * 1000 for answer in answers]
    print(
        f"{options.rebuilds} rebuilds in {seconds:.0f} s, {len(answers)} requests meanwhile ({options.search}): "
        f"median {percentile(taken, 50):.0f} ms, 95th percentile {percentile(taken, 95):.0f} ms, longest {max(taken):.0f} ms"
    )
    problems = differing(before, answers)
    if "Traceback" in log:
        problems.append("the server complained")
    for problem in problems[:TOLD]:
        print(f"FAILED: {problem}")
    if problems:
        print(f"{len(problems)} problems; the server's last words:\n{log[-6000:]}")
    return 1 if problems else 0


def ask_while_rebuilding(site: Site, rebuilds: int) -> tuple[dict[str, Answer], list[Answer], float]:
    """Each query's answer before; the answers while the index was written anew so often; how long that took."""
    before = {query: ask(site.url, query) for query in _ASKED}
    command = [sys.executable, "manage.py", "rebuild_index"]
    begun = time.monotonic()
    with ThreadPoolExecutor(4 * A_SECOND) as pool:
        waiting = []
        for _ in range(rebuilds):
            with subprocess.Popen(command, cwd=ROOT, env=site.environment, stdout=subprocess.DEVNULL) as rebuild:
                while rebuild.poll() is None:
                    waiting.append(pool.submit(ask, site.url, _ASKED[len(waiting) % len(_ASKED)]))
                    time.sleep(max(0.0, begun + len(waiting) / A_SECOND - time.monotonic()))
            if rebuild.returncode:
                raise AssertionError("rebuild_index failed")
        seconds = time.monotonic() - begun
        return before, [one.result() for one in waiting], seconds


def ask(url: str, query: str) -> Answer:
    begun = time.monotonic()
    status, html = fetch(build_opener(), f"{url}/search/?q={quote(query)}")
    total = re.search(r"\d+ results?", html)
    return Answer(query, status, tuple(_HIT.findall(html)), total[0] if total else "", time.monotonic() - begun)


def differing(before: dict[str, Answer], answers: list[Answer]) -> list[str]:
    """What is wrong with the answers, a sentence each; also where there was nothing to compare with."""
    found = [f"“{one.query}” finds nothing to begin with ({one.status})" for one in before.values() if not one.results]
    for one in answers:
        if (one.status, one.results, one.total) != (200, before[one.query].results, before[one.query].total):
            missing = len(set(before[one.query].results) - set(one.results))
            found.append(f"“{one.query}”: status {one.status}, {one.total} ({missing} of the first page missing)")
    return found if answers else [*found, "nothing was asked meanwhile"]


if __name__ == "__main__":
    sys.exit(main())
