"""Bags of backups as files: what is in one, and what is found when it is not as it was written.

Making one of a living archive and bringing it back: tests/servers/test_drills.py, which runs the drill.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import sqlite3
import stat
import subprocess
from pathlib import Path
from typing import IO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from archive import backups
from archive.ingest import captures
from archive.management.commands import restore
from archive.models import Change

CAPTURED = b"As it came."


@pytest.fixture
def live(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database file that has a log with one entry, and a capture."""
    if connection.vendor != "sqlite":
        pytest.skip("here the database is a file")
    path = data_dir / "archive.sqlite3"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE archive_change (number INTEGER, sha256 TEXT)")
    database.execute("INSERT INTO archive_change VALUES (7, 'abc')")
    database.execute("CREATE TABLE archive_capture (sha256 TEXT)")
    # From two addresses.
    database.executemany("INSERT INTO archive_capture VALUES (?)", [(captures.store(CAPTURED),)] * 2)
    database.commit()
    database.close()
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(path))
    return path


@pytest.fixture
def bag(live: Path, tmp_path: Path) -> Path:
    return backups.make(tmp_path / "bags").folder


def test_a_bag_has_the_database_and_the_captures_and_is_checked_without_this_project(bag: Path) -> None:
    found = backups.verify(bag)
    assert (found.vendor, found.number, found.sha256, found.files) == ("sqlite", 7, "abc", 2)
    assert (bag / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    assert any(path.read_bytes() == CAPTURED for path in (bag / "data" / "captures").rglob("*") if path.is_file())
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", manifest], cwd=bag, check=True)


def test_every_byte_of_every_file_counts(bag: Path) -> None:
    for path in sorted(path for path in bag.rglob("*") if path.is_file()):
        before = path.read_bytes()
        for place in {0, len(before) // 2, len(before) - 1}:
            path.write_bytes(before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :])
            with pytest.raises(backups.BackupError) as error:
                backups.verify(bag)
            assert path.name in str(error.value) or path.name == "tagmanifest-sha256.txt"
        path.write_bytes(before)
    backups.verify(bag)


@pytest.mark.parametrize("name", ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "data/database.sqlite3"])
def test_a_file_that_is_missing_is_named(bag: Path, name: str) -> None:
    (bag / name).unlink()
    with pytest.raises(backups.BackupError, match=Path(name).name):
        backups.verify(bag)


def test_a_file_that_is_too_many_is_named(bag: Path) -> None:
    (bag / "data" / "more").write_text("")
    with pytest.raises(backups.BackupError, match=r"data/more \(not listed\)"):
        backups.verify(bag)


@pytest.mark.parametrize("name", ["../elsewhere", "/etc/passwd"])
def test_a_list_does_not_lead_out_of_the_bag(bag: Path, name: str) -> None:
    manifest = bag / "manifest-sha256.txt"
    manifest.write_text(f"{manifest.read_text()}{'0' * 64}  {name}\n")
    with pytest.raises(backups.BackupError, match="can't be read"):
        backups.verify(bag)


def test_what_is_there_is_not_written_over(bag: Path, live: Path, data_dir: Path) -> None:
    with pytest.raises(backups.BackupError, match="There is a database at"):
        backups.restore(bag)
    live.unlink()
    another = captures.store(b"Another.")
    with pytest.raises(backups.BackupError, match=f"There are captures already, {another}"):
        backups.restore(bag)
    assert not live.exists()


def test_captures_of_that_name_with_something_else_in_them_are_not_written_over(
    bag: Path, live: Path, data_dir: Path
) -> None:
    live.unlink()
    (capture,) = (path for path in (data_dir / "captures").rglob("*") if path.is_file())
    capture.write_bytes(b"Mine.")
    with pytest.raises(backups.BackupError, match="There are captures already"):
        backups.restore(bag)
    assert capture.read_bytes() == b"Mine."


def test_a_restore_that_failed_is_repeated(
    bag: Path, live: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: IO[bytes], copy: IO[bytes], _length: int = 0) -> None:
        modes.append(stat.S_IMODE(os.fstat(copy.fileno()).st_mode))
        raise OSError(errno.ENOSPC, "No space left on device")

    live.unlink()
    shutil.rmtree(data_dir / "captures")
    modes: list[int] = []
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(type(Change.objects), "head", lambda _manager: (7, "abc"))
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfileobj", full)
        with pytest.raises(backups.BackupError, match="No space left"):
            backups.restore(bag)
    assert modes == [0o600]
    assert any(captures.kept())
    assert not [path.name for path in data_dir.iterdir() if path.name.startswith(live.name)]
    assert backups.restore(bag).number == 7
    assert stat.S_IMODE(live.stat().st_mode) == 0o600
    assert live.read_bytes() == (bag / "data" / "database.sqlite3").read_bytes()


def test_captures_that_do_not_come_after_the_database_are_told_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_folder: Path) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backups, "put_captures", fail)
    with pytest.raises(CommandError, match=f"Go on with `store_captures {tmp_path}` and `rebuild_index`"):
        restore._put_captures(tmp_path)


def test_a_damaged_bag_is_not_restored(bag: Path, live: Path, data_dir: Path) -> None:
    shutil.rmtree(data_dir / "captures")
    live.unlink()
    (bag / "data" / "database.sqlite3").write_bytes(b"")
    with pytest.raises(backups.BackupError, match="damaged"):
        backups.restore(bag)
    assert not live.exists()


def test_a_damaged_capture_is_copied_and_told(live: Path, tmp_path: Path, data_dir: Path) -> None:
    (capture,) = (path for path in (data_dir / "captures").rglob("*") if path.is_file())
    capture.write_bytes(b"As it Came.")
    made = backups.make(tmp_path / "bags")
    assert made.damaged == (f"captures/{captures.name_of(capture.name)}",)
    assert backups.verify(made.folder) == made


def test_a_capture_without_a_file_is_told_and_nothing_is_let_go(
    live: Path, tmp_path: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bags"
    whole = [backups.make(folder).folder for _ in range(2)]
    (data_dir / "captures").rename(data_dir / "not mounted")
    missing = f"captures/{captures.name_of(hashlib.sha256(CAPTURED).hexdigest())}"
    with pytest.raises(CommandError, match=rf"no file.*: {missing}\. Therefore no older backup was let go"):
        call_command("backup", str(folder), keep=1)
    assert len(backups.bags(folder)) == 3
    # Whoever needs it years later is told, too.
    capsys.readouterr()
    call_command("restore", str(backups.bags(folder)[0]), check=True)
    told = capsys.readouterr()
    assert told.out.startswith("Whole: 1 files")
    assert f"no file, and are not in the backup: {missing}. An older backup may have them." in told.err
    (data_dir / "not mounted").rename(data_dir / "captures")
    call_command("backup", str(folder), keep=1)
    assert len(backups.bags(folder)) == 1
    assert not any(bag.exists() for bag in whole)


def test_a_damaged_capture_lets_nothing_go(live: Path, tmp_path: Path, data_dir: Path) -> None:
    whole = backups.make(tmp_path / "bags").folder
    (capture,) = (path for path in (data_dir / "captures").rglob("*") if path.is_file())
    capture.write_bytes(b"")
    with pytest.raises(CommandError, match="not what their name says"):
        call_command("backup", str(tmp_path / "bags"), keep=1)
    assert whole.exists()


def test_of_many_captures_without_a_file_some_are_named(live: Path, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(live)) as database, database:
        database.executemany("INSERT INTO archive_capture VALUES (?)", [(f"{one:064x}",) for one in range(23)])
    with pytest.raises(CommandError, match=rf"{19:064x} and 3 more\.$"):
        call_command("backup", str(tmp_path / "bags"))


def test_a_capture_that_comes_while_files_are_copied_is_not_missed(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copied(path: Path) -> tuple[int, str, set[str]]:
        found = copy(path)
        with contextlib.closing(sqlite3.connect(live)) as database, database:
            database.execute("INSERT INTO archive_capture VALUES (?)", ["0" * 64])
        return found

    copy = backups._COPY["sqlite"]
    monkeypatch.setitem(backups._COPY, "sqlite", copied)
    assert backups.make(tmp_path / "bags").has_all


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the others have a file")
@pytest.mark.django_db(transaction=True)
def test_a_capture_without_a_file_is_told_of_postgresql(tmp_path: Path, data_dir: Path) -> None:
    captures.record(CAPTURED, address="a", media_type="text/plain")
    missing = f"captures/{captures.name_of(hashlib.sha256(CAPTURED).hexdigest())}"
    assert backups.make(tmp_path / "bags").missing == (missing,)
    captures.store(CAPTURED)
    made = backups.make(tmp_path / "bags", keep=1)
    assert made.has_all
    assert backups.bags(tmp_path / "bags") == [made.folder]


def test_a_damaged_database_is_no_backup_and_nothing_is_left_of_it(live: Path, tmp_path: Path) -> None:
    live.write_bytes(live.read_bytes()[:5000])
    with pytest.raises(backups.BackupError, match=r"damaged|can't be copied"):
        backups.make(tmp_path / "bags")
    assert list((tmp_path / "bags").iterdir()) == []


def test_so_many_are_kept(live: Path, tmp_path: Path) -> None:
    made = [backups.make(tmp_path / "bags", keep=2).folder for _ in range(4)]
    assert backups.bags(tmp_path / "bags") == made[:1:-1]
    with pytest.raises(CommandError, match="--keep"):
        call_command("backup", str(tmp_path / "bags"), keep=-1)


def test_what_is_no_bag_neither_counts_nor_goes(live: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bags"
    others = [
        "archive-before-upgrade",
        "archive-old",
        "archive-20200101T000000000000Z",
        "archive-20200101T000000000000Z.x",
    ]
    for name in others:
        (folder / name).mkdir(parents=True)
    for name in ("archive-before-upgrade", "archive-20200101T000000000000Z.x"):
        (folder / name / "bagit.txt").write_text("")
    made = [backups.make(folder, keep=1).folder for _ in range(2)]
    assert backups.bags(folder) == made[1:]
    assert {path.name for path in folder.iterdir()} == {*others, made[1].name}


def test_the_one_just_made_stays_though_the_clock_was_set_back(live: Path, tmp_path: Path) -> None:
    later = [f"archive-2099010{day}T000000000000Z" for day in (1, 2)]
    for name in later:
        backups.make(tmp_path / "bags").folder.rename(tmp_path / "bags" / name)
    made = backups.make(tmp_path / "bags", keep=2).folder
    assert {path.name for path in (tmp_path / "bags").iterdir()} == {later[1], made.name}


def test_there_has_to_be_a_database(data_dir: Path, tmp_path: Path, live: Path) -> None:
    live.unlink()
    with pytest.raises(backups.BackupError, match="There is no database"):
        backups.make(tmp_path / "bags")
    assert not live.exists()


def test_a_place_that_cant_be_written_is_told(live: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="Can't write"):
        call_command("backup", str(tmp_path / "file"))


def test_what_is_no_backup_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no whole backup: tagmanifest-sha256\.txt is missing"):
        call_command("restore", str(tmp_path), check=True)
