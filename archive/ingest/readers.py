"""The formats that are read, as a table, and the one function that reads: `read`."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.ingest import digest, feed, html, plain, tables, warc
from archive.ingest.decoding import not_a_text
from archive.ingest.flags import flagged
from archive.ingest.items import MAX_ITEMS, Document, Flag, Item
from archive.ingest.printed import dateline_of
from archive.ingest.refusal import Refused
from archive.ingest.safety import clean_name, safe_item
from archive.ingest.source import Contents, Source

MEGABYTE = 1_000_000
# The most bytes of a document of any format.
MAX_BYTES = 30 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Reader:
    """One format. `recognises` looks at the content, never at the name; `read` gives the items, or raises Refused.

    `most` is the most bytes that it takes: what grows while it is read is limited more.
    """

    format: str
    title: Promise
    most: int
    kind: str
    recognises: Callable[[Source], bool]
    read: Callable[[Source], Contents]


# In the order in which they are tried: the first that recognises the content reads it.
READERS: Sequence[Reader] = (
    Reader("warc", gettext_lazy("web archive (WARC)"), 30 * MEGABYTE, "capture", warc.recognises, warc.read),
    Reader("feed", gettext_lazy("feed (RSS, Atom)"), 3 * MEGABYTE, "feed", feed.recognises, feed.read),
    Reader("html", gettext_lazy("web page (HTML)"), 3 * MEGABYTE, "capture", html.recognises, html.read),
    Reader("jsonl", gettext_lazy("JSON lines"), 30 * MEGABYTE, "digest", tables.is_json_lines, tables.read_json_lines),
    Reader("csv", gettext_lazy("table (CSV)"), 30 * MEGABYTE, "digest", tables.is_csv, tables.read_csv),
    Reader("digest", gettext_lazy("digest page"), 5 * MEGABYTE, "digest", digest.recognises, digest.read),
    Reader("text", gettext_lazy("plain text"), 5 * MEGABYTE, "item", plain.recognises, plain.read),
)
FORMATS = tuple(reader.format for reader in READERS)


def read(data: bytes, name: str, media_type: str = "", *, address: str = "", format: str = "") -> Document:  # noqa: A002
    """The document that the bytes are.

    The format is found by the content; `format`, one of FORMATS, says it instead. `media_type` helps only to find the
    encoding. `name` may be anything a browser sends. Raises Refused, with a sentence for the user, for what can't be read.
    """
    if not data.strip():
        raise Refused(_("It is empty."))
    _limit(len(data), MAX_BYTES)
    source = Source(data, media_type, address)
    reader = _reader(source, format)
    _limit(len(data), reader.most)
    contents = reader.read(source)
    if not contents.items:
        raise Refused(_("No news item was found in it (read as %(format)s).") % {"format": reader.title})
    if len(contents.items) > MAX_ITEMS:
        raise Refused(
            _("It holds more than %(most)d items, and at most so many are taken at once. Split it.")
            % {"most": MAX_ITEMS},
            413,
        )
    items = flagged(
        [_finished(item, n, source.doubts) for n, item in enumerate(contents.items, 1)],
        in_order=reader.format == "digest",
    )
    return Document(
        name=clean_name(name),
        address=address or clean_name(name),
        media_type=contents.media_type,
        sha256=hashlib.sha256(data).hexdigest(),
        format=reader.format,
        kind=reader.kind,
        title=contents.title,
        items=items,
        notes=contents.notes,
    )


def _reader(source: Source, wanted: str) -> Reader:
    if wanted:
        for reader in READERS:
            if reader.format == wanted:
                return reader
        raise Refused(_("There is no format “%(format)s”.") % {"format": wanted}, 400)
    for reader in READERS:
        if reader.recognises(source):
            return reader
    raise Refused(not_a_text(source.data), 415)


def _finished(item: Item, position: int, doubts: tuple[Flag, ...]) -> Item:
    """The item as it may leave this package: harmless, of bounded size, with what its own dateline says."""
    item = safe_item(replace(item, position=position, flags=(*item.flags, *doubts)))
    if item.record is not None or item.dateline or not (dateline := dateline_of(item.text)):
        return item
    item = replace(item, dateline=dateline.words, agency_name=item.agency_name or dateline.agency)
    if item.printed_date or item.date or not dateline.printed_date:
        return item
    return replace(
        item,
        printed_date=dateline.printed_date,
        date=dateline.edtf,
        date_basis="dateline" if dateline.edtf else "",
        date_note="" if dateline.edtf else _("The dateline lacks the year."),
    )


def _limit(size: int, most: int) -> None:
    if size > most:
        raise Refused(
            _("It has %(size).1f MB; at most %(most)d MB of this format are taken. Split it, or keep the text only.")
            % {"size": size / MEGABYTE, "most": most // MEGABYTE},
            413,
        )
