"""What tests of the search share."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive import search
from tests.cluster import Missing, shared
from tests.environment import required
from tests.search.engines import ENGINES, OPENSEARCH


@pytest.fixture(scope="session")
def cluster_hosts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three OpenSearch nodes for all processes of this run of the tests, or those of TEST_CLUSTER; nobody may harm them."""
    if hosts := os.environ.get("TEST_CLUSTER"):
        return hosts
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    folder = tmp_path_factory.getbasetemp()
    try:
        return shared(folder.parent, os.getppid()) if is_worker else shared(folder, os.getpid())
    except Missing as missing:
        if required("opensearch"):
            raise
        pytest.skip(f"no OpenSearch: {missing}")


@pytest.fixture
def cluster_url(cluster_hosts: str) -> Iterator[str]:
    """A SEARCH_URL with a prefix that is this test's own."""
    from archive.search.opensearch_client import Address, client

    prefix = f"t{secrets.token_hex(6)}"
    # In several parts, as a large archive would be.
    yield f"opensearch://{cluster_hosts}/{prefix}?shards=2"
    client(Address(tuple(cluster_hosts.split(",")))).indices.delete(index=f"{prefix}-*", request_timeout=30)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, settings: Any, db: None, data_dir: Path) -> str:
    """The engine under test, empty."""
    chosen: str = request.param
    settings.SEARCH_URL = request.getfixturevalue("cluster_url") if chosen == OPENSEARCH else chosen
    search.rebuild_index()
    return chosen
