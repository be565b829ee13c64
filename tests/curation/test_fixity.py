"""`check_archive --fixity`: nothing is found where nothing was changed, and what was changed is named."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from archive import search
from archive.curation.fixity import check, damages_of
from archive.curation.review import withdraw
from archive.ingest import captures
from archive.models import Article, Capture, Change, City, FixityRun, Redirect, Seal, Topic
from tests import factories as make

pytestmark = pytest.mark.django_db

DATA = b"the bytes as they came"


@pytest.fixture
def archive(index: None) -> Article:
    """An archive with a past, sealed."""
    topic = make.make_topic(slug="terror")
    article = make.make_article(slug="item", headline="Item", topics=[topic])
    article.abstract = "Another abstract."
    article.save()
    article.topics.clear()
    other = make.make_article(slug="gone")
    withdraw(other, by="editor", why="Asked for by the publisher.")
    renamed = make.make_city(slug="old")
    renamed.slug = "new"
    renamed.save()
    make.make_topic(slug="deleted").delete()
    Redirect.objects.create(record_type="topic", old_slug="deleted", why="Made by mistake.")
    captures.store(DATA)
    captures.record(DATA, address="https://example.org/a", media_type="text/plain")
    Capture.objects.update(captured_at=timezone.now() - timedelta(days=1))
    search.rebuild_index()
    assert found() == []
    return article


def found() -> list[tuple[str, str, str]]:
    """Part, key and message of all that is wrong."""
    return [(one.part, one.record_key, one.message) for one in damages_of(check())]


def test_nothing_is_found_where_nothing_was_changed(archive: Article) -> None:
    assert found() == found() == []
    archive.refresh_from_db()
    archive.abstract = "A third one."
    archive.save()
    make.make_coverage(article=archive)
    search.rebuild_index()
    assert found() == []
    run = FixityRun.objects.latest_run()
    assert {row["slug"]: row["looked_at"] > 0 for row in run.parts if row["slug"] != "database"} == {
        "log-broken": True,
        "version-differs": True,
        "row-changed": True,
        "capture": True,
        "index": True,
        "address": True,
    }
    assert run.last_change == Change.objects.last_number()


def test_an_old_version_that_was_rewritten(archive: Article) -> None:
    first = archive.history.order_by("history_id").first()
    archive.history.filter(history_id=first.history_id).update(abstract="Never written.")
    told = found()
    assert (
        "version-differs",
        "item",
        f"The version {first.history_id} in its history is not what the change log says.",
    ) in told
    assert any(part == "row-changed" and key == "item" for part, key, _message in told)


@pytest.mark.parametrize(
    "values", [{"history_date": timezone.now()}, {"history_type": "+"}, {"history_change_reason": "x"}]
)
def test_what_stands_beside_a_version(archive: Article, values: dict[str, Any]) -> None:
    """Its time is in no hash of the log: the seal tells."""
    last = archive.history.order_by("history_id").last()
    archive.history.filter(history_id=last.history_id).update(**values)
    assert {key for _part, key, _message in found()} == {"item"}


def test_who_made_a_version_may_be_forgotten_but_not_replaced(archive: Article, django_user_model: Any) -> None:
    one, other = (django_user_model.objects.create_user(name) for name in ("one", "other"))
    version = archive.history.order_by("history_id").last()
    version.history_user = one
    version.save()
    assert found() == []  # it was empty, and may be filled
    Seal.objects.all().delete()
    assert found() == []
    archive.history.filter(pk=version.pk).update(history_user=other)
    assert [(part, key) for part, key, _message in found()] == [("row-changed", "item")]
    other.delete()
    assert found() == []


def test_a_version_that_was_taken_out_or_put_in(archive: Article) -> None:
    versions = archive.history.order_by("history_id")
    second = versions[1]
    archive.history.filter(pk=second.pk).delete()
    told = found()
    assert {part for part, _key, _message in told} == {"version-differs", "row-changed"}
    second.history_change_reason = "put in"
    second.pk = None
    second.save()
    assert ("version-differs", "item") in {(part, key) for part, key, _message in found()}


def test_links_of_a_version(archive: Article) -> None:
    kept: Any = Article.history.model.topics.model
    assert kept._base_manager.exists()
    kept._base_manager.all().delete()
    assert ("version-differs", "item") in {(part, key) for part, key, _message in found()}


@pytest.mark.parametrize("values", [{"sha256": "0" * 64}, {"size": 1}, {"address": "https://example.org/b"}])
def test_the_row_of_a_capture(archive: Article, values: dict[str, Any]) -> None:
    Capture.objects.update(**values)
    assert any("archive_capture" in str(one) for one in damages_of(check()))


def test_every_byte_of_a_capture(archive: Article, data_dir: Path) -> None:
    path = data_dir / "captures" / captures.name_of(Capture.objects.get().sha256)
    for place in range(len(DATA)):
        path.write_bytes(DATA[:place] + bytes([DATA[place] ^ 1]) + DATA[place + 1 :])
        ((part, _key, message),) = found()
        assert (part, path.name in message) == ("capture", True)
    path.unlink()
    assert "is not there" in found()[0][2]


def test_a_capture_of_just_now_is_not_sealed_yet(archive: Article) -> None:
    """One whose number is lower may still be on its way."""
    captures.store(b"new")
    captures.record(b"new", address="https://example.org/new", media_type="text/plain")
    assert found() == []
    assert list(Seal.objects.filter(table="archive_capture").values_list("last", flat=True)) == [
        Capture.objects.order_by("pk")[0].pk
    ]


def test_a_file_of_the_index(archive: Article, data_dir: Path) -> None:
    folder = data_dir / "index" / "current"
    path = next(folder.glob("*.seg"))
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert ("index", path.name) in [(part, Path(key).name) for part, key, _message in found()]
    path.write_bytes(data)
    manifest = folder / "manifest.json"
    whole = manifest.read_text()
    for place in range(0, len(whole), 7):
        manifest.write_text(whole[:place] + chr(ord(whole[place]) ^ 1) + whole[place + 1 :])
        assert list(search.index_damages()), place
    manifest.write_text(whole + " ")
    assert [(part, Path(key).name) for part, key, _message in found()] == [("index", "manifest.json")]


def test_a_seal_is_not_taken_for_its_rows(archive: Article) -> None:
    seal = Seal.objects.filter(table="archive_historicalarticle").get()
    Seal.objects.filter(pk=seal.pk).update(sums=bytes(seal.sums)[:-1] + b"!")
    assert [message for _part, _key, message in found()] == ["The seal of these rows is damaged itself."]


def test_columns_that_come_and_go_with_migrations_are_no_damage(archive: Article) -> None:
    seals = Seal.objects.filter(table="archive_historicalcity")
    columns = seals.get().columns
    seals.update(columns=[*columns, "a_column_of_before"])
    assert found() == found() == []
    assert seals.get().columns == columns


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps no such values")
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("archive_article", "headline", "CAST(x'ff41' AS TEXT)"),
        ("archive_historicalarticle", "history_date", "'no date'"),
        ("archive_historicalarticle", "headline", "CAST(x'ff41' AS TEXT)"),
        ("archive_change", "at", "'2026-13-45 99:00:00'"),
        ("archive_change", "why", "CAST(x'ff' AS TEXT)"),
        ("archive_historicalcity", "variants", "'[\"'"),
    ],
)
def test_what_no_driver_can_read_is_named(archive: Article, table: str, column: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        key = "number" if table == "archive_change" else "rowid"
        cursor.execute(f"SELECT min({key}) FROM {table}")
        (pk,) = cursor.fetchone()
        cursor.execute(f"UPDATE {table} SET {column} = {value} WHERE {key} = %s", [pk])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    run = check()
    assert run.number
    named = json.dumps(run.damages)
    # A record that can't be read is named by the last entry about it.
    assert f"{table} {pk}" in named or f'"record_id": {pk}' in named or "updated article item" in named


# Addresses ------------------------------------------------------------------------------------------------------------


def test_an_address_that_was_public_leads_somewhere_for_ever(archive: Article) -> None:
    Redirect.objects.filter(record_type="city", old_slug="old")._raw_delete("default")
    assert found() == [("address", "old", "It was public here, and now the address leads nowhere: add a redirect.")]
    Redirect.objects.create(record_type="city", old_slug="old", new_slug="new")
    assert found() == []
    draft = make.make_article(slug="draft", status="draft")
    draft.delete()
    City.objects.get(slug="new").delete()
    search.rebuild_index()
    assert {(part, key) for part, key, _message in found()} == {("address", "new"), ("address", "old")}


# The command ----------------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("check_archive", "--fixity", *arguments, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_names_what_is_wrong_and_ends_with_1(archive: Article) -> None:
    code, text = run()
    assert (code, text.splitlines()[-1]) == (0, "0 damaged.")
    Topic._base_manager.filter(slug="terror").update(definition="Something else.")
    code, text = run()
    assert code == 1
    assert (
        "  topic terror: It is not what entry 1 of the change log says: it was changed past the log."
        in text.splitlines()
    )
    code, text = run("--format", "jsonl")
    assert json.loads(text.splitlines()[0])["record_key"] == "terror"
    assert FixityRun.objects.count() == 4
    with pytest.raises(CommandError, match="takes neither"):
        call_command("check_archive", "--fixity", "--rule", "weekday")


def test_old_outcomes_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.models.fixity._KEPT", 2)
    for _ in range(4):
        check()
    assert FixityRun.objects.count() == 2


def test_bytes_of_an_archive_are_changed_and_each_is_named() -> None:
    """The drill, with fewer bytes; on PostgreSQL past its triggers."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.fixity", "--flips", "6", "--articles", "12"],
        cwd=project.BASE_DIR,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 of 6 changed bytes found and named" in done.stdout
