"""Pages kept by several processes: what a process of its own changes, all of them show with the next request."""

from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.servers.site import Site, running_site

# More requests than there are workers and connections, so that each worker is asked.
_ASKED = 12

_RENAME = """
from archive.models import Topic
topic = Topic.objects.order_by("pk").first()
topic.name = {name!r}
topic.save()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("kept"), WEB_CONCURRENCY="2") as running:
        yield running


def _made(site: Site) -> float:
    """How many pages that can be kept the workers have made so far."""
    with urlopen(f"{site.url}/metrics", timeout=30) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    samples = (one for family in families for one in family.samples)
    return sum(
        one.value for one in samples if one.name == "archive_page_cache_total" and one.labels["result"] == "miss"
    )


def _pages(site: Site) -> list[str]:
    pages = []
    for _time in range(_ASKED):
        with urlopen(f"{site.url}/topics/", timeout=30) as answer:
            pages.append(answer.read().decode())
    return pages


def test_no_worker_shows_what_was_before_a_change(site: Site) -> None:
    before = _pages(site)
    assert len(set(before)) == 1
    for name in ("A topic by another name", "A topic by a third name"):
        assert not any(name in page for page in before)
        site.manage("shell", "-v", "0", "-c", _RENAME.format(name=name))
        before = _pages(site)
        assert all(name in page for page in before)
        assert len(set(before)) == 1


def test_what_one_worker_made_the_other_answers(site: Site) -> None:
    before = _made(site)
    for _time in range(_ASKED):
        with urlopen(f"{site.url}/help/glossary/", timeout=30):
            pass
    assert _made(site) == before + 1
