"""The archive through its one door on each engine, side by side: `python -m tests.bench.scaling --articles 10000`.

What the tables of docs/scaling.md are made of: the nine kinds of questions with facets and snippets, warm, in milliseconds of
wall time, for here the work is done in other processes too; how long an index takes to be built, how large it is, and
the memory of all processes that serve it. Each engine is on this machine alone with its question: PostgreSQL and the one node
of OpenSearch are started for it, and gone afterwards.
"""

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests import cluster, with_postgres
from tests.bench.corpus import Corpus, corpus, machine, multiplied
from tests.bench.engines import folder_size, stored
from tests.bench.processes import NoAnswer, Process
from tests.bench.questions import KINDS
from tests.bench.report import table
from tests.bench.timing import median, milliseconds, percentile

# Most seconds for the building of an index, and for a turn of questions.
_BUILD, _TURN = 4 * 3600.0, 120.0
_SAMPLE = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where an engine works: the settings that choose it, the size of its index, and its processes besides the web's."""

    environment: Mapping[str, str]
    size: Callable[[], int]
    processes: Callable[[], Iterable[int]] = tuple


def _whoosh(made: Corpus, _stack: contextlib.ExitStack) -> Place:
    return Place({"SEARCH_URL": "whoosh://"}, lambda: folder_size(made.folder / "index"))


_TABLES = (
    "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'archive\\_search%'"
)


def _postgres(_made: Corpus, stack: contextlib.ExitStack) -> Place:
    if (binaries := with_postgres.binaries()) is None:
        raise cluster.Missing("PostgreSQL is not installed")
    server = stack.enter_context(with_postgres.primary(binaries))

    def size() -> int:
        with psycopg.connect(server.url) as database:
            return int(database.execute(_TABLES).fetchone()[0])  # type: ignore[index]

    def processes() -> list[int]:
        main = int((server.data / "postmaster.pid").read_text().split()[0])
        return [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]

    return Place({"SEARCH_URL": "postgres://", "DATABASE_URL": server.url}, size, processes)


def _opensearch(_made: Corpus, stack: contextlib.ExitStack) -> Place:
    nodes = stack.enter_context(cluster.running(1, cluster.FAST))

    url = f"opensearch://{nodes.hosts}/bench"
    return Place(
        {"SEARCH_URL": url},
        lambda: stored(url),
        lambda: [node.pid for node in nodes.nodes],
    )


# OpenSearch has the records in SQLite, as Whoosh has: what differs is the engine.
ENGINES: Mapping[str, Callable[[Corpus, contextlib.ExitStack], Place]] = {
    "whoosh": _whoosh,
    "postgres": _postgres,
    "opensearch": _opensearch,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Of an engine, by kind: wall times, totals, and what it tells of its limits or why it has no answer; rows of other figures."""

    times: Mapping[str, list[float]]
    totals: Mapping[str, list[int]]
    told: Mapping[str, str]
    figures: Mapping[str, str]


def main() -> int:
    options = _options()
    print(f"{machine()}. `python -m tests.bench.scaling {' '.join(sys.argv[1:])}`", flush=True)
    for articles in options.articles or [10_000]:
        made = multiplied(corpus(articles, 1), options.times)
        with Process(made, "door", SEARCH_URL="whoosh://") as process:
            asked = process.ask("words", limit=_BUILD)
            stages = process.ask("stages", documents=_SAMPLE)
        found: dict[str, Measured] = {}
        for name in options.engines:
            with contextlib.ExitStack() as stack:
                try:
                    found[name] = _measure(made, ENGINES[name](made, stack), asked, options.turns)
                except (cluster.Missing, NoAnswer) as missing:
                    print(f"{name} is left out: {missing}", flush=True)
        print(f"\n{_report(made, found, stages)}\n", flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench.scaling", description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, action="append", help="size of the corpus; may be given several times")
    parser.add_argument("--times", type=int, default=1, help="each article so many times, with other rare words")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--turns", type=int, default=12, help="how often each question is asked, warm")
    return parser.parse_args()


def _measure(made: Corpus, place: Place, asked: Mapping[str, Any], turns: int) -> Measured:
    figures = {}
    if "DATABASE_URL" in place.environment:
        made.manage("migrate", "--verbosity", "0", **place.environment)
    with Process(made, "door", **place.environment) as process:
        if "DATABASE_URL" in place.environment:
            took = process.ask("copy", limit=_BUILD, url=f"sqlite:///{made.folder}/archive.sqlite3")
            figures["records copied into the database, s"] = f"{took['wall'] / 1000:.0f}"
        built = process.ask("build", limit=_BUILD)
        seconds = built["wall"] / 1000
        figures |= {
            "documents": f"{built['documents']}",
            "index built in, s": f"{seconds:.0f}",
            "documents a second": f"{built['documents'] / seconds:.0f}",
            "of it CPU time of the process that builds, s": f"{built['cpu'] / 1000:.0f}",
        }
    # A process of its own, that has built nothing.
    with Process(made, "door", **place.environment) as process:
        times, totals, told = {}, {}, {}
        for kind, questions in asked.items():
            print(f"  {place.environment['SEARCH_URL'].partition(':')[0]}: {kind} …", flush=True)
            try:
                first = process.ask("first", limit=_TURN, questions=questions, seconds=_TURN)
                totals[kind] = first["totals"]
                if first["notes"]:
                    told[kind] = " ".join(first["notes"])
                rounds = [process.ask("turn", limit=_TURN, questions=questions) for _ in range(turns)]
                times[kind] = [one["wall"] for some in rounds for one in some]
            except NoAnswer as error:
                told[kind] = str(error)
        size = place.size()
        figures |= {
            "index on disk, MB": f"{size / 1e6:.0f}",
            "kB a document": f"{size / 1e3 / built['documents']:.2f}",
            "memory of a web process after all questions, MB": f"{process.ask('memory')['all'] / 1e6:.0f}",
            "memory of the engine's own processes, MB": f"{sum(map(_memory, place.processes())) / 1e6:.0f}",
        }
    return Measured(times, totals, told, figures)


def _memory(pid: int) -> int:
    """Bytes of a process, what it shares with others in equal parts; none of one that has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


def _report(made: Corpus, found: Mapping[str, Measured], stages: Mapping[str, float]) -> str:
    names = list(found)
    others = dict.fromkeys(name for one in found.values() for name in one.figures)
    totals = {kind: {tuple(one.totals[kind]) for one in found.values() if kind in one.totals} for kind in KINDS}
    before = (
        f"CPU time of a document before an engine gets it: {stages['read']:.2f} ms until it is read from the database, "
        f"{stages['cut']:.2f} ms until its words are cut."
    )
    differing = [f"- {kind}: totals differ: {sorted(some)}" for kind, some in totals.items() if len(some) > 1]
    return "\n\n".join(
        (
            f"### {made.articles:,} articles".replace(",", " "),
            "Warm, milliseconds of wall time, median (95th percentile in brackets):",
            table(["", *names], [[kind, *(_cell(found[name].times.get(kind)) for name in names)] for kind in KINDS]),
            table(["", *names], [[row, *(found[name].figures.get(row, "–") for name in names)] for row in others]),
            before,
            *(f"- {kind}, {name}: {why}" for name, one in found.items() for kind, why in one.told.items()),
            *differing,
        )
    )


def _cell(times: list[float] | None) -> str:
    if not times:
        return "–"
    return f"{milliseconds(median(times))} ({milliseconds(percentile(times, 95))})"


if __name__ == "__main__":
    sys.exit(main())
