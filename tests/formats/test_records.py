import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from archive.curation.loading import load
from archive.formats.records import EXPORTS, export_rows
from archive.models import (
    Article,
    Attendance,
    City,
    CorrectionNote,
    Country,
    CountryStatus,
    Coverage,
    Delegation,
    DuplicateDecision,
    Event,
    EventSeries,
    EventSource,
    Figure,
    Office,
    Participant,
    Publisher,
    Reading,
    SourceDocument,
    Term,
    Topic,
)
from tests.factories import (
    make_article,
    make_attendance,
    make_city,
    make_correction_note,
    make_country,
    make_country_status,
    make_coverage,
    make_delegation,
    make_document,
    make_duplicate_decision,
    make_event,
    make_event_source,
    make_figure,
    make_office,
    make_participant,
    make_publisher,
    make_reading,
    make_series,
    make_term,
    make_tip,
    make_topic,
)

# The contract ---------------------------------------------------------------------------------------------------------

NAMES = "name name_ru name_zh variants"
# Type → the keys that other programs may rely on; keys of nested objects after a dot.
CONTRACT = {
    "article": "type slug headline headline_supplied published.edtf published.basis published.printed published.note "
    "publisher agency kind language dateline dateline_city abstract body rights text_sha256 countries participants topics "
    "corrections syndicated_with events.slug events.relation events.note source_document source_position url status",
    "event": "type slug name kind series ordinal dates.edtf dates.basis dates.note city host_countries place format state "
    "parent topics delegations.country delegations.capacity participants.slug participants.capacity participants.office "
    "figures readings summary sources status",
    "participant": f"type kind slug {NAMES} country "
    "offices.title offices.country offices.organisation offices.from offices.to",
    "country": f"type iso2 iso3 {NAMES} "
    "sco_status.status sco_status.kind sco_status.from sco_status.to sco_status.event sco_status.source",
    "city": f"type slug {NAMES} kind country latitude longitude",
    "topic": f"type slug {NAMES} definition broader",
    "publisher": f"type slug {NAMES} kind country organisation",
    "series": f"type slug {NAMES} kind",
    "term": f"type slug category {NAMES} abbreviation definition ambiguous related source_article source confidence note",
    "source_document": "type name sha256 kind address captured_at",
}

SOURCED = {"source_article": "source_article", "source": "source", "confidence": "confidence", "note": "note"}
NAMED = {name: name for name in NAMES.split()}
DATED = {"date": "edtf", "date_basis": "basis", "date_note": "note"}
REVIEWED = {name: name for name in ("status", "first_public_at", "withdrawn_at", "withdrawal_reason")}

# What only the database needs: its keys, and the days that follow from the date.
INTERNAL = {"id", "date_earliest", "date_latest"}
# Model → where its rows stand in the export, and under which key each field.
PLACES: dict[Any, tuple[str, dict[str, str]]] = {
    Article: (
        "article",
        {
            **{f"{field}": f"published.{key}" for field, key in DATED.items()},
            "printed_date": "published.printed",
            **REVIEWED,
            "events": "events.slug",
        },
    ),
    Coverage: ("article events", {"article": "<owner>", "event": "slug"}),
    Event: (
        "event",
        {
            **{f"{field}": f"dates.{key}" for field, key in DATED.items()},
            **REVIEWED,
            "participants": "participants.slug",
            "countries": "delegations.country",
        },
    ),
    Attendance: ("event participants", {"event": "<owner>", "participant": "slug", **SOURCED}),
    Delegation: ("event delegations", {"event": "<owner>", **SOURCED}),
    Figure: ("event figures", {"event": "<owner>", **SOURCED}),
    Reading: ("event readings", {"event": "<owner>", **SOURCED}),
    EventSource: ("event sources", {"event": "<owner>", **SOURCED}),
    Participant: ("participant", {**NAMED, **REVIEWED}),
    Office: ("participant offices", {"participant": "<owner>", "start": "from", "end": "to", **SOURCED}),
    Country: ("country", NAMED),
    CountryStatus: ("country sco_status", {"country": "<owner>", "start": "from", "end": "to", **SOURCED}),
    City: ("city", NAMED),
    Topic: ("topic", NAMED),
    Publisher: ("publisher", NAMED),
    EventSeries: ("series", NAMED),
    Term: ("term", {**NAMED, **SOURCED}),
    CorrectionNote: (
        "article corrections",
        {"record_type": "<owner>", "record_id": "<owner>", "tip": "<not public>"},
    ),
    # Only copies are told of, so that the outcome is.
    DuplicateDecision: (
        "article",
        {"first": "syndicated_with", "second": "syndicated_with", "outcome": "syndicated_with", "note": "<not public>"},
    ),
    SourceDocument: ("source_document", {}),
}


def keys_of(value: Any, prefix: str = "") -> set[str]:
    """All keys of a row, nested ones after a dot."""
    if isinstance(value, list):
        return set().union(*(keys_of(one, prefix) for one in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    return set().union(*({f"{prefix}{key}"} | keys_of(one, f"{prefix}{key}.") for key, one in value.items()))


def exported(*, with_restricted: bool = False) -> dict[str, list[dict[str, Any]]]:
    """The export, as other programs read it: type → rows."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in EXPORTS}
    for row in export_rows(with_restricted=with_restricted):
        found[row["type"]].append(json.loads(json.dumps(row)))
    return found


def make_one_of_each() -> None:
    """An archive in which no list of the export is empty."""
    country, topic, series = make_country(), make_topic(), make_series()
    event = make_event(series=series, topics=[topic], host_countries=[country])
    participant = make_participant()
    office = make_office(participant=participant)
    article = make_article(
        source_document=make_document(),
        source_position=1,
        topics=[topic],
        countries=[country],
        participants=[participant],
        publisher=make_publisher(),
        dateline_city=make_city(country=country),
    )
    make_coverage(article=article, event=event)
    make_attendance(event=event, participant=participant, office=office)
    make_delegation(event=event, country=country)
    make_figure(event=event, number=Decimal(7000))
    make_reading(event=event)
    make_event_source(event=event, source_article=article)
    make_country_status(country=country, event=event)
    make_term(source_article=article)
    make_correction_note(about=article)


class ContractTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        make_one_of_each()

    def test_every_type_has_the_keys_of_the_contract(self) -> None:
        assert list(CONTRACT) == list(EXPORTS)
        for name, rows in exported().items():
            with self.subTest(name):
                assert rows
                for row in rows:
                    self.assertLessEqual(set(CONTRACT[name].split()) - keys_of(row), set())

    def test_every_public_field_is_exported(self) -> None:
        rows = exported()
        for model, (place, names) in PLACES.items():
            keys = keys_of(rows[place.split()[0]])
            prefix = "".join(f"{part}." for part in place.split()[1:])
            fields = {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}
            for field in fields - INTERNAL:
                with self.subTest(f"{model.__name__}.{field}"):
                    key = names.get(field, field)
                    assert key in ("<owner>", "<not public>") or f"{prefix}{key}" in keys

    def test_every_record_model_has_its_place(self) -> None:
        from archive.models import AcceptedFinding, Record

        models = {model for model in Article._meta.apps.get_models() if issubclass(model, Record)}
        # What was found of the data, and accepted, is the curators' own.
        assert models == {*PLACES, AcceptedFinding}

    def test_links_are_slugs_and_codes_and_numbers_are_numbers(self) -> None:
        (event,), (article,) = exported()["event"], exported()["article"]
        assert event["host_countries"] == [Country.objects.get().iso2]
        assert event["topics"] == article["topics"] == [Topic.objects.get().slug]
        assert event["participants"][0]["office"] == "Minister"
        assert event["figures"][0]["number"] == 7000
        assert event["sources"][0]["source_article"] == article["slug"]
        assert article["events"] == [{"slug": event["slug"], "relation": "reports", "note": ""}]
        assert article["source_document"] == SourceDocument.objects.get().name
        assert article["first_public_at"].endswith("Z")


@pytest.mark.django_db
def test_copies_name_each_other_and_what_is_different_names_nothing() -> None:
    first, second, third = (make_article(slug=slug) for slug in ("a", "b", "c"))
    hidden = make_article(slug="hidden", status="withdrawn")
    make_duplicate_decision(first=first, second=second, outcome="syndicated")
    make_duplicate_decision(first=first, second=third, outcome="different")
    make_duplicate_decision(first=second, second=hidden, outcome="syndicated")
    rows = {row["slug"]: row["syndicated_with"] for row in exported()["article"]}
    assert rows == {"a": ["b"], "b": ["a"], "c": []}
    rows = {row["slug"]: row["syndicated_with"] for row in exported(with_restricted=True)["article"]}
    assert rows["b"] == ["a", "hidden"]


@pytest.mark.django_db
def test_corrections_stand_with_their_record_oldest_first() -> None:
    country = make_country()
    make_city(id=country.pk)  # a note is on one kind of record
    tip = make_tip(about=country, email="reader@example.org")
    make_correction_note(about=country, text="Second.", at=datetime(2016, 2, 1, tzinfo=UTC), tip=tip)
    make_correction_note(about=country, text="First.", at=datetime(2016, 1, 1, tzinfo=UTC))
    rows = exported()
    assert [row["corrections"] for row in rows["city"]] == [[]]
    (row,) = (row for row in rows["country"] if row["iso2"] == country.iso2)
    assert row["corrections"] == [
        {"at": "2016-01-01T00:00:00Z", "text": "First."},
        {"at": "2016-02-01T00:00:00Z", "text": "Second."},
    ]
    assert "reader@" not in json.dumps(rows)


# What is not for everybody --------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["draft", "in-review", "withdrawn"])
def test_what_is_not_public_is_neither_exported_nor_named(status: str) -> None:
    hidden = f"secret-{status}"
    article = make_article(slug=f"{hidden}-article", status=status)
    event = make_event(slug=f"{hidden}-event", status=status)
    body = make_participant(slug=f"{hidden}-body", kind="organisation", status=status)
    public_article = make_article(participants=[body])
    public_event = make_event(parent=event)
    make_coverage(article=public_article, event=event)
    make_attendance(event=public_event, participant=body)
    person = make_participant()
    make_office(participant=person, organisation=body, source_article=article)
    make_publisher(organisation=body)
    make_country_status(event=event, source_article=article)
    make_term(source_article=article)
    for make in (make_delegation, make_figure, make_reading, make_event_source):
        make(event=public_event, source_article=article)
    assert hidden not in json.dumps(list(export_rows()))
    everything = json.dumps(list(export_rows(with_restricted=True)))
    for name in (article.slug, event.slug, body.slug):
        # As a record of its own, and from others.
        assert everything.count(f'"{name}"') >= 2, name


@pytest.mark.django_db
def test_texts_of_others_are_exported_on_request_only() -> None:
    make_article(slug="open", rights="open", body="An open text.")
    make_article(slug="restricted", rights="restricted", body="Somebody's text.")
    assert {row["slug"]: row["body"] for row in exported()["article"]} == {"open": "An open text.", "restricted": ""}
    everything = {row["slug"]: row["body"] for row in exported(with_restricted=True)["article"]}
    assert everything == {"open": "An open text.", "restricted": "Somebody's text."}


@pytest.mark.django_db
@pytest.mark.parametrize("with_restricted", [False, True])
def test_the_number_of_queries_does_not_grow_with_the_archive(with_restricted: bool) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            list(export_rows(with_restricted=with_restricted))
        return len(found)

    make_one_of_each()
    few = queries()
    make_one_of_each()
    make_one_of_each()
    assert queries() == few < 40


# The archive as it is shipped -----------------------------------------------------------------------------------------


class ShippedTests(TestCase):
    rows: dict[str, list[dict[str, Any]]]

    @classmethod
    def setUpTestData(cls) -> None:
        load(settings.FIXTURES_DIR)
        cls.rows = exported()

    def test_every_article_is_exported_with_what_a_reader_needs(self) -> None:
        articles = self.rows["article"]
        assert len(articles) == 85
        for article in articles:
            with self.subTest(article["slug"]):
                assert article["source_document"]
                assert article["source_position"] >= 1
                assert article["abstract"]
                assert article["topics"]
                assert article["published"]["edtf"] or article["published"]["note"]
                assert article["body"] == ""

    def test_every_link_leads_to_an_exported_record(self) -> None:
        slugs = {name: {row.get("slug") for row in rows} for name, rows in self.rows.items()}
        slugs["country"] = {row["iso2"] for row in self.rows["country"]}
        slugs["source_document"] = {row["name"] for row in self.rows["source_document"]}
        for name, target, links in _links(self.rows):
            with self.subTest(name):
                assert set(links) <= slugs[target]

    def test_two_exports_are_the_same_to_the_letter(self) -> None:
        assert exported() == self.rows


def _links(rows: dict[str, list[dict[str, Any]]]) -> Iterable[tuple[str, str, list[str]]]:
    """Every key that holds links: its name, the type that it leads to, all links."""
    many = {
        "article": {"countries": "country", "participants": "participant", "topics": "topic"},
        "event": {"host_countries": "country", "topics": "topic"},
    }
    single = {
        "article": {
            "publisher": "publisher",
            "agency": "publisher",
            "dateline_city": "city",
            "source_document": "source_document",
        },
        "event": {"series": "series", "city": "city", "parent": "event"},
        "participant": {"country": "country"},
        "city": {"country": "country"},
        "topic": {"broader": "topic"},
        "publisher": {"country": "country", "organisation": "participant"},
        "term": {"source_article": "article"},
    }
    nested = {
        "article": {("events", "slug"): "event"},
        "event": {
            ("delegations", "country"): "country",
            ("participants", "slug"): "participant",
            **{
                (name, "source_article"): "article"
                for name in ("delegations", "participants", "figures", "readings", "sources")
            },
        },
        "participant": {("offices", "country"): "country", ("offices", "organisation"): "participant"},
        "country": {("sco_status", "event"): "event", ("sco_status", "source_article"): "article"},
    }
    for name, keys in many.items():
        for key, target in keys.items():
            yield f"{name}.{key}", target, [link for row in rows[name] for link in row[key]]
    for name, keys in single.items():
        for key, target in keys.items():
            yield f"{name}.{key}", target, [row[key] for row in rows[name] if row[key]]
    for name, pairs in nested.items():
        for (outer, key), target in pairs.items():
            links = [one[key] for row in rows[name] for one in row[outer] if one[key]]
            yield f"{name}.{outer}.{key}", target, links


# The command ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestCommand:
    @pytest.fixture(autouse=True)
    def _records(self) -> None:
        make_article(slug="public", headline="Лавров 访问\u2028\n")
        make_article(slug="draft", status="draft")

    def slugs(self, lines: Iterable[str]) -> list[str]:
        return [row["slug"] for row in map(json.loads, lines) if row["type"] == "article"]

    def test_it_writes_lines_of_json_to_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "archive.jsonl"
        path.write_text("an older export")
        call_command("export_archive", output=str(path))
        lines = path.read_text(encoding="utf-8").split("\n")
        assert lines.pop() == ""
        assert self.slugs(lines) == ["public"]
        assert "Лавров 访问" in lines[0]
        assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["archive.jsonl"]

    def test_it_writes_to_standard_output(self, capfd: pytest.CaptureFixture[str]) -> None:
        call_command("export_archive", output="-")
        assert self.slugs(capfd.readouterr().out.rstrip("\n").split("\n")) == ["public"]

    def test_it_exports_drafts_on_request(self, capfd: pytest.CaptureFixture[str]) -> None:
        call_command("export_archive", output="-", with_restricted=True)
        assert set(self.slugs(capfd.readouterr().out.rstrip("\n").split("\n"))) == {"public", "draft"}

    def test_a_place_that_can_not_be_written_is_told_in_a_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"Can't write .*: No such file or directory\."):
            call_command("export_archive", output=str(tmp_path / "nowhere" / "archive.jsonl"))

    def test_a_broken_export_leaves_the_old_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "archive.jsonl"
        path.write_text("an older export")
        monkeypatch.setattr("archive.dumps.export_rows", _broken)
        with pytest.raises(RuntimeError):
            call_command("export_archive", output=str(path))
        assert path.read_text() == "an older export"


def _broken(**options: Any) -> Any:
    yield {"type": "article"}
    raise RuntimeError
