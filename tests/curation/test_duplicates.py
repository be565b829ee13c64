"""Articles that may be one: what is found, and what is not."""

import os
import random
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archive.curation.duplicates import Item, Reason, decide, find_duplicates, pairs
from archive.curation.duplicates.comparing import NEAR_TEXT, normal_address, runs_of_words, shared
from archive.models import DuplicateDecision
from archive.models.duplicate import DuplicateOutcome
from tests import factories as make
from tests.data.source_items import items_of

pytestmark = pytest.mark.django_db

SEEDS = os.environ.get("ARCHIVE_SEEDS", "")
VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "dklmnrst"]


def words(seed: int, n: int = 80) -> list[str]:
    rng = random.Random(seed)
    return [rng.choice(VOCABULARY) for _ in range(n)]


def text(seed: int, n: int = 80) -> str:
    return " ".join(words(seed, n))


def edited(seed: int, share: float, n: int = 80) -> str:
    """The text with that share of its words exchanged."""
    rng = random.Random(-seed)
    return " ".join(rng.choice(VOCABULARY) if rng.random() < share else word for word in words(seed, n))


def reasons(item: Any) -> dict[int, tuple[Reason, ...]]:
    return {one.article.pk: one.reasons for one in find_duplicates(item)}


# Addresses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        "http://EXAMPLE.org/News/1?id=7",
        "https://www.example.org/News/1?id=7#top",
        "https://example.org:443/News/1/?id=7",
        "https://example.org/News/1?utm_source=x&id=7&utm_medium=y",
        "https://example.org/News/1?id=7&fbclid=abc",
    ],
)
def test_one_address_written_otherwise(other: str) -> None:
    assert normal_address(other) == normal_address("https://example.org/News/1?id=7")


@pytest.mark.parametrize(
    "other",
    ["https://example.org/news/1?id=7", "https://example.org/News/1?id=8", "https://example.org:8080/News/1?id=7"],
)
def test_another_address(other: str) -> None:
    assert normal_address(other) != normal_address("https://example.org/News/1?id=7")


@pytest.mark.parametrize("url", ["", "not an address", "https://[::1", "https://example.org:port/"])
def test_what_is_no_address_stays_as_it_is(url: str) -> None:
    assert normal_address(url) == url


# Texts ----------------------------------------------------------------------------------------------------------------


def test_an_excerpt_stands_in_the_whole() -> None:
    whole, excerpt = runs_of_words(text(1)), runs_of_words(" ".join(words(1)[20:50]))
    assert shared(whole, excerpt) == 1.0
    assert shared(whole, runs_of_words(text(2))) == 0.0


def test_short_texts_say_nothing() -> None:
    assert shared(runs_of_words("one two three four"), runs_of_words("one two three four")) == 0.0
    assert len(runs_of_words("two words")) == len(runs_of_words("")) == 0


def test_case_and_punctuation_are_no_difference_and_chinese_has_words() -> None:
    assert list(runs_of_words("Border guards, of RUSSIA")) == list(runs_of_words("border guards of Russia"))
    assert len(runs_of_words("上海合作组织成员国")) == 7


# One item -------------------------------------------------------------------------------------------------------------


def test_same_address_same_text_and_nearly_the_same_text() -> None:
    by_address = make.make_article(url="https://example.org/a?utm_source=x", body=text(1))
    same = make.make_article(body=text(2), text_sha256="ab" * 32)
    near = make.make_article(body=edited(3, 0.08))
    excerpt = make.make_article(body=" ".join(words(3, 200)[:40]))
    make.make_article(body=text(4))
    assert reasons(Item(url="http://www.example.org/a#x")) == {by_address.pk: (Reason.ADDRESS,)}
    assert reasons(Item(text="other", text_sha256="ab" * 32)) == {same.pk: (Reason.TEXT,)}
    assert reasons(Item(text=text(3))) == {near.pk: (Reason.NEAR_TEXT,), excerpt.pk: (Reason.NEAR_TEXT,)}
    assert reasons(Item(text=text(5))) == {}
    assert reasons(Item()) == {}


def test_articles_without_text_are_compared_by_headline_and_abstract() -> None:
    one = make.make_article(headline="Guards meet", abstract=text(1, 40))
    other = make.make_article(headline="Guards meet again", abstract=edited(1, 0.05, 40))
    assert reasons(one) == {other.pk: (Reason.NEAR_TEXT,)}


HEADLINE = "Border guards of Russia and China meet in Khujand"


@pytest.mark.parametrize(
    ("differs", "is_found"),
    [
        ({}, True),
        ({"date": "2014-09-16"}, True),
        ({"date": "2014-09-17"}, False),
        ({"date": "2014-09"}, True),
        ({"date": "", "date_basis": ""}, False),
        ({"headline": "Border guards of China and Russia met in Khujand"}, True),
        ({"headline": "Khujand hosts talks of customs officers"}, False),
        ({"agency": None}, True),
        ({"agency": make.make_publisher}, False),
    ],
)
def test_same_event_within_days(differs: dict[str, Any], is_found: bool) -> None:
    event, agency = make.make_event(), make.make_publisher()
    one = make.make_article(headline=HEADLINE, publisher=agency)
    differs = {name: value() if callable(value) else value for name, value in differs.items()}
    other = make.make_article(**{"headline": HEADLINE, "agency": agency, **differs})
    for article in (one, other):
        make.make_coverage(article=article, event=event)
    assert reasons(one) == ({other.pk: (Reason.EVENT,)} if is_found else {})
    assert [pair.reasons for pair in pairs()] == ([(Reason.EVENT,)] if is_found else [])


def test_without_an_event_the_headline_has_to_be_nearly_the_same() -> None:
    agency = make.make_publisher()
    there = make.make_article(headline=HEADLINE, publisher=agency)
    make.make_coverage(article=there)
    known: dict[str, Any] = {"sources": frozenset([agency.pk]), "earliest": there.date_earliest}
    assert reasons(Item(headline=HEADLINE + "!", **known)) == {there.pk: (Reason.HEADLINE,)}
    assert reasons(Item(headline="Border guards of China and Russia met in Dushanbe", **known)) == {}
    other_event = frozenset([make.make_event().pk])
    assert reasons(Item(headline=HEADLINE, events=other_event, **known)) == {}


def test_surest_first_and_withdrawn_ones_too() -> None:
    near = make.make_article(body=edited(1, 0.08))
    same = make.make_article(url="https://example.org/1", body=text(1), status="withdrawn")
    found = find_duplicates(Item(url="https://example.org/1", text=text(1)))
    assert [one.article for one in found] == [same, near]
    assert found[0].score == 1.0 > found[1].score >= NEAR_TEXT
    assert "same address" in found[0].reasons_text


def test_what_changed_is_known_at_once() -> None:
    article = make.make_article(body=text(1))
    assert reasons(Item(text=text(1)))
    article.body = text(2)
    article.save()
    assert not reasons(Item(text=text(1)))
    assert reasons(Item(text=text(2)))
    article.delete()
    assert not reasons(Item(text=text(2)))


def test_the_number_of_queries_is_constant() -> None:
    def count() -> int:
        find_duplicates(one)
        with CaptureQueriesContext(connection) as captured:
            find_duplicates(one)
        return len(captured)

    one = make.make_article(body=text(1))
    make.make_article(body=text(1))
    few = count()
    for _ in range(5):
        make.make_article(body=text(1))
    assert count() == few <= 5


# All pairs ------------------------------------------------------------------------------------------------------------


def test_pairs_are_those_that_are_found_one_by_one() -> None:
    """Over an archive of many kinds of likeness, the queue has every pair that the entry would show."""
    event, agency = make.make_event(), make.make_publisher()
    articles = [
        make.make_article(url="https://example.org/1", body=text(1)),
        make.make_article(url="http://example.org/1#x", body=text(2)),
        make.make_article(body=edited(2, 0.06)),
        make.make_article(body=text(3), text_sha256="cd" * 32),
        make.make_article(body=text(3), text_sha256="cd" * 32),
        make.make_article(body=" ".join(words(3)[:30])),
        make.make_article(headline=HEADLINE, publisher=agency),
        make.make_article(headline=HEADLINE + " again", publisher=agency),
        make.make_article(body=text(9)),
        make.make_article(headline="Officers train in Osh", publisher=agency, date="2016-07"),
        make.make_article(headline="Officers train in Osh.", agency=agency, date="2016-07-12"),
    ]
    for article in articles[6:8]:
        make.make_coverage(article=article, event=event)
    expected = {
        (min(article.pk, pk), max(article.pk, pk)): found
        for article in articles
        for pk, found in reasons(article).items()
    }
    found = {(pair.first, pair.second): pair.reasons for pair in pairs()}
    assert found == expected
    assert len(found) == 7
    assert [pair.second for pair in pairs()] == sorted((pair.second for pair in pairs()), reverse=True)


def test_of_many_copies_of_a_text_each_is_paired_with_some() -> None:
    copies = [make.make_article(body=edited(1, 0.02)) for _ in range(12)]
    linked = {pk for pair in pairs() for pk in (pair.first, pair.second)}
    assert linked == {copy.pk for copy in copies}
    assert len(pairs()) < 12 * 11 / 2


def test_withdrawn_articles_make_no_pair() -> None:
    make.make_article(body=text(1))
    make.make_article(body=text(1), status="withdrawn")
    assert pairs() == ()


def test_no_articles_no_pairs() -> None:
    assert pairs() == ()
    make.make_article()
    assert pairs() == ()


# Decisions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", DuplicateOutcome)
def test_what_was_decided_is_not_asked_again(outcome: DuplicateOutcome) -> None:
    one, other, third = (make.make_article(body=text(1)) for _ in range(3))
    decide(other, one, outcome, by="ed", note="Looked at both.")
    assert set(reasons(one)) == {third.pk}
    assert {(pair.first, pair.second) for pair in pairs()} == {(one.pk, third.pk), (other.pk, third.pk)}
    decision = DuplicateDecision.objects.get()
    assert (decision.first, decision.second, decision.outcome) == (one, other, outcome)
    assert decision.history.get().history_change_reason == "Looked at both."


def test_a_decision_can_be_changed() -> None:
    one, other = make.make_article(), make.make_article()
    decide(one, other, DuplicateOutcome.DIFFERENT, by="ed")
    decide(other, one, DuplicateOutcome.SYNDICATED, by="ed")
    assert DuplicateDecision.objects.get().outcome == "syndicated"


# The source documents -------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not SEEDS, reason="ARCHIVE_SEEDS names no folder with the source documents")
def test_of_the_source_documents_one_pair_is_nearly_the_same() -> None:
    """The threshold stands in the middle between the one true pair and the most alike of the others."""
    items = [item for path in sorted(Path(SEEDS).glob("*.txt")) for item in items_of(path)]
    runs = [runs_of_words(item.text) for item in items]
    scores = {(a, b): shared(runs[a], runs[b]) for a, b in combinations(range(len(items)), 2)}
    alike = {pair: score for pair, score in scores.items() if score >= NEAR_TEXT}
    assert [(items[a].position, items[b].position) for a, b in alike] == [(55, 60)]
    assert max(score for pair, score in scores.items() if pair not in alike) < NEAR_TEXT - 0.15
