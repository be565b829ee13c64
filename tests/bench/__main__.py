"""`python -m tests.bench`: measures, prints, and with --write keeps the tables in docs/performance.md."""

import argparse
import contextlib
import os
import subprocess
import sys
from pathlib import Path

from tests import cluster, with_postgres
from tests.bench import pages
from tests.bench.corpus import ROOT, corpus, machine
from tests.bench.measure import FULL, QUICK, measure
from tests.bench.report import NAMES, report

DOCUMENT = ROOT / "docs" / "performance.md"
# What stands above it in the document is written by hand.
MARK = "<!-- Below: written by `make bench BENCH_WRITE=…`. -->"


def main() -> int:
    options = _options()
    with contextlib.ExitStack() as stack:
        engines, environment = tuple(options.engines), {}
        if "postgres" in engines:
            if url := _postgres(stack):
                environment["BENCH_POSTGRES"] = url
            else:
                print("PostgreSQL is not installed: it is left out (Debian: apt-get install postgresql).")
                engines = tuple(name for name in engines if name != "postgres")
        if "opensearch" in engines:
            try:
                nodes = stack.enter_context(cluster.running(1, cluster.FAST))
            except cluster.Missing as missing:
                print(f"OpenSearch is left out: {missing}.")
                engines = tuple(name for name in engines if name != "opensearch")
            else:
                environment["BENCH_OPENSEARCH"] = f"opensearch://{nodes.hosts}/bench"
                environment["BENCH_OPENSEARCH_PID"] = str(nodes.nodes[0].pid)
        sections = []
        for articles in options.articles or [10_000]:
            made = corpus(articles, options.seed)
            if options.rebuild:
                for kept in made.folder.glob("built-*.json"):
                    kept.unlink()
            print(f"{articles} articles: measuring …", flush=True)
            found = report(measure(made, engines, QUICK if options.quick else FULL, environment))
            if not options.no_pages:
                found += "\n\n" + pages.report(made, runs=10 if options.quick else 60)
            print(f"\n{found}\n", flush=True)
            sections.append(found)
    if options.write:
        _write(sections, options.date)
    return _relevance()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests.bench", description="Benchmarks against FTS5, PostgreSQL, plain Whoosh and OpenSearch."
    )
    parser.add_argument("--articles", type=int, action="append", help="size of the corpus; may be given several times")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", nargs="+", choices=NAMES, default=list(NAMES), help="which to ask (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer words and runs: for a look, not for the document")
    parser.add_argument("--rebuild", action="store_true", help="build the indexes anew")
    parser.add_argument("--no-pages", action="store_true", help="without the pages over HTTP")
    parser.add_argument("--write", action="store_true", help="keep the tables in docs/performance.md; needs --date")
    parser.add_argument("--date", help="the day that the document gives")
    options = parser.parse_args()
    if options.write and not options.date:
        parser.error("--write needs --date: the document says when it was measured")
    return options


def _postgres(stack: contextlib.ExitStack) -> str:
    """Address of a PostgreSQL: TEST_DATABASE_URL, or a server for this run; empty where there is none."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    binaries = with_postgres.binaries()
    return stack.enter_context(with_postgres.server(binaries)) if binaries else ""


def _write(sections: list[str], date: str) -> None:
    above = DOCUMENT.read_text().partition(MARK)[0]
    command = " ".join(["python -m tests.bench", *sys.argv[1:]])
    DOCUMENT.write_text(
        f"{above}{MARK}\n\nMeasured on {date}: {machine()}. `{command}`\n\n" + "\n\n".join(sections) + "\n"
    )


def _relevance() -> int:
    """How good the answers are, where the judged queries are there: tests/relevance/."""
    if not (Path(ROOT) / "tests" / "relevance" / "measure.py").exists():
        return 0
    return subprocess.run([sys.executable, "-m", "tests.relevance.measure"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
