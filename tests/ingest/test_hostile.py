"""Documents made to do harm: each is a clear refusal or a harmless item, soon and in little memory."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from html import escape
from io import BytesIO

import pytest

from archive.ingest.decoding import charset_of
from archive.ingest.readers import read
from archive.ingest.refusal import Refused
from tests.ingest.documents import FEED, PAGE, PAYLOADS, answer, json_line, warc, warc_record

BOMB_SIZE = 400_000_000


def bomb() -> bytes:
    """A web archive of 0.4 MB that unpacks to 400 MB."""
    packer = zlib.compressobj(9, wbits=31)
    head = warc_record(b"", length=BOMB_SIZE)[:-4]
    piece = b"0" * 1_000_000
    return packer.compress(head) + b"".join(packer.compress(piece) for _n in range(400)) + packer.flush()


def zipped() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../evil.txt", "x")
    return file.getvalue()


PACKED = warc(answer(PAGE.encode()), packed=True)
NESTED = "<div>" * 100_000
LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
FILE_ENTITY = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
# Large ones are made when they are needed.
REFUSED: dict[str, tuple[bytes | Callable[[], bytes], int, str]] = {
    "empty": (b" \n ", 422, "empty"),
    "zip": (zipped(), 415, "ZIP"),
    "gzip of a text": (gzip.compress(b"A text."), 415, "gzip"),
    "pdf": (b"%PDF-1.7 text", 415, "PDF"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 415, "neither a web page"),
    "svg with a declaration": (
        b'<?xml version="1.0"?>\n<!-- x --><svg><script>1</script></svg>',
        415,
        "neither a web page",
    ),
    "nul bytes": (b"A text\x00 with a nul", 415, "UTF-8"),
    "noise": (bytes(range(128, 256)) * 40, 415, "UTF-8"),
    "30 MB of text": (lambda: b"word " * 6_000_000, 413, "at most 5 MB"),
    "31 MB": (lambda: b"x" * 31_000_000, 413, "at most 30 MB"),
    "warc bomb": (bomb, 413, "more than 100 MB"),
    "warc cut off": (warc(answer(PAGE.encode()))[:-200], 422, "breaks off"),
    "warc.gz cut off": (PACKED[:-40], 422, "breaks off"),
    "warc.gz with a tail": (PACKED + b"MZ evil", 422, "follows at its end"),
    "warc.gz damaged": (PACKED + PACKED[:400] + b"\x00\x00\x00\x00" + PACKED[404:], 422, "damaged"),
    "warc with a wrong digest": (warc_record(answer(PAGE.encode()), digest="sha1:" + "A" * 32), 422, "digest"),
    "warc longer than it says": (warc_record(answer(PAGE.encode()), length=100), 422, "longer than it says"),
    "warc shorter than it says": (warc_record(answer(PAGE.encode()), length=90_000), 422, "breaks off"),
    "warc without length": (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n\r\n\r\n", 422, "without its length"),
    "warc with a head without end": (b"WARC/1.0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", 422, "headers without end"),
    "warc answer without end": (warc_record(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000), 422, "headers without end"),
    "laughs": (FEED.replace("<rss", LAUGHS + "<rss").encode(), 422, "entities"),
    "file entity": (FEED.replace("<rss", FILE_ENTITY + "<rss").encode(), 422, "entities"),
    "nested page": (f"<html><body>{NESTED}x".encode(), 422, "nested"),
    "nested feed": (f"<rss><channel><item><title>{NESTED}".encode(), 422, "nested"),
    "nested json": (b'{"title": ' + b"[" * 100_000, 422, "nested too deep"),
    "json number": (b'{"title": ' + b"1" * 10_000 + b"}", 422, "Line 1"),
    "json that is none": (json_line(title="A").encode() + b"{'title': 1}", 422, "Line 2"),
    "too many items": (json_line(title="A").encode() * 5_001, 413, "more than 5000"),
    # What comes after them is not looked at any more.
    "too many items and a damaged one": (
        json_line(title="A").encode() * 5_001 + b"{'title': 1}",
        413,
        "more than 5000",
    ),
    "too many rows and a damaged one": (b"title,text\n" + b"A,B\n" * 5_001 + b"A,B,C\n", 413, "more than 5000"),
    "parts that never end": (lambda: b"<rss><channel>" + b"<![CDATA[" * 300_000, 422, "damaged"),
    "csv with a loose quote": (b'title,text\n"A"x,B\n', 422, "Line"),
    "csv with too many values": (b"title,text\nA,B,C\n", 422, "has 3 values"),
    "rows without anything": (b"title,text,url\n,,https://a.example/\n", 422, "neither a headline nor a text"),
    "feed that is damaged": (b"<rss><channel><item", 422, "damaged"),
}


def test_what_a_feed_says_of_its_encoding_hides_nothing() -> None:
    """It is UTF-8; read as UTF-7 it would declare an entity."""
    declared = '<?xml version="1.0" encoding="utf-7"?><!DOCTYPE rss [ +ADw-!ENTITY a +ACI-AAAA+ACI- +AD4- ]>'
    item = "<item><title>Talks</title><description>They met: &a;</description></item>"
    (found,) = read(f"{declared}<rss><channel>{item}</channel></rss>".encode(), "feed.xml").items
    assert (found.headline, "AAAA" in found.text) == ("Talks", False)


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "raw-unicode-escape", "utf-7", "undefined"])
def test_what_is_no_encoding_of_documents_is_not_followed(charset: str) -> None:
    assert charset_of(f"text/plain; charset={charset}") == ""
    page = f'<html><head><meta charset="{charset}"></head><body><h1>Talks</h1><p>They met \\ud800 there.</p>'.encode()
    for data in (page + b"\xe9", b"They met \\ud800 there.\n\xe9"):
        with suppress(Refused):
            assert "\ud800" not in read(data, "x", f"text/html; charset={charset}").items[0].text


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_with_a_sentence_and_a_status(case: str) -> None:
    data, status, words = REFUSED[case]
    with pytest.raises(Refused) as refusal:
        read(data() if callable(data) else data, "x")
    assert (refusal.value.status, words in str(refusal.value)) == (status, True), str(refusal.value)


@pytest.mark.parametrize("target", ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/feed.xml"])
def test_a_text_that_is_a_path_or_an_address_is_a_text(target: str) -> None:
    (item,) = read(target.encode(), "feed.xml").items
    assert item.text == target


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_kept_as_words_or_left_out(payload: str) -> None:
    row = dict.fromkeys(
        ("title", "text", "url", "date", "publisher", "agency", "author", "language", "dateline"), payload
    )
    (item,) = read(json_line(**row).encode(), payload).items
    assert item.url == ""
    assert "\x00" not in json.dumps(item.to_json(), ensure_ascii=False)
    # Plain text all through: what templates escape, with nothing done to it that could bring it to life.
    assert item.headline == payload.replace("\x00", "")
    words = payload.replace("\x00", "")
    for page in (FEED.replace("They left.", escape(words)), PAGE.replace("six states", words)):
        assert "<script" not in read(page.encode(), "x").items[0].text or "&lt;" in payload


def test_one_attribute_too_many_does_not_hold_a_worker() -> None:
    attributes = " ".join(f"a{n}=1" for n in range(50_000))
    (item,) = read(PAGE.replace("<article>", f"<article {attributes}>").encode(), "x").items
    assert "Ministers of six states" in item.text


_MEASURE = """
import resource, sys
import django
django.setup()
from archive.ingest.readers import read
from archive.ingest.refusal import Refused
from tests.ingest.documents import FEED, PAGE, answer, json_line, warc
from tests.ingest import test_hostile

words = "слово и ещё " * 200_000
cases = [
    test_hostile.bomb(),
    b"WARC/1.0\\r\\n" + b"x" * 29_000_000,
    warc(*[answer(PAGE.encode())] * 10, packed=True),
    PAGE.replace("six", words[:500_000]).encode(),
    FEED.replace("They left.", words[:700_000]).encode(),
    words.encode()[:4_999_999],
    json_line(title="A", text=words[:4000]).encode() * 1_000,
    b"title,text\\n" + b"A," + b"word " * 900_000 + b"\\n",
]
read(PAGE.encode(), "warm up")
read(FEED.encode(), "warm up")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for case in cases:
    try:
        read(case, "x")
    except Refused:
        pass
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, len(case))
"""


def test_no_document_takes_more_than_100_mb_of_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "scosite.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    grown = [int(line.split()[0]) for line in done.stdout.splitlines()]
    assert len(grown) == 8
    assert max(grown) <= 100, done.stdout
