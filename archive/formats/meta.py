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


def sharing(*, title: str, description: str, url: str, kind: str = "website") -> tuple[Tag, ...]:
    """OpenGraph (https://ogp.me); `url` is absolute, `kind` one of its types."""
    rows = {"title": title, "description": description, "url": url, "type": kind, "site_name": ARCHIVE}
    return tuple(Tag(f"og:{name}", text, "property") for name, value in rows.items() if (text := one_line(value)))
