"""Dates and datelines are read where the source leaves no choice, and stay words where it does."""

import pytest

from archive.ingest.plain import item_of
from archive.ingest.printed import date_line, dateline_of
from archive.ingest.readers import read


@pytest.mark.parametrize(
    ("line", "edtf"),
    [
        ("June 25, 2016", "2016-06-25"),
        ("May, 25, 2016", "2016-05-25"),
        ("April 25 2016", "2016-04-25"),
        ("Apr. 18 2014", "2014-04-18"),
        ("24 September 2015", "2015-09-24"),
        ("3 Jun, 2015", "2015-06-03"),
        ("22nd May, 2018", "2018-05-22"),
        ("April 01 2014", "2014-04-01"),
        ("Published on Aug 29, 2014", "2014-08-29"),
        ("Monday, 29 September 2014, 18:35 GMT", "2014-09-29"),
        ("May 2014", "2014-05"),
        ("2014-08-24", "2014-08-24"),
        ("24.08.2014", "2014-08-24"),
        ("24 августа 2014 г.", "2014-08-24"),
        ("5 мая 2014", "2014-05-05"),
        ("2014年8月24日", "2014-08-24"),
        ("04/05/2014", ""),
        ("February 31, 2014", ""),
    ],
)
def test_a_date_line_is_read(line: str, edtf: str) -> None:
    printed = date_line(line)
    assert printed is not None
    assert printed.edtf == edtf


@pytest.mark.parametrize(
    "line", ["2014", "Peace Mission 2014", "On 12 December 2017, the envoy", "May the best win", ""]
)
def test_other_lines_are_none(line: str) -> None:
    assert date_line(line) is None


@pytest.mark.parametrize(
    ("text", "words", "agency"),
    [
        ("DUSHANBE, June 19 — They met", "DUSHANBE, June 19", ""),
        ("MOSCOW, Feb. 13 (Xinhua) — They", "MOSCOW, Feb. 13 (Xinhua)", "Xinhua"),
        ("KHUJAND, March 31, 18:35 /ITAR-TASS/. They", "KHUJAND, March 31, 18:35 /ITAR-TASS/.", "ITAR-TASS"),
        (
            "DUSHANBE, Tajikistan, April 17 (RIA Novosti) – A",
            "DUSHANBE, Tajikistan, April 17 (RIA Novosti)",
            "RIA Novosti",
        ),
        ("NEW DELHI (AP) — They", "NEW DELHI (AP)", "AP"),
        ("BEIJING — China", "BEIJING", ""),
        ("ROME, (One / Two - 22nd May, 2018 ) :The", "ROME, (One / Two - 22nd May, 2018 )", "One / Two"),
    ],
)
def test_a_dateline_is_found(text: str, words: str, agency: str) -> None:
    dateline = dateline_of(text)
    assert dateline is not None
    assert (dateline.words, dateline.agency) == (words, agency)


@pytest.mark.parametrize(
    "text", ["The SCO is growing.", "SCO members met.", "CSTO and NATO — both", "", "U.S. (sic) said"]
)
def test_a_text_without_one_has_none(text: str) -> None:
    assert dateline_of(text) is None


def test_a_whole_date_in_a_dateline_is_the_date() -> None:
    item = read(b"Headline here\n\nROME, (One - 22nd May, 2018 ) :They met on Tuesday.\n", "x").items[0]
    assert (item.printed_date, item.date, item.date_basis) == ("22nd May, 2018", "2018-05-22", "dateline")


def test_what_stands_alone_above_the_text_is_the_headline() -> None:
    assert item_of("Envoys meet\n\nThey met on Monday.").headline == "Envoys meet"
    assert item_of("Envoys meet\n\n13 April 2016\n\nThey met.").date == "2016-04-13"
    assert item_of("Envoys met on Monday.\n\nThey talked.").headline == ""
    assert item_of("Envoys meet").headline == ""
    assert item_of("Envoys met on Monday.\n\nThey talked.").text == "Envoys met on Monday.\n\nThey talked."
