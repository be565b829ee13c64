"""The catalogues of the pages' languages are complete, consistent with their sources, and compiled."""

import ast
import gettext
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import to_locale

from tests.environment import required

LOCALES = [to_locale(language) for language, _name in settings.LANGUAGES if language != "en"]
FOLDER = Path(settings.BASE_DIR, "archive", "locale")
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%%|\{\w*\}")
TAG = re.compile(r"</?\w+[^>]*>")


@dataclass(slots=True)
class Entry:
    """A text of the sources with its translations; `key` is as gettext has it."""

    context: str | None = None
    text: str = ""
    plural: str = ""
    translations: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False

    @property
    def key(self) -> str:
        return self.text if self.context is None else f"{self.context}\x04{self.text}"


def read(path: Path) -> dict[str, Entry]:
    """A catalogue's entries by key, but for its head."""
    return {entry.key: entry for entry in _entries(path.read_text(encoding="utf-8")) if entry.text}


def _entries(text: str) -> Iterator[Entry]:
    for block in re.split(r"\n\s*\n", text):
        entry, said = Entry(), ""
        for line in block.splitlines():
            if line.startswith("#"):
                entry.is_fuzzy |= line.startswith("#,") and "fuzzy" in line
                continue
            keyword, _blank, rest = line.partition(" ") if not line.startswith('"') else (said, "", line)
            said, value = keyword, ast.literal_eval(rest)
            match keyword:
                case "msgctxt":
                    entry.context = (entry.context or "") + value
                case "msgid":
                    entry.text += value
                case "msgid_plural":
                    entry.plural += value
                case _:
                    number = int(keyword[7:-1]) if "[" in keyword else 0
                    entry.translations[number] = entry.translations.get(number, "") + value
        yield entry


@cache
def catalogue(locale: str) -> dict[str, Entry]:
    return read(FOLDER / locale / "LC_MESSAGES" / "django.po")


def compiled(locale: str) -> gettext.GNUTranslations:
    with (FOLDER / locale / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def of(text: str, pattern: re.Pattern[str]) -> list[str]:
    return sorted(pattern.findall(text))


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_empty_or_a_guess(locale: str) -> None:
    head = compiled(locale).info()["plural-forms"]
    forms = int(re.search(r"nplurals=(\d)", head)[1])  # type: ignore[index]  # there is one
    for entry in catalogue(locale).values():
        assert not entry.is_fuzzy, entry.text
        wanted = range(forms if entry.plural else 1)
        assert [number for number in wanted if not entry.translations.get(number, "").strip()] == [], entry.text
        assert set(entry.translations) == set(wanted), entry.text


@pytest.mark.parametrize("locale", LOCALES)
def test_placeholders_and_tags_are_those_of_the_source(locale: str) -> None:
    for entry in catalogue(locale).values():
        # A singular may do without its number ("the list has one page"); what counts is the plural.
        source = entry.plural or entry.text
        for said in entry.translations.values():
            assert of(said, PLACEHOLDER) == of(source, PLACEHOLDER), (entry.text, said)
            assert of(said, TAG) == of(source, TAG), (entry.text, said)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_language_is_written_in_its_letters(locale: str) -> None:
    """No English is left, but for names, codes and what is typed into the search."""
    letters = {"ru": "[а-яё]", "zh_Hans": "[\u3400-\u9fff]"}[locale]
    for entry in catalogue(locale).values():
        for said in entry.translations.values():
            bare = TAG.sub("", PLACEHOLDER.sub("", entry.text))
            if re.search(r"[A-Za-z]{4,}", bare) and entry.text not in SAME_EVERYWHERE:
                assert re.search(letters, said, re.IGNORECASE), (entry.text, said)


# Typed as they stand in any language.
SAME_EVERYWHERE = {"news, analysis, video, photo, statement; of events: summit, exercise, …"}


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_compiled_is_what_is_written(locale: str) -> None:
    held = {
        key: text
        for key, text in compiled(locale)._catalog.items()  # type: ignore[attr-defined]  # what the file holds
        if key != ""
    }
    written = {
        (entry.key, number) if entry.plural else entry.key: text
        for entry in catalogue(locale).values()
        for number, text in entry.translations.items()
    }
    assert held == written, "run `make messages`"


def test_every_text_of_the_sources_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    """The sources are read anew; what `make messages` would add or drop is told."""
    if shutil.which("xgettext") is None:
        if required("gettext"):
            pytest.fail("xgettext is missing")
        pytest.skip("xgettext is missing: install gettext")
    root = Path(settings.BASE_DIR)  # type: ignore[attr-defined]
    for part in ("archive", "templates"):
        shutil.copytree(root / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    for locale in LOCALES:
        (tmp_path / "archive" / "locale" / locale / "LC_MESSAGES" / "django.po").unlink()
    settings.LOCALE_PATHS = [tmp_path / "archive" / "locale"]  # type: ignore[attr-defined]
    monkeypatch.chdir(tmp_path)
    call_command("messages", stdout=StringIO())
    for locale in LOCALES:
        extracted = read(tmp_path / "archive" / "locale" / locale / "LC_MESSAGES" / "django.po")
        assert extracted
        assert sorted(set(extracted) - set(catalogue(locale))) == [], "not translated: run `make messages`"
        assert sorted(set(catalogue(locale)) - set(extracted)) == [], "not used any more: run `make messages`"
        assert {key: one.plural for key, one in extracted.items()} == {
            key: one.plural for key, one in catalogue(locale).items()
        }


def test_the_search_can_be_restated_in_every_language() -> None:
    """Each sentence of the repair notes and of the restated query takes its values."""
    from django.utils import translation

    from archive.search import parse, restate

    asked = (
        'border "full membership" terror* "xi sharif"~10 title:summit country:china (a1b OR drills) -russia year:2014',
        'date:2014-06..2015-01 before:2013 after:2015-06-30 date:..2012 date:2016.. sysoev~ tadjikstan~2 -(a1 "b c")',
        "year:2014 -drills",
        "-drills",
        "",
        'colour:red (((border "peace te* year:2014-02-30 OR ) "a1 b1"~0 terror*~ ab~ sysoev~9',
    )
    for language, letters in (("ru", "[а-яё]"), ("zh-hans", "[\u3400-\u9fff]")):
        with translation.override(language):
            for query in asked:
                parsed = parse(query)
                for said in (restate(parsed.tree), *parsed.notes):
                    assert re.search(letters, said), said
                    assert "%(" not in said
