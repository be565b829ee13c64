"""What the head of a page says of its record to programs: Highwire and Dublin Core for citing, OpenGraph for sharing.

Highwire: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing. Dublin Core in HTML: DCMI, "Expressing Dublin
Core metadata using HTML/XHTML meta and link elements". Zotero takes its type from `z:itemType` before anything else.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from archive.dates import PartialDate
from archive.formats.citation.citable import ARCHIVE, Citable
from archive.formats.text import one_line


@dataclass(frozen=True, slots=True)
class Tag:
    """A meta element; `attribute` is what its name stands in."""

    name: str
    content: str
    attribute: str = "name"


# Zotero's types by those of CSL.
_ZOTERO = {
    "article-newspaper": "newspaperArticle",
    "motion_picture": "videoRecording",
    "graphic": "artwork",
    "document": "document",
    "webpage": "webpage",
}


def citing(one: Citable) -> tuple[Tag, ...]:
    """Highwire and Dublin Core of an article or an event; what is not known is left out."""
    return tuple(Tag(name, text) for name, content in _citing(one) if (text := one_line(content)))


def _citing(one: Citable) -> Iterator[tuple[str, str]]:
    is_press = one.form.csl == "article-newspaper"
    yield "z:itemType", _ZOTERO[one.form.csl]
    yield "citation_title", one.title
    yield "citation_author", one.author
    yield "citation_journal_title" if is_press else "citation_publisher", one.container
    yield "citation_publication_date", _day(one.date)
    yield "citation_language", one.language
    yield "citation_public_url", one.permalink
    yield "DC.title", one.title
    yield "DC.creator", one.author
    yield "DC.publisher", one.container
    yield "DC.date", str(one.date or "")
    yield "DC.type", "Text" if one.container != ARCHIVE else "Event"
    yield "DC.language", one.language
    yield "DC.identifier", one.permalink
    yield "DC.source", one.url
    yield "DC.description", one.abstract
    for word in one.keywords:
        yield "DC.subject", word
    yield "DC.coverage", one.place


def _day(when: PartialDate | None) -> str:
    """As exact as it is certain, with slashes between."""
    if when is None or when.kind != "point" or when.start is None or when.start.qualifier:
        return ""
    return str(when.start).replace("-", "/")


# OpenGraph names languages with a country.
_LOCALES = {"en": "en_GB", "ru": "ru_RU", "zh-hans": "zh_CN"}


@dataclass(frozen=True, slots=True)
class Picture:
    """What stands beside a link to a page; `url` is absolute, sizes are in pixels."""

    url: str
    width: int
    height: int
    alt: str


def sharing(
    *, title: str, description: str, url: str, language: str, picture: Picture, kind: str = "website"
) -> tuple[Tag, ...]:
    """OpenGraph (https://ogp.me) and the little that X asks for beside it; `url` is absolute, `kind` one of OpenGraph's types."""
    rows = [
        ("title", title), ("description", description), ("url", url), ("type", kind), ("site_name", ARCHIVE),
        ("locale", _LOCALES[language]),
        *(("locale:alternate", locale) for other, locale in _LOCALES.items() if other != language),
        ("image", picture.url), ("image:type", "image/png"), ("image:width", str(picture.width)),
        ("image:height", str(picture.height)), ("image:alt", picture.alt),
    ]  # fmt: skip
    cards = tuple(Tag(f"og:{name}", text, "property") for name, value in rows if (text := one_line(value)))
    return (*cards, Tag("twitter:card", "summary_large_image"))
