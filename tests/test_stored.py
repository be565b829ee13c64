"""Files for all machines: a folder and rows of the database keep them alike, whole or not at all."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection, transaction

from archive.stored.folder import Folder
from archive.stored.rows import PART, Rows

is_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps files as rows")


@pytest.fixture(params=["folder", "rows"])
def storage(request: pytest.FixtureRequest, db: None) -> Iterator[Storage]:
    if request.param == "rows" and connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL keeps files as rows")
    yield Folder(name="some") if request.param == "folder" else Rows(name="some")


def _read(storage: Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return bytes(file.read())


def test_what_is_saved_is_there(storage: Storage) -> None:
    assert not storage.exists("ab/abc")
    assert storage.save("ab/abc", ContentFile(b"first")) == "ab/abc"
    assert storage.exists("ab/abc")
    assert (storage.size("ab/abc"), _read(storage, "ab/abc")) == (5, b"first")
    # Under the same name, in its place.
    assert storage.save("ab/abc", ContentFile(b"the second")) == "ab/abc"
    assert (storage.size("ab/abc"), _read(storage, "ab/abc")) == (10, b"the second")
    storage.save("empty", ContentFile(b""))
    assert (storage.size("empty"), _read(storage, "empty")) == (0, b"")


def test_what_is_not_there_says_so(storage: Storage) -> None:
    for ask in (storage.open, storage.size):
        with pytest.raises(FileNotFoundError):
            ask("ab/none")  # type: ignore[operator]
    storage.delete("ab/none")
    assert storage.listdir("") == ([], [])
    assert storage.listdir("ab") == ([], [])


def test_names_are_listed_by_folder(storage: Storage) -> None:
    for name in ("ab/abc", "ab/abd", "b_/x", "bc/x", "alone"):
        storage.save(name, ContentFile(b"x"))
    folders, files = storage.listdir("")
    assert (sorted(folders), files) == (["ab", "b_", "bc"], ["alone"])
    assert sorted(storage.listdir("ab")[1]) == ["abc", "abd"]
    assert storage.listdir("b_") == ([], ["x"])
    assert storage.listdir("a") == ([], [])
    for name in ("ab/abc", "ab/abd"):
        storage.delete(name)
    storage.delete("ab")
    assert sorted(storage.listdir("")[0]) == ["b_", "bc"]


@pytest.mark.parametrize("size", [PART - 1, PART, PART + 1, 3 * PART])
def test_a_long_file_is_read_from_any_place(storage: Storage, size: int) -> None:
    data = random.Random(size).randbytes(size)
    storage.save("long", ContentFile(data))
    assert storage.size("long") == size
    with storage.open("long") as file:
        assert b"".join(iter(lambda: file.read(100_003), b"")) == data
        for place in (0, PART - 3, size - 5, size):
            file.seek(place)
            assert file.read(10) == data[place : place + 10]


def test_storages_do_not_see_each_other(storage: Storage) -> None:
    other = type(storage)(name="other")  # type: ignore[call-arg]
    storage.save("x", ContentFile(b"x"))
    assert not other.exists("x")
    other.delete("x")
    assert storage.exists("x")


class Broken(ContentFile):  # type: ignore[type-arg]
    """A file that can be read in part only."""

    def read(self, *args: Any) -> bytes:
        raise OSError("broken")

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"the first part"
        raise OSError("broken")


def test_what_breaks_off_changes_nothing(storage: Storage) -> None:
    storage.save("x", ContentFile(b"before"))
    for name in ("x", "y"):
        with pytest.raises(OSError, match="broken"):
            storage.save(name, Broken(b"after"))
    assert _read(storage, "x") == b"before"
    assert storage.listdir("") == ([], ["x"])


# In a folder ----------------------------------------------------------------------------------------------------------

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
    done = subprocess.run([sys.executable, "-c", _DIES, "bytes"], env=environment, check=False)
    assert done.returncode == -9
    (part,) = [path for path in (data_dir / "captures").rglob("*") if path.is_file()]
    assert part.suffix == ".part"
    folder = Folder(name="captures")
    assert folder.listdir(part.parent.name) == ([], [])
    os.utime(part, (0, 0))
    folder.save(f"{part.parent.name}/x", ContentFile(b"x"))
    assert [path.name for path in (data_dir / "captures").rglob("*") if path.is_file()] == ["x"]


def test_a_folder_that_all_machines_see(settings: Any, data_dir: Path, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path / "shared"
    storages["captures"].save("x", ContentFile(b"x"))
    assert [path.name for path in (tmp_path / "shared" / "captures").iterdir()] == ["x"]
    settings.DATA_DIR = tmp_path / "another machine"
    assert storages["captures"].exists("x")


# In the database ------------------------------------------------------------------------------------------------------


@is_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_file_is_there_with_its_transaction() -> None:
    rows = Rows(name="some")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        rows.save("x", ContentFile(b"x"))
        1 / 0  # noqa: B018
    assert not rows.exists("x")


# Settings -------------------------------------------------------------------------------------------------------------


def test_only_postgresql_keeps_files_in_the_database(settings: Any) -> None:
    settings.FILES_URL = "database"
    wrong = {message.id for message in run_checks()}
    assert ("archive.E003" in wrong) == (connection.vendor != "postgresql")


@pytest.mark.parametrize("value", ["relative/folder", "s3://bucket"])
def test_a_setting_that_means_nothing_is_told(value: str) -> None:
    environment = {**os.environ, "FILES_URL": value, "DJANGO_SETTINGS_MODULE": "scosite.settings"}
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=site_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "give a folder by its whole path" in done.stderr


def test_a_key_of_ones_own_is_told_where_machines_could_share_a_database(settings: Any) -> None:
    settings.SECRET_KEY_IS_GIVEN = False
    told = {message.id for message in run_checks(include_deployment_checks=True)}
    assert ("archive.W001" in told) == (connection.vendor == "postgresql")
    settings.SECRET_KEY_IS_GIVEN = True
    assert "archive.W001" not in {message.id for message in run_checks(include_deployment_checks=True)}
