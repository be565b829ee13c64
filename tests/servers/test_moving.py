"""An archive goes from SQLite to PostgreSQL and back, with everything in it (`copy_archive`), and stays what it was."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests import with_postgres
from tests.environment import required
from tests.servers.site import Site, prepared_site, site_in

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="both databases are made here")

# A past: accounts, a session, an address that was left, records that are gone, a capture, a report of an error.
_LIVE = """
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.utils.timezone import now
from archive.ingest import captures
from archive.models import Article, City, Country, Event, Tip, Topic
from archive.models.change import recording
with recording(by="amina", why="before the move"):
    topic = Topic.objects.first(); topic.slug = "renamed-before-the-move"; topic.save()
    event = Event.objects.published().first()
    event.status, event.withdrawn_at, event.withdrawal_reason = "withdrawn", now(), "It was another."; event.save()
    article = Article.objects.first(); article.body = "Quoted “text”, 峰会 and \\U0001f54a.\\n" * 50; article.save()
    last = City.objects.create(slug="gone-before-the-move", name="Gone", country=Country.objects.first()); last.delete()
amina = User.objects.create_superuser("amina", "amina@example.org", "correct horse battery staple")
session = SessionStore(); session["_auth_user_id"] = str(amina.pk); session.save()
captures.store(b"As it came."); captures.record(b"As it came.", address="https://example.org/1", media_type="text/html")
Tip.objects.create(record_type="topic", record_id=topic.pk, text="Look here: ударение", handled_by=amina)
"""

# Everything that must be the same; and that a further city has a key that no city had.
_TOLD = """
import json
from archive.curation.quality import check
from archive.models import Change
print(json.dumps([Change.objects.head(), [finding.message for finding in check(["log-broken", "version-differs"])]]))
"""
_NEXT_CITY = """
from archive.models import Change, City, Country
city = City.objects.create(slug="after-the-move", name="After", country=Country.objects.first())
print(Change.objects.filter(record_type="city", record_id=city.pk).count())
"""


def _shell(site: Site, code: str) -> str:
    return site.manage("shell", "--verbosity=0", "--command", code)


def _exported(site: Site) -> list[str]:
    """The hash of each line of the export."""
    lines = site.manage("export_archive", "--output", "-", "--with-restricted").splitlines()
    return [hashlib.sha256(line.encode()).hexdigest() for line in lines]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of an empty PostgreSQL."""
    binaries = with_postgres.binaries()
    if binaries is None:
        if required("postgres"):
            raise AssertionError("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not on this machine")
    with with_postgres.server(binaries) as url:
        yield url


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An archive on SQLite that has a past."""
    with prepared_site(tmp_path_factory.mktemp("before")) as site:
        _shell(site, _LIVE)
        yield site


def test_everything_is_the_same_in_the_other_database_and_back(
    lived: Site, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Of a backup: its database is read where it lies, and not a byte of the bag is changed.
    bag = lived.manage("backup", str(tmp_path_factory.mktemp("bags"))).partition(":")[0]
    records, (head, findings) = _exported(lived), json.loads(_shell(lived, _TOLD))
    assert findings == []

    url = f"sqlite:///{bag}/data/database.sqlite3"
    there = site_in(tmp_path_factory.mktemp("there"), DATABASE_URL=postgres)
    told = there.manage("copy_archive", "--from", url, "--captures", f"{bag}/data/captures")
    assert f"up to change {head[0]}" in told
    assert (_exported(there), json.loads(_shell(there, _TOLD))) == (records, [head, []])
    there.manage("check_index")

    folder = tmp_path_factory.mktemp("back")
    back = site_in(folder, DATABASE_URL=f"sqlite:///{folder / 'archive.sqlite3'}")
    back.manage("copy_archive", "--from", postgres, "--captures", str(there.data_dir / "captures"))
    assert (_exported(back), json.loads(_shell(back, _TOLD))) == (records, [head, []])
    assert _rows(back) == _rows(lived)
    assert lived.manage("restore", "--check", bag).startswith("Whole")
    assert [_shell(site, _NEXT_CITY).strip() for site in (there, back)] == ["1", "1"], "a key was given twice"


def _rows(site: Site) -> dict[str, list[str]]:
    """All that stands in the tables of a site on SQLite."""
    with sqlite3.connect(site.data_dir / "archive.sqlite3") as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in tables}
    database.close()
    return rows


def test_what_stands_in_the_way_is_told_and_nothing_is_copied(lived: Site, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    copy = site_in(tmp_path, DATABASE_URL=url)
    older = tmp_path / "older.sqlite3"
    shutil.copy(lived.data_dir / "archive.sqlite3", older)
    with sqlite3.connect(older) as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'archive' AND name LIKE '0009%'")
    database.close()
    strange = tmp_path / "strange.sqlite3"
    sqlite3.connect(strange).close()
    for source, words in (
        (f"sqlite:///{tmp_path / 'nothing'}", "There is no database at"),
        (f"sqlite:///{older}", "different versions (archive 0009_shared)"),
        (f"sqlite:///{strange}", "There is no archive in the other database"),
        ("mysql://secret@127.0.0.1/archive", "The address of the other database is"),
        ("postgres://archive@127.0.0.1:1/archive", "can't be copied"),
    ):
        with pytest.raises(AssertionError) as failed:
            copy.manage("copy_archive", "--from", source)
        assert words in str(failed.value), source
        assert "secret" not in str(failed.value).partition("failed:")[2]
        assert "Traceback" not in str(failed.value)
    copy.manage(
        "copy_archive", "--from", lived.environment["DATABASE_URL"], "--captures", str(lived.data_dir / "captures")
    )
    with pytest.raises(AssertionError, match=r"not empty: .* rows in archive_change"):
        copy.manage("copy_archive", "--from", lived.environment["DATABASE_URL"])


def test_captures_that_are_not_there_are_named(lived: Site, tmp_path: Path) -> None:
    captured = tmp_path / "captures"
    shutil.copytree(lived.data_dir / "captures", captured)
    (one,) = (path for path in captured.rglob("*") if path.is_file())
    one.write_bytes(b"As it was changed.")
    copy = site_in(tmp_path / "copy", DATABASE_URL=f"sqlite:///{tmp_path / 'copy' / 'archive.sqlite3'}")
    copy.data_dir.mkdir()
    with pytest.raises(AssertionError) as failed:
        copy.manage("copy_archive", "--from", lived.environment["DATABASE_URL"], "--captures", str(captured))
    assert f"damaged, not copied: {one}" in str(failed.value)
    assert f"no capture is here of {one.name}" in str(failed.value)
    assert not (copy.data_dir / "captures").exists() or not any((copy.data_dir / "captures").rglob(one.name))
