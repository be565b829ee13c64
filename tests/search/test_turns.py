"""Costly searches one at a time; cheap ones are never kept waiting."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from archive.concurrency import Places
from archive.search import SearchBusy, SearchTooCostly, SearchTooSlow, parse, turns
from archive.search.turns import CHEAP, MOST_WAITING, Budget, cost, turn

COSTLY = parse("aaa* OR bbb* OR ccc*").tree
PLAIN = parse('terror* border (lavrov OR "full membership")').tree


@contextmanager
def waiting(number: int) -> Iterator[list[int]]:
    """So many threads that want a turn; the list tells which had theirs."""
    done: list[int] = []

    def wait(n: int) -> None:
        with turn(COSTLY):
            done.append(n)

    threads = [threading.Thread(target=wait, args=(n,), daemon=True) for n in range(number)]
    for thread in threads:
        thread.start()
    yield done
    for thread in threads:
        thread.join(10)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", 0), ("border patrol", 2), ("terror* -x", 9), ('"a b c" OR d', 7), ("title:terror~", 8), ("year:2014", 0)],
)
def test_a_cost_is_counted_in_words(query: str, expected: int) -> None:
    assert cost(parse(query).tree) == expected


def test_what_readers_ask_is_cheap() -> None:
    assert cost(PLAIN) <= CHEAP < cost(COSTLY)


def test_one_at_a_time_and_cheap_ones_at_once() -> None:
    with ExitStack() as stack:
        with turn(COSTLY):
            done = stack.enter_context(waiting(2))
            with turn(PLAIN):
                assert done == []
        stack.close()
        assert sorted(done) == [0, 1]


def test_too_many_are_refused_and_nothing_stays_taken() -> None:
    for _round in range(2):
        with ExitStack() as stack:
            with turn(COSTLY):
                done = stack.enter_context(waiting(MOST_WAITING))
                while turns._places._value:
                    time.sleep(0.01)
                with pytest.raises(SearchBusy, match="few"), turn(COSTLY):
                    pytest.fail("a second turn at the same time")
            stack.close()
            assert len(done) == MOST_WAITING


def test_a_failure_gives_the_turn_back() -> None:
    with pytest.raises(ZeroDivisionError), turn(COSTLY):
        raise ZeroDivisionError
    with turn(COSTLY):
        pass


def test_without_a_place_for_its_lock_a_search_is_made_all_the_same(settings: Any, data_dir: Path) -> None:
    settings.DATA_DIR = data_dir / "absent"
    with turn(COSTLY):
        assert not settings.DATA_DIR.exists()


def test_a_costly_one_is_given_up_and_a_cheap_one_is_not() -> None:
    Budget(PLAIN, 0).check()
    with pytest.raises(SearchTooCostly, match="fewer words"), turn(COSTLY):
        Budget(COSTLY, 0).check()
    # Whoever gives up a cheap one has no time.
    with pytest.raises(SearchTooSlow) as raised, turn(PLAIN):
        raise SearchTooSlow
    assert not isinstance(raised.value, SearchTooCostly)


def test_a_costly_one_lets_others_go_first_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    places, may_go = Places(1), threading.Event()
    monkeypatch.setattr(turns, "places", places)
    monkeypatch.setattr(turns, "_GIVES_WAY_FOR", 1.0)

    def seconds(budget: Budget) -> float:
        begun = time.monotonic()
        for _step in range(3):
            budget.check()
        return time.monotonic() - begun

    def make_a_page() -> None:
        with places.taken():
            assert may_go.wait(30)

    other = threading.Thread(target=make_a_page)
    other.start()
    while not places._taken:
        time.sleep(0.01)
    budget = Budget(COSTLY, 60)
    assert seconds(budget) >= 0.99
    # It has waited enough, and a cheap one never does.
    assert seconds(budget) < 0.9
    assert seconds(Budget(PLAIN, 60)) < 0.9
    may_go.set()
    other.join(30)
