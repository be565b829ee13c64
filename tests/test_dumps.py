"""The whole archive in files: every format, the nightly set, the page that serves it."""

import csv
import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from archive import dumps
from archive.formats.records import export_rows
from archive.models import Change
from tests import factories as make
from tests.seed import SeedTestCase


def _export(folder: Path, format_: str) -> bytes:
    call_command("export_archive", output=str(folder / "out"), format=format_)
    assert [path.name for path in folder.iterdir()] == ["out"]
    return (folder / "out").read_bytes()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


class SeedTests(SeedTestCase):
    def test_tables_have_every_record_of_every_kind(self) -> None:
        file = io.BytesIO()
        dumps.FORMATS["csv"].write(file, False, lambda rows: rows)
        by_kind: dict[str, list[Any]] = {}
        for row in export_rows():
            by_kind.setdefault(row["type"], []).append(row)
        with zipfile.ZipFile(file) as packed:
            assert {name.removesuffix(".csv") for name in packed.namelist()} == by_kind.keys()
            for kind, rows in by_kind.items():
                text = packed.read(f"{kind}.csv").decode("utf-8-sig")
                table = list(csv.DictReader(io.StringIO(text, newline="")))
                assert len(table) == len(rows)
                key = next(name for name in ("slug", "iso2", "name") if name in rows[0])
                assert [line[key] for line in table] == [row[key] for row in rows]
                assert not [cell for line in table for cell in line.values() if cell[:1] in tuple("=+-@\t\r")]

    def test_events_for_a_map(self) -> None:
        file = io.BytesIO()
        dumps.FORMATS["geojson"].write(file, False, lambda rows: rows)
        assert len(json.loads(file.getvalue())["features"]) == 217

    def test_the_same_records_give_the_same_bytes(self) -> None:
        for whole in dumps.NIGHTLY:
            first, second = io.BytesIO(), io.BytesIO()
            whole.write(first, False, lambda rows: rows)
            whole.write(second, False, lambda rows: rows)
            assert first.getvalue() == second.getvalue()


@pytest.mark.django_db
def test_cells_are_safe_in_spreadsheets(out: Path) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "'quoted"]
    for headline in hostile:
        make.make_article(headline=headline)
    with zipfile.ZipFile(io.BytesIO(_export(out, "csv"))) as packed:
        rows = csv.DictReader(io.StringIO(packed.read("article.csv").decode("utf-8-sig"), newline=""))
        assert sorted(row["headline"] for row in rows) == sorted(f"'{headline}" for headline in hostile)


@pytest.mark.django_db
@pytest.mark.parametrize("format_", dumps.FORMATS)
def test_drafts_are_in_no_format_unless_asked_for(out: Path, format_: str) -> None:
    make.make_event(slug="seen")
    make.make_event(slug="secret", status="draft")
    for with_restricted in (False, True):
        file = io.BytesIO()
        dumps.FORMATS[format_].write(file, with_restricted, lambda rows: rows)
        content = file.getvalue()
        if format_ == "csv":
            with zipfile.ZipFile(file) as packed:
                content = packed.read("event.csv")
        assert b"seen" in content
        assert (b"secret" in content) is with_restricted


@pytest.mark.django_db
def test_an_empty_archive_can_be_exported(out: Path) -> None:
    assert _export(out, "jsonl") == b""
    assert json.loads(_export(out, "geojson"))["features"] == []
    with zipfile.ZipFile(io.BytesIO(_export(out, "csv"))) as packed:
        assert packed.namelist() == []


# The nightly set ------------------------------------------------------------------------------------------------------


def _made() -> None:
    call_command("make_dumps", verbosity=0)


@pytest.mark.django_db
def test_nothing_yet(client: Client) -> None:
    response = client.get("/dumps/")
    assert response.status_code == 200
    assert "No files have been made yet" in response.content.decode()
    assert client.get("/dumps/manifest.json").status_code == 404
    assert client.get("/dumps/archive.jsonl.gz").status_code == 404


@pytest.mark.django_db
def test_page_manifest_and_files_agree(client: Client, capsys: Any) -> None:
    article = make.make_article()
    _made()
    manifest = client.get("/dumps/manifest.json").json()
    assert manifest["change"] == dict(zip(("number", "sha256"), Change.objects.head(), strict=True))
    page = client.get("/dumps/").content.decode()
    for file in manifest["files"]:
        response = client.get(f"/dumps/{file['name']}")
        content = b"".join(response)  # type: ignore[arg-type]
        assert response.streaming
        assert response["Content-Type"] == file["media_type"]
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
        assert file["sha256"] in page
        again = client.get(f"/dumps/{file['name']}", headers={"If-None-Match": response["ETag"]})
        assert again.status_code == 304
        if file["name"] == "archive.jsonl.gz":
            assert json.loads(gzip.decompress(content).splitlines()[0])["slug"] == article.slug
    assert client.get("/ru/dumps/").status_code == 200
    head = client.head("/dumps/events.geojson")
    head.close()
    assert head.status_code == 200


@pytest.mark.django_db
def test_packed_files_are_not_packed_again_and_none_is_taken_twice(client: Client, capsys: Any) -> None:
    make.make_event()
    _made()
    packs = {"Accept-Encoding": "gzip"}
    for file in client.get("/dumps/manifest.json").json()["files"]:
        response = client.get(f"/dumps/{file['name']}", headers=packs)
        content = b"".join(response)  # type: ignore[arg-type]
        if file["name"] == "events.geojson":
            assert response["Content-Encoding"] == "gzip"
            content = gzip.decompress(content)
        else:
            assert "Content-Encoding" not in response
            assert int(response["Content-Length"]) == file["bytes"]
            assert response["ETag"] == f'"{file["sha256"]}"'
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        again = client.get(f"/dumps/{file['name']}", headers={**packs, "If-None-Match": response["ETag"]})
        assert again.status_code == 304


@pytest.mark.django_db(transaction=True)
def test_who_takes_a_file_slowly_holds_no_connection(client: Client, settings: Any, capsys: Any) -> None:
    """Of a pool that has fewer than there are clients. The file is a row there, and is asked for part by part."""
    if connection.vendor == "postgresql":
        settings.STORAGES = {
            **settings.STORAGES,
            "dumps": {"BACKEND": "archive.stored.rows.Rows", "OPTIONS": {"name": "dumps"}},
        }
    make.make_event()
    _made()
    response = client.get("/dumps/events.geojson")
    parts = iter(response)
    begun = next(parts)
    assert (connection.connection is None) == (connection.vendor == "postgresql")
    file = next(one for one in dumps.newest().files if one.name == "events.geojson")  # type: ignore[union-attr]
    assert hashlib.sha256(begun + b"".join(parts)).hexdigest() == file.sha256


@pytest.mark.django_db
def test_only_what_the_manifest_names_is_served(client: Client, data_dir: Path, capsys: Any) -> None:
    make.make_article()
    _made()
    made = dumps.newest()
    assert made is not None
    (data_dir / "dumps" / made.place / "stray.txt").write_text("secret")
    (data_dir / "secret_key").write_text("secret")
    for name in (
        "stray.txt",
        "..%2Fsecret_key",
        "..%2F..%2Fsecret_key",
        "%2Fetc%2Fpasswd",
        "..",
        ".",
        "%00",
        "x" * 5000,
    ):
        assert client.get(f"/dumps/{name}").status_code in (301, 404), name


@pytest.mark.django_db
def test_two_sets_are_kept_and_broken_runs_leave_nothing(data_dir: Path, capsys: Any, monkeypatch: Any) -> None:
    for _ in range(4):
        make.make_article()
        _made()
    assert len(list((data_dir / "dumps").iterdir())) == 2
    before = dumps.newest()

    def broken(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dumps, "_written", broken)
    with pytest.raises(Exception, match="No space left"):
        _made()
    assert dumps.newest() == before
    assert len(list((data_dir / "dumps").iterdir())) == 2
