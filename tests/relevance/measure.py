"""How well the search answers `queries.jsonl`: `python -m tests.relevance.measure`.

The set was made by reading all articles of the archive as it is shipped, not by looking at results: grade 3 is exactly what
was asked for, 2 is clearly about it, 1 touches it; an article that is not listed does not answer. `need` is what the graders
had in mind. What a query cannot find by the words it has (another language, another spelling, another word) is judged all the
same: that is where a search can get better.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

from tests import cluster, with_postgres
from tests.cluster import Missing

QUERIES = Path(__file__).with_name("queries.jsonl")

# How far a reader looks: at the first results closely, through the first page once.
NDCG_DEPTH = 10
RECALL_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """A query, what its reader wants, and the grade (1 to 3) of each article that answers, by slug."""

    query: str
    need: str
    judgements: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for a query: slugs and headlines of the first page, best first, and the number of all results."""

    judged: Judged
    slugs: tuple[str, ...]
    headlines: tuple[str, ...]
    total: int

    @property
    def grades(self) -> list[int]:
        """Grade of each result, 0 where it does not answer."""
        return [self.judged.judgements.get(slug, 0) for slug in self.slugs]

    @property
    def ndcg(self) -> float:
        return ndcg(self.grades, self.judged.judgements.values())

    @property
    def recall(self) -> float:
        return recall(self.grades, len(self.judged.judgements))

    @property
    def reciprocal_rank(self) -> float:
        return reciprocal_rank(self.grades)

    @property
    def first_wrong(self) -> str:
        """Rank and headline of the first result that does not answer; empty where all do."""
        ranked = enumerate(zip(self.grades, self.headlines, strict=True), start=1)
        return next((f"{rank}. {headline}" for rank, (grade, headline) in ranked if not grade), "")

    @property
    def first_missing(self) -> str:
        """Slug of the best article that the first page lacks; empty where it has all."""
        missing = [slug for slug in self.judged.judgements if slug not in self.slugs]
        return max(missing, key=self.judged.judgements.__getitem__, default="")


@dataclass(frozen=True, slots=True)
class Relevance:
    """The measures over the whole set: plain means, each query counts the same."""

    answers: tuple[Answer, ...]

    @property
    def ndcg(self) -> float:
        return self._mean(lambda answer: answer.ndcg)

    @property
    def recall(self) -> float:
        return self._mean(lambda answer: answer.recall)

    @property
    def mrr(self) -> float:
        return self._mean(lambda answer: answer.reciprocal_rank)

    def _mean(self, value: Callable[[Answer], float]) -> float:
        return sum(map(value, self.answers)) / len(self.answers) if self.answers else 0.0

    @property
    def summary(self) -> str:
        return (
            f"{len(self.answers)} queries: nDCG@{NDCG_DEPTH} {self.ndcg:.3f}, "
            f"recall@{RECALL_DEPTH} {self.recall:.3f}, MRR {self.mrr:.3f}"
        )


# The measures ---------------------------------------------------------------------------------------------------------


def _discounted_gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(rank + 1) for rank, grade in enumerate(grades[:NDCG_DEPTH], start=1))


def ndcg(grades: Sequence[int], judged: Iterable[int]) -> float:
    """Normalised discounted cumulative gain of the first results, 0 to 1.

    Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20(4), 2002; with the gain
    2^grade - 1 of Burges and others, Learning to rank using gradient descent, ICML 2005. The ideal order is that of all
    judged articles, found or not.
    """
    ideal = _discounted_gain(sorted(judged, reverse=True))
    return _discounted_gain(grades) / ideal if ideal else 0.0


def recall(grades: Sequence[int], relevant: int) -> float:
    """Share of the relevant articles that are among the first results; where more are relevant than fit, 1 is out of reach."""
    return sum(1 for grade in grades[:RECALL_DEPTH] if grade) / relevant if relevant else 0.0


def reciprocal_rank(grades: Sequence[int]) -> float:
    """One over the rank of the first result that answers, 0 where none does."""
    return next((1 / rank for rank, grade in enumerate(grades, start=1) if grade), 0.0)


# Asking ---------------------------------------------------------------------------------------------------------------


def judged_queries() -> tuple[Judged, ...]:
    """The set, in the order of the file."""
    return tuple(Judged(**json.loads(line)) for line in QUERIES.read_text(encoding="utf-8").splitlines())


def measure() -> Relevance:
    """Ask the search of the archive that is loaded, which should be the one that is shipped."""
    from archive.search import Query, search  # once Django is set up

    answers = []
    for judged in judged_queries():
        results = search(Query(text=judged.query, page_size=RECALL_DEPTH))
        records: list[Any] = [hit.record for hit in results.hits]
        slugs = tuple(record.slug for record in records)
        answers.append(Answer(judged, slugs, tuple(record.headline for record in records), results.total))
    return Relevance(tuple(answers))


def measure_shipped() -> Relevance:
    """Measure on the fixtures, in a database and a data folder that are gone afterwards. Django must be set up."""
    with _shipped_archive():
        return measure()


@contextlib.contextmanager
def _shipped_archive() -> Iterator[None]:
    from django.conf import settings
    from django.db import connection
    from django.test import override_settings

    from archive.curation.loading import load
    from archive.search import rebuild_index

    name = connection.settings_dict["NAME"]
    # A server's test database gets a name of its own, for the suite may run there as well; SQLite's is in memory.
    test = connection.settings_dict["TEST"]
    if connection.vendor != "sqlite":
        test["NAME"] = f"relevance_{uuid.uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as folder, override_settings(DATA_DIR=Path(folder)):
        connection.creation.create_test_db(verbosity=0, serialize=False)
        try:
            load(settings.FIXTURES_DIR)
            rebuild_index()
            yield
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


# Showing --------------------------------------------------------------------------------------------------------------


def table(relevance: Relevance) -> str:
    """One line for each query, in the order of the set, and the means."""
    width = max((len(answer.judged.query) for answer in relevance.answers), default=0)
    lines = [
        f"{'nDCG':>5}  {'recall':>6}  {'found':>5}  {'query':<{width}}  first wrong result, or the best that is missing"
    ]
    lines += [
        f"{answer.ndcg:5.2f}  {answer.recall:6.2f}  {answer.total:5}  {answer.judged.query:<{width}}  {_fault(answer)}".rstrip()
        for answer in relevance.answers
    ]
    return "\n".join([*lines, "", relevance.summary])


def _fault(answer: Answer) -> str:
    return answer.first_wrong or (answer.first_missing and f"lacks {answer.first_missing}")


def main() -> None:
    """Measure as `make relevance` does: each engine that this machine has, in a process of its own, side by side.

    Where SEARCH_URL is set, that one on DATABASE_URL, as for the site.
    """
    if "SEARCH_URL" in os.environ:
        _measure_one()
        return
    summaries = {}
    with contextlib.ExitStack() as stack:
        for name, environment in ENGINES.items():
            try:
                chosen = environment(stack)
            except Missing as missing:
                summaries[name] = f"left out: {missing}"
                continue
            done = subprocess.run(
                [sys.executable, "-m", "tests.relevance.measure"],
                env={**os.environ, **chosen},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            summaries[name] = done.stdout.splitlines()[-1]
            if name == "whoosh":
                print(done.stdout)
    width = max(map(len, summaries))
    print("\n".join(f"{name:<{width}}  {summary}" for name, summary in summaries.items()))


def _measure_one() -> None:
    import django

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "ARCHIVE_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "scosite.settings",
            "SECRET_KEY": "measuring only",
            "LOG_LEVEL": "WARNING",
        }
        django.setup()
        print(table(measure_shipped()))


def _postgres(stack: contextlib.ExitStack) -> Mapping[str, str]:
    if (found := with_postgres.binaries()) is None:
        raise Missing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return {"SEARCH_URL": "postgres://", "DATABASE_URL": stack.enter_context(with_postgres.server(found))}


def _opensearch(stack: contextlib.ExitStack) -> Mapping[str, str]:
    hosts = stack.enter_context(cluster.running(1)).hosts
    # In two parts: that must not change what is found first.
    return {"SEARCH_URL": f"opensearch://{hosts}/relevance?shards=2"}


# What is measured, and the settings that choose it; what it needs runs until the end.
ENGINES: Mapping[str, Callable[[contextlib.ExitStack], Mapping[str, str]]] = {
    "whoosh": lambda _stack: {"SEARCH_URL": "whoosh://"},
    "postgres": _postgres,
    "opensearch": _opensearch,
}


if __name__ == "__main__":
    main()
