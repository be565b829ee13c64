"""Many curators and readers at once, on the real server and a real database file."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.drills.rebuild import ask_while_rebuilding, differing
from tests.servers.curator import fetch, logged_in, token
from tests.servers.site import Site, running_site

WRITERS = 40


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("writers")) as running:
        yield running


def test_forty_saves_and_reads_at_once_all_succeed(site: Site) -> None:
    browser = logged_in(site)
    cookies = next(h.cookiejar for h in browser.handlers if isinstance(h, HTTPCookieProcessor))
    _, form = fetch(browser, f"{site.url}/admin/archive/topic/add/")
    forgery_token = token(form)

    def save(n: int) -> tuple[int, str]:
        writer = build_opener(HTTPCookieProcessor(cookies))
        fields = {
            "csrfmiddlewaretoken": forgery_token,
            "name": f"Written at once {n}",
            "slug": f"written-at-once-{n}",
            "name_ru": "",
            "name_zh": "",
            "variants": "[]",
            "definition": "One of many.",
            "broader": "",
        }
        return fetch(writer, f"{site.url}/admin/archive/topic/add/", fields)

    def read(n: int) -> tuple[int, str]:
        return fetch(build_opener(), f"{site.url}/{'search/?q=peace' if n % 2 else 'topics/'}")

    with ThreadPoolExecutor(2 * WRITERS) as pool:
        saves = [pool.submit(save, n) for n in range(WRITERS)]
        reads = [pool.submit(read, n) for n in range(WRITERS)]
        written = [future.result() for future in saves]
        seen = [future.result() for future in reads]
    assert [status for status, _ in seen] == [200] * WRITERS
    refused = [html for status, html in written if status != 200 or "errornote" in html]
    assert not refused, refused[0][:3000]
    _, topics = fetch(build_opener(), f"{site.url}/topics/")
    assert all(f"Written at once {n}<" in topics for n in range(WRITERS))
    log = (Path(site.data_dir) / "gunicorn.log").read_text()
    assert "database is locked" not in log
    assert "Traceback" not in log
    counted = site.manage(
        "shell",
        "-c",
        "from archive.models import Change; ns = list(Change.objects.order_by('number').values_list('number', flat=True));"
        "print('gapless', ns == list(range(1, len(ns) + 1)))",
    )
    assert "gapless True" in counted


def test_nobody_notices_that_the_index_is_written_anew(site: Site) -> None:
    before, answers, _ = ask_while_rebuilding(site, 1)
    assert differing(before, answers) == []
