"""The conversion of the authority file, on a small one written here."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from archive.curation.authority import AuthorityError, convert
from archive.curation.loading import LOAD_ORDER

SOURCE = "https://example.org/a | seed file 1"
COLUMNS = {
    "countries": "iso2 iso3 name official_name alt_names russian_name chinese_name source confidence notes",
    "cities": "place_id name country_iso2 place_type latitude longitude alt_names russian_name chinese_name source"
    " confidence notes",
    "officials": "row_id person_id canonical_name variants russian chinese country_iso2 office organisation from_date"
    " to_date term_text date_precision attested source confidence term_confidence notes",
    "meetings": "meeting_id body body_name ordinal ordinal_basis start_date end_date year city country_iso2 country"
    " format key_points_basis source confidence notes",
    "exercises": "exercise_id name alt_names series category start_date end_date year location nearest_city"
    " country_iso2 participating_iso2 observers source confidence notes",
    "status_changes": "iso2 status change_type from_date to_date from_basis decided_at_event meeting_id source"
    " confidence notes",
    "glossary": "term abbreviation category definition synonyms ambiguous_synonyms related_terms russian chinese"
    " source confidence notes",
}
DECISIONS = {
    "events": "row event name kind series ordinal date city place state topics summary date_note",
    "readings": "row field value source confidence note",
    "figures": "row label text number unit",
    "cities": "city note",
}

KHUJAND = {
    "place_id": "PL-khujand", "name": "Khujand", "country_iso2": "TJ", "place_type": "city", "latitude": "40.28",
    "longitude": "69.63", "alt_names": "Khudzhand|Khojand", "russian_name": "Худжанд|Ходжент", "confidence": "medium",
}  # fmt: skip
MEETING = {
    "meeting_id": "DEF-2014", "body": "DEF", "body_name": "Meeting of Defence Ministers", "ordinal": "11",
    "ordinal_basis": "inferred", "start_date": "2014-04-01", "end_date": "2014-04-02", "year": "2014", "city": "Khujand",
    "country_iso2": "TJ", "country": "Tajikistan", "format": "in-person", "key_points_basis": "general knowledge",
    "confidence": "high",
}  # fmt: skip
EXERCISE = {
    "exercise_id": "PM-2009", "name": "Peace Mission 2009", "alt_names": "Мирная миссия 2009|和平使命-2009|PM 09",
    "series": "Peace Mission", "category": "armed forces", "year": "2009", "location": "Somewhere", "country_iso2": "TJ",
    "participating_iso2": "TJ UZ", "observers": "KZ and friends", "confidence": "medium", "notes": "month 2009-07",
}  # fmt: skip


class Files:
    """An authority file and fixtures of which a test changes what it is about."""

    def __init__(self, folder: Path) -> None:
        self.authority, self.fixtures = folder / "authority", folder / "fixtures"
        self.authority.mkdir()
        (self.fixtures / "authority").mkdir(parents=True)
        for name in LOAD_ORDER:
            (self.fixtures / f"{name}.json").write_text("[]")
        for name in ("sourcedocument",):
            shutil.copy(settings.FIXTURES_DIR / f"{name}.json", self.fixtures)
        for name in COLUMNS:
            self.table(name)
        for name in DECISIONS:
            self.decide(name)

    def table(self, name: str, *rows: dict[str, str]) -> None:
        self._write(self.authority, name, COLUMNS[name], [{"source": SOURCE, **row} for row in rows])

    def decide(self, name: str, *rows: dict[str, str]) -> None:
        self._write(self.fixtures / "authority", name, DECISIONS[name], list(rows))

    def _write(self, folder: Path, name: str, columns: str, rows: list[dict[str, str]]) -> None:
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns.split(), restval="")
            writer.writeheader()
            writer.writerows(rows)

    def convert(self) -> list[str]:
        return convert(self.authority, self.fixtures)

    def rows(self, name: str) -> list[dict[str, Any]]:
        return [row["fields"] for row in json.loads((self.fixtures / f"{name}.json").read_text())]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_a_meeting_becomes_an_event_that_says_where_its_facts_come_from(files: Files) -> None:
    files.table("meetings", MEETING)
    files.decide("events", {"row": "DEF-2014", "event": "ministers-2014", "summary": "They met."})
    assert files.convert() == ["event.json", "eventsource.json"]
    (event,) = files.rows("event")
    assert event["slug"] == "ministers-2014"
    assert event["name"] == "Meeting of Defence Ministers, Khujand 2014"
    assert event["date"] == "2014-04-01/2014-04-02"
    assert event["date_note"] == "Row DEF-2014 of the archive’s authority file."
    assert (event["ordinal"], event["ordinal_basis"]) == (11, "inferred")
    assert (event["city"], event["host_countries"], event["series"]) == (["khujand"], [["TJ"]], ["defence-ministers"])
    sources = {one["supports"]: (one["source"], one["confidence"]) for one in files.rows("eventsource")}
    assert sources["days, city"] == ("https://example.org/a | source document 001_73dd5daab1818654.txt", "high")
    assert "counted from its neighbours" in sources["ordinal"][0]
    assert sources["agenda"][0].endswith("row DEF-2014: general knowledge")


def test_a_meeting_by_video_has_no_city(files: Files) -> None:
    files.table("meetings", {**MEETING, "format": "video"})
    files.decide("events", {"row": "DEF-2014", "event": "ministers-2014", "summary": "They met."})
    files.convert()
    (event,) = files.rows("event")
    assert (event["city"], event["place"]) == (None, "By video link, chaired by Tajikistan")
    assert event["name"].endswith("(by video)")


@pytest.mark.parametrize(
    ("given", "name", "russian", "chinese"),
    [
        ({}, "Meeting of Defence Ministers, Khujand 2014", "Совещание, Худжанд, 2014", "会议，苦盏，2014年"),
        (
            {"format": "video"}, "Meeting of Defence Ministers, Khujand 2014 (by video)",
            "Совещание, Худжанд, 2014 (по видеосвязи)", "会议，苦盏，2014年（视频会议）",
        ),
        ({"city": "Nowhere"}, "Meeting of Defence Ministers, Nowhere 2014", "", ""),
        ({"city": ""}, "Meeting of Defence Ministers, 2014", "Совещание, 2014", "会议，2014年"),
        ({"body": "RATS"}, "RATS Council, Khujand, April 2014", "Совет, Худжанд, апрель 2014", "理事会，苦盏，2014年4月"),
        ({"body": "RATS", "city": ""}, "RATS Council, April 2014", "Совет, апрель 2014", "理事会，2014年4月"),
        ({"body": "CHS"}, "Council of Heads of State, Khujand 2014", "", ""),
    ],
)  # fmt: skip
def test_a_meeting_is_called_in_russian_and_chinese_by_the_names_of_its_body_and_city(
    files: Files, given: dict[str, str], name: str, russian: str, chinese: str
) -> None:
    series = [
        ("defence-ministers", "Совещание", "会议"),
        ("rats-council", "Совет", "理事会"),
        ("council-of-heads-of-state", "", ""),
    ]
    rows = [
        {"model": "archive.eventseries", "fields": {"slug": slug, "name": slug, "name_ru": in_russian, "name_zh": in_chinese}}
        for slug, in_russian, in_chinese in series
    ]  # fmt: skip
    (files.fixtures / "eventseries.json").write_text(json.dumps(rows))
    files.table("cities", {**KHUJAND, "chinese_name": "苦盏"})
    files.table("meetings", {**MEETING, **given})
    files.decide("events", {"row": "DEF-2014", "event": "ministers-2014", "name": name, "summary": "They met."})
    files.convert()
    (event,) = files.rows("event")
    assert (event["name"], event["name_ru"], event["name_zh"]) == (name, russian, chinese)
    assert files.convert() == []


def test_an_exercise_has_its_names_in_each_script_its_month_and_those_who_came(files: Files) -> None:
    files.table("exercises", EXERCISE)
    files.decide("events", {"row": "PM-2009", "event": "peace-mission-2009", "summary": "An exercise."})
    files.decide(
        "readings",
        {"row": "PM-2009", "field": "dates", "value": "August", "source": "?A paper", "confidence": "medium"},
    )
    files.decide("figures", {"row": "PM-2009", "label": "Personnel", "text": "some 2,600", "number": "2600"})
    files.convert()
    (event,) = files.rows("event")
    assert (event["name_ru"], event["name_zh"], event["variants"]) == ("Мирная миссия 2009", "和平使命-2009", ["PM 09"])
    assert event["date"] == "2009-07"
    came = {one["country"][0]: one["capacity"] for one in files.rows("delegation")}
    assert came == {"TJ": "party", "UZ": "party"}, "words in the list of observers are no countries"
    assert "A paper" in files.rows("reading")[0]["source"]
    assert files.rows("figure")[0]["number"] == "2600.00"


def test_of_what_was_only_announced_nobody_came(files: Files) -> None:
    files.table("exercises", EXERCISE)
    files.decide("events", {"row": "PM-2009", "event": "pm", "summary": "To come.", "state": "announced"})
    files.convert()
    assert {one["capacity"] for one in files.rows("delegation")} == {"announced-only"}


def test_an_event_of_the_source_documents_is_only_marked_and_given_the_names_it_lacks(files: Files) -> None:
    files.table("exercises", EXERCISE)
    files.decide("events", {"row": "PM-2009", "event": "ours"})
    ours = {
        "slug": "ours",
        "name": "Our exercise",
        "date": "2009-07-22",
        "summary": "As we read it.",
        "name_ru": "Наше",
    }
    (files.fixtures / "event.json").write_text(json.dumps([{"model": "archive.event", "fields": ours}]))
    files.convert()
    (event,) = files.rows("event")
    assert event.items() >= ours.items()
    assert (event["authority_id"], event["name_zh"]) == ("PM-2009", "和平使命-2009")
    assert files.rows("delegation") == []


def test_rows_of_low_confidence_stay_out_and_of_a_place_the_coordinates(files: Files) -> None:
    files.table("meetings", {**MEETING, "confidence": "low"})
    files.table("cities", KHUJAND, {**KHUJAND, "place_id": "PL-pabbi", "name": "Pabbi", "confidence": "low"})
    files.convert()
    assert files.rows("event") == []
    khujand, pabbi = files.rows("city")
    assert (khujand["latitude"], khujand["variants"]) == ("40.28000", ["Khudzhand", "Khojand", "Ходжент"])
    assert pabbi["latitude"] is None
    assert "left open" in pabbi["note"]


def test_an_office_without_dates_says_when_it_was_attested(files: Files) -> None:
    official = {
        "row_id": "OF-1", "person_id": "xu-hui", "canonical_name": "Xu Hui", "country_iso2": "CN", "office": "Commandant",
        "organisation": "China", "attested": "2016-06; 2017-12-12", "confidence": "high",
    }  # fmt: skip
    files.table("countries", {"iso2": "CN", "iso3": "CHN", "name": "China", "confidence": "high"})
    files.table(
        "officials", official, {**official, "office": "Rector", "from_date": "2018-01-01", "date_precision": "year"}
    )
    files.convert()
    terms = {office["title"]: (office["start"], office["term"]) for office in files.rows("office")}
    assert terms == {"Commandant": ("", "attested June 2016, 12 December 2017"), "Rector": ("2018", "")}


def test_an_ambiguous_synonym_is_no_variant(files: Files) -> None:
    term = {
        "term": "Islamic State", "abbreviation": "ISIL", "category": "threat term", "definition": "A group",
        "synonyms": "ISIS|IS|ISIL|Daesh", "ambiguous_synonyms": "IS", "confidence": "high",
    }  # fmt: skip
    files.table("glossary", term)
    files.convert()
    (found,) = files.rows("term")
    assert (found["variants"], found["ambiguous"], found["slug"]) == (["ISIS", "Daesh"], ["IS"], "islamic-state")


def test_a_standing_leads_to_the_meeting_that_decided_it(files: Files) -> None:
    files.table("meetings", MEETING)
    files.decide("events", {"row": "DEF-2014", "event": "ministers-2014", "summary": "They met."})
    change = {
        "iso2": "MN", "status": "observer", "change_type": "status", "from_date": "2014-04-02", "from_basis": "decision",
        "meeting_id": "DEF-2014", "decided_at_event": "the CHS (Khujand)", "confidence": "high",
    }  # fmt: skip
    files.table("status_changes", change)
    files.convert()
    (status,) = files.rows("countrystatus")
    assert status["event"] == ["ministers-2014"]
    assert status["note"] == "Decided at: the Council of Heads of State (Khujand)."


def test_the_second_run_changes_nothing_and_a_new_decision_changes_what_was_made(files: Files) -> None:
    files.table("meetings", MEETING)
    files.table("exercises", EXERCISE)
    exercise = {"row": "PM-2009", "event": "pm", "summary": "An exercise."}
    meeting = {"row": "DEF-2014", "event": "ministers-2014", "summary": "They met."}
    files.decide("events", exercise, meeting)
    assert files.convert()
    assert files.convert() == []
    files.decide("events", exercise, {**meeting, "summary": "They met in Khujand."})
    assert files.convert() == ["event.json"]


@pytest.mark.parametrize(
    ("decided", "problem"),
    [
        ([], "DEF-2014: no decision"),
        ([{"row": "DEF-2014", "event": "nowhere"}], "there is no event nowhere"),
        ([{"row": "DEF-2014", "event": "a", "summary": "x"}, {"row": "DEF-1066", "event": "b"}], "DEF-1066: a decision on no row"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused_and_nothing_written(
    files: Files, decided: list[dict[str, str]], problem: str
) -> None:
    files.table("meetings", MEETING)
    files.table("cities", KHUJAND)
    files.decide("events", *decided)
    with pytest.raises(AuthorityError, match=problem):
        files.convert()
    assert files.rows("city") == []


def test_a_folder_that_is_none_is_named(files: Files) -> None:
    with pytest.raises(AuthorityError, match=r"nowhere.countries\.csv"):
        convert(files.authority / "nowhere", files.fixtures)
