"""The normal form by which a text is known again."""

import pytest

from archive.ingest.text import normalise, text_sha256


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Two \t words\n", "Two words"),
        ("• One\n  - Two\n* Three – four", "One Two Three – four"),
        ("Ｅurasia\u00a0ﬁnds", "Eurasia finds"),
        ("e\u0301te\u0301", "été"),
        ("", ""),
    ],
)
def test_what_differs_in_form_only_is_equal(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_an_empty_text_has_no_sum() -> None:
    assert text_sha256(" \n") == ""
    assert text_sha256("a") != text_sha256("A")


@pytest.mark.parametrize("marks", ["\u0315\u0300", "\u05b0\u0591", "\u064b\u0670", "\u3099", "\u0301\uff9e", "\u0f73"])
def test_of_accents_without_end_the_first_count(marks: str) -> None:
    """To put all of them in order would take hours."""
    run = marks * 500_000
    assert normalise(f"a{run}b") == normalise(f"a{run[:30]}b")
    assert normalise(f"a{run[:29]}b") != normalise(f"a{run[:30]}b")
