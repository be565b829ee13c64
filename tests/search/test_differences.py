"""What engines may differ in: each row of the table is asked for on each engine. Everything else is the same for all."""

import re

import pytest
from django.conf import settings

from archive import search
from archive.search import Query
from archive.search.documents import SearchDocument
from archive.search.engine import engine as engine_in_use
from archive.search.grammar import parse
from archive.search.query import Scope
from tests import factories as make
from tests.search.asking import ask, facet, found
from tests.search.engines import DIFFERENCES, OPENSEARCH, POSTGRES, WHOOSH

pytestmark = pytest.mark.django_db


def _pks(text: str) -> tuple[int, ...]:
    """What the index holds, whatever the records are."""
    return engine_in_use().find(Query(text, page_size=100), parse(text).tree).pks


def _one_document(*texts: str) -> None:
    engine_in_use().rebuild([SearchDocument(Scope.ARTICLES, 1, "A title", texts, {}, {})], 0, "")


def test_the_docs_name_each_of_them() -> None:
    told = (settings.BASE_DIR / "docs" / "search.md").read_text()
    rows = set(re.findall(r"^\| (.+?) \| .+ \| .+ \|$", told.partition("### Differences")[2], re.MULTILINE))
    assert rows - {"difference"} == set(DIFFERENCES)


def test_how_many_words_one_prefix_stands_for(engine: str) -> None:
    words = [f"abc{n:03}" for n in range(300)]
    make.make_article(headline="All", body=" ".join(words))
    make.make_article(headline="First half", body=" ".join(words[:150]))
    make.make_article(headline="Last", body=words[-1])
    for n, word in enumerate(words[:-1]):
        if n % 2:
            make.make_topic(name=word)
    answer = ask("abc*")
    most = DIFFERENCES["how many words one prefix stands for"][engine]
    # The word of the last article is of all the last that is left out: it is in two of them.
    assert answer.total == 3
    assert bool(answer.parsed.notes) is (most == 256)
    assert all("More than 256 words" in note for note in answer.parsed.notes)
    assert ask("abc1*").parsed.notes == ()


def test_which_words_are_left_of_too_many_that_a_fuzzy_one_stands_for(engine: str) -> None:
    # Three hundred words that differ from "abcdefgh" in two letters, and two that differ in one.
    words = [f"abc{a}ef{b}h" for a in "ijklmnopqrstuvwxyz" for b in "ijklmnopqrstuvwxyz"][:300]
    for n in range(2):
        make.make_article(headline=f"Frequent {n}", body=" ".join(words))
    make.make_article(headline="Like", body="abcdefgx")
    make.make_article(headline="Liker", body="abcdefg")
    answer = ask("abcdefgh~2")
    left = DIFFERENCES["which words are left of too many that a fuzzy one stands for"][engine]
    frequent, likest = {"Frequent 0", "Frequent 1"}, {"Like", "Liker"}
    assert {str(hit.record) for hit in answer.hits} == (frequent if left == "most frequent" else frequent | likest)
    assert len(answer.parsed.notes) == (left != "all")
    assert all("More than 256 words" in note for note in answer.parsed.notes)
    assert ask("abcdefgh~1").total == 2


def test_nearness_is_known_of_words_after_the_first_16_383(engine: str) -> None:
    make.make_article(headline="Long", body=f"alpha bravo {'and so on ' * 6000} charlie delta")
    is_known = DIFFERENCES["nearness is known of words after the first 16 383"][engine]
    assert found('"alpha bravo"~3') == ["Long"]
    assert found('"charlie delta"~3') == (["Long"] if is_known else [])
    # Phrases and words are found wherever they stand.
    assert found('"charlie delta"') == found("delta charlie") == found("delt*") == ["Long"]
    assert found('"delta charlie"') == found('"so delta"') == []


def test_words_after_a_megabyte_of_different_ones_are_found(engine: str) -> None:
    _one_document("alpha", " ".join(f"{n:05}{'w' * 600}" for n in range(2000)), "omega")
    is_found = DIFFERENCES["words after a megabyte of different ones are found"][engine]
    assert _pks("alpha") == _pks("00007" + "w" * 450 + "*") == _pks("title") == (1,)
    assert _pks("omega") == ((1,) if is_found else ())


def test_of_how_many_results_the_best_match_is_found(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    most = DIFFERENCES["of how many results the best match is found"][engine]
    for year in range(2001, 2009):
        make.make_article(headline=f"In {year}", body="border", date=str(year))
    make.make_article(headline="Border", date="2000")
    newest = [f"In {year}" for year in range(2008, 2000, -1)]
    assert found("border") == ["Border", *newest]
    if most is not None:
        from archive.search import postgres_query

        assert most == postgres_query.MAX_RANKED
        monkeypatch.setattr(postgres_query, "MAX_RANKED", 4)
        assert found("border") == [*newest, "Border"]
        assert ask("border").parsed.notes[-1].startswith("Of so many results only the newest 4 were")
        assert [found("border", page_size=3, page=page) for page in (1, 2, 3)] == [
            newest[:3],
            newest[3:6],
            [*newest[6:], "Border"],
        ]
        assert ask("border OR security").parsed.notes[-1].startswith("Of so many results only the newest 2 were")
        assert ask("border", sort="newest").parsed.notes == ask("year:2001").parsed.notes == ()


def test_what_a_short_text_beside_long_names_weighs(engine: str) -> None:
    """BM25F takes each field by its own length, ts_rank the vector as a whole."""
    names = [" ".join(f"n{n}" for n in range(start, start + 40)) for start in (100, 200)]
    make.make_article(headline="Short", body="border", topics=[make.make_topic(name=name) for name in names])
    make.make_article(headline="Longer", body="border " + "something else " * 5)
    weighs = DIFFERENCES["what a short text beside long names weighs"][engine]
    assert found("border") == (["Short", "Longer"] if weighs == "more" else ["Longer", "Short"])


def test_a_search_is_stopped_after_seconds(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = DIFFERENCES["a search is stopped after seconds"][engine]
    from archive.search import evaluate, opensearch_engine, postgres_engine

    module = {WHOOSH: evaluate, POSTGRES: postgres_engine, OPENSEARCH: opensearch_engine}[engine]
    monkeypatch.undo()  # tests are given longer
    assert seconds == module.SEARCH_TIMEOUT
    for n in range(30):
        make.make_article(headline=f"Border {n}", body="border " * 2000)
    search.ensure_fresh()
    # PostgreSQL takes a millisecond at least, a cluster is through in one.
    monkeypatch.setattr(module, "SEARCH_TIMEOUT", {WHOOSH: 0, POSTGRES: 0.001, OPENSEARCH: 0.000_001}[engine])
    with pytest.raises(search.SearchTooSlow, match="too long"):
        ask('"border border"~100 border OR bord* OR borde* OR bor*')
    if engine == WHOOSH:
        # What is cheap comes to its end.
        assert ask("bord* border").total == 30
    monkeypatch.undo()
    assert ask("border").total == 30


def test_what_was_replaced_counts_in_how_rare_a_word_is(engine: str) -> None:
    for n in range(12):
        one = make.make_article(
            headline=f"Drill {n}", body="border " * (n % 4) + "patrol " * (n % 3), date=f"20{10 + n % 5}"
        )
        ask()  # one segment each
        if n % 3 == 0:
            one.body += " border"
            one.save()
    texts = ("border", "border patrol", "bord*", "border OR patrol", "drill")
    grown = {text: found(text) for text in texts}
    search.rebuild_index()
    rebuilt = {text: found(text) for text in texts}
    assert {text: set(those) for text, those in grown.items()} == {text: set(those) for text, those in rebuilt.items()}
    assert (grown != rebuilt) is DIFFERENCES["what was replaced counts in how rare a word is"][engine]


def test_of_how_many_values_of_a_facet_the_results_are_counted(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    most = DIFFERENCES["of how many values of a facet the results are counted"][engine]
    for n in range(6):
        make.make_article(headline=f"Drill {n}", topics=[make.make_topic() for _ in range(2)])
    assert len(facet(ask("drill"), "topic").values) == 12
    if most is not None:
        from archive.search import opensearch_query

        assert most == opensearch_query.MAX_VALUES
        monkeypatch.setattr(opensearch_query, "MAX_VALUES", 5)
        assert len(facet(ask("drill"), "topic").values) == 5


def test_of_how_many_letters_of_a_word_are_compared(engine: str) -> None:
    longest = DIFFERENCES["of how many letters of a word are compared"][engine]
    _one_document("w" * 300 + "a")
    assert bool(_pks("w" * 300 + "b")) is (longest == 255)
    assert _pks("w" * 300 + "a") == _pks("w" * 280 + "*") == (1,)
    assert _pks("w" * 200) == ()


def test_what_a_prefix_or_a_misspelt_word_adds_to_the_score(engine: str) -> None:
    make.make_article(headline="Once", body="border and other things", date="2016")
    make.make_article(headline="Often", body="border border border border", date="2015")
    adds = DIFFERENCES["what a prefix or a misspelt word adds to the score"][engine]
    expected = ["Often", "Once"] if adds == "by how often it stands there" else ["Once", "Often"]
    assert found("bord*") == found("bordr~") == expected
    assert found("border") == ["Often", "Once"]
