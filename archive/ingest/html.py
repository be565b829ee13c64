"""A web page: its main text by trafilatura, with what its head says of date, author, site and address."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import trafilatura
from django.utils.translation import gettext as _

from archive.ingest.items import Item
from archive.ingest.markup import Markup, read_markup, root_of
from archive.ingest.refusal import Refused
from archive.ingest.safety import clean_line, safe_address
from archive.ingest.source import Contents, Source

# trafilatura's time grows with the square of each. Real pages stay below; a larger page is read without it.
_MOST_ELEMENTS = 10_000
_MOST_DEPTH = 250
_MOST_ATTRIBUTES = 200
# What nobody wrote by hand.
_ABSURD_DEPTH = 5_000

_tags = re.compile(r"<(?:p|div|article|section|span|a|br|h[1-6]|table|ul|meta|title|script)\b", re.IGNORECASE)
# What a piece of a page begins with; other markup (a picture, a feed of another kind) is none.
_PIECES = frozenset(re.findall(r"\w+", "a article div h1 h2 h3 main meta p script section span table title ul"))
_DATES = {"extensive_search": False, "original_date": True}


def recognises(source: Source) -> bool:
    """A page from its beginning, or a piece of one: markup makes up a good part of it."""
    root = root_of(source.head)
    return root in ("html", "head", "body") or (root in _PIECES and len(_tags.findall(source.head)) > 2)


def read(source: Source) -> Contents:
    text = source.text
    markup = read_markup(text)
    if markup.depth > _ABSURD_DEPTH:
        raise Refused(_("Its elements are nested %(depth)d deep: that is no page of news.") % {"depth": markup.depth})
    is_plain = markup.elements > _MOST_ELEMENTS or markup.depth > _MOST_DEPTH or markup.attributes > _MOST_ATTRIBUTES
    item = _item(markup, None if is_plain else _extracted(text, source.address), source.address)
    notes = (
        (_("The page is so large that all its text was taken: cut away what is not the article."),) if is_plain else ()
    )
    return Contents((item,) if item.text or item.headline else (), "text/html", item.headline, notes)


def _extracted(text: str, address: str) -> Any:
    """What trafilatura makes of the page; None where it finds no article."""
    try:
        return trafilatura.bare_extraction(
            text,
            url=address if safe_address(address) else None,
            fast=True,
            include_comments=False,
            include_tables=True,
            with_metadata=True,
            date_extraction_params=_DATES,
        )
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        # It trips over broken pages now and then; the text is there all the same.
        return None


def _item(markup: Markup, found: Any, address: str) -> Item:
    headline = clean_line((found and found.title) or markup.heading or markup.meta.get("og:title", "") or markup.title)
    text = "\n\n".join((found.text or "").split("\n")) if found and found.text else markup.text
    first, _gap, rest = text.partition("\n\n")
    # The heading stands at the head of the text too.
    if rest and clean_line(first).casefold() == headline.casefold():
        text = rest
    date = (found and found.date) or ""
    return Item(
        headline=headline,
        text=text,
        url=_address(markup, address),
        date=date,
        date_basis="printed" if date else "",
        date_note=_("The day is that of the page's own data.") if date else "",
        publisher_name=clean_line((found and found.sitename) or markup.meta.get("og:site_name", "")),
        site=urlsplit(address).hostname or "",
        author=clean_line((found and found.author) or ""),
        language=markup.language,
    )


def _address(markup: Markup, address: str) -> str:
    """The page's address: the canonical one, unless it is on another site than the page came from."""
    for claimed in (markup.canonical, markup.meta.get("og:url", "")):
        full = safe_address(urljoin(address, claimed.strip())) if claimed else ""
        if full and (not address or urlsplit(full).hostname == urlsplit(address).hostname):
            return full
    return safe_address(address)
