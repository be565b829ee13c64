"""A feed, RSS or Atom: an item for each entry, with as much of its text as the feed carries."""

import io
import re
import warnings
from time import struct_time
from typing import Any
from xml.sax import SAXException  # only the name: nothing is parsed with it

from django.utils.translation import gettext as _

from archive.ingest.items import Item
from archive.ingest.markup import read_markup, root_of
from archive.ingest.refusal import Refused
from archive.ingest.safety import clean_line
from archive.ingest.source import Contents, Source

with warnings.catch_warnings():
    # It imports a module of the standard library that is deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    import feedparser  # type: ignore[import-untyped]

_ROOTS = ("rss", "feed", "rdf:rdf", "atom:feed")
_MOST_DEPTH = 100
_DECLARATION = re.compile(r"\A\s*<\?xml[^<>]*\?>")
# An element's beginning or end, or what is no markup inside: up to the end, where it has none.
_MARKUP = re.compile(r"<(?:(/)|[A-Za-z_:][^<>]*+>|!\[CDATA\[(?:(?!\]\]>).)*+)", re.DOTALL)


def recognises(source: Source) -> bool:
    return root_of(source.head) in _ROOTS


def read(source: Source) -> Contents:
    _refuse_tricks(source)
    # The text that was looked at, whatever encoding it says it is in. A stream, never the text or the bytes themselves: those
    # it takes for an address or a file where they look like one.
    text = _DECLARATION.sub("", source.text, count=1)
    parsed = feedparser.parse(
        io.BytesIO(text.encode(errors="replace")), response_headers={"content-type": "application/xml; charset=utf-8"}
    )
    if parsed.bozo and not parsed.entries:
        raise Refused(
            _("The feed is damaged: %(problem)s.") % {"problem": clean_line(str(parsed.bozo_exception))[:200]}
        )
    language = parsed.feed.get("language", "")
    title = _plain(parsed.feed.get("title", ""))
    items = tuple(_item(entry, title, language) for entry in parsed.entries)
    notes = (_("The feed is damaged: what could be read of it was taken."),) if _is_broken(parsed) else ()
    return Contents(items, "application/xml", title, notes)


def _is_broken(parsed: Any) -> bool:
    """True where it is no well-formed XML; that its encoding was not said is no damage."""
    return bool(parsed.bozo) and isinstance(parsed.bozo_exception, SAXException)


def _item(entry: Any, site: str, language: str) -> Item:
    contents = [content.get("value", "") for content in entry.get("content", ())] + [entry.get("summary", "")]
    text = max((_plain(content) for content in contents), key=len, default="")
    day = _day(entry.get("published_parsed") or entry.get("updated_parsed"))
    return Item(
        headline=clean_line(_plain(entry.get("title", ""))),
        text=text,
        url=entry.get("link", ""),
        printed_date=entry.get("published", "") or entry.get("updated", ""),
        date=day,
        date_basis="printed" if day else "",
        publisher_name=clean_line(_plain(entry.get("source", {}).get("title", ""))) or clean_line(site),
        author=clean_line(entry.get("author", "")),
        language=language,
    )


def _plain(markup: str) -> str:
    return read_markup(markup).text if "<" in markup or "&" in markup else markup


def _day(moment: struct_time | None) -> str:
    return f"{moment.tm_year:04}-{moment.tm_mon:02}-{moment.tm_mday:02}" if moment else ""


def _refuse_tricks(source: Source) -> None:
    """Entities can grow without bound or name files; nesting costs its square. No feed needs either."""
    text = source.text
    if re.search(r"<!ENTITY", text, re.IGNORECASE):
        raise Refused(_("The feed declares entities; that is not allowed."))
    depth = 0
    for match in _MARKUP.finditer(text):
        opened = match[0]
        if match[1]:
            depth -= 1
        elif not opened.startswith("<!") and not opened.endswith("/>"):
            depth += 1
            if depth > _MOST_DEPTH:
                raise Refused(_("The feed's elements are nested too deep."))
