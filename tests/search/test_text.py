"""How text is cut into terms, and where those stand."""

import re
import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search import text as analysis
from archive.search.text import Token, cut_up, fold, forms, is_run, pieces, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("习近平", ["习近", "近平"]),
        ("北京", ["北京"]),
        ("一", ["一"]),
        ("上海合作组织SCO峰会2014", ["上海", "海合", "合作", "作组", "组织", "sco", "峰会", "2014"]),
        ("谢尔盖·拉夫罗夫", ["谢尔", "尔盖", "拉夫", "夫罗", "罗夫"]),
        ("サミット", ["サミ", "ミッ", "ット"]),
        ("がく", ["がく"]),
        ("정상회의", ["정상", "상회", "회의"]),
        ("Xi’an, 西安", ["xian", "西安"]),
    ],
)
def test_runs_are_cut_into_overlapping_pairs(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize("pair", ["\u0315\u0300", "\u0301\uff9e"])
def test_accents_without_end_are_no_word(pair: str) -> None:
    """To put all of them in order would take hours."""
    accents = pair * 500_000
    assert forms(f"a{accents}bc{accents[:30]}d") == ["a", "bcd"]


def test_a_reader_sees_runs_whole() -> None:
    assert forms("上海合作组织SCO峰会2014, Xi’an") == ["上海合作组织", "sco", "峰会", "2014", "xian"]


def test_offsets_are_those_of_the_characters() -> None:
    assert list(map(Token, *cut_up("a 习近平b"))) == [
        Token("a", 0, 1),
        Token("习近", 2, 4),
        Token("近平", 3, 5),
        Token("b", 5, 6),
    ]


def test_each_character_of_a_run_has_one_as_its_compatibility_form() -> None:
    """Else the offsets of the pairs would be wrong, and runs of a query others than those of a text."""
    for char in map(chr, range(sys.maxunicode + 1)):
        if is_run(char) and unicodedata.category(char) != "Cn":
            assert re.fullmatch(r"[^\W_]", char), hex(ord(char))
            folded = fold(char)
            assert len(folded) == 1 and is_run(folded), hex(ord(char))


@given(text=st.text(st.one_of(st.characters(), st.sampled_from("上海合ガ작 ax'é\uf900"))))
def test_terms_are_the_pieces_of_the_words(text: str) -> None:
    assert terms(text) == [piece for form in forms(text) for piece in (pieces(form) if is_run(form) else (form,))]
    assert [word.form for word in words(text)] == forms(text)
    found = list(map(Token, *cut_up(text)))
    assert all(one.start < one.end <= len(text) for one in found)
    assert all(one.start < other.start and one.end <= other.end for one, other in pairwise(found))
    for one in found:
        assert analysis.fold(text[one.start : one.end]) == one.form
