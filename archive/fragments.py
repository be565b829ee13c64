"""HTML put together in Python: for what a page has dozens of, where a template takes some ten times as long for each."""

import html
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from archive.languages import is_foreign, language_by_letters


def join(pattern: str, rows: Iterable[Sequence[object]]) -> SafeString:
    """The pattern filled by each row, its values escaped where they are not safe.

    `format_html_join` without a look for lazy texts, which costs it most of its time.
    """
    return SafeString("".join([pattern.format(*map(escaped, row)) for row in rows]))


def fill(pattern: str, *values: object) -> SafeString:
    """The pattern filled once, as by `join`."""
    return SafeString(pattern.format(*map(escaped, values)))


def escaped(text: object) -> str:
    return text if isinstance(text, SafeString) else html.escape(str(text))


NOTHING = SafeString("")


def lang_attribute(language: str) -> SafeString:
    """The attribute `lang`; nothing where there is no language to tell."""
    return fill(' lang="{}"', language) if language else NOTHING


def lang_of(language: str) -> SafeString:
    """The attribute of what is in that language; nothing where it is the page's own."""
    return lang_attribute(language) if is_foreign(language) else NOTHING


def lang_of_letters(text: object) -> SafeString:
    """The same for a name at hand as a mere text, by its letters."""
    return _by_letters(get_language(), str(text))


# The names of filters and facets are the same on every page.
@lru_cache(maxsize=8192)
def _by_letters(_language: str | None, text: str) -> SafeString:
    return lang_of(language_by_letters(text))


def linked(url: str, text: object) -> SafeString:
    """A link, or the text alone where there is no address."""
    return fill('<a href="{}">{}</a>', url, text) if url else fill("{}", text)
