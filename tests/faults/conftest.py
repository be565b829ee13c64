"""A site that was prepared once; each file of tests breaks a copy of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.servers.site import Site, prepared_site, site_in


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is broken of a database of the other kind is broken in the suite's other half."""
    for item in items:
        marker = item.get_closest_marker("only_on")
        if marker and connection.vendor not in marker.args:
            item.add_marker(pytest.mark.skip(reason=f"of {marker.args[0]}"))


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with prepared_site(tmp_path_factory.mktemp("prepared")) as site:
        yield site


def copied(prepared: Site, folder: Path) -> Path:
    return Path(shutil.copytree(prepared.data_dir, folder, symlinks=True, dirs_exist_ok=True))


def on(prepared: Site, folder: Path, **environment: str) -> Site:
    """The prepared site once more, in a copy of its folder."""
    url = prepared.environment["DATABASE_URL"]
    if url.startswith("sqlite"):
        url = f"sqlite:///{folder / 'archive.sqlite3'}"
    return site_in(folder, **{"DATABASE_URL": url, **environment})
