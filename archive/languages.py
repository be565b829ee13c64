"""The languages of the pages: by which of its names a reader meets a record, and in which order names stand.

What is no page for a reader is English whatever language is active: the search index, exports, fixtures, the change log,
logs, the admin. It reads `record.name`, never `str(record)`.
"""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from django.conf import settings
from django.urls import get_script_prefix
from django.utils.translation import get_language

# The columns of the names, the English one first: the others may be empty.
NAME_FIELDS = ("name", "name_ru", "name_zh")
_PLACES = {"ru": 1, "zh-hans": 2}


class Told(Protocol):
    """What says in which language it is shown: a named record, an article by its headline, a name of the overview."""

    @property
    def shown_language(self) -> str: ...


def name_field() -> str:
    """The column of the names in the active language."""
    return NAME_FIELDS[_place()]


def own_name(names: Sequence[str]) -> str:
    """Of the names in English, Russian and Chinese the one in the active language; else the English one."""
    return names[_place()] or names[0]


def language_of(names: Sequence[str]) -> str:
    """The language of what `own_name` gives."""
    return (get_language() or "en") if names[_place()] else "en"


def _place() -> int:
    return _PLACES.get(get_language() or "", 0)


def is_foreign(language: str) -> bool:
    """Whether a text in that language has to say so on a page in the active one. "en-GB" and "en" are one language."""
    return language.lower().partition("-")[0] != (get_language() or "en").partition("-")[0]


def language_by_letters(text: str) -> str:
    """The language of a name that doesn't say it (the label of a filter, a variant): the page's own, if it has letters of it.

    Without a Russian or Chinese name a record is met by its English one, so Latin letters alone mean English.
    """
    found = [language for language, letters in _LETTERS if letters.search(text)]
    own = (get_language() or "en").partition("-")[0]
    return own if own in found or not found else found[0]


_LETTERS = (
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("ru", re.compile("[а-яё]", re.IGNORECASE)),
    ("en", re.compile("[a-z]", re.IGNORECASE)),
)


def sort_key(name: str) -> tuple[bool, str]:
    """Names in the order of a dictionary of the active language; those that are left in English last."""
    language = get_language()
    if language == "zh-hans":
        # By pronunciation: so stand the characters in everyday use in GB 2312, which GB 18030 continues.
        return name[:1].isascii(), name.encode("gb18030", "replace").decode("latin-1")
    folded = name.casefold()
    if language == "ru":
        return name[:1].isascii(), folded.replace("ё", "е")
    return False, folded


# Addresses ------------------------------------------------------------------------------------------------------------


def in_language(path: str, language: str) -> str:
    """The address of the same page in another language: slugs are the same in all, English has no prefix."""
    root = get_script_prefix()
    rest = path.removeprefix(root)
    first, _slash, behind = rest.partition("/")
    if first in dict(settings.LANGUAGES) and first != settings.LANGUAGE_CODE:
        rest = behind
    return root + rest if language == settings.LANGUAGE_CODE else f"{root}{language}/{rest}"


def spoken(of: Any) -> str:
    """The language in which something is shown: a language itself, or what is `Told`; else that of the page."""
    return of if isinstance(of, str) else getattr(of, "shown_language", "") or get_language() or "en"
