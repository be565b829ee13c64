"""The front door: which method goes where, what is refused before a page looks at it, what every answer says to browsers."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from archive.views.door import HEADERS, MOST_OF_ADDRESS
from tests import factories

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO")
# What stands for a part of an address, by its name in the table of addresses.
PARTS: dict[str, str] = {
    "slug": "nothing",
    "code": "zz",
    "year": "2014",
    "token": "a:b",
    "part": "pages",
    "name": "archive.jsonl.gz",
    "key": "nothing",
    "number": "1",
    "object_id": "1",
    "app_label": "archive",
    "url": "nowhere",
    "kind": "articles",
}
TAKE_FORMS = ("report/", "follow/", "follow/confirm/a:b/", "follow/stop/a:b/", "oai")


def addresses(patterns: Any = None, before: str = "/") -> Iterator[str]:
    """One address for each row of the table, but for the admin's (tests/admin/test_matrix.py)."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, before if "language" in repr(one.pattern).lower() else path)
        elif isinstance(one, URLPattern) and not path.startswith("/admin/"):
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda part: PARTS[part[1]], path)


ADDRESSES = sorted(set(addresses()))


def allowed(address: str) -> set[str]:
    forms = {"POST"} if address.removeprefix("/") in TAKE_FORMS else set()
    return {"GET", "HEAD", "OPTIONS"} | forms


def said(answer: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.items()}


def test_the_table_is_walked() -> None:
    assert len(ADDRESSES) > 60
    assert {"/", "/search/", "/oai", "/healthz", "/api/v1/articles", "/dumps/manifest.json"} <= set(ADDRESSES)


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_address_by_each_method(address: str, client: Client, index: None) -> None:
    takes = allowed(address)
    for method in METHODS:
        answer = client.generic(method, address)
        where = (method, address, answer.status_code)
        assert answer.status_code < 500 or address == "/readyz", where
        if method not in takes:
            assert answer.status_code == 405, where
            assert set(answer.headers["Allow"].split(", ")) == takes, where
            assert b"Traceback" not in answer.content
        else:
            assert answer.status_code != 405, where
        lacking = set(map(str.lower, HEADERS)) - set(said(answer))
        assert not lacking, (where, lacking)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], where
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], where
        if method == "HEAD" and answer.status_code == 200:
            assert client.get(address).status_code == 200, where


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_pages_of_other_languages_take_the_same(language: str, client: Client) -> None:
    assert client.post(f"/{language}/events/").status_code == 405
    assert client.options(f"/{language}/report/").headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    refused = client.put(f"/{language}/events/")
    assert f'<html lang="{language}"' in refused.content.decode()


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/login/", "/admin/archive/article/", "/admin/archive/article/add/"]
)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FOO"])
def test_the_admin_takes_forms_and_nothing_else(address: str, method: str, client: Client) -> None:
    answer = client.generic(method, address)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST, OPTIONS"


def test_a_view_that_refuses_without_a_word_gets_one(admin_client: Client) -> None:
    article = factories.make_article(status="draft")
    answer = admin_client.get(f"/admin/archive/article/{article.pk}/review/")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "<h1>" in answer.content.decode()


def test_what_breaks_says_the_same_to_browsers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise RuntimeError("the secret of the traceback")

    monkeypatch.setattr("archive.views.keeping.State.now", breaks)
    answer = client.get("/about/")
    assert answer.status_code == 500
    assert not set(map(str.lower, HEADERS)) - set(said(answer))
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert b"secret" not in answer.content


# Who may embed ---------------------------------------------------------------------------------------------------------


def test_what_may_be_read_from_elsewhere_may_be_embedded_there(client: Client, index: None) -> None:
    factories.make_event(status="published")
    open_to_all = ("/api/v1/events", "/api/v1/nowhere", "/oai?verb=Identify", "/events/?format=csv")
    for address in open_to_all:
        assert client.get(address).headers["Cross-Origin-Resource-Policy"] == "cross-origin", address
    for address in ("/", "/events/", "/admin/login/", "/nowhere/", "/robots.txt", "/healthz"):
        assert client.get(address).headers["Cross-Origin-Resource-Policy"] == "same-origin", address


# Refused at the door ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "a b", "127.0.0.1:80:80", "127.0.0.1@evil.example", "[::1", "x" * 300]
)
@pytest.mark.parametrize("address", ["/", "/ru/events/", "/admin/", "/api/v1/articles", "/healthz", "/static/icon.svg"])
def test_another_host_is_refused(host: str, address: str, client: Client) -> None:
    answer = client.get(address, headers={"host": host})
    assert answer.status_code == 400
    assert host not in answer.content.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_host_that_a_header_claims_is_not_believed(client: Client) -> None:
    claimed = {"x-forwarded-host": "evil.example", "x-host": "evil.example", "forwarded": "host=evil.example"}
    for address in ("/", "/events", "/admin/", "/sitemap.xml"):
        answer = client.get(address, headers=claimed)
        assert answer.status_code in (200, 301, 302)
        assert b"evil.example" not in answer.content
        assert "evil.example" not in answer.headers.get("Location", "")


@pytest.mark.parametrize(
    ("address", "headers", "status", "words"),
    [
        ("/search/?q=" + "a" * MOST_OF_ADDRESS, {}, 414, "The address is too long"),
        ("/articles/" + "a" * MOST_OF_ADDRESS, {}, 414, "The address is too long"),
        ("/admin/archive/article/?slug=%00", {}, 400, "check the address"),
        ("/admin/archive/article/%00/change/", {}, 400, "check the address"),
        ("/articles/%00/", {}, 404, "Page not found"),
        ("/dumps/%00", {}, 404, "Page not found"),
        ("/report/", {"transfer-encoding": "chunked"}, 411, "The length is missing"),
        ("/search/?" + "&".join("q" * 2001), {}, 400, "check the address"),
    ],
)
def test_refusals_have_a_sentence(
    address: str, headers: dict[str, str], status: int, words: str, client: Client
) -> None:
    answer = client.get(address, headers=headers)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "a" * 500 not in answer.content.decode()


def test_the_longest_search_that_is_taken_fits_into_an_address(client: Client, index: None) -> None:
    assert client.get("/search/", {"q": "会" * 500}).status_code == 200


@pytest.mark.parametrize("key", ['"\\000aaaaaaaa"', "x" * 4000, "ÿþ", "' OR 1=1 --", "a" * 31 + "\udce4"])
def test_a_session_that_was_not_made_here_is_none(key: str, client: Client) -> None:
    client.cookies.load({settings.SESSION_COOKIE_NAME: "x"})
    raw = f"{settings.SESSION_COOKIE_NAME}={key}".encode("utf-8", "surrogateescape").decode("latin-1")
    for address in ("/", "/admin/", "/report/"):
        assert Client().get(address, HTTP_COOKIE=raw).status_code in (200, 302, 400)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n",
        b"--x\r\nContent-Disposition: form-data; name=\r\n\r\na",
        b"\0" * 100,
        b"--x--" * 1000,
    ],
)
def test_malformed_forms_are_no_fault_of_ours(body: bytes) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for address in ("/report/?record=city/x", "/admin/login/", "/oai"):
        for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded"):
            answer = client.generic("POST", address, body, content_type=kind)
            assert 200 <= answer.status_code < 500, (address, kind)
