"""Counters: both stores count alike, together, and keep nobody out when they are broken."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from archive.counters import Counters, FileCounters, Lost, TableCounters, counters, file
from archive.counters import table as table_module


@dataclass(frozen=True)
class Store:
    """A store, how so many seconds pass in it, and how many rows it has."""

    counters: Counters
    passes: Callable[[float], object]
    rows: Callable[[], int]


def _of_file(path: Path, statement: str, *values: float) -> int:
    file = sqlite3.connect(path, isolation_level=None)
    try:
        found = file.execute(statement, values).fetchone()
    finally:
        file.close()
    return found[0] if found else 0


def _of_table(statement: str, *values: float) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0]) if cursor.description else 0


@pytest.fixture(params=["file", "table"])
def store(request: pytest.FixtureRequest, transactional_db: None, data_dir: Path) -> Iterator[Store]:
    if request.param == "file":
        path = data_dir / "limits.sqlite3"
        yield Store(
            FileCounters(),
            lambda seconds: _of_file(path, "UPDATE hits SET until = until - ?", seconds),
            lambda: _of_file(path, "SELECT count(*) FROM hits"),
        )
        return
    if connection.vendor != "postgresql":
        pytest.skip("the table of counters is PostgreSQL's")
    yield Store(
        TableCounters(),
        lambda seconds: _of_table("UPDATE archive_hits SET until = until - %s", seconds),
        lambda: _of_table("SELECT count(*) FROM archive_hits"),
    )


def _numbers(store: Store, *keys: tuple[str, int]) -> list[int]:
    return [number for number, _left in store.counters.count(keys)]


def test_each_key_counts_for_its_time_from_its_first(store: Store) -> None:
    assert _numbers(store, ("a", 60), ("b", 600)) == [1, 1]
    store.passes(20)
    # In the order asked for, not in that of the keys.
    (first, left_of_b), (second, left_of_a) = store.counters.count([("b", 600), ("a", 60)])
    assert (first, second) == (2, 2)
    assert left_of_a == pytest.approx(40, abs=5)
    assert left_of_b == pytest.approx(580, abs=5)
    store.passes(45)
    assert _numbers(store, ("a", 60), ("b", 600)) == [1, 3]
    assert _numbers(store, ("c", 60)) == [1]


def test_what_is_taken_back_does_not_count(store: Store) -> None:
    assert _numbers(store, ("a", 60), ("b", 60)) == [1, 1]
    assert _numbers(store, ("a", 60)) == [2]
    store.counters.take_back(["b", "a", "never counted"])
    assert _numbers(store, ("a", 60), ("b", 60)) == [2, 1]
    assert store.rows() == 2


def test_what_is_kept_is_there_until_its_time_is_up(store: Store) -> None:
    assert not store.counters.has("a")
    store.counters.keep("a", 100)
    store.passes(60)
    assert store.counters.has("a")
    # Kept again, it is kept anew.
    store.counters.keep("a", 100)
    store.passes(60)
    assert store.counters.has("a")
    store.passes(41)
    assert not store.counters.has("a")


def test_all_can_be_forgotten(store: Store) -> None:
    store.counters.count([("a", 60)])
    store.counters.keep("b", 60)
    store.counters.forget_all()
    assert not store.counters.has("b")
    assert _numbers(store, ("a", 60)) == [1]


def test_what_is_over_is_taken_out(store: Store) -> None:
    for n in range(5):
        store.counters.count([(f"key {n}", 60)])
    store.passes(61)
    # A process that has not swept yet does it with the first that it counts.
    file._file.close()
    type(store.counters)().count([("another", 60)])
    assert store.rows() == 1


def test_no_two_get_the_same_number(store: Store) -> None:
    """Threads with connections of their own, as processes and machines have; half of them name the keys the other way round."""
    store.counters.count([("a", 60), ("b", 60)])

    def ask(n: int) -> list[int]:
        try:
            keys = [("a", 60), ("b", 60)]
            found = _numbers(store, *(keys if n % 2 else keys[::-1]))
            store.counters.take_back(["b", "a"] if n % 2 else ["a", "b"])
            return found + _numbers(store, ("c", 60))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(numbers[2] for numbers in pool.map(ask, range(80)))
    assert numbers == list(range(1, 81))
    assert _numbers(store, ("a", 60), ("b", 60)) == [2, 2]


def test_the_site_counts_where_its_database_is(store: Store) -> None:
    assert isinstance(counters(), TableCounters if connection.vendor == "postgresql" else FileCounters)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="the table of counters is PostgreSQL's")
def test_a_table_that_can_not_be_used_is_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = TableCounters()
    monkeypatch.setattr(table_module, "_COUNT", "SELECT 1 / 0, %(keys)s, %(seconds)s")
    with pytest.raises(Lost):
        store.count([("a", 60)])
    assert "could not count" in caplog.text
    monkeypatch.undo()
    caplog.clear()
    with pytest.raises(Lost):
        store.count([("a", 60)])
    assert caplog.text == ""
    store._again_at = 0
    assert store.count([("a", 60)])[0][0] == 1


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="the table of counters is PostgreSQL's")
def test_a_failure_breaks_no_transaction_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "_HAS", "SELECT 1 / 0, %(key)s")
    with pytest.raises(Lost):
        TableCounters().has("a")
    assert _of_table("SELECT 1") == 1


def test_a_damaged_file_is_made_anew(data_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    (data_dir / "limits.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(Lost):
        FileCounters().count([("a", 60)])
    assert "damaged" in caplog.text
    assert FileCounters().count([("a", 60)])[0][0] == 1


def test_a_file_that_can_not_be_opened(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.DATA_DIR = Path("/nonexistent")
    for act in (lambda: FileCounters().count([("a", 60)]), lambda: FileCounters().has("a")):
        with pytest.raises(Lost):
            act()
    assert "could not count" in caplog.text
