"""Every text of a page is marked for translation."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))

# Read or spoken out by browsers.
SPOKEN = {"alt", "title", "placeholder", "aria-label", "content"}

# Names and codes that are the same in every language: of standards, formats and commands.
UNTRANSLATED = {"SHA-256", "CC BY 4.0", "CSS", "utf-8", "EDTF", "OAI-PMH 2.0", "OpenSearch", "sha256sum --check"}


# Elements without an end.
VOID = {"br", "hr", "img", "input", "link", "meta"}


class _Texts(HTMLParser):
    """The texts of a page, without those of elements that say of themselves that they are in English."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._depth = 0  # within an element in English
        self.feed(html)

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._depth = max(0, self._depth - 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._depth or ("lang", "en") in attrs:
            self._depth += tag not in VOID
            return
        spoken = {name: value or "" for name, value in attrs if name in SPOKEN}
        if tag == "meta" and "content" in spoken:
            spoken.pop("content")  # viewport and the like; descriptions come from records
        self.found += spoken.values()


def untranslated(source: str) -> list[str]:
    """Words of a template that stand outside its translation tags."""
    kept, inside = [], False
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.BLOCK:
            name = token.contents.split()[0]
            if token.contents.startswith("block bodyclass"):  # class names, which no one reads
                inside, name = True, ""
            inside = (inside or name in ("blocktranslate", "comment")) and name not in (
                "endblocktranslate",
                "endcomment",
            )
            kept.append(" ")
        elif token.token_type is TokenType.TEXT and not inside:
            kept.append(token.contents)
        elif token.token_type is TokenType.VAR and token.contents == '"en"|lang':
            kept.append(' lang="en"')
    texts = (" ".join(text.split()) for text in _Texts("".join(kept)).found)
    return [text for text in texts if re.search(r"[^\W\d_]{2,}", text) and text not in UNTRANSLATED]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_text_is_marked(path: Path) -> None:
    assert untranslated(path.read_text()) == []


def test_the_check_finds_what_is_not_marked() -> None:
    assert untranslated('<p title="Bare">{% translate "fine" %} {{ value }} bare</p>') == ["Bare", "bare"]
    assert untranslated('<div{{ "en"|lang }}><p>In<br> English</p></div><p>bare</p>') == ["bare"]
