"""Documents for tests, written by us, with the irregularities that real ones have."""

import gzip
import hashlib
import json
from base64 import b32encode

# A title; items without a date, without an excerpt, with two; a year that is wrong on its face; a credit and a caption in the
# text; a dateline without its year; two items of which nothing but the headline is there.
DIGEST = """Our Organisation

Envoys open the autumn round


  • Envoys of six states opened talks in Almaty on Monday. They meet twice a year.

Harbour watch ends without incident

May, 25, 2016

  • The harbour watch ended on Wednesday, its third year without an incident.
  • Two boats took part.

Drill on the plain: watch the convoy

Published on Apr 29, 2016

Ministers sign the river protocol

13 April 2016

  • ASTRA, April 13. /NEWSROOM/. Ministers signed the protocol on Wednesday. “We are pleased,” one of them said…

Customs chiefs meet by the lake

March 31 2014

  • Customs chiefs met by the lake on Wednesday. Lake at dawn © NEWSROOM 2016/ A. N. OTHER / POOL The talks lasted an hour.

New envoy presents his papers


  • ORDA, Feb. 13 (Newsroom) — The new envoy presented his papers on Saturday.
  • He will stay for three years. (Photo source:

Border guards plan a joint patrol

28 Jan, 2016

  • Border guards said on Thursday that they plan a patrol.

The year in pictures

Council to meet again

January 04 2016

  • The council meets again in spring.
"""
HEADLINES = [line for line in DIGEST.split("\n")[1:] if line[:1].isupper() and not line[-4:].isdigit()]

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Ministers sign the river protocol | Newsroom</title>
<link rel="canonical" href="https://news.example/river">
<meta property="article:published_time" content="2016-04-13T10:00:00+05:00">
<meta property="og:site_name" content="Newsroom"><meta name="author" content="Ann Writer"></head>
<body><nav><a href="/">Home</a> <a href="/about">About</a></nav>
<article><h1>Ministers sign the river protocol</h1>
<p>Ministers of six states signed the river protocol in Astra on Wednesday, after two years of talks about the dam.</p>
<p>The protocol says how much water each of them takes, and who keeps the records of it, for the next ten years.</p>
<script>alert("page")</script>
<p>It comes into force when four of the six have ratified it, which is expected before the end of the year.</p></article>
<footer>Copyright Newsroom</footer></body></html>
"""

FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Newsroom</title><link>https://news.example/</link><language>en</language>
<item><title>Ministers sign &amp; leave</title><link>https://news.example/river</link>
<pubDate>Wed, 13 Apr 2016 10:00:00 GMT</pubDate>
<description>&lt;p&gt;Ministers signed.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;
&lt;p&gt;They left.&lt;/p&gt;</description></item>
<item><title>A link that is none</title><link>javascript:alert(1)</link><description>Text.</description></item>
</channel></rss>
"""

# In every field of every format.
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    '"><script>alert(1)</script>',
    "'-alert(1)-'",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "{{ 7 * 7 }}{% debug %}",
    "<!--<script>alert(1)</script>-->",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<math><mtext><script>alert(1)</script></mtext></math>",
    "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>",
    "=HYPERLINK(1)",
    "\x00<script>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
    "<style>*{background:url(javascript:alert(1))}</style>",
)


def answer(body: bytes, media_type: str = "text/html; charset=utf-8", *, status: str = "200 OK") -> bytes:
    """What a web server sends."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def warc_record(
    block: bytes, address: str = "https://news.example/river", *, digest: str = "", length: int = -1
) -> bytes:
    """A response of a web archive, with the digest of its block."""
    digest = digest or "sha1:" + b32encode(hashlib.sha1(block).digest()).decode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789012>\r\n"
        f"WARC-Date: 2016-04-13T10:00:00Z\r\nWARC-Target-URI: {address}\r\nWARC-Block-Digest: {digest}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block) if length < 0 else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def warc(*blocks: bytes, packed: bool = False) -> bytes:
    """A web archive of such answers."""
    records = [warc_record(block, f"https://news.example/{n}") for n, block in enumerate(blocks)]
    return b"".join(map(gzip.compress, records)) if packed else b"".join(records)


def json_line(**values: object) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"
