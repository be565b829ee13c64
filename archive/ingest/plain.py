"""A single item as plain text: its headline, where it has one, a date line, where it has one, and its text."""

from archive.ingest.headlines import is_headline
from archive.ingest.items import Item
from archive.ingest.markup import root_of
from archive.ingest.printed import date_line
from archive.ingest.source import Contents, Source


def recognises(source: Source) -> bool:
    """Every text is one, unless it is markup that no other reader takes: a picture, a sitemap, a program's settings."""
    return source.encoding is not None and not root_of(source.head)


def read(source: Source) -> Contents:
    return Contents((item_of(source.text),), "text/plain")


def item_of(text: str) -> Item:
    """The item that a text is. What stands above the first paragraph, on one line and without a full stop, is its headline."""
    first, _newline, rest = text.strip().partition("\n")
    if not rest.strip() or not is_headline(first):
        return Item(text=text)
    second, _newline, after = rest.strip().partition("\n")
    if after.strip() and (printed := date_line(second)):
        return Item(
            headline=first,
            text=after,
            printed_date=second.strip(),
            date=printed.edtf,
            date_basis="printed" if printed.edtf else "",
        )
    return Item(headline=first, text=rest)
