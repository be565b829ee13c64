"""Tests on the archive as it is shipped."""

import atexit
import pickle
import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model
from django.test import TestCase, override_settings

from archive import search
from archive.curation.loading import load


class SeedTestCase(TestCase):
    """The fixtures, loaded and indexed for the class: once in each process of the suite, then copied."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.enterClassContext(override_settings(DATA_DIR=Path(folder)))
        cls._seed_dir = Path(folder)
        super().setUpClass()

    @classmethod
    def setUpTestData(cls) -> None:
        kept = _kept()
        if kept.exists():
            _bring_back(kept)
        else:
            load(settings.FIXTURES_DIR)
            search.rebuild_index()
            _keep(kept)

    def setUp(self) -> None:
        # Undoes the folder that conftest gives to each test.
        override = override_settings(DATA_DIR=self._seed_dir)
        override.enable()
        self.addCleanup(override.disable)


@cache
def _kept() -> Path:
    """Where this process keeps what it loaded: the data folder, and the rows beside it."""
    folder = Path(tempfile.mkdtemp(prefix="seed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / "data"


def _keep(kept: Path) -> None:
    kept.parent.joinpath("rows").mkdir()
    for table in _tables():
        rows = kept.parent / "rows" / table
        if connection.vendor == "sqlite":
            # With a sign columns have no type: they come as they are stored.
            columns = ", ".join(f'+"{row[1]}"' for row in _asked(f'PRAGMA table_info("{table}")'))
            rows.write_bytes(pickle.dumps(_asked(f'SELECT {columns} FROM "{table}"').fetchall()))
        else:
            with (
                rows.open("wb") as file,
                connection.cursor() as cursor,
                cursor.copy(f'COPY "{table}" TO STDOUT') as copy,
            ):
                file.writelines(copy)
    shutil.copytree(settings.DATA_DIR, kept, symlinks=True)


def _bring_back(kept: Path) -> None:
    """Constraints are looked at when a transaction ends, so that the order of the tables doesn't matter."""
    for table in _tables():
        rows = (kept.parent / "rows" / table).read_bytes()
        if connection.vendor == "sqlite":
            if found := pickle.loads(rows):
                places = ", ".join("?" * len(found[0]))
                connection.connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', found)
        else:
            with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                copy.write(rows)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
            cursor.execute(statement)
    shutil.copytree(kept, settings.DATA_DIR, symlinks=True, dirs_exist_ok=True)


def _asked(statement: str) -> sqlite3.Cursor:
    found: sqlite3.Cursor = connection.connection.execute(statement)
    return found


def _models() -> list[type[Model]]:
    return list(apps.get_app_config("archive").get_models(include_auto_created=True))


def _tables() -> list[str]:
    return [model._meta.db_table for model in _models()]
