"""Pages that workers have in common: by state and key, the first so many bytes, past states removed."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archive.views.shared_pages import SharedPages
from scosite import gunicorn

MOST = 10_000


def test_what_one_leaves_another_finds(tmp_path: Path) -> None:
    one, another = SharedPages(tmp_path), SharedPages(tmp_path)
    one.put(1, "first", "/events/", b"<html>", MOST)
    assert another.get(1, "first", "/events/") == b"<html>"
    assert another.get(1, "first", "/articles/") is None
    assert another.get(1, "of another day", "/events/") is None
    assert another.get(2, "second", "/events/") is None


def test_of_past_states_nothing_is_left(tmp_path: Path) -> None:
    one, another = SharedPages(tmp_path), SharedPages(tmp_path)
    one.put(1, "first", "a", b"1", MOST)
    another.put(1, "first", "b", b"1", MOST)
    # The next day.
    one.put(1, "second", "a", b"2", MOST)
    assert another.get(1, "first", "b") is None
    one.put(7, "third", "a", b"3", MOST)
    # Who is late neither brings back what is past nor takes what is there.
    another.put(1, "first", "c", b"1", MOST)
    SharedPages(tmp_path).put(5, "between", "a", b"x", MOST)
    assert one.get(7, "third", "a") == b"3"
    another.put(7, "third", "b", b"3", MOST)
    one.put(8, "fourth", "a", b"4", MOST)
    assert [len(list(folder.iterdir())) for folder in tmp_path.iterdir()] == [1]


def test_each_leaves_so_many_bytes_of_a_state_at_most(tmp_path: Path) -> None:
    pages = SharedPages(tmp_path)
    for key in "abcd":
        pages.put(1, "first", key, bytes(40), 100)
    assert [key for key in "abcd" if pages.get(1, "first", key)] == ["a", "b"]
    pages.put(2, "second", "c", bytes(40), 100)
    assert pages.get(2, "second", "c")


def test_where_there_is_no_room_pages_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    pages = SharedPages(tmp_path)
    real = os.statvfs

    def nearly_full(path: Any) -> Any:
        found = real(path)
        return SimpleNamespace(f_bavail=15 * 1024 * 1024 // found.f_frsize, f_frsize=found.f_frsize)

    with monkeypatch.context() as patched:
        patched.setattr(os, "statvfs", nearly_full)
        pages.put(1, "first", "a", b"1", MOST)
    assert pages.get(1, "first", "a") is None
    assert caplog.text == ""
    # A file where the folder should be.
    broken = SharedPages(tmp_path / "file")
    (tmp_path / "file").write_text("")
    for key in "ab":
        broken.put(1, "first", key, b"1", MOST)
        assert broken.get(1, "first", key) is None
    assert caplog.text.count("not shared among workers") == 1


def test_workers_share_with_those_that_were_started_with_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For after a reload the code may be another."""
    monkeypatch.setattr(gunicorn, "_PAGES", tmp_path / "pages")
    monkeypatch.setattr(gunicorn, "worker_tmp_dir", str(tmp_path))
    monkeypatch.delenv("SHARED_PAGES", raising=False)
    told: list[tuple[Any, ...]] = []
    server = SimpleNamespace(log=SimpleNamespace(warning=lambda *said: told.append(said)))

    def shared() -> Path:
        return Path(os.environ["SHARED_PAGES"])

    gunicorn._share_pages(server)
    first = shared()
    gunicorn.on_reload(server)
    second = shared()
    # Those before serve until the new ones are warm.
    assert first != second
    assert {first, second} == set((tmp_path / "pages").iterdir())
    assert {folder.stat().st_mode & 0o777 for folder in (first, second, first.parent)} == {0o700}
    gunicorn.on_reload(server)
    assert {second, shared()} == set((tmp_path / "pages").iterdir())
    assert told == []
    # A folder of somebody else's.
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    gunicorn._share_pages(server)
    assert "SHARED_PAGES" not in os.environ
    assert len(told) == 1
