"""A curator's browser, for sites that run in processes of their own."""

import re
import secrets
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from tests.servers.site import Site


def fetch(browser: OpenerDirector, address: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and text of a page; with fields they are posted."""
    request = Request(address, data=urlencode(fields).encode() if fields else None, headers={"Referer": address})
    try:
        with browser.open(request, timeout=60) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def token(html: str) -> str:
    """What a form of the page sends against forgery."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert found, html[:500]
    return found[1]


def logged_in(site: Site) -> OpenerDirector:
    """A browser in which a new administrator is logged in."""
    name, password = f"root-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    site.manage(
        "shell",
        "-c",
        f"from django.contrib.auth.models import User; User.objects.create_superuser({name!r}, password={password!r})",
    )
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    _, html = fetch(browser, f"{site.url}/admin/login/")
    fields = {"username": name, "password": password, "csrfmiddlewaretoken": token(html), "next": "/admin/"}
    status, html = fetch(browser, f"{site.url}/admin/login/", fields)
    assert status == 200
    assert 'id="logout-form"' in html, html[:2000]
    return browser
