"""What stays English on a Russian or Chinese page says so: a net over every type of page of the archive as it is shipped."""

import re
from collections.abc import Iterator

import pytest
from lxml import html

from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic
from tests.browser.page_types import PAGE_TYPES, in_language
from tests.seed import SeedTestCase

pytestmark = pytest.mark.once

# Three words in Latin letters, one after the other.
_WORD = r"[A-Za-z][A-Za-z’'.-]*"
RUN = re.compile(rf"{_WORD}(?:[ ,;:()“”]+{_WORD}){{2,}}")

# Addresses, and what is typed into the search.
NO_WORDS = re.compile(r"https?://\S+|\b\w+:\S+|/\S*/")
# The same in all languages.
PROPER = re.compile("Creative Commons Attribution|news, analysis, video, photo, statement|summit, exercise")
CODE = {"code", "kbd", "samp", "pre", "script", "style"}
# Attributes that are read out or shown. They can't say a language of their own, so names may stand in them as they are.
SAID = ("title", "aria-label", "placeholder", "alt")


class ForeignWordsTests(SeedTestCase):
    names: re.Pattern[str]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        models = (Article, City, Country, Event, EventSeries, Participant, Publisher, Topic)
        names = {str(record.headline if isinstance(record, Article) else record.name)
                 for model in models for record in model.objects.all()}  # fmt: skip
        cls.names = re.compile("|".join(re.escape(name) for name in sorted(names, key=len, reverse=True)))

    def test_no_english_stands_as_russian(self) -> None:
        assert self._strays("ru") == []

    def test_no_english_stands_as_chinese(self) -> None:
        assert self._strays("zh-hans") == []

    def test_an_english_page_has_nothing_that_says_it_is_english(self) -> None:
        for address in ("/timeline/", "/events/", "/search/?q=summit", "/series/peace-mission/", "/help/glossary/"):
            page = html.fromstring(self.client.get(address).content.decode())
            marked = page.xpath("//body//*[@lang='en'][not(ancestor::nav[@class='languages'])]")
            assert [(address, one.text) for one in marked] == []

    def _strays(self, language: str) -> list[tuple[str, str, str]]:
        """Page, element and words of what is English and doesn't say so."""
        strays = []
        for name, address in PAGE_TYPES.items():
            if address.startswith("/admin/"):
                continue
            page = html.fromstring(self.client.get(in_language(address, language)).content.decode())
            strays += [
                (name, where, found[0])
                for where, text in self._texts(page, language, language)
                for found in RUN.finditer(PROPER.sub(" ", NO_WORDS.sub(" ", text)))
            ]
        return strays

    def _texts(self, element: html.HtmlElement, own: str, inherited: str) -> Iterator[tuple[str, str]]:
        """Everything that is read in the page's own language, and where it stands."""
        if not isinstance(element.tag, str) or element.tag in CODE:
            return
        if element.get("id", "").startswith("cite-"):
            return  # a citation is in the language of its style, what it cites in its own
        language = element.get("lang", inherited)
        if language == own:
            for attribute in SAID:
                yield f"{element.tag}@{attribute}", self.names.sub(" ", element.get(attribute, ""))
            if element.tag == "meta" and element.get("name") == "description":
                yield "meta", element.get("content", "")
            if element.tag == "input" and element.get("type") in ("submit", "button"):
                yield "input", element.get("value", "")
            # Titles, of the page and within pictures, hold no markup either.
            text = element.text or ""
            yield element.tag, self.names.sub(" ", text) if element.tag == "title" else text
        for child in element:
            yield from self._texts(child, own, language)
            if language == own:
                yield element.tag, child.tail or ""
