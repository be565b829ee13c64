"""How much memory the export of a large archive takes: `python -m tests.drills.export --articles 100000`.

Of made-up articles, as the benchmarks have them (kept under var/bench). A process of its own exports all of it in each format
into nothing; what is printed is by how much its memory grew at most since it had done the first hundred rows.
"""

import argparse
import io
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from tests.bench.corpus import ROOT, corpus

GOAL_MB = 50


class _Nothing(io.RawIOBase):
    """A file that counts and keeps nothing."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        return len(data)


def resident_mb(name: str) -> float:
    """VmRSS (now) or VmHWM (the most since `forget_peak`) of this process."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(f"{name}:")) / 1024


def forget_peak() -> None:
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def measure(format_key: str) -> None:
    import django

    django.setup()
    from archive.dumps import FORMATS

    whole = FORMATS[format_key]

    def first(rows: Iterable[Any]) -> Iterable[Any]:
        return islice(rows, 100)

    def watched(rows: Iterable[Any]) -> Iterator[Any]:
        for number, row in enumerate(rows, 1):
            if number % 20_000 == 0:
                print(f"  after {number} records: +{resident_mb('VmRSS') - before:.1f} MB", flush=True)
            yield row

    # What is imported, compiled and opened on the way is there before any record is.
    whole.write(_Nothing(), False, first)
    before = resident_mb("VmRSS")
    forget_peak()
    sink = _Nothing()
    whole.write(sink, False, watched)
    grown = resident_mb("VmHWM") - before
    print(
        f"{format_key}: {sink.size / 1e6:.0f} MB written, {grown:.1f} MB more memory at most (goal: {GOAL_MB})",
        flush=True,
    )
    sys.exit(grown > GOAL_MB)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--format", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.format:
        measure(given.format)
    made = corpus(given.articles, seed=1)
    failed = [
        key
        for key in ("jsonl", "csv", "geojson")
        if subprocess.run(
            [sys.executable, "-m", "tests.drills.export", "--format", key],
            cwd=ROOT,
            env={**made.environment, "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "")},
            check=False,
        ).returncode
    ]
    sys.exit(f"More than {GOAL_MB} MB: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
