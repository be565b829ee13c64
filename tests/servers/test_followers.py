"""Several web machines on one PostgreSQL: each with an index of its own, or with the database's; what one writes all find."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlencode
from urllib.request import OpenerDirector, build_opener

import pytest
from django.db import connection

from tests.drills.rebuild import ask_while_rebuilding, differing
from tests.environment import allowed
from tests.servers.curator import fetch, logged_in, token
from tests.servers.site import Site, running_site

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="several machines share a PostgreSQL only")

# How long a change may take to be found elsewhere.
PATIENCE = 1.0

# The topic that most articles are about.
_TOPIC = """
import json; from django.db.models import Count; from archive.models import Topic
topic = Topic.objects.annotate(n=Count("articles")).latest("n")
print(json.dumps({"pk": topic.pk, "definition": topic.definition, "slug": topic.slug, "broader": topic.broader_id or ""}))
"""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Site]]:
    """Two with an index folder each, and one that searches in the database."""
    with ExitStack() as stack:
        first = stack.enter_context(running_site(tmp_path_factory.mktemp("first"), SEARCH_URL="whoosh://"))
        shared = {"DATABASE_URL": first.environment["DATABASE_URL"]}
        folder = tmp_path_factory.mktemp("second")
        second = stack.enter_context(running_site(folder, SEARCH_URL="whoosh://", **shared))
        folder = tmp_path_factory.mktemp("third")
        third = stack.enter_context(running_site(folder, SEARCH_URL="postgres://", **shared))
        yield [first, second, third]


def _slugs(site: Site, **query: str) -> set[str]:
    """Addresses of the articles on the first page of results."""
    status, html = fetch(build_opener(), f"{site.url}/search/?{urlencode(query)}")
    assert status == 200, html[:2000]
    return {part.split('"')[0] for part in html.split('href="/articles/')[1:]} - {""}


def _rename(browser: OpenerDirector, site: Site, topic: dict[str, str], name: str) -> None:
    address = f"{site.url}/admin/archive/topic/{topic['pk']}/change/"
    _, form = fetch(browser, address)
    fields = {
        "csrfmiddlewaretoken": token(form),
        "name": name,
        "slug": topic["slug"],
        "name_ru": "",
        "name_zh": "",
        "variants": "[]",
        "definition": topic["definition"],
        "broader": topic["broader"],
    }
    status, html = fetch(browser, address, fields)
    assert status == 200
    assert "errornote" not in html, html


def test_what_is_written_through_one_is_found_through_the_others_within_a_second(sites: list[Site]) -> None:
    assert [(site.data_dir / "index" / "current").exists() for site in sites] == [True, True, False]
    topic = json.loads(sites[0].manage("shell", "-v", "0", "-c", _TOPIC).splitlines()[-1])
    browsers = [logged_in(site) for site in sites]
    before = ""
    for n in range(6):
        name, writer = f"Renamedtopic{'abcdef'[n] * 3}", n % 3
        _rename(browsers[writer], sites[writer], topic, name)
        written = time.monotonic()
        # The writer itself comes last: it has nothing to be waited for.
        for site in (*sites[writer + 1 :], *sites[: writer + 1]):
            while not (found := _slugs(site, q=name)):
                assert time.monotonic() < written + allowed(PATIENCE), (n, site)
            assert len(found) > 5
            if before:
                assert _slugs(site, q=before) == set()
        before = name


def test_all_of_them_answer_alike(sites: list[Site]) -> None:
    for text in (
        "peace mission",
        '"joint exercise"',
        "terror*",
        "defence -minister",
        "year:2014 border",
        "sysoev~",
        "",
    ):
        answers = [_slugs(site, q=text, sort="newest") for site in sites]
        assert answers[0]
        assert answers[0] == answers[1] == answers[2], text
    for site in sites:
        assert fetch(build_opener(), f"{site.url}/readyz")[0] == 200


def test_nobody_notices_that_the_index_in_the_database_is_written_anew(sites: list[Site]) -> None:
    before, answers, _ = ask_while_rebuilding(sites[2], 1)
    assert differing(before, answers) == []
