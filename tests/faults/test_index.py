"""An index that is missing, cut off or altered: the search says so, browsing goes on, and it comes back with a new one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.asking import PAGES, SEARCH, ask
from tests.faults.conftest import copied, on
from tests.servers.site import Site, served

pytestmark = pytest.mark.once


@pytest.fixture
def running(prepared: Site, tmp_path: Path) -> Iterator[Site]:
    site = on(prepared, copied(prepared, tmp_path / "data"), SEARCH_URL="whoosh://")
    with served(site):
        yield site


def _segment(site: Site) -> Path:
    """The largest file of the index: the postings."""
    return max((site.data_dir / "index" / "current").glob("*.seg"), key=lambda path: path.stat().st_size)


def _missing(site: Site) -> None:
    shutil.rmtree(site.data_dir / "index")


def _cut_off(site: Site) -> None:
    path = _segment(site)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _altered(site: Site) -> None:
    path = _segment(site)
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0x10
    path.write_bytes(bytes(data))


def test_the_search_says_so_and_browsing_works_until_it_is_written_anew(running: Site) -> None:
    for n, breaks in enumerate((_cut_off, _missing, _altered)):
        # Nobody has opened it yet: who has goes on with what was read.
        running.manage("rebuild_index")
        breaks(running)
        for worker in range(4):
            answer = ask(running, SEARCH.format(f"{n}{worker}"))
            assert (answer.status, "out of order" in answer.text) == (503, True), (breaks, answer)
            assert all(ask(running, path).status == 200 for path in PAGES)
        assert ask(running, "/readyz").text == '{"database": "ok", "index": "unusable"}'
        assert ask(running, "/api/v1/search?q=summit").status == 503
    running.manage("rebuild_index")
    for worker in range(4):
        assert ask(running, SEARCH.format(f"again{worker}")).status == 200
    assert ask(running, "/readyz").status == 200
