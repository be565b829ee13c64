"""What every test gets: plain static files, an index folder of its own."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, SimpleTestCase, TestCase, TransactionTestCase
from hypothesis import settings as hypothesis_settings
from hypothesis.configuration import set_hypothesis_home_dir
from pytest_django import DjangoDbBlocker

from archive import search
from archive.counters import Lost, counters
from archive.search import advice, evaluate, opensearch_engine, postgres_engine

append_only_log = import_module("archive.migrations.0005_append_only_log")

set_hypothesis_home_dir("var/cache/hypothesis")
# No deadline: a slow machine is no bug of the code under test.
hypothesis_settings.register_profile("archive", deadline=None)
hypothesis_settings.load_profile("archive")


# What starts processes of its own, which ask the database.
_PROCESSES = ("browser", "drills", "faults", "servers")
_CLUSTERS = ("test_cluster.py",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only", action="store_true", help="only tests that ask a database: for the second of two databases"
    )
    parser.addoption("--drills", action="store_true", help="only the small drills, which are left out otherwise")
    parser.addoption("--write-examples", action="store_true", help="write the examples of the API's document anew")
    parser.addoption(
        "--every-combination", action="store_true", help="axe-core on each page in each language, scheme and width"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    is_drill = bool(config.getoption("--drills"))
    _keep(config, items, lambda item: (item.get_closest_marker("drill") is not None) == is_drill)
    if config.getoption("--database-only"):
        _keep(config, items, _asks_database)
    # What takes minutes begins first, so that no process is left alone with it at the end.
    items.sort(key=lambda item: not _has_processes(item))


def _keep(config: pytest.Config, items: list[pytest.Item], is_kept: Callable[[pytest.Item], bool]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if not is_kept(item)])
    items[:] = [item for item in items if is_kept(item)]


def _asks_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("once") is not None:
        return False
    return (
        item.get_closest_marker("django_db") is not None
        or issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
        or bool({"db", "transactional_db"} & set(getattr(item, "fixturenames", ())))
        or _has_processes(item)
    )


def _has_processes(item: pytest.Item) -> bool:
    return any(folder in item.path.parts for folder in _PROCESSES) or item.path.name in _CLUSTERS


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The change log of the tests can be emptied: its triggers are off, but where they are what is tested."""
    with django_db_blocker.unblock():
        append_only_log.backwards(None, connection.schema_editor())


@pytest.fixture
def append_only(db: None) -> None:
    """The change log as migrations leave it; for this test's transaction."""
    append_only_log.forwards(None, connection.schema_editor())


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> Path:
    """An empty data folder; the search index would stand in it."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture(autouse=True)
def _no_counts(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What a test counted in the database and committed, the next must not find: the table is none of Django's."""
    yield
    if connection.vendor == "postgresql" and _commits(request.node):
        with django_db_blocker.unblock(), suppress(Lost):
            counters().forget_all()


def _commits(item: pytest.Item) -> bool:
    marker, kind = item.get_closest_marker("django_db"), getattr(item, "cls", None) or object
    return (
        bool(marker and marker.kwargs.get("transaction"))
        or bool({"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())))
        or (issubclass(kind, TransactionTestCase) and not issubclass(kind, TestCase))
    )


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine gets the advice of a fast one, and its long searches are answered."""
    monkeypatch.setattr(advice, "_PATIENCE", 3600)
    monkeypatch.setattr(evaluate, "SEARCH_TIMEOUT", 60)
    monkeypatch.setattr(postgres_engine, "SEARCH_TIMEOUT", 60)
    monkeypatch.setattr(opensearch_engine, "SEARCH_TIMEOUT", 60)


@pytest.fixture
def index(db: None, data_dir: Path) -> None:
    """A search index that follows from here on: with every search, and with every commit."""
    search.rebuild_index()


@pytest.fixture
def client() -> Client:
    """A client that shows errors as the pages that readers get."""
    return Client(raise_request_exception=False)
