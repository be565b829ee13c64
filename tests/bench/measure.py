"""One size measured: every engine in a process of its own, all asked one kind of question before the next kind."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.bench.corpus import Corpus, fingerprint, index_fingerprint
from tests.bench.processes import NoAnswer, Process
from tests.bench.timing import Series, Timed

# Most seconds for a kind of question in one engine; then its process is ended.
LIMIT = 60.0
# Kinds whose first question is asked of a fresh process as well.
COLD = ("common word", "two words AND", "phrase")


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: questions of a kind, turns in which an engine is asked all of them, seconds for it altogether."""

    questions: int = 5
    turns: int = 12
    seconds: float = 20.0


FULL, QUICK = Effort(), Effort(questions=2, turns=2, seconds=5.0)


@dataclass(slots=True)
class Measured:
    """All figures of a size: by kind and engine, by engine, and what could not be measured and why."""

    articles: int
    kinds: dict[str, dict[str, Series]] = field(default_factory=dict)
    totals: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    # What an engine told of its own limits where it did answer.
    limits: dict[tuple[str, str], str] = field(default_factory=dict)
    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    cold: dict[str, dict[str, Any]] = field(default_factory=dict)
    builds: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)


def measure(corpus: Corpus, engines: tuple[str, ...], effort: Effort, environment: Mapping[str, str]) -> Measured:
    """Build what is missing, ask everything of everyone."""
    measured = Measured(corpus.articles)
    _build(corpus, engines, environment, measured)
    with Process(corpus, "fts5") as words:
        asked = {kind: some[: effort.questions] for kind, some in words.ask("questions").items()}
    with ExitStack() as stack:
        processes = {name: stack.enter_context(Process(corpus, name, **environment)) for name in engines}
        for kind, questions in asked.items():
            print(f"  {kind} …", flush=True)
            _ask(kind, questions, processes, effort, measured)
        for name, process in processes.items():
            measured.memory[name] = process.ask("memory")
    for kind in COLD:
        for name in engines:
            if name != "engine":
                _cold(corpus, name, kind, asked[kind][0], environment, measured)
    return measured


def _ask(kind: str, questions: Any, processes: Mapping[str, Process], effort: Effort, measured: Measured) -> None:
    """One kind: first of each engine in a row, then in turns, so that a machine's slow seconds are slow for all of them."""
    left = dict.fromkeys(processes, effort.seconds)

    def ask(name: str, order: str, **arguments: Any) -> Any:
        begun = time.monotonic()
        try:
            return processes[name].ask(order, limit=LIMIT, questions=questions, **arguments)
        except NoAnswer as error:
            measured.failures[kind, name] = str(error)
            del left[name]
        finally:
            if name in left:
                left[name] -= time.monotonic() - begun

    for name in processes:
        if found := ask(name, "first", seconds=effort.seconds):
            measured.kinds.setdefault(kind, {})[name] = Series(first=[Timed(**one) for one in found["timings"]])
            measured.totals.setdefault(kind, {})[name] = found["totals"]
            if found["notes"]:
                measured.limits[kind, name] = " ".join(found["notes"])
    for turn in range(effort.turns):
        names = [name for name, seconds in left.items() if seconds > 0]
        # Whoever comes after an engine that reads much finds the processor's cache full of it: each turn somebody else.
        Random(turn).shuffle(names)
        for name in names:
            if found := ask(name, "turn"):
                measured.kinds[kind][name].warm += [Timed(**one) for one in found]


def _build(corpus: Corpus, engines: tuple[str, ...], environment: Mapping[str, str], measured: Measured) -> None:
    """Indexes and their figures."""
    for name in ("ours", "fts5", "postgres", "opensearch"):
        if name in engines or name == "fts5":
            measured.builds[name] = built(corpus, name, **environment)


def built(corpus: Corpus, name: str, **environment: str) -> dict[str, Any]:
    """Figures of an engine's index; ours and FTS5's are kept, with the index, as long as what writes them stays the same."""
    versions = {"ours": index_fingerprint(), "fts5": fingerprint(["tests/bench/sql.py", "archive/search/documents.py"])}
    version = versions.get(name, "")
    figures: dict[str, Any] | None = corpus.kept(f"built-{name}", version) if version else None
    if figures is None:
        print(f"  building {name} …", flush=True)
        with Process(corpus, name, **environment) as process:
            figures = process.ask("build", limit=7_200)
        if version:
            corpus.keep(f"built-{name}", version, figures)
    return figures


def _cold(
    corpus: Corpus, name: str, kind: str, question: Any, environment: Mapping[str, str], measured: Measured
) -> None:
    with Process(corpus, name, **environment) as process:
        try:
            measured.cold.setdefault(kind, {})[name] = process.ask("cold", limit=LIMIT, question=question)
        except NoAnswer as error:
            measured.failures[f"{kind}, cold", name] = str(error)
