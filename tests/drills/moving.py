"""An archive of made-up articles is moved from SQLite and Whoosh to PostgreSQL and OpenSearch: `python -m tests.drills.moving`.

By the commands of docs/scaling.md, on a server and nodes of its own. It holds that every record is the same, by its number
and by the hash of its line in the export, and that random queries find the same: the totals, the counts of all values of
all facets, and where results are in order of time the same results. The order by relevance may differ (docs/search.md).
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from tests import cluster, with_postgres
from tests.bench.corpus import ROOT, Corpus, corpus
from tests.bench.questions import Words, words_of_articles

# Articles whose texts the words of the queries are taken from.
_READ = 2_000
TOLD = 10


def main() -> int:
    options = _options()
    if (binaries := with_postgres.binaries()) is None:
        sys.exit("PostgreSQL is not installed (Debian: apt-get install postgresql).")
    made = corpus(options.articles, seed=1)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="archive-drill-")))
        try:
            nodes = stack.enter_context(cluster.running(options.nodes))
        except cluster.Missing as missing:
            sys.exit(f"No cluster: {missing}.")
        database_url = stack.enter_context(with_postgres.server(binaries))
        problems = _drill(made, folder, database_url, nodes.hosts, options)
    for problem in problems[:TOLD]:
        print(f"FAILED: {problem}")
    if problems:
        print(f"{len(problems)} differences")
    return 1 if problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.drills.moving", description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--nodes", type=int, default=1, help="of the OpenSearch cluster")
    parser.add_argument("--seed", type=int, default=1, help="of the queries")
    return parser.parse_args()


def _drill(made: Corpus, folder: Path, database_url: str, hosts: str, options: argparse.Namespace) -> list[str]:
    before, after = (replace(made, folder=folder / name) for name in ("before", "after"))
    before.folder.mkdir()
    with (
        contextlib.closing(sqlite3.connect(f"file:{made.folder}/archive.sqlite3?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(before.folder / "archive.sqlite3")) as target,
    ):
        source.backup(target)
    # Kept with the corpus, where it is; else it is made.
    with contextlib.suppress(FileNotFoundError):
        shutil.copytree(made.folder / "index", before.folder / "index", symlinks=True)
    before.manage("rebuild_index", "--if-needed")
    there = {"DATABASE_URL": database_url, "SEARCH_URL": f"opensearch://{hosts}/moved?shards=2"}

    begun = time.monotonic()
    after.manage("copy_archive", "--from", f"sqlite:///{before.folder}/archive.sqlite3", **there)
    print(f"Moved in {time.monotonic() - begun:.0f} s, the index built.", flush=True)
    after.manage("check_index", **there)

    asked = _in(before, {}, "choose", options)
    old, new = _in(before, {}, "tell", options, asked), _in(after, there, "tell", options, asked)
    results = sum(bool(one["total"]) for one in old["answers"])
    counts = sum(len(values) for one in old["answers"] for values in one["facets"].values())
    print(f"{sum(old['counts'].values())} rows, {len(old['records'])} records of the export, {len(asked)} queries")
    print(f"({results} of them with results; {counts} counts of facet values) compared, seed {options.seed}.")
    return list(_differing(old, new, asked))


def _in(made: Corpus, environment: dict[str, str], order: str, options: argparse.Namespace, asked: Any = None) -> Any:
    """What `choose` or `tell` answers in a process of that archive's own."""
    command = [sys.executable, "-m", __spec__.name, order]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=made.environment | environment,
        check=True,
        input=json.dumps({"queries": options.queries, "seed": options.seed, "asked": asked}),
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def _differing(old: Any, new: Any, asked: list[Any]) -> Iterator[str]:
    for name in sorted(old["counts"].keys() | new["counts"].keys()):
        if (pair := (old["counts"].get(name), new["counts"].get(name)))[0] != pair[1]:
            yield f"{name}: {pair[0]} rows before, {pair[1]} after"
    if old["head"] != new["head"]:
        yield f"the log ends with {old['head']} before, with {new['head']} after"
    if len(old["records"]) != len(new["records"]):
        yield f"{len(old['records'])} lines exported before, {len(new['records'])} after"
    for number, (before, after) in enumerate(zip(old["records"], new["records"], strict=False), 1):
        if before != after:
            yield f"line {number} of the export differs"
    for query, before, after in zip(asked, old["answers"], new["answers"], strict=True):
        for name in before:
            if before[name] != after[name]:
                yield f"{query}: {name} is {before[name]} before, {after[name]} after"


# Within an archive ----------------------------------------------------------------------------------------------------


def tell(asked: list[dict[str, Any]], **_options: Any) -> dict[str, Any]:
    """Numbers of rows, hashes of exported records, and what each query finds."""
    from django.apps import apps

    from archive.dumps import FORMATS
    from archive.models import Change

    lines = _Lines()
    FORMATS["jsonl"].write(lines, True, iter)
    return {
        "counts": {model._meta.db_table: model._base_manager.count() for model in apps.get_models(True)},
        "head": list(Change.objects.head()),
        "records": lines.hashes,
        "answers": [_answer(one) for one in asked],
    }


class _Lines(io.RawIOBase):
    """A file that keeps the hash of each line."""

    def __init__(self) -> None:
        self.hashes: list[str] = []
        self._rest = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        *whole, self._rest = (self._rest + bytes(data)).split(b"\n")
        self.hashes += [hashlib.sha256(line).hexdigest() for line in whole]
        return len(data)


def _query(values: dict[str, Any]) -> Any:
    from archive.search import Query, Scope, Sort

    chosen = {key: {name: tuple(some) for name, some in values[key].items()} for key in ("include", "exclude")}
    return Query(text=values["text"], scope=Scope(values["scope"]), sort=Sort(values["sort"]), **chosen)


def _answer(values: dict[str, Any]) -> dict[str, Any]:
    from archive import search

    query = _query(values)
    found = search.search(query)
    return {
        "total": found.total,
        "totals": {str(scope): n for scope, n in found.totals.items()},
        "facets": {
            key: {value.value: value.count for value in search.facet_values(query, key)[0].values if value.count}
            for key in search.FACETS
        },
        "notes": list(found.parsed.notes),
        # In order of time no score counts.
        "first": [hit.record.pk for hit in found.hits] if query.sort is not search.Sort.RELEVANCE else [],
    }


def choose(queries: int, seed: int, **_options: Any) -> list[dict[str, Any]]:
    """Random queries of this archive's words, of all kinds; none that an engine shortens, and says so."""
    from archive import search

    chance, words, chosen = Random(seed), words_of_articles(_READ), list[dict[str, Any]]()
    kinds = list(_KINDS.values())
    while len(chosen) < queries:
        values: dict[str, Any] = {
            "text": chance.choice(kinds)(words, chance),
            "scope": str(chance.choice([search.Scope.ARTICLES] * 4 + [search.Scope.EVENTS])),
            "sort": str(chance.choice(list(search.Sort))),
            "include": {},
            "exclude": {},
        }
        found = search.search(_query(values))
        for key in ("include", "exclude"):
            facets = [facet for facet in found.facets if facet.values]
            if facets and chance.random() < 0.4:
                facet = chance.choice(facets)
                some = chance.sample(facet.values, min(len(facet.values), chance.randint(1, 3)))
                values[key] = {facet.key: [value.value for value in some]}
        if not found.parsed.notes:
            chosen.append(values)
    return chosen


def _some(words: Words, chance: Random, least: float = 0.002, most: float = 0.6) -> str:
    return chance.choice(words.between(least, most, 500))


def _period(_words: Words, chance: Random) -> str:
    first = date(chance.randint(1996, 2024), chance.randint(1, 12), 1)
    return f"date:{first}..{date(first.year + chance.randint(0, 2), 12, 28)}"


# The kinds of tests/bench/questions.py and what they can be put together to.
_KINDS: dict[str, Callable[[Words, Random], str]] = {
    "everything": lambda _words, _chance: "",
    "a word": lambda words, chance: _some(words, chance),
    "AND": lambda words, chance: f"{_some(words, chance, 0.05)} {_some(words, chance, 0.05)}",
    "OR": lambda words, chance: " OR ".join(_some(words, chance) for _ in range(3)),
    "NOT": lambda words, chance: f"{_some(words, chance, 0.05)} -{_some(words, chance, 0.05)}",
    "phrase": lambda words, chance: f'"{" ".join(chance.choice(words.phrases(500)))}"',
    "near": lambda words, chance: f'"{_some(words, chance, 0.05)} {_some(words, chance, 0.05)}"~20',
    "prefix": lambda words, chance: f"{_some(words, chance)[:4]}*",
    "fuzzy": lambda words, chance: f"{chance.choice([w for w in words.between(0.002, 0.1, 500) if len(w) > 6])}~",
    "title": lambda words, chance: f"title:{_some(words, chance)}",
    "dates": _period,
    "all of it": lambda words, chance: (
        f"{_some(words, chance, 0.1)} ({_some(words, chance, 0.05)} OR {_some(words, chance, 0.05)}) "
        f"-{_some(words, chance, 0.02)} {_period(words, chance)}"
    ),
}

if __name__ == "__main__":
    if sys.argv[1:] not in (["choose"], ["tell"]):
        sys.exit(main())
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import django

    django.setup()
    json.dump({"choose": choose, "tell": tell}[sys.argv[1]](**json.load(sys.stdin)), answers)
    answers.close()
