from collections.abc import Iterator
from typing import Any

import pytest

from tests.ingest.canary import Canary


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as canary:
        yield canary


@pytest.fixture
def allowed(canary: Canary, settings: Any) -> str:
    """The address of the canary, which the setting allows by the name of 127.0.0.1 and no other."""
    settings.FETCH_ALLOWED_HOSTS = [canary.host]
    return f"http://{canary.host}"
