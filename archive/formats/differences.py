"""Two texts side by side, word by word: what stayed, what is gone, what is new."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "gone", "new", "cut"]

# A Chinese character is a word here: between them stand no blanks.
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"\s+|[{_HAN}]|[^\W{_HAN}]+|[^\w\s]")

# Longer texts are not compared word by word: the time grows with the product of the two lengths.
_MOST_WORDS = 1_500
# Texts with less than this in common are two texts, and told as such.
_ALIKE = 0.3
# So many words and blanks are kept on each side of a change; what is between is cut out.
_AROUND = 24


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of text; `cut` stands for words that both have, and has no text."""

    text: str
    kind: Kind


def differences(old: str, new: str) -> list[Fragment]:
    """The old text and the new one woven together; without the fragments of one kind it is the other, but for what is cut."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if max(len(before), len(after)) > 2 * _MOST_WORDS or matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return [fragment for fragment in (Fragment(old, "gone"), Fragment(new, "new")) if fragment.text]
    found: list[Fragment] = []
    for kind, words in _joined(matcher, before, after):
        found += _shortened(words, at_start=not found) if kind == "same" else [_fragment(words, kind)]
    return _without_tail(found)


def _joined(matcher: SequenceMatcher, before: list[str], after: list[str]) -> Iterator[tuple[Kind, list[str]]]:
    """Runs of words. A blank between two changed words is part of the change: read as one, not as pieces."""
    gone: list[str] = []
    new: list[str] = []
    blocks = matcher.get_opcodes()
    for index, (operation, from_old, to_old, from_new, to_new) in enumerate(blocks):
        words = before[from_old:to_old]
        is_between = 0 < index < len(blocks) - 1
        if operation != "equal":
            gone += words
            new += after[from_new:to_new]
        elif is_between and gone and new and all(word.isspace() for word in words):
            gone += words
            new += words
        else:
            yield from _changed(gone, new)
            gone, new = [], []
            yield "same", words
    yield from _changed(gone, new)


def _changed(gone: list[str], new: list[str]) -> Iterator[tuple[Kind, list[str]]]:
    if gone:
        yield "gone", gone
    if new:
        yield "new", new


def _shortened(words: list[str], *, at_start: bool) -> list[Fragment]:
    """What both texts have: whole where it is short, else its ends that stand beside a change."""
    if len(words) <= 2 * _AROUND + 1:
        return [_fragment(words, "same")]
    head = [] if at_start else [_fragment(words[:_AROUND], "same")]
    return [*head, Fragment("", "cut"), _fragment(words[-_AROUND:], "same")]


def _without_tail(fragments: list[Fragment]) -> list[Fragment]:
    """Nothing changes after the last words: after a cut they are left out too."""
    if len(fragments) > 2 and fragments[-1].kind == "same" and fragments[-2].kind == "cut":
        return fragments[:-1]
    return fragments


def _fragment(words: Iterable[str], kind: Kind) -> Fragment:
    return Fragment("".join(words), kind)
