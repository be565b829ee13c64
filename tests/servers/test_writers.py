"""Many curators and readers at once, on the real server and a real database file."""

import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest

from tests.servers.site import Site, running_site

WRITERS = 40


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("writers")) as running:
        yield running


def _fetch(browser: OpenerDirector, address: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
    request = Request(address, data=urlencode(fields).encode() if fields else None, headers={"Referer": address})
    try:
        with browser.open(request, timeout=60) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def _token(html: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert found, html[:500]
    return found[1]


def _logged_in(site: Site, name: str, password: str) -> OpenerDirector:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    _, html = _fetch(browser, f"{site.url}/admin/login/")
    fields = {"username": name, "password": password, "csrfmiddlewaretoken": _token(html), "next": "/admin/"}
    status, html = _fetch(browser, f"{site.url}/admin/login/", fields)
    assert status == 200
    assert 'id="logout-form"' in html, html[:2000]
    return browser


def test_forty_saves_and_reads_at_once_all_succeed(site: Site) -> None:
    password = secrets.token_urlsafe(16)
    site.manage(
        "shell",
        "-c",
        f"from django.contrib.auth.models import User; User.objects.create_superuser('root', password={password!r})",
    )
    browser = _logged_in(site, "root", password)
    cookies = next(h.cookiejar for h in browser.handlers if isinstance(h, HTTPCookieProcessor))
    _, form = _fetch(browser, f"{site.url}/admin/archive/topic/add/")
    token = _token(form)

    def save(n: int) -> tuple[int, str]:
        writer = build_opener(HTTPCookieProcessor(cookies))
        fields = {
            "csrfmiddlewaretoken": token,
            "name": f"Written at once {n}",
            "slug": f"written-at-once-{n}",
            "name_ru": "",
            "name_zh": "",
            "variants": "[]",
            "definition": "One of many.",
            "broader": "",
        }
        return _fetch(writer, f"{site.url}/admin/archive/topic/add/", fields)

    def read(n: int) -> tuple[int, str]:
        return _fetch(build_opener(), f"{site.url}/{'search/?q=peace' if n % 2 else 'topics/'}")

    with ThreadPoolExecutor(2 * WRITERS) as pool:
        saves = [pool.submit(save, n) for n in range(WRITERS)]
        reads = [pool.submit(read, n) for n in range(WRITERS)]
        written = [future.result() for future in saves]
        seen = [future.result() for future in reads]
    assert [status for status, _ in seen] == [200] * WRITERS
    refused = [html for status, html in written if status != 200 or "errornote" in html]
    assert not refused, refused[0][:3000]
    _, topics = _fetch(build_opener(), f"{site.url}/topics/")
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
