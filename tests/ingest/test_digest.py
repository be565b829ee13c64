"""A digest page is split into what it prints: nothing merged, nothing lost, nothing put right."""

import pytest

from archive.ingest.items import Document, Flag
from archive.ingest.readers import read
from tests.ingest.documents import DIGEST, HEADLINES


@pytest.fixture
def document() -> Document:
    return read(DIGEST.encode(), "our digest.txt")


def flags(document: Document, position: int) -> dict[str, str]:
    return {flag.kind: flag.words for flag in document.items[position - 1].flags}


def test_every_headline_is_an_item_at_its_place(document: Document) -> None:
    assert (document.format, document.kind, document.title) == ("digest", "digest", "Our Organisation")
    assert [item.headline for item in document.items] == HEADLINES
    assert [item.position for item in document.items] == list(range(1, 10))


def test_no_word_of_the_page_is_lost_and_none_stands_twice(document: Document) -> None:
    found = [document.title]
    for item in document.items:
        printed = item.printed_date if item.date_basis != "dateline" and "lacks" not in item.date_note else ""
        found += [item.headline, printed, item.text]
    assert " ".join(" ".join(found).split()) == " ".join(DIGEST.replace("•", " ").split())


def test_the_printed_date_is_kept_and_read(document: Document) -> None:
    dated = {
        item.position: (item.printed_date, item.date, item.date_basis) for item in document.items if item.printed_date
    }
    assert dated == {
        2: ("May, 25, 2016", "2016-05-25", "printed"),
        3: ("Published on Apr 29, 2016", "2016-04-29", "printed"),
        4: ("13 April 2016", "2016-04-13", "printed"),
        5: ("March 31 2014", "2014-03-31", "printed"),
        6: ("Feb. 13", "", ""),
        7: ("28 Jan, 2016", "2016-01-28", "printed"),
        9: ("January 04 2016", "2016-01-04", "printed"),
    }
    assert document.items[5].date_note == "The dateline lacks the year."


def test_the_dateline_is_kept_and_names_the_agency(document: Document) -> None:
    assert (document.items[3].dateline, document.items[3].agency_name) == ("ASTRA, April 13. /NEWSROOM/.", "NEWSROOM")
    assert (document.items[5].dateline, document.items[5].agency_name) == ("ORDA, Feb. 13 (Newsroom)", "Newsroom")


def test_excerpts_are_paragraphs_without_their_bullets(document: Document) -> None:
    assert document.items[1].text.split("\n\n") == [
        "The harbour watch ended on Wednesday, its third year without an incident.",
        "Two boats took part.",
    ]
    assert document.items[2].text == ""


def test_a_date_that_contradicts_its_company_and_its_weekday_is_flagged_and_kept(document: Document) -> None:
    words = [flag.words for flag in document.items[4].flags if flag.kind == "date"]
    assert words == [
        "31 March 2014 is a Monday, but it says “Wednesday”.",
        "31 March 2014 stands among items of 4 January 2016 to 25 May 2016.",
    ]
    assert document.items[4].date == "2014-03-31"
    others = [flag for item in document.items if item.position != 5 for flag in item.flags if flag.kind == "date"]
    assert others == []


def test_captions_credits_and_breaks_are_flagged_and_stay_in_the_text(document: Document) -> None:
    assert flags(document, 5)["credit"].startswith("© NEWSROOM 2016/ A. N. OTHER / POOL")
    assert flags(document, 5)["caption"] == "Lake at dawn"
    assert flags(document, 6)["credit"] == "(Photo source:"
    assert flags(document, 4)["cut-off"].endswith("one of them said…")
    assert "Lake at dawn © NEWSROOM" in document.items[4].text


def test_a_headline_with_nothing_below_it_is_an_item_and_flagged(document: Document) -> None:
    assert document.items[7].headline == "The year in pictures"
    assert flags(document, 8) == {"bare": "It may belong to the item before or after it."}
    assert [item.position for item in document.items if "bare" in {flag.kind for flag in item.flags}] == [8]


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text, str.strip])
def test_line_ends_and_marks_make_no_difference(change: object) -> None:
    read_again = read(change(DIGEST).encode(), "our digest.txt")  # type: ignore[operator]
    assert [(item.headline, item.text) for item in read_again.items] == [
        (item.headline, item.text) for item in read(DIGEST.encode(), "x").items
    ]


def test_without_a_title_the_first_line_is_the_first_headline() -> None:
    without = DIGEST.partition("\n\n")[2]
    document = read(without.encode(), "x")
    assert document.title == ""
    assert [item.headline for item in document.items] == HEADLINES


def test_a_line_that_goes_on_below_an_excerpt_belongs_to_it() -> None:
    text = "One\n\n  • First line of it\n    and the second.\n\nTwo\n\n  • Other words\nthat go on.\n"
    assert [item.text for item in read(text.encode(), "x").items] == [
        "First line of it\nand the second.",
        "Other words\nthat go on.",
    ]


def test_flags_are_plain_words() -> None:
    assert str(Flag("cut-off", "Read more")) == "cut off: Read more"


def test_an_article_with_lists_in_it_is_no_digest() -> None:
    lists = "Envoys meet\n\nThey agreed on two things:\n\n- water\n- roads\n\nThey left these open:\n\n- rails\n"
    document = read(lists.encode(), "x")
    assert (document.format, len(document.items)) == ("text", 1)
