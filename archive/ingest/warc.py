"""A web archive, WARC or WARC.gz: an item for each page in it. Lengths and digests are checked, for warcio passes over both."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]

from archive.ingest import html
from archive.ingest.items import Item
from archive.ingest.packed import GZIP, Unpacked, unpacked
from archive.ingest.refusal import Refused
from archive.ingest.safety import clean_line
from archive.ingest.source import Contents, Source

MOST_UNPACKED = 100_000_000
_MOST_PAGE = 3_000_000
_MOST_HEADERS = 64_000
_PAGES = ("text/html", "application/xhtml+xml")
_CHUNK = 64_000


def recognises(source: Source) -> bool:
    if not source.data.startswith(GZIP):
        return source.data.startswith(b"WARC/")
    try:
        return next(unpacked(source.data, MOST_UNPACKED), b"").startswith(b"WARC/")
    except Refused:
        return False


def read(source: Source) -> Contents:
    _check_shape(_stream(source.data))
    items: list[Item] = []
    skipped = 0
    try:
        # "raise": it would only note a wrong digest otherwise.
        for record in ArchiveIterator(_stream(source.data), check_digests="raise"):
            page = _page(record)
            if page is None:
                skipped += record.rec_type == "response"
            else:
                items += (replace(item, flags=page.doubts) for item in html.read(page).items)
    except (ArchiveLoadFailed, ValueError, EOFError) as error:
        raise _damaged(clean_line(str(error))[:200]) from error
    notes = (_("%(count)d records of it are no pages and were left out.") % {"count": skipped},) if skipped else ()
    return Contents(tuple(items), "application/warc", notes=notes)


def _page(record: Any) -> Source | None:
    """The page that a record holds, None for anything else. The record is read to its end, so that its digest is checked."""
    payload = record.content_stream() if record.rec_type in ("response", "resource") else record.raw_stream
    media_type = _media_type(record)
    is_page = (
        record.rec_type in ("response", "resource")
        and media_type.partition(";")[0].strip().lower() in _PAGES
        and (record.http_headers is None or record.http_headers.get_statuscode() == "200")
    )
    kept, size = [], 0
    while piece := payload.read(_CHUNK):
        size += len(piece)
        if (is_page and size > _MOST_PAGE) or size > MOST_UNPACKED:
            raise Refused(_("A page in it has more than %(most)d MB.") % {"most": _MOST_PAGE // 1_000_000}, 413)
        if is_page:
            kept.append(piece)
    while record.raw_stream.read(_CHUNK):
        pass
    address = record.rec_headers.get_header("WARC-Target-URI") or ""
    return Source(b"".join(kept), media_type, address) if is_page and kept else None


def _media_type(record: Any) -> str:
    headers = record.http_headers or record.rec_headers
    return headers.get_header("Content-Type") or ""


def _stream(data: bytes) -> Any:
    return Unpacked(unpacked(data, MOST_UNPACKED)) if data.startswith(GZIP) else BytesIO(data)


def _check_shape(stream: Any) -> None:
    """Raise Refused unless each record is as long as it says and is followed by another or by the end.

    By our own reading: warcio takes what breaks off for whole, and headers without end into memory.
    """
    held = b""
    for_more = iter(lambda: stream.read(_CHUNK), b"")
    while held or (held := next(for_more, b"")):
        headers, held = _until_blank_line(held, for_more)
        length, is_http = _length(headers)
        # The head of an answer is read into memory too, so it is looked at here.
        head = b""
        while length > len(held):
            length -= len(held)
            head += held if is_http and len(head) < _MOST_HEADERS else b""
            if not (held := next(for_more, b"")):
                raise _broken_off()
        head += held[:length]
        if is_http and len(head) > _MOST_HEADERS and not re.search(rb"\r?\n\r?\n", head[:_MOST_HEADERS]):
            raise _damaged(_("headers without end"))
        held = held[length:]
        held = _after_record(held, for_more)


def _until_blank_line(held: bytes, more: Iterator[bytes]) -> tuple[bytes, bytes]:
    while b"\r\n\r\n" not in held:
        piece = next(more, b"")
        if not piece:
            raise _broken_off()
        if len(held) > _MOST_HEADERS:
            break
        held += piece
    headers, _gap, rest = held.partition(b"\r\n\r\n")
    if len(headers) > _MOST_HEADERS:
        raise _damaged(_("headers without end"))
    if not headers.startswith(b"WARC/"):
        raise _damaged(_("a record is longer than it says"))
    return headers, rest


def _length(headers: bytes) -> tuple[int, bool]:
    """How long the block of the record is, and whether it is an HTTP message."""
    fields = {}
    for line in headers.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        fields[name.strip().lower()] = value.strip()
    length = fields.get(b"content-length", b"")
    if not length.isdigit() or len(length) > 12:
        raise _damaged(_("a record without its length"))
    return int(length), fields.get(b"content-type", b"").lower().startswith(b"application/http")


def _after_record(held: bytes, more: Iterator[bytes]) -> bytes:
    """What follows the two line ends after a record."""
    while len(held) < 4 and (piece := next(more, b"")):
        held += piece
    if not held.startswith(b"\r\n\r\n"):
        if held.strip(b"\r\n"):
            raise _damaged(_("a record is longer than it says"))
        raise _broken_off()
    return held[4:]


def _damaged(problem: str) -> Refused:
    return Refused(_("The web archive is damaged: %(problem)s.") % {"problem": problem})


def _broken_off() -> Refused:
    return Refused(_("The web archive breaks off in the middle of a record: get it again."))
