"""The measures on cases worked out by hand, the set of queries itself, and how well the search does on it."""

import json
from collections import Counter
from typing import Any

import pytest
from django.conf import settings

from tests.data.make_word_runs import FILE, WordRuns
from tests.relevance.measure import (
    QUERIES,
    Answer,
    Judged,
    Relevance,
    judged_queries,
    measure,
    ndcg,
    recall,
    reciprocal_rank,
    table,
)
from tests.seed import SeedTestCase

# A little under the 0.76 that were measured on both engines. Raise it when the search gets better; never lower it to
# let a change pass.
FLOOR = 0.74

# The measures ---------------------------------------------------------------------------------------------------------


def test_ndcg_is_the_gain_of_the_order_over_that_of_the_best_order() -> None:
    # Gains 7, 0, 3 at discounts 1, log2(3), 2; the best order has 7, 3, 1.
    assert ndcg([3, 0, 2], [1, 3, 2]) == pytest.approx((7 + 3 / 2) / (7 + 3 / 1.5849625 + 1 / 2))


def test_ndcg_is_one_for_the_best_order_and_nought_without_an_answer() -> None:
    assert ndcg([3, 2, 1], [1, 2, 3]) == 1
    assert ndcg([0, 0], [3]) == 0
    assert ndcg([], [3]) == 0
    assert ndcg([], []) == 0


def test_ndcg_looks_at_ten_results() -> None:
    assert ndcg([0] * 10 + [3], [3]) == 0
    assert ndcg([3] * 10, [3] * 12) == 1


def test_a_better_article_below_a_worse_one_costs() -> None:
    # 1 + 7/log2(3) over 7 + 1/log2(3).
    assert ndcg([1, 3], [3, 1]) == pytest.approx(5.4165083 / 7.6309298)


def test_recall_is_the_share_of_the_relevant_among_twenty() -> None:
    assert recall([3, 0, 1], 4) == 0.5
    assert recall([1] * 25, 25) == 0.8
    assert recall([0] * 20 + [3], 1) == 0
    assert recall([], 0) == 0


def test_reciprocal_rank_is_that_of_the_first_answer() -> None:
    assert reciprocal_rank([0, 0, 1, 3]) == pytest.approx(1 / 3)
    assert reciprocal_rank([2]) == 1
    assert reciprocal_rank([0, 0]) == 0
    assert reciprocal_rank([]) == 0


def _answer(*slugs: str, **judgements: int) -> Answer:
    return Answer(Judged("border", "Borders.", judgements), slugs, tuple(slug.upper() for slug in slugs), len(slugs))


def test_an_answer_names_its_first_wrong_result_and_the_best_that_it_lacks() -> None:
    answer = _answer("a", "x", "y", a=2, b=1, c=3)
    assert answer.grades == [2, 0, 0]
    assert answer.first_wrong == "2. X"
    assert answer.first_missing == "c"
    assert (_answer("a", a=1).first_wrong, _answer("a", a=1).first_missing) == ("", "")


def test_the_means_count_every_query_the_same() -> None:
    relevance = Relevance((_answer("a", a=3), _answer("x", "a", a=3, b=3), _answer(a=1)))
    assert relevance.recall == pytest.approx((1 + 0.5 + 0) / 3)
    assert relevance.mrr == pytest.approx((1 + 0.5 + 0) / 3)
    # The second: 7/log2(3) over 7 + 7/log2(3).
    assert relevance.ndcg == pytest.approx((1 + 0.3868528 + 0) / 3)


def test_the_table_has_a_line_for_each_query_and_the_means() -> None:
    head, right, wrong, missing, _, means = table(
        Relevance((_answer("a", a=3), _answer("x", a=3), _answer(a=3)))
    ).splitlines()
    assert head.split()[:3] == ["nDCG", "recall", "found"]
    assert right.split() == ["1.00", "1.00", "1", "border"]
    assert wrong.endswith("border  1. X")
    assert missing.endswith("border  lacks a")
    assert means == "3 queries: nDCG@10 0.333, recall@20 0.333, MRR 0.333"


# The set --------------------------------------------------------------------------------------------------------------


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), pairs
    return dict(pairs)


def test_there_are_sixty_queries_and_none_twice() -> None:
    for line in QUERIES.read_text(encoding="utf-8").splitlines():
        assert list(json.loads(line, object_pairs_hook=_without_repeats)) == ["query", "need", "judgements"]
    counted = Counter(judged.query for judged in judged_queries())
    assert len(counted) == counted.total() == 60


def test_every_judgement_is_a_grade_of_an_article_that_is_shipped() -> None:
    shipped = {row["fields"]["slug"] for row in json.loads((settings.FIXTURES_DIR / "article.json").read_text())}
    for judged in judged_queries():
        assert judged.judgements, judged.query
        assert set(judged.judgements) <= shipped, judged.query
        assert set(judged.judgements.values()) <= {1, 2, 3}, judged.query


def test_every_need_is_a_sentence_of_our_own() -> None:
    sources = WordRuns(FILE.read_bytes())
    for judged in judged_queries():
        assert judged.need.endswith("."), judged.query
        assert not sources.shared(judged.need), judged.query


# The search -----------------------------------------------------------------------------------------------------------


class ShippedArchiveTests(SeedTestCase):
    def test_the_search_is_as_good_as_it_was(self) -> None:
        relevance = measure()
        self.assertGreaterEqual(
            relevance.ndcg,
            FLOOR,
            f"mean nDCG@10 is {relevance.ndcg:.3f}, below the floor of {FLOOR}\n\n{table(relevance)}",
        )
