"""Writers side by side: on PostgreSQL as it is; on SQLite in a file, as the test database in memory knows one writer only."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, close_old_connections, connection, connections, transaction
from django.db.models.deletion import Collector

from archive.models import Article, Change, Topic
from tests.factories import make_article, make_topic

pytestmark = pytest.mark.django_db(transaction=True)

# Generous: a writer shares two cores with other tests, and only a deadlock waits for ever.
PATIENCE = 60
Run = Callable[..., Future]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """`run(function, …)` in a thread with a connection of its own, as a future."""
    path = tmp_path / "side-by-side.sqlite3"
    if connection.vendor == "sqlite":
        with sqlite3.connect(path) as copy:
            connection.ensure_connection()
            connection.connection.backup(copy)
        # Once, before there are readers: changing the mode of a file in use is refused at once, whatever the timeout.
        copy.execute("PRAGMA journal_mode=WAL")
        copy.close()

    def with_own_connection(function: Callable[..., Any], *args: Any) -> Any:
        if connection.vendor == "sqlite":
            own = connection.copy()
            own.settings_dict = {**own.settings_dict, "NAME": str(path)}
            connections["default"] = own
        try:
            return function(*args)
        finally:
            close_old_connections()
            connections["default"].close()
            del connections["default"]

    with ThreadPoolExecutor(8) as pool:
        yield lambda function, *args: pool.submit(with_own_connection, function, *args)


def numbers() -> list[int]:
    return list(Change.objects.order_by("number").values_list("number", flat=True))


def test_a_second_writer_gets_its_number_after_the_first_has_committed(run: Run) -> None:
    has_written, may_commit = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            make_topic(slug="first")
            has_written.set()
            assert may_commit.wait(PATIENCE)

    def second() -> None:
        make_topic(slug="second")

    one = run(first)
    assert has_written.wait(PATIENCE)
    other = run(second)
    with pytest.raises(TimeoutError):
        other.result(timeout=0.3)
    assert run(numbers).result(PATIENCE) == []
    may_commit.set()
    one.result(PATIENCE)
    other.result(PATIENCE)

    def entries() -> list[Change]:
        return list(Change.objects.order_by("number"))

    before, after = run(entries).result(PATIENCE)
    assert (before.record_key, after.record_key) == ("first", "second")
    assert after.number == before.number + 1
    assert after.previous_sha256 == before.sha256


def test_a_reader_never_sees_a_gap_that_is_filled_later(run: Run) -> None:
    is_over = threading.Event()

    def write(name: str) -> None:
        for n in range(5):
            with transaction.atomic():
                make_topic(slug=f"{name}-{n}")
                Topic.objects.filter(slug=f"{name}-{n}").update(name="Renamed")

    def read() -> list[list[int]]:
        seen = []
        # A pause, or the reader keeps the interpreter from the writers.
        while not is_over.wait(0.005):
            seen.append(numbers())
        return [*seen, numbers()]

    reader = run(read)
    try:
        for writer in [run(write, name) for name in ("a", "b", "c")]:
            writer.result(PATIENCE)
    finally:
        is_over.set()
    seen = reader.result(PATIENCE)
    assert seen[-1] == list(range(1, 31))
    assert all(one == list(range(1, len(one) + 1)) for one in seen)


def test_writers_that_touch_the_same_records_crosswise_do_not_block_each_other(run: Run) -> None:
    def make() -> None:
        make_topic(slug="a")
        make_topic(slug="b")

    def touch(*slugs: str) -> None:
        with transaction.atomic():
            for slug in slugs:
                Topic.objects.get(slug=slug).save()

    run(make).result(PATIENCE)
    for writer in [run(touch, "a", "b"), run(touch, "b", "a"), run(touch, "a", "b"), run(touch, "b", "a")]:
        writer.result(PATIENCE)
    assert run(numbers).result(PATIENCE) == list(range(1, 11))


def test_a_slug_is_not_given_away_while_it_becomes_a_redirect(run: Run) -> None:
    has_renamed, may_commit = threading.Event(), threading.Event()

    def rename() -> None:
        with transaction.atomic():
            topic = Topic.objects.get(slug="old")
            topic.slug = "new"
            topic.save()
            has_renamed.set()
            assert may_commit.wait(PATIENCE)

    def take() -> None:
        Topic(slug="old", name="Another", definition="…").save()

    run(make_topic_named_old).result(PATIENCE)
    one = run(rename)
    assert has_renamed.wait(PATIENCE)
    other = run(take)
    with pytest.raises(TimeoutError):
        other.result(timeout=0.3)
    may_commit.set()
    one.result(PATIENCE)
    with pytest.raises(ValidationError, match="used before"):
        other.result(PATIENCE)


def make_topic_named_old() -> None:
    make_topic(slug="old")


in_line = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite's line is tested in tests/faults/test_sqlite.py"
)


def _save(slug: str, hold: Callable[[], Any]) -> None:
    with transaction.atomic():
        make_topic(slug=slug)
        hold()


def _save_with_patience(slug: str, milliseconds: int) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}")
        make_topic(slug=slug)


def _until_in_line(number: int) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0] == number:
                return
        time.sleep(0.01)
    raise AssertionError("they are not in line")


@pytest.mark.parametrize("is_many", [False, True])
def test_nothing_is_linked_to_what_is_being_deleted(run: Run, monkeypatch: pytest.MonkeyPatch, is_many: bool) -> None:
    """Between the look at what hangs on it, and the end: the database would refuse to delete what others still name."""
    looked, linked = threading.Event(), threading.Event()

    def set_up() -> int:
        make_topic(slug="one")
        return int(make_article(slug="going").pk)

    def collect(self: Collector, *args: Any, **kwargs: Any) -> None:
        found(self, *args, **kwargs)
        looked.set()
        linked.wait(0.5)

    def delete() -> None:
        if is_many:
            Article.objects.filter(pk=pk).delete()
        else:
            Article.objects.get(pk=pk).delete()

    def link() -> bool:
        assert looked.wait(PATIENCE)
        with transaction.atomic():
            Change.objects.lock()
            article = Article.objects.filter(pk=pk).first()
            if article:
                article.topics.set(Topic.objects.all())
        linked.set()
        return article is not None

    pk = run(set_up).result(PATIENCE)
    found = Collector.collect
    monkeypatch.setattr(Collector, "collect", collect)
    deleting, linking = run(delete), run(link)
    deleting.result(PATIENCE)
    assert linking.result(PATIENCE) is False


@in_line
def test_who_waits_in_a_line_that_moves_is_not_refused(run: Run) -> None:
    may_begin = threading.Event()
    others = [run(_save, "first", lambda: may_begin.wait(PATIENCE))]
    for n in range(4):
        others.append(run(_save, f"after-{n}", lambda: time.sleep(0.5)))
        _until_in_line(n + 1)
    last = run(_save_with_patience, "last", 1000)
    _until_in_line(5)
    may_begin.set()
    last.result(PATIENCE)
    assert sum(1 for _ in run(numbers).result(PATIENCE)) == 6
    for other in others:
        other.result(PATIENCE)


@in_line
def test_who_waits_where_nothing_moves_is_told_soon(run: Run) -> None:
    has_written, may_commit = threading.Event(), threading.Event()
    one = run(_save, "first", lambda: has_written.set() or may_commit.wait(PATIENCE))
    assert has_written.wait(PATIENCE)
    try:
        with pytest.raises(OperationalError, match="lock timeout"):
            run(_save_with_patience, "second", 200).result(PATIENCE)
    finally:
        may_commit.set()
    one.result(PATIENCE)
    assert run(numbers).result(PATIENCE) == [1]
