"""One engine in a process of its own: reads orders as JSON lines, answers each with a line.

Its own, so that its memory and its first query are its own, and so that an engine that never ends can be ended.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.engines import Answer, Engine, NotSupported, OpenSearch, Ours, OursAlone, PlainWhoosh, memory
from tests.bench.questions import Question
from tests.bench.timing import timed

# Rows: name of the engine, and how it is made for a data folder.
ENGINES: dict[str, Callable[[Path], Engine]] = {
    "ours": lambda _: Ours(),
    "engine": lambda _: OursAlone(),
    "opensearch": lambda _: OpenSearch(),
    "whoosh": lambda _: PlainWhoosh(),
    "fts5": lambda folder: _sql().Fts5(folder / "fts5.sqlite3"),
    # On whatever database and engine the environment names.
    "door": lambda _: Ours(),
    "postgres": lambda _: _sql().PostgreSQL(os.environ["BENCH_POSTGRES"]),
}


def _sql() -> Any:
    # Not loaded where it would only be weight in another engine's memory.
    from tests.bench import sql

    return sql


class Worker:
    """The orders: one method each, arguments and result plain values."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def build(self) -> dict[str, Any]:
        found: list[int] = []
        took = timed(lambda: found.append(self.engine.build()), self._other_cpu)
        return {"documents": found[0], "cpu": took.cpu, "wall": took.wall, "bytes": self.engine.size()}

    def size(self) -> int:
        return self.engine.size()

    def cold(self, question: dict[str, Any]) -> dict[str, Any]:
        """Opening, and the first question after it."""
        opened = timed(self.engine.open)
        asked = timed(lambda: self.engine.ask(Question.from_json(question)), self._other_cpu)
        return {"open": [opened.cpu, opened.wall], "first": [asked.cpu, asked.wall]}

    def first(self, questions: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
        """Ask each once, until the time is over."""
        timings, totals, notes, end = [], [], set[str](), time.monotonic() + seconds
        self.engine.open()
        for question in map(Question.from_json, questions):
            answers: list[Answer] = []
            took = timed(lambda one=question, into=answers: into.append(self.engine.ask(one)), self._other_cpu)  # type: ignore[misc]
            timings.append(asdict(took))
            totals.append(answers[0].total)
            notes.update(answers[0].notes)
            if time.monotonic() > end:
                break
        return {"timings": timings, "totals": totals, "notes": sorted(notes)}

    def turn(self, questions: list[dict[str, Any]]) -> list[dict[str, float]]:
        """Ask each once more."""
        asked = [Question.from_json(values) for values in questions]
        return [asdict(timed(lambda one=one: self.engine.ask(one), self._other_cpu)) for one in asked]  # type: ignore[misc]

    def questions(self) -> dict[str, list[dict[str, Any]]]:
        """What to ask of this corpus; FTS5's worker knows."""
        from tests.bench.questions import questions, read_words

        asked = questions(read_words(self.engine.connection))  # type: ignore[attr-defined]
        return {kind: [question.as_json() for question in some] for kind, some in asked.items()}

    def words(self) -> dict[str, list[dict[str, Any]]]:
        """As `questions`, where there is no FTS5 database to look into."""
        from tests.bench.questions import questions, words_of_articles

        return {kind: [one.as_json() for one in some] for kind, some in questions(words_of_articles()).items()}

    def copy(self, url: str) -> dict[str, float]:
        """Fill the database from another one, as `copy_archive` does."""
        from archive import moving

        took = timed(lambda: moving.copy(url))
        return asdict(took)

    def stages(self, documents: int) -> dict[str, float]:
        """Milliseconds of CPU time that a document takes until an engine gets it: read from the database, and cut into words."""
        from itertools import islice

        from archive.search.documents import all_documents
        from archive.search.text import stem, terms

        made: list[Any] = []
        read = timed(lambda: made.extend(islice(all_documents(), documents)))

        def cut() -> None:
            for document in made:
                for text in (document.title, *document.texts, *document.names):
                    [stem(form) for form in terms(text)]

        return {"read": read.cpu / len(made), "cut": timed(cut).cpu / len(made)}

    def memory(self) -> dict[str, int]:
        return memory()

    def _other_cpu(self) -> int:
        return self.engine.other_cpu()


def main(name: str, folder: str) -> None:
    # What engines print is not an answer.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if name == "opensearch":
        os.environ["SEARCH_URL"] = os.environ["BENCH_OPENSEARCH"]
    import django

    django.setup()
    worker = Worker(ENGINES[name](Path(folder)))
    for line in sys.stdin:
        order, arguments = json.loads(line)
        try:
            answer = {"ok": getattr(worker, order)(**arguments)}
        except NotSupported as error:
            answer = {"not_supported": str(error)}
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
