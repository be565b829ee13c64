"""What tests of the search share."""

from pathlib import Path
from typing import Any

import pytest

from archive import search
from tests.search.engines import ENGINES


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, settings: Any, db: None, data_dir: Path) -> str:
    """The engine under test, empty."""
    settings.SEARCH_URL = request.param
    search.rebuild_index()
    return request.param
