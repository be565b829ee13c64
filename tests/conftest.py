"""What every test gets: plain static files, an index folder of its own."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import settings as hypothesis_settings
from hypothesis.configuration import set_hypothesis_home_dir

from archive import search
from archive.search import advice, postgres_engine

set_hypothesis_home_dir("var/cache/hypothesis")
# No deadline: a slow machine is no bug of the code under test.
hypothesis_settings.register_profile("archive", deadline=None)
hypothesis_settings.load_profile("archive")


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
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine gets the advice of a fast one, and its long searches are answered."""
    monkeypatch.setattr(advice, "_PATIENCE", 3600)
    monkeypatch.setattr(postgres_engine, "SEARCH_TIMEOUT", 60)


@pytest.fixture
def index(db: None, data_dir: Path) -> None:
    """A search index that follows from here on: with every search, and with every commit."""
    search.rebuild_index()


@pytest.fixture
def client() -> Client:
    """A client that shows errors as the pages that readers get."""
    return Client(raise_request_exception=False)
