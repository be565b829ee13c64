"""Texts word by word: the fragments give both texts back, and read as a person would mark them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.formats.differences import Fragment, differences


def marked(old: str, new: str) -> str:
    """`[gone]`, `{new}`, `…` for what is cut out."""
    signs = {"same": "%s", "gone": "[%s]", "new": "{%s}", "cut": "…%s"}
    return "".join(signs[fragment.kind] % fragment.text for fragment in differences(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "Dushanbe", "{Dushanbe}"),
        ("Dushanbe", "", "[Dushanbe]"),
        ("the same words", "the same words", "the same words"),
        ("held on 12 September", "held on 13 September", "held on [12]{13} September"),
        ("The ministers met in Moscow.", "The defence ministers met in Moscow.", "The{ defence} ministers met in Moscow."),
        # Neighbours are one change, not two with a blank between.
        ("one two three four five", "one deux trois four five", "one [two three]{deux trois} four five"),
        ("Moscow", "Moscow.", "Moscow{.}"),
        ("上海合作组织", "上海五国组织", "上海[合作]{五国}组织"),
        ("Министры встретились в Москве", "Министры встретились в Уфе", "Министры встретились в [Москве]{Уфе}"),
        # Two texts that have little in common are two texts.
        ("Kazakhstan was host", "No such thing happened", "[Kazakhstan was host]{No such thing happened}"),
    ],
)  # fmt: skip
def test_what_changed_is_marked(old: str, new: str, expected: str) -> None:
    assert marked(old, new) == expected


def test_long_stretches_that_stayed_are_cut_out() -> None:
    words = [f"word{n}" for n in range(300)]
    changed = [*words[:150], "other", *words[151:]]
    shown = marked(" ".join(words), " ".join(changed))
    assert "[word150]{other}" in shown
    assert shown.startswith("…word138 ")
    assert shown.endswith("…")
    assert "word149 " in shown
    assert "word100 " not in shown
    assert "word250" not in shown


texts = st.text(alphabet="ab 中.\n", max_size=40)


@given(texts, texts)
def test_the_fragments_give_back_both_texts(old: str, new: str) -> None:
    found = differences(old, new)
    if any(fragment.kind == "cut" for fragment in found):
        return
    assert "".join(fragment.text for fragment in found if fragment.kind != "new") == old
    assert "".join(fragment.text for fragment in found if fragment.kind != "gone") == new
    assert Fragment("", "same") not in found


def test_texts_too_long_to_compare_are_told_whole_and_at_once() -> None:
    old, new = "a b " * 200_000, "b c " * 200_000
    began = time.monotonic()
    assert differences(old, new) == [Fragment(old, "gone"), Fragment(new, "new")]
    assert time.monotonic() - began < 20
