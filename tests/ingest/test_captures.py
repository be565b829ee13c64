"""Original bytes are kept by their hash. How files are kept: tests/test_stored.py."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from archive.ingest import captures
from archive.models import Capture
from tests.factories import make_document

DATA = b"the bytes as they came"


def test_bytes_are_kept_by_their_hash(data_dir: Path) -> None:
    sha256 = captures.store(DATA)
    assert (data_dir / "captures" / sha256[:2] / sha256).read_bytes() == DATA
    assert captures.store(DATA) == sha256
    assert [path.name for path in (data_dir / "captures").rglob("*") if path.is_file()] == [sha256]


def test_what_was_cut_off_is_written_anew(data_dir: Path) -> None:
    sha256 = captures.store(DATA)
    (data_dir / "captures" / captures.name_of(sha256)).write_bytes(DATA[:5])
    assert captures.digest(sha256) != sha256
    captures.store(DATA)
    assert captures.digest(sha256) == sha256


def test_all_that_are_kept_are_listed(data_dir: Path) -> None:
    assert list(captures.kept()) == []
    hashes = sorted(captures.store(f"{n}".encode()) for n in range(20))
    (data_dir / "captures" / "ab").mkdir(exist_ok=True)
    (data_dir / "captures" / "ab" / "notes.txt").write_text("not ours")
    assert list(captures.kept()) == hashes


def test_captures_of_another_folder_are_taken_over(data_dir: Path, tmp_path: Path, settings: Any) -> None:
    hashes = sorted(captures.store(f"{n}".encode()) for n in range(3))
    settings.DATA_DIR = tmp_path / "other"
    for _time in range(2):
        call_command("store_captures", str(data_dir / "captures"))
        assert list(captures.kept()) == hashes
    assert [captures.digest(one) for one in hashes] == hashes
    with pytest.raises(CommandError, match="no folder"):
        call_command("store_captures", str(tmp_path / "nowhere"))


@pytest.mark.django_db
def test_the_same_bytes_from_there_again_are_the_same_row() -> None:
    document = make_document()
    for _n in range(2):
        captures.record(DATA, address="a.txt", media_type="text/plain")
    captures.record(DATA, address="a.txt", media_type="text/plain", source_document=document)
    captures.record(DATA, address="https://news.example/a", media_type="text/plain")
    assert list(Capture.objects.order_by("pk").values_list("address", "size", "source_document")) == [
        ("a.txt", len(DATA), document.pk),
        ("https://news.example/a", len(DATA), None),
    ]
