"""Each format is known by its content, whatever the file is called, and gives the same plain items."""

import json

import pytest

from archive.ingest.items import Document, Flag, Item
from archive.ingest.readers import read
from archive.ingest.refusal import Refused
from archive.ingest.safety import clean_name, safe_address
from tests.ingest.documents import DIGEST, FEED, PAGE, answer, json_line, warc

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Newsroom</title>
<entry><title>Envoys meet</title><link href="https://news.example/a"/><updated>2016-05-25T10:00:00Z</updated>
<content type="html">&lt;p&gt;They met.&lt;/p&gt;</content></entry></feed>"""
CSV = 'Title;Date;Link;Text;Publisher\r\n"Envoys; meet";25 May 2016;https://news.example/a;"They met.\r\nThey left.";Newsroom\r\n'


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (DIGEST.encode(), "digest"),
        (b"Envoys meet\n\nThey met on Monday.", "text"),
        (PAGE.encode(), "html"),
        (b"\xef\xbb\xbf  <!-- saved --><html><body><h1>A</h1><p>They met on Monday.</p></body></html>", "html"),
        (b"<div><p>Envoys met.</p><p>They <b>left</b>.</p></div>", "html"),
        (FEED.encode(), "feed"),
        (ATOM.encode(), "feed"),
        (warc(answer(PAGE.encode())), "warc"),
        (warc(answer(PAGE.encode()), packed=True), "warc"),
        (json_line(title="Envoys meet", text="They met.").encode(), "jsonl"),
        (CSV.encode(), "csv"),
    ],
)
@pytest.mark.parametrize("name", ["page.pdf", "news.html", "feed"])
def test_the_content_tells_the_format(content: bytes, format_: str, name: str) -> None:
    document = read(content, name)
    assert (document.format, document.name) == (format_, name)
    assert document.items


def test_a_page_gives_its_text_date_author_site_and_address() -> None:
    (item,) = read(PAGE.encode(), "page.html").items
    assert item.headline == "Ministers sign the river protocol"
    assert item.text.startswith("Ministers of six states signed")
    assert item.text.endswith("before the end of the year.")
    assert "Home" not in item.text
    assert "alert" not in item.text
    assert (item.date, item.date_basis, item.author, item.publisher_name) == (
        "2016-04-13",
        "printed",
        "Ann Writer",
        "Newsroom",
    )
    assert (item.url, item.language) == ("https://news.example/river", "en")


def test_a_page_may_not_claim_the_address_of_another_site() -> None:
    (item,) = read(PAGE.encode(), "x", address="https://evil.example/page").items
    assert item.url == "https://evil.example/page"
    (item,) = read(PAGE.encode(), "x", address="https://news.example/river?from=feed").items
    assert item.url == "https://news.example/river"


@pytest.mark.parametrize(("content", "headline"), [(FEED, "Ministers sign & leave"), (ATOM, "Envoys meet")])
def test_a_feed_gives_an_item_for_each_entry(content: str, headline: str) -> None:
    first = read(content.encode(), "feed").items[0]
    assert (first.headline, first.publisher_name) == (headline, "Newsroom")
    assert first.date.startswith("2016-")
    assert first.url.startswith("https://news.example/")
    assert "<" not in first.text
    assert "alert" not in first.text


def test_a_table_gives_an_item_for_each_line() -> None:
    (item,) = read(CSV.encode(), "x").items
    assert (item.headline, item.text) == ("Envoys; meet", "They met.\nThey left.")
    assert (item.printed_date, item.date) == ("25 May 2016", "2016-05-25")
    (item,) = read(json_line(Headline="A", Body="B", Date="2016-05", Lang="ru").encode(), "x").items
    assert (item.headline, item.text, item.date, item.language) == ("A", "B", "2016-05", "ru")


def test_pages_of_a_web_archive_are_items_and_the_rest_is_left_out() -> None:
    pages = (answer(PAGE.encode()), answer(b"GIF89a", "image/gif"), answer(PAGE.encode(), status="404 Not Found"))
    document = read(warc(*pages, packed=True), "x")
    assert [item.headline for item in document.items] == ["Ministers sign the river protocol"]
    assert document.notes == ("2 records of it are no pages and were left out.",)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
def test_a_text_is_read_in_whatever_encoding(codec: str) -> None:
    text = "Министры встретились в Душанбе\n\n" + "Министры шести государств говорили о воде.\n" * 3
    item = read(text.encode(codec), "x", f"text/plain; charset={codec}").items[0]
    assert item.headline == "Министры встретились в Душанбе"
    assert item.language == "ru"
    assert item.flags == ()


def test_an_encoding_that_nobody_named_is_guessed_and_flagged() -> None:
    text = "Министры встретились в Душанбе\n\n" + "Министры шести государств говорили о воде.\n" * 5
    item = read(text.encode("cp1251"), "x").items[0]
    assert item.headline == "Министры встретились в Душанбе"
    assert [flag.kind for flag in item.flags] == ["encoding"]


def test_a_few_broken_characters_do_not_spoil_the_rest() -> None:
    item = read("Envoys meet\n\n“They met” – “and left” — “soon”.".encode() + b"\xff", "x").items[0]
    assert item.headline == "Envoys meet"
    assert item.text.startswith("“They met” – “and left”")
    assert item.flags[0] == Flag("encoding", "utf-8")


def test_an_item_survives_as_json() -> None:
    item = read(DIGEST.encode(), "x").items[4]
    assert item.flags
    assert Item.from_json(json.loads(json.dumps(item.to_json()))) == item
    assert Item.from_json({"headline": "A", "no field of ours": 1}) == Item(headline="A")
    assert Document.of(item).items == (item,)


def test_a_format_can_be_given() -> None:
    assert read(DIGEST.encode(), "x", format="text").items[0].text.count("•") == 9
    with pytest.raises(Refused, match="no format"):
        read(DIGEST.encode(), "x", format="exe")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\x00b\n.txt", "ab .txt"),
        (".hidden", "hidden"),
        ("../..", "unnamed"),
        ("", "unnamed"),
        ("https://news.example/a/b", "https://news.example/a/b"),
        ("x" * 900, "x" * 150),
    ],
)
def test_a_name_is_never_a_path(name: str, clean: str) -> None:
    assert clean_name(name) == clean
    assert read(b"A text.", name).name == clean


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example/",
        "http://user@a.example/",
        "https://",
        "//a",
        "x y",
        "http://[::1",
    ],
)
def test_only_addresses_of_the_web_are_kept(address: str) -> None:
    assert safe_address(address) == ""
    item = read(json_line(title="A", url=address).encode(), "x").items[0]
    assert item.url == ""
    assert Flag("link", address) in item.flags


def test_what_is_too_long_for_a_field_is_shortened_and_flagged() -> None:
    item = read(json_line(title="word " * 100, text="T.").encode(), "x").items[0]
    assert len(item.headline) <= 300
    assert item.flags[0] == Flag("shortened", ("word " * 100).strip())
