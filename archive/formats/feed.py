"""Feeds: Atom (RFC 4287) with pages (RFC 5005) and tombstones (RFC 6721), and JSON Feed 1.1, of the same entries."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from archive.formats.citation.citable import ARCHIVE
from archive.formats.text import clean

ATOM = "http://www.w3.org/2005/Atom"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_NAMES = {None: ATOM, "at": TOMBSTONES}


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in a feed. `url` is its page and, for good, its identity; times have a zone."""

    url: str
    title: str
    summary: str
    published: datetime
    updated: datetime
    language: str
    author: str
    categories: tuple[str, ...]
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was in the feed and is no more: withdrawn, deleted, or at another address now (`moved_to`)."""

    url: str
    at: datetime
    why: str
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed. `url` is the address of its first page, and its identity; `page_url` the page of the site it follows.

    `links` holds the addresses of this page (`self`) and of its neighbours (`first`, `previous`, `next`, `last`), where
    there are any. `updated` is the time of the newest thing in it.
    """

    title: str
    url: str
    page_url: str
    updated: datetime
    links: dict[str, str]
    entries: tuple[Entry, ...]
    deleted: tuple[Deleted, ...] = ()


def atom(feed: Feed) -> bytes:
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=_NAMES)
    _add(root, "id", feed.url)
    _add(root, "title", feed.title)
    _add(root, "updated", _time(feed.updated))
    _add(root, "generator", ARCHIVE)
    _add(_add(root, "author"), "name", ARCHIVE)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page_url)
    for rel, href in feed.links.items():
        _add(root, "link", rel=rel, type="application/atom+xml", href=href)
    # Before the entries, where the schema has what extends Atom.
    for gone in feed.deleted:
        tombstone = etree.SubElement(root, f"{{{TOMBSTONES}}}deleted-entry", {"ref": gone.url, "when": _time(gone.at)})
        etree.SubElement(tombstone, f"{{{TOMBSTONES}}}comment").text = clean(gone.why)
        if gone.moved_to:
            _add(tombstone, "link", rel="related", type="text/html", href=gone.moved_to)
    for entry in feed.entries:
        _atom_entry(root, entry)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _atom_entry(root: Any, entry: Entry) -> None:
    found = _add(root, "entry")
    found.set("{http://www.w3.org/XML/1998/namespace}lang", entry.language)
    _add(found, "id", entry.url)
    _add(found, "title", entry.title)
    _add(found, "published", _time(entry.published))
    _add(found, "updated", _time(entry.updated))
    if entry.author:
        _add(_add(found, "author"), "name", entry.author)
    _add(found, "link", rel="alternate", type="text/html", href=entry.url)
    if entry.source_url:
        _add(found, "link", rel="via", href=entry.source_url)
    for word in entry.categories:
        _add(found, "category", term=word)
    if entry.summary:
        _add(found, "summary", entry.summary)


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    found = etree.SubElement(parent, f"{{{ATOM}}}{name}", {key: clean(value) for key, value in attributes.items()})
    if text:
        found.text = clean(text)
    return found


def _time(moment: datetime) -> str:
    """RFC 3339, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def json_feed(feed: Feed) -> str:
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). It has no tombstones."""
    found: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(feed.title),
        "home_page_url": feed.page_url,
        "feed_url": feed.links["self"],
        "authors": [{"name": ARCHIVE}],
        "items": [dict(_json_item(entry)) for entry in feed.entries],
    }
    if "next" in feed.links:
        found["next_url"] = feed.links["next"]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _json_item(entry: Entry) -> Iterator[tuple[str, Any]]:
    yield "id", entry.url
    yield "url", entry.url
    if entry.source_url:
        yield "external_url", entry.source_url
    yield "title", clean(entry.title)
    # Each item must have a text; a record without an abstract has its title.
    yield "content_text", clean(entry.summary or entry.title)
    yield "date_published", _time(entry.published)
    yield "date_modified", _time(entry.updated)
    yield "language", entry.language
    if entry.author:
        yield "authors", [{"name": clean(entry.author)}]
    if entry.categories:
        yield "tags", [clean(word) for word in entry.categories]
