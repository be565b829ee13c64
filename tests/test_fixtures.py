"""What holds of the archive as it is shipped. Read from the files: what the database refuses is tested in tests/models."""

import csv
import hashlib
import json
import os
import shutil
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from archive import dates
from archive.curation.authority import convert
from archive.curation.loading import LOAD_ORDER
from archive.curation.quality import check
from archive.ingest.text import text_sha256
from tests.data.make_word_runs import FILE, SIZE, WordRuns, packed, runs
from tests.data.source_items import SourceItem, items_of
from tests.seed import SeedTestCase

Row = dict[str, Any]


@cache
def rows(name: str) -> list[Row]:
    """The records of a fixture file, as their fields."""
    return [row["fields"] for row in json.loads((settings.FIXTURES_DIR / f"{name}.json").read_text())]


@cache
def by_slug(name: str) -> dict[str, Row]:
    return {row["slug"]: row for row in rows(name)}


def events() -> dict[str, Row]:
    return by_slug("event")


def is_person(slug: str) -> bool:
    return by_slug("participant")[slug]["kind"] == "person"


# Articles -------------------------------------------------------------------------------------------------------------


def test_every_item_of_the_five_documents_is_an_article() -> None:
    positions: dict[str, list[int]] = {}
    for article in rows("article"):
        positions.setdefault(article["source_document"][0], []).append(article["source_position"])
    assert sorted(positions) == sorted(document["name"] for document in rows("sourcedocument"))
    assert {name: sorted(found) for name, found in positions.items()} == {
        name: list(range(1, len(found) + 1)) for name, found in positions.items()
    }
    assert sorted(map(len, positions.values())) == [1, 1, 1, 1, 81]


def test_every_article_is_described_and_no_text_of_others_is_shipped() -> None:
    for article in rows("article"):
        slug = article["slug"]
        assert 10 <= len(article["abstract"].split()) <= 120, slug
        assert article["topics"], slug
        assert article["countries"], slug
        assert article["body"] == "", slug


def test_every_article_has_a_date_or_says_why_it_has_none() -> None:
    for article in rows("article"):
        assert article["date"] or article["date_note"], article["slug"]
        assert bool(article["date"]) == bool(article["date_basis"]), article["slug"]


def test_what_a_source_prints_as_a_headline_is_not_called_ours() -> None:
    # The two single items that begin without one.
    supplied = {one["source_document"][0][:3] for one in rows("article") if one["headline_supplied"]}
    assert supplied == {"000", "002"}


# Our own words --------------------------------------------------------------------------------------------------------

# Kept as printed, or made of what is.
AS_PRINTED = {"headline", "slug", "dateline", "printed_date", "title"}


def test_no_eight_words_in_a_row_are_those_of_a_source() -> None:
    sources = WordRuns(FILE.read_bytes())
    copied = [
        (name, key, run)
        for name in LOAD_ORDER
        for row in rows(name)
        for key, value in row.items()
        if key not in AS_PRINTED or (key == "headline" and row["headline_supplied"])
        for text in (value if key == "variants" else [value])
        if isinstance(text, str)  # other lists are references
        for run in sources.shared(text)
    ]
    assert copied == []


def test_a_copied_run_would_be_found() -> None:
    text = "The Minister’s aide said: “One, two, three, four — five; six, seven.”"
    sources = WordRuns(packed([text, "Another text of the same source, which has more than eight words."]))
    assert sources.shared("He writes: ministers aide said one two three FOUR five. No more!") == [
        "ministers aide said one two three four five"
    ]
    assert sources.shared("The Minister's aide said one, two, and then three, four, five.") == []
    assert list(runs("Seven words are no run of eight")) == []


def test_the_shipped_hashes_are_those_of_the_sources() -> None:
    content = FILE.read_bytes()
    hashes = [content[start : start + SIZE] for start in range(0, len(content), SIZE)]
    assert len(hashes) > 5000
    assert hashes == sorted(set(hashes))
    # This item's text repeats its headline, which we do ship.
    headline = by_slug("article")["india-ready-to-become-a-full-member-of-the-sco-indian-ambassador-2015"]["headline"]
    assert WordRuns(content).shared(headline)


# Events ---------------------------------------------------------------------------------------------------------------


def test_nobody_attended_what_was_only_planned() -> None:
    attended = {attendance["event"][0] for attendance in rows("attendance")}
    came = {one["event"][0] for one in rows("delegation") if one["capacity"] != "announced-only"}
    for slug, event in events().items():
        if event["state"] != "held":
            assert slug not in attended | came


def test_what_was_held_has_a_date() -> None:
    assert [slug for slug, event in events().items() if event["state"] == "held" and not event["date"]] == []


def test_a_meeting_by_video_has_no_city_and_a_city_lies_in_a_host_country() -> None:
    for slug, event in events().items():
        if event["format"] == "video":
            assert event["city"] is None, slug
        elif event["city"]:
            assert by_slug("city")[event["city"][0]]["country"] in event["host_countries"], slug


def test_every_event_is_covered_or_of_the_authority_file_and_says_where_it_comes_from() -> None:
    covered = {coverage["event"][0] for coverage in rows("coverage")}
    assert set(events()) == covered | {slug for slug, event in events().items() if event["authority_id"]}
    assert set(events()) == {source["event"][0] for source in rows("eventsource")}


def test_an_ordinal_is_given_once_in_its_series() -> None:
    given = Counter((event["series"][0], event["ordinal"]) for event in rows("event") if event["ordinal"])
    assert [ordinal for ordinal, n in given.items() if n > 1] == []


def test_a_part_takes_place_in_the_days_of_the_whole_or_says_when() -> None:
    for slug, event in events().items():
        if event["parent"] is None:
            continue
        part, whole = dates.parse(event["date"]), dates.parse(events()[event["parent"][0]]["date"])
        is_within = whole.earliest <= part.earliest <= part.latest <= whole.latest
        # A reception the day before, a drill on the weekend after: the note on the date tells.
        assert is_within or event["date_note"], slug


# People and bodies ----------------------------------------------------------------------------------------------------


def test_people_attend_in_an_office_of_theirs_and_bodies_in_none() -> None:
    for attendance in rows("attendance"):
        (slug,) = attendance["participant"]
        assert bool(attendance["office"]) == is_person(slug), attendance
        assert not attendance["office"] or attendance["office"][0] == slug


def test_every_person_has_an_office_or_a_country_and_no_body_holds_an_office() -> None:
    holders = {office["participant"][0] for office in rows("office")}
    for slug, participant in by_slug("participant").items():
        if is_person(slug):
            assert slug in holders or participant["country"], slug
        else:
            assert slug not in holders
    for office in rows("office"):
        assert office["organisation"] is None or not is_person(office["organisation"][0])


def test_every_record_is_linked_to_an_article_or_an_event() -> None:
    def linked(*places: tuple[str, str]) -> set[str]:
        values = [row[key] or [] for name, key in places for row in rows(name)]
        return {one[0] if isinstance(one, list) else one for value in values for one in value}

    in_office = linked(("office", "participant"))
    assert set(by_slug("participant")) == in_office | linked(("article", "participants"), ("attendance", "participant"))
    assert set(by_slug("topic")) == linked(("article", "topics"), ("event", "topics"))
    assert set(by_slug("eventseries")) == linked(("event", "series"))
    # Places that sources only name stand by, for names are looked up there too.
    assert set(by_slug("city")) >= linked(("event", "city"), ("article", "dateline_city"))
    assert set(by_slug("publisher")) == linked(("article", "publisher"), ("article", "agency"))


def test_topics_are_a_short_list_of_defined_terms() -> None:
    assert 15 <= len(rows("topic")) <= 25
    assert all(topic["definition"] for topic in rows("topic"))
    # They are terms of our own, so there is no language of ours in which we don't know them.
    assert all(topic["name_ru"] and topic["name_zh"] for topic in rows("topic"))


def test_statements_of_low_confidence_stay_out() -> None:
    assert {row["confidence"] for name in LOAD_ORDER for row in rows(name) if "confidence" in row} <= {"high", "medium"}


# The authority file ---------------------------------------------------------------------------------------------------


def test_every_meeting_and_exercise_of_the_authority_file_is_exactly_one_event() -> None:
    with (settings.FIXTURES_DIR / "authority" / "events.csv").open(newline="") as file:
        decided = {row["row"]: row["event"] for row in csv.DictReader(file)}
    assert len(decided) == len(set(decided.values())) == 187
    assert {event["authority_id"]: slug for slug, event in events().items() if event["authority_id"]} == decided


def test_no_two_events_of_a_series_are_on_the_same_days() -> None:
    days = Counter((event["series"][0], event["date"]) for event in rows("event") if event["series"] and event["date"])
    assert [day for day, n in days.items() if n > 1] == []


def test_all_26_summits_have_their_day_and_place() -> None:
    summits = [event for event in rows("event") if event["series"] == ["council-of-heads-of-state"]]
    assert sorted(event["ordinal"] for event in summits) == list(range(1, 27))
    for event in summits:
        first = dates.parse(event["date"].split("/")[0])
        assert first.earliest == first.latest, event["slug"]
        assert event["city"] or (event["format"] == "video" and event["place"] and event["host_countries"])


def test_every_term_is_defined_and_no_variant_is_both_sure_and_ambiguous() -> None:
    assert len(rows("term")) >= 90
    for term in rows("term"):
        assert term["definition"], term["slug"]
        ambiguous = {one.casefold() for one in term["ambiguous"]}
        assert not ambiguous & {one.casefold() for one in term["variants"]}, term["slug"]


REFERENCE = os.environ.get("ARCHIVE_REFERENCE", "")


@pytest.mark.skipif(not REFERENCE, reason="ARCHIVE_REFERENCE names no folder with the authority file")
def test_the_fixtures_are_what_the_conversion_makes(tmp_path: Path) -> None:
    fixtures = shutil.copytree(settings.FIXTURES_DIR, tmp_path / "fixtures")
    assert convert(Path(REFERENCE), fixtures) == []


# The rules ------------------------------------------------------------------------------------------------------------


class ChecksTest(SeedTestCase):
    def test_the_rules_find_nothing_that_was_not_looked_into(self) -> None:
        assert [f"{one.rule}: {one.label}: {one.message}" for one in check() if not one.reason] == []


# The documents themselves ---------------------------------------------------------------------------------------------

SEEDS = os.environ.get("ARCHIVE_SEEDS", "")
with_seeds = pytest.mark.skipif(not SEEDS, reason="ARCHIVE_SEEDS names no folder with the source documents")


def source_items() -> list[SourceItem]:
    return [item for document in rows("sourcedocument") for item in items_of(Path(SEEDS, document["name"]))]


@with_seeds
def test_the_documents_are_those_that_were_read() -> None:
    for document in rows("sourcedocument"):
        assert hashlib.sha256(Path(SEEDS, document["name"]).read_bytes()).hexdigest() == document["sha256"]


@with_seeds
def test_every_article_is_the_item_at_its_position() -> None:
    articles = {(one["source_document"][0], one["source_position"]): one for one in rows("article")}
    assert len(source_items()) == len(articles)
    for item in source_items():
        article = articles[item.document, item.position]
        assert article["text_sha256"] == text_sha256(item.text), article["slug"]
        assert article["headline_supplied"] or article["headline"] == item.headline
        assert bool(item.headline) is not article["headline_supplied"]
        assert not item.printed_date or article["printed_date"] == item.printed_date


@with_seeds
def test_the_shipped_hashes_are_made_of_the_documents() -> None:
    assert packed(item.text for item in source_items()) == FILE.read_bytes()
