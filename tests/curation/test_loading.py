import json
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import skipUnless

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from archive.curation.loading import LOAD_ORDER, LOADER, NOT_LOADED, FixtureError, load
from archive.models import Article, Change, Coverage, Event, Figure, Record, Slugged, Topic, recording
from archive.models.change import digest, versions_of


def record_models() -> list[Any]:
    return [model for model in apps.get_app_config("archive").get_models() if issubclass(model, Record)]


def counts() -> dict[str, int]:
    found = {model._meta.model_name: model.objects.count() for model in record_models()}
    return {name: number for name, number in found.items() if name not in NOT_LOADED}


# A small archive ------------------------------------------------------------------------------------------------------

SOURCE = {"source_article": ["item"], "source": "", "confidence": "high", "note": ""}
PUBLIC = {"status": "published", "first_public_at": "2026-01-01T00:00:00Z"}
DATED = {"date": "2014-09-12", "date_basis": "text"}
SMALL: dict[str, list[dict[str, Any]]] = {
    "country": [{"iso2": "TJ", "iso3": "TJK", "name": "Tajikistan"}],
    "city": [{"slug": "dushanbe", "name": "Dushanbe", "country": ["TJ"], "latitude": "38.56", "longitude": "68.8"}],
    "sourcedocument": [{"name": "digest.txt", "kind": "digest", "sha256": "0" * 64}],
    "topic": [
        {"slug": "drugs", "name": "Drugs", "definition": "…", "broader": ["crime"]},
        {"slug": "crime", "name": "Crime", "definition": "…"},
    ],
    "participant": [{"slug": "ann", "name": "Ann", "country": ["TJ"], **PUBLIC}],
    "publisher": [{"slug": "agency", "name": "Agency", "kind": "agency"}],
    "event": [
        {"slug": "talks", "name": "Talks", "kind": "briefing", "parent": ["summit"], "city": ["dushanbe"], **DATED, **PUBLIC},
        {"slug": "summit", "name": "Summit", "kind": "summit", "topics": [["drugs"]], **DATED, **PUBLIC},
    ],
    "article": [
        {
            "slug": "item",
            "headline": "Item",
            "publisher": ["agency"],
            "source_document": ["digest.txt"],
            "source_position": 1,
            "countries": [["TJ"]],
            "topics": [["drugs"], ["crime"]],
            **DATED,
            **PUBLIC,
        }
    ],
    "office": [{"participant": ["ann"], "title": "Minister", "start": "2013", "country": ["TJ"], **SOURCE}],
    "coverage": [{"article": ["item"], "event": ["summit"]}],
    "attendance": [
        {"event": ["summit"], "participant": ["ann"], "capacity": "chair", "office": ["ann", "Minister", "2013"], **SOURCE}
    ],
    "figure": [{"event": ["summit"], "label": "States", "text": "six", "number": "6", **SOURCE}],
}  # fmt: skip


class Folder:
    """A folder of fixtures that a test may change; rows are their fields."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, name: str) -> list[dict[str, Any]]:
        return [row["fields"] for row in json.loads((self.path / f"{name}.json").read_text())]

    def write(self, name: str, rows: list[dict[str, Any]]) -> None:
        content = [{"model": f"archive.{name}", "fields": fields} for fields in rows]
        (self.path / f"{name}.json").write_text(json.dumps(content))

    def change(self, name: str, index: int = 0, /, **fields: Any) -> None:
        rows = self.rows(name)
        rows[index].update(fields)
        self.write(name, rows)

    def add(self, name: str, /, **fields: Any) -> None:
        self.write(name, [*self.rows(name), fields])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "fixtures"
    path.mkdir()
    found = Folder(path)
    for name in LOAD_ORDER:
        found.write(name, SMALL.get(name, []))
    return found


@pytest.fixture
def loaded(folder: Folder, db: None) -> Folder:
    load(folder.path)
    return folder


def outcome(folder: Folder, **options: Any) -> tuple[int, int, list[str]]:
    report = load(folder.path, **options)
    return report.created, report.updated, report.kept


# Loading --------------------------------------------------------------------------------------------------------------


class ShippedTests(TestCase):
    def test_the_whole_archive_is_loaded_in_a_bounded_number_of_queries_and_then_known(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            report = load(settings.FIXTURES_DIR)
        # For each slug, which may have been used before, two looks and on PostgreSQL the lock; all else in bulk.
        slugs = sum(model.objects.count() for model in record_models() if issubclass(model, Slugged))
        assert len(queries) < 500 + 3 * slugs
        written = {name: len(json.loads((settings.FIXTURES_DIR / f"{name}.json").read_text())) for name in LOAD_ORDER}
        assert counts() == written
        assert (report.created, report.updated, report.kept) == (sum(written.values()), 0, [])
        assert Article.objects.published().count() == 85
        with self.assertNumQueries(1):
            assert load(settings.FIXTURES_DIR).is_known
        again = load(settings.FIXTURES_DIR, force=True)
        assert (again.created, again.updated, again.unchanged) == (0, 0, sum(written.values()))

    @skipUnless(connection.vendor == "postgresql", "SQLite plans without")
    def test_the_planner_of_the_database_knows_what_was_loaded(self) -> None:
        """Else it takes a table that was emptied before for empty, and the map's counts took 30 seconds."""
        load(settings.FIXTURES_DIR)
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [Event._meta.db_table])
            assert cursor.fetchone() == (Event.objects.count(),)

    def test_every_record_has_its_place_in_the_order(self) -> None:
        assert sorted(LOAD_ORDER) == sorted(counts())
        assert not set(LOAD_ORDER) & set(NOT_LOADED)


def test_a_first_load_creates_all_and_logs_each(loaded: Folder) -> None:
    assert counts() == {name: len(SMALL.get(name, [])) for name in LOAD_ORDER}
    assert set(Change.objects.values_list("by", "action")) == {(LOADER, "created")}
    assert Topic.objects.get(slug="drugs").broader == Topic.objects.get(slug="crime")
    article = Article.objects.get()
    assert article.date_earliest is not None
    assert set(article.topics.values_list("slug", flat=True)) == {"drugs", "crime"}
    (version,) = versions_of([article])
    assert Change.objects.get(record_type="article").version_sha256 == digest(version)


def test_a_second_load_finds_nothing_to_do(loaded: Folder) -> None:
    last = Change.objects.last_number()
    assert load(loaded.path).is_known
    assert outcome(loaded, force=True) == (0, 0, [])
    assert Change.objects.last_number() == last


def test_fixtures_can_be_loaded_by_django_itself(folder: Folder, db: None) -> None:
    call_command("loaddata", *(folder.path / f"{name}.json" for name in LOAD_ORDER if SMALL.get(name)), verbosity=0)
    assert outcome(folder) == (0, 0, [])


def test_a_changed_fixture_updates_what_nobody_edited(loaded: Folder) -> None:
    loaded.change("topic", name="Narcotics")
    loaded.change("article", countries=[], topics=[["crime"]])
    loaded.change("city", latitude="38.57")
    loaded.add("figure", event=["summit"], label="Hours", text="two", **SOURCE)
    assert outcome(loaded) == (1, 3, [])
    assert Topic.objects.get(slug="drugs").name == "Narcotics"
    article = Article.objects.get()
    assert (article.countries.count(), article.topics.get().slug) == (0, "crime")
    # What the loader wrote counts as unedited the next time too.
    loaded.change("article", topics=[])
    loaded.change("topic", name="Drugs again")
    loaded.change("city", latitude="38.58")
    assert outcome(loaded) == (0, 3, [])


def test_fixtures_of_an_older_release_are_loaded_again(loaded: Folder) -> None:
    loaded.change("topic", name="Narcotics")
    load(loaded.path)
    loaded.change("topic", name="Drugs")
    assert outcome(loaded) == (0, 1, [])
    assert Topic.objects.get(slug="drugs").name == "Drugs"


# What curators did ----------------------------------------------------------------------------------------------------


def test_an_edited_record_is_kept_unless_forced(loaded: Folder) -> None:
    topic = Topic.objects.get(slug="drugs")
    topic.definition = "Edited."
    topic.save()
    loaded.change("topic", name="Narcotics")
    assert outcome(loaded) == (0, 0, ["topic Drugs (edited)"])
    assert Topic.objects.get(slug="drugs").definition == "Edited."
    assert outcome(loaded, force=True) == (0, 1, [])
    assert Topic.objects.get(slug="drugs").definition == "…"


def test_an_edit_of_links_or_in_bulk_is_an_edit_too(loaded: Folder) -> None:
    Article.objects.get().countries.clear()
    Event.objects.filter(slug="summit").update(summary="Edited.")
    loaded.change("article", headline="Another headline")
    loaded.change("event", 1, name="Another name")
    assert outcome(loaded) == (0, 0, ["event Summit (edited)", "article Item (edited)"])


def test_an_edit_that_was_taken_back_is_none(loaded: Folder) -> None:
    for name in ("Edited", "Drugs"):
        Topic.objects.filter(slug="drugs").update(name=name)
    loaded.change("topic", name="Narcotics")
    assert outcome(loaded) == (0, 1, [])


def test_a_record_that_a_curator_had_made_is_kept(folder: Folder, db: None) -> None:
    with recording(by="ada"):
        Topic.objects.create(slug="drugs", name="Ada's", definition="Hers.")
    assert outcome(folder)[2] == ["topic Ada's (edited)"]
    assert Topic.objects.get(slug="drugs").definition == "Hers."


def test_a_deleted_record_stays_deleted_unless_forced(loaded: Folder) -> None:
    Figure.objects.get().delete()
    loaded.change("topic", name="Narcotics")
    assert outcome(loaded) == (0, 1, ["figure summit/States/six (deleted)"])
    assert not Figure.objects.exists()
    assert outcome(loaded, force=True) == (1, 0, [])
    assert Figure.objects.exists()


def test_what_refers_to_a_deleted_record_is_left_out_or_loses_the_link(loaded: Folder) -> None:
    Topic.objects.get(slug="drugs").delete()
    Event.objects.get(slug="talks").delete()
    loaded.change("article", abstract="New.")
    loaded.add("coverage", article=["item"], event=["talks"])
    loaded.add("article", slug="new", headline="New", topics=[["drugs"], ["crime"]])
    created, updated, kept = outcome(loaded)
    assert (created, updated) == (1, 0)
    assert kept == [
        "topic drugs (deleted)",
        "event talks (deleted)",
        "article Item (edited)",
        "coverage item/talks (its event talks was deleted)",
    ]
    assert Article.objects.get(slug="new").topics.get().slug == "crime"
    assert not Coverage.objects.filter(event__slug="talks").exists()


def test_a_renamed_record_is_kept_and_found_under_its_new_slug(loaded: Folder) -> None:
    event = Event.objects.get(slug="summit")
    event.slug = "dushanbe-summit"
    event.save()
    loaded.change("figure", unit="states")
    loaded.add("figure", event=["summit"], label="Hours", text="two", **SOURCE)
    assert outcome(loaded) == (1, 1, ["event summit (now dushanbe-summit)"])
    assert event.figures.count() == 2
    assert Event.objects.get(slug="talks").parent == event
    # Not even by force: the old address leads to the new one.
    assert outcome(loaded, force=True) == (0, 0, ["event summit (now dushanbe-summit)"])


# Mistakes -------------------------------------------------------------------------------------------------------------

MISTAKES: dict[str, tuple[Callable[[Folder], Any], str]] = {
    "unknown reference": (lambda f: f.change("city", country=["XX"]), "city dushanbe: There is no country XX."),
    "unknown topic of an article": (
        lambda f: f.change("article", topics=[["x"]]),
        "article item: There is no topic x.",
    ),
    "unknown office": (
        lambda f: f.change("attendance", office=["ann", "King", "2013"]),
        "attendance summit/ann/chair: There is no office ann/King/2013.",
    ),
    "reference without a list": (
        lambda f: f.change("city", country="TJ"),
        "city dushanbe: 'TJ' does not name a country.",
    ),
    "reference of another length": (
        lambda f: f.change("attendance", office=["ann"]),
        "attendance summit/ann/chair: ['ann'] does not name a office.",
    ),
    "bad date": (lambda f: f.change("event", 1, date="2014-13"), "event summit: “2014-13” names a day"),
    "date without a basis": (lambda f: f.change("article", date_basis=""), "article Item: A date needs a basis"),
    "backwards office": (lambda f: f.change("office", end="2012"), "office ann/Minister/2013: The office ends before"),
    "duplicate row": (lambda f: f.add("topic", **SMALL["topic"][1]), "topic crime: It stands twice in the fixtures."),
    "duplicate position": (
        lambda f: f.add("article", **{**SMALL["article"][0], "slug": "other", "headline": "Other"}),
        "article Other: Another article stands at that position",
    ),
    "duplicate code": (
        lambda f: f.add("country", iso2="XX", iso3="TJK", name="Other"),
        "country Other: Country with this ISO code, three letters already exists.",
    ),
    "unknown field": (lambda f: f.change("topic", colour="red"), "topic drugs: Topic has no field named 'colour'"),
    "field of another record": (
        lambda f: f.change("topic", articles=[]),
        "topic drugs: “articles” is not for fixtures.",
    ),
    "links with rows of their own": (
        lambda f: f.change("article", events=[["summit"]]),
        "article item: “events” is not for fixtures.",
    ),
    "key of the database": (lambda f: f.change("topic", id=1), "topic drugs: “id” is not for fixtures."),
    "unknown choice": (
        lambda f: f.change("event", 1, kind="party"),
        "event summit: Value 'party' is not a valid choice.",
    ),
    "too long": (lambda f: f.change("topic", name="x" * 201), "topic drugs: Ensure this value has at most 200"),
    "bad number": (lambda f: f.change("figure", number="six"), "figure summit/States/six: “six” value must be"),
    "no source": (
        lambda f: f.change("figure", source_article=None),
        "figure States: six: Every statement needs a source",
    ),
    "no owner": (
        lambda f: f.change("city", country=None),
        "city dushanbe: “country” is missing.",
    ),
    "video with a city": (lambda f: f.change("event", 0, format="video"), "event Talks: A video meeting"),
    "published without its day": (
        lambda f: f.change("participant", first_public_at=None),
        "participant Ann: What was once public",
    ),
    "circle of parents": (
        lambda f: f.change("event", 1, parent=["talks"]),
        "event talks: refers to itself in a circle.",
    ),
    "own parent": (lambda f: f.change("topic", 1, broader=["crime"]), "topic crime: refers to itself in a circle."),
    "missing file": (lambda f: (f.path / "topic.json").unlink(), "topic.json is missing."),
    "no JSON": (lambda f: (f.path / "topic.json").write_text("[{"), "topic.json: Expecting"),
    "no list": (lambda f: (f.path / "topic.json").write_text("{}"), "topic.json: a list of records is expected."),
    "no record": (lambda f: (f.path / "topic.json").write_text("[1]"), "topic.json: not a record of archive.topic: 1"),
    "record of another model": (
        lambda f: shutil.copy(f.path / "city.json", f.path / "topic.json"),
        "topic.json: not a record of archive.topic: {'model': 'archive.city'",
    ),
    "no slug": (lambda f: f.change("topic", slug=None), "topic.json: lacks slug, which name the record: {"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("is_update", [False, True], ids=["first load", "update"])
def test_a_mistake_is_named_with_its_record_and_nothing_is_stored(
    folder: Folder, db: None, mistake: str, is_update: bool
) -> None:
    if is_update:
        load(folder.path)
    before, last = counts(), Change.objects.last_number()
    make, message = MISTAKES[mistake]
    make(folder)
    with pytest.raises(FixtureError) as refused:
        load(folder.path)
    assert [line for line in refused.value.problems if message in line], refused.value.problems
    assert (counts(), Change.objects.last_number()) == (before, last)


def test_every_mistake_of_a_file_is_told_at_once(folder: Folder, db: None) -> None:
    folder.add("topic", slug="a", name="", definition="…")
    folder.add("topic", slug="b", name="B", definition="")
    with pytest.raises(FixtureError) as refused:
        load(folder.path)
    assert refused.value.problems == ["topic a: This field cannot be blank.", "topic b: This field cannot be blank."]


# The command ----------------------------------------------------------------------------------------------------------


def run_command(folder: Folder, **options: Any) -> str:
    output = StringIO()
    call_command("load_archive", fixtures=folder.path, stdout=output, **options)
    return output.getvalue()


def test_the_command_reports_what_it_did(folder: Folder, db: None) -> None:
    total = sum(map(len, SMALL.values()))
    assert run_command(folder) == f"{total} created, 0 updated, 0 unchanged, 0 kept.\n"
    assert run_command(folder) == "These fixtures are loaded already.\n"
    Topic.objects.filter(slug="drugs").update(name="Edited")
    folder.change("topic", name="Narcotics")
    report = f"kept: topic Edited (edited)\n0 created, 0 updated, {total - 1} unchanged, 1 kept.\n"
    assert run_command(folder) == report
    assert run_command(folder, force=True) == f"0 created, 1 updated, {total - 1} unchanged, 0 kept.\n"


def test_the_command_tells_mistakes_and_that_nothing_was_loaded(folder: Folder, db: None) -> None:
    folder.change("city", country=["XX"])
    with pytest.raises(
        CommandError, match=r"Nothing was loaded. 1 problem\(s\):\ncity dushanbe: There is no country XX."
    ):
        run_command(folder)
    assert not Topic.objects.exists()
