"""Small and fast versions of the drills (tests/drills/), which `make test-drills` runs; `make drill-search` runs the real ones.

That a rebuild is not noticed is tested where a site runs already: test_writers.py, and test_followers.py on PostgreSQL.
"""

import os
import subprocess
import sys
from random import Random

import pytest
from django.conf import settings
from django.db import connection

from archive.search import MAX_CHARACTERS, MAX_CLAUSES, parse
from tests import cluster, with_postgres
from tests.drills import hostile
from tests.drills.hostile import HOSTILE, Words
from tests.environment import required
from tests.search.engines import ENGINES, OPENSEARCH


# What is killed of a cluster are its nodes: tests/search/test_cluster.py.
@pytest.mark.drill
@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine != OPENSEARCH])
def test_processes_that_change_the_archive_are_killed(engine: str) -> None:
    """In a process of its own, in a database of its own: of the same kind as the suite's."""
    options = ("--changes", "12", "--kills", "3", "--articles", "12", "--seed", "1", "--search", engine)
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.kills", *options],
        cwd=settings.BASE_DIR,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout


def _drilled(module: str, *options: str) -> str:
    """What a drill that passes prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *options],
        cwd=settings.BASE_DIR,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.drill
def test_backups_of_a_living_archive_come_back_whole() -> None:
    assert "5 of 5 changed bytes" in _drilled(
        "tests.drills.backups", "--rounds", "2", "--articles", "12", "--flips", "5"
    )


@pytest.mark.drill
@pytest.mark.skipif(connection.vendor != "sqlite", reason="it starts both databases itself")
def test_an_archive_is_moved_to_another_database_and_another_engine() -> None:
    try:
        cluster.java(), cluster.distribution()
    except cluster.Missing as missing:
        if required("opensearch"):
            raise
        pytest.skip(f"no OpenSearch: {missing}")
    if with_postgres.binaries() is None:
        assert not required("postgres"), "PostgreSQL is not installed"
        pytest.skip("PostgreSQL is not on this machine")
    assert "24 queries" in _drilled("tests.drills.moving", "--articles", "60", "--queries", "24")


def test_hostile_queries_are_within_the_limits_and_near_them() -> None:
    """A query that is refused costs nothing, and so proves nothing."""
    chance = Random(1)
    common = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(4, 11))) for _ in range(3000)]
    words = Words(common, [chance.choices(common, k=200) for _ in range(3)])
    assert (hostile._CHARACTERS, hostile._TERMS) == (MAX_CHARACTERS, MAX_CLAUSES)
    for name, made in HOSTILE.items():
        asked = made(words, chance)["q"]
        assert len(asked) <= MAX_CHARACTERS, name
        assert not parse(asked).notes, (name, parse(asked).notes)
        assert asked.count(" ") >= 15 or name in ("the last pages", "everything, by date"), name
