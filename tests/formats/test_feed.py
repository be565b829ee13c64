"""Feeds, read back with feedparser and lxml."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from archive.formats.feed import ATOM, TOMBSTONES, Deleted, Entry, Feed, atom, json_feed
from archive.formats.text import clean
from tests.formats.schema_files import valid_atom

MORNING = datetime(2026, 11, 2, 8, 0, 0, 999, tzinfo=UTC)
ENTRY = Entry(
    url="https://archive.example/articles/drills/",
    title="Drills & “more” <here>",
    summary="They trained.",
    published=MORNING,
    updated=MORNING,
    language="en",
    author="TASS",
    categories=("Joint exercises",),
    source_url="https://source.example/?a=1&b=2",
)
FEED = Feed(
    title="Latest articles",
    url="https://archive.example/articles/?format=atom",
    page_url="https://archive.example/articles/",
    updated=MORNING,
    links={
        "self": "https://archive.example/articles/?format=atom&page=2",
        "first": "https://archive.example/articles/?format=atom",
        "previous": "https://archive.example/articles/?format=atom",
        "next": "https://archive.example/articles/?format=atom&page=3",
    },
    entries=(ENTRY,),
    deleted=(Deleted("https://archive.example/articles/gone/", MORNING, "A hoax."),),
)


def test_atom_is_read_as_it_was_meant() -> None:
    found = feedparser.parse(atom(FEED))
    assert not found.bozo
    assert (found.feed.title, found.feed.id, found.feed.updated) == (FEED.title, FEED.url, "2026-11-02T08:00:00Z")
    assert {link.rel: link.href for link in found.feed.links} == {"alternate": FEED.page_url, **FEED.links}
    [entry] = found.entries
    assert (entry.id, entry.link) == (ENTRY.url, ENTRY.url)
    assert (entry.author, entry.summary) == ("TASS", "They trained.")
    assert [tag.term for tag in entry.tags] == ["Joint exercises"]
    assert [link.href for link in entry.links if link.rel == "via"] == [ENTRY.source_url]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"<updated>2026-11-02T08:00:00Z</updated>", b"<updated>2 November 2026</updated>"),
        (b"<generator>", b"<id>https://archive.example/again</id><generator>"),
        (b"<title>Latest articles</title>", b""),
        (b'xml:lang="en"', b'xml:lang="English, as it is spoken"'),
        (b'<category term="Joint exercises"/>', b"<category/>"),
        (b'rel="via" href=', b'rel="via" address='),
        (b"<published>", b"<printed>2014</printed><published>"),
        (b' when="2026-11-02T08:00:00Z"', b""),
        (b"<at:comment>", b"<at:reason/><at:comment>"),
    ],
)
def test_the_schemas_find_what_is_wrong(was: bytes, becomes: bytes) -> None:
    text = atom(FEED)
    valid_atom(text)
    assert was in text
    with pytest.raises(etree.DocumentInvalid):
        valid_atom(text.replace(was, becomes))


def test_a_tombstone_says_when_and_why() -> None:
    [found] = etree.fromstring(atom(FEED)).iter(f"{{{TOMBSTONES}}}deleted-entry")
    assert dict(found.attrib) == {"ref": FEED.deleted[0].url, "when": "2026-11-02T08:00:00Z"}
    assert found.findtext(f"{{{TOMBSTONES}}}comment") == "A hoax."


def test_json_feed_says_the_same() -> None:
    found = json.loads(json_feed(FEED))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert (found["feed_url"], found["next_url"]) == (FEED.links["self"], FEED.links["next"])
    [item] = found["items"]
    assert (item["id"], item["title"], item["content_text"]) == (ENTRY.url, ENTRY.title, ENTRY.summary)
    assert (item["date_published"], item["tags"]) == ("2026-11-02T08:00:00Z", ["Joint exercises"])
    assert item["external_url"] == ENTRY.source_url


@given(text=st.text(max_size=60))
def test_no_text_breaks_a_feed(text: str) -> None:
    feed = replace(
        FEED, title=text, entries=(replace(ENTRY, title=text, summary=text, author=text, categories=(text,)),)
    )
    root = valid_atom(atom(feed))
    shown = clean(text).replace("\r\n", "\n").replace("\r", "\n")
    found = root.findtext(f"{{{ATOM}}}entry/{{{ATOM}}}title").replace("\r\n", "\n").replace("\r", "\n")
    assert found == shown
    assert json.loads(json_feed(feed))["items"][0]["title"] == clean(text)


def test_an_empty_feed_is_one() -> None:
    empty = replace(FEED, entries=(), deleted=())
    valid_atom(atom(empty))
    assert feedparser.parse(atom(empty)).entries == []
    assert json.loads(json_feed(empty))["items"] == []
