"""Original bytes are whole or not there, whatever dies in between."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive.ingest import captures
from archive.models import Capture
from tests.factories import make_document

DATA = b"the bytes as they came"


def test_bytes_are_kept_by_their_hash(data_dir: Path) -> None:
    sha256 = captures.store(DATA)
    assert captures.path_of(sha256) == data_dir / "captures" / sha256[:2] / sha256
    assert captures.path_of(sha256).read_bytes() == DATA
    assert captures.store(DATA) == sha256
    assert [path.name for path in (data_dir / "captures").rglob("*") if path.is_file()] == [sha256]


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


_DIES = """
import os, pathlib, signal, sys
import django
django.setup()
from archive.ingest import captures
pathlib.Path.replace = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)
captures.store(sys.argv[1].encode())
"""


def test_a_kill_in_the_middle_leaves_nothing_that_could_be_taken_for_whole(data_dir: Path) -> None:
    environment = {**os.environ, "ARCHIVE_DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "scosite.settings"}
    done = subprocess.run([sys.executable, "-c", _DIES, DATA.decode()], env=environment, check=False)
    assert done.returncode == -9
    (part,) = [path for path in (data_dir / "captures").rglob("*") if path.is_file()]
    assert part.suffix == ".part"
    os.utime(part, (0, 0))
    sha256 = captures.store(DATA)
    assert [path.name for path in (data_dir / "captures").rglob("*") if path.is_file()] == [sha256]
