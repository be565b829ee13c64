"""The site as the public meets it: gunicorn behind a proxy that ends https, asked over the wire."""

import os
from collections.abc import Iterator

import pytest

from archive.views.door import HEADERS
from tests import observatory
from tests.browser.page_types import PAGE_TYPES, in_language
from tests.observatory import Answer, lost, score
from tests.servers.curator import token
from tests.servers.site import Site, running_site
from tests.servers.wire import Reply, ask, send

HOST = "archive.example"
_MAKE_ACCOUNT = """
from django.contrib.auth.models import User
User.objects.create_superuser("root", password="correct horse battery")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    production = {"SITE_URL": f"https://{HOST}", "ALLOWED_HOSTS": HOST, "TRUSTED_PROXIES": "127.0.0.1"}
    folder = tmp_path_factory.mktemp("production")
    with running_site(folder, **production) as running:
        running.manage("shell", "-v", "0", "-c", _MAKE_ACCOUNT)
        running.manage("make_dumps")
        yield running


def https(site: Site, path: str, method: str = "GET", **more: str) -> Reply:
    return ask(site, path, method, **{"Host": HOST, "X_Forwarded_Proto": "https", **more})


@pytest.fixture(scope="module")
def session(site: Site) -> str:
    """The cookies of somebody who is logged in."""
    form = https(site, "/admin/login/")
    fields = f"csrfmiddlewaretoken={token(form.text)}&username=root&password=correct+horse+battery&next=/admin/"
    done = https(
        site,
        "/admin/login/",
        "POST",
        body=fields,
        Cookie=form.cookie_header(),
        Referer=f"https://{HOST}/admin/login/",
        Content_Type="application/x-www-form-urlencoded",
    )
    assert done.status == 302, done.text[:2000]
    return done.cookie_header()


# MDN's Observatory -----------------------------------------------------------------------------------------------------

ADMIN_PAGES = (
    "/admin/",
    "/admin/archive/article/",
    "/admin/archive/article/add/",
    "/admin/archive/article/add-news/",
    "/admin/archive/event/1/change/",
    "/admin/archive/event/1/history/",
    "/admin/archive/event/1/delete/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/password_change/",
    "/admin/second-factor/",
    "/admin/second-factor/set-up/",
)
# Each type of page once, in one of the languages.
LANGUAGES = ("en", "ru", "zh-hans")
PAGES = [in_language(page, LANGUAGES[number % 3]) for number, page in enumerate(PAGE_TYPES.values())]


def scanned(site: Site, page: str, **headers: str) -> Answer:
    plain = ask(site, page, Host=HOST)
    reply = https(site, page, Origin="https://observatory.example", **headers)
    assert reply.status in (200, 404), (page, reply.status)
    return Answer(HOST, reply.headers, reply.cookies, reply.text, plain.status, plain.headers.get("location", ""))


def test_every_page_is_an_a_plus(site: Site, session: str) -> None:
    asked = [(page, {}) for page in PAGES] + [(page, {"Cookie": session}) for page in ADMIN_PAGES]
    marks = {page: score(scanned(site, page, **headers)) for page, headers in asked}
    assert len(marks) == len(PAGES) + len(ADMIN_PAGES)
    assert {page: list(lost(points)) for page, (mark, points) in marks.items() if mark < 130} == {}


@pytest.mark.parametrize(
    ("rule", "name", "value", "points"),
    [
        ("content-security-policy", "content-security-policy", "", -25),
        ("content-security-policy", "content-security-policy", "default-src 'none'; script-src 'unsafe-inline'", -20),
        ("content-security-policy", "content-security-policy", "default-src 'self'", 5),
        ("content-security-policy", "content-security-policy", "default-src 'none'; img-src http:", -10),
        ("referrer-policy", "referrer-policy", "unsafe-url", -5),
        ("strict-transport-security", "strict-transport-security", "max-age=300", -10),
        ("x-content-type-options", "x-content-type-options", "", -5),
        ("cross-origin-resource-policy", "cross-origin-resource-policy", "cross-origin", 0),
        ("cross-origin-resource-policy", "cross-origin-resource-policy", "nonsense", -5),
    ],
)
def test_the_rules_see_what_is_wrong(rule: str, name: str, value: str, points: int) -> None:
    good = Answer(HOST, {}, [], "", 301, f"https://{HOST}/")
    assert observatory.RULES[rule](Answer(HOST, {name: value}, [], "", 301, good.http_location)) == points
    assert observatory.RULES["cookies"](Answer(HOST, {}, ["session=1; Path=/"], "", 301, "")) == -40
    assert observatory.RULES["cookies"](Answer(HOST, {}, ["csrf=1; Secure; Path=/"], "", 301, "")) == -20
    assert observatory.RULES["redirection"](Answer(HOST, {}, [], "", 200, "")) == -20
    assert (
        observatory.RULES["subresource-integrity"](
            Answer(HOST, {}, [], '<script src="//cdn.example/a.js"></script>', 301, "")
        )
        == -50
    )


# Headers of every answer -----------------------------------------------------------------------------------------------


def test_every_answer_says_the_same_to_browsers(site: Site, session: str) -> None:
    tag = https(site, "/events/").headers["etag"]
    style = https(site, "/").text.split('rel="stylesheet" href="')[1].split('"')[0]
    asked = [
        ("/", 200, {}),
        ("/ru/years/", 200, {}),
        ("/events/", 304, {"If_None_Match": tag}),
        ("/events", 301, {}),
        ("/events/?format=csv", 200, {}),
        ("/articles/?format=atom", 200, {}),
        ("/nowhere/", 404, {}),
        ("/events/?year=x", 400, {}),
        ("/api/v1/events", 200, {}),
        ("/api/v1/nowhere", 404, {}),
        ("/oai?verb=Identify", 200, {}),
        ("/dumps/manifest.json", 200, {}),
        ("/dumps/archive.jsonl.gz", 200, {}),
        ("/healthz", 200, {}),
        ("/readyz", 200, {}),
        (style, 200, {}),
        ("/static/nothing.css", 404, {}),
        ("/admin/", 302, {}),
        ("/admin/", 200, {"Cookie": session}),
        ("/admin/jsi18n/", 200, {"Cookie": session}),
        ("/", 400, {"Host": "evil.example"}),
        ("/", 400, {"Host": "evil.example", "X_Forwarded_Proto": "http"}),
        ("/search/?q=" + "a" * 8100, 414, {}),
        # gunicorn's own.
        ("/search/?q=" + "a" * 9000, 414, {}),
        ("/", 431, {"Cookie": "a" * 9000}),
    ]
    for path, status, headers in asked:
        reply = https(site, path, **headers)
        assert reply.status == status, (path[:60], reply.status)
        lacking = {name.lower() for name in HEADERS} - set(reply.headers)
        assert not lacking, (path[:60], status, lacking)
        csp = observatory.policy(reply.headers["content-security-policy"])
        assert csp["default-src"] == {"'none'"}, path
        assert csp["frame-ancestors"] == {"'none'"}, path
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:"} & set().union(*csp.values()), path
        assert "cross-origin-resource-policy" in reply.headers, path
        if status != 431 and len(path) < 8190 and "X_Forwarded_Proto" not in headers:
            assert reply.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains; preload", path
    refused = https(site, "/report/", "POST", body="text=x", Content_Type="application/x-www-form-urlencoded")
    assert refused.status == 403
    assert not {name.lower() for name in HEADERS} - set(refused.headers)


def test_cookies_are_of_this_host_and_of_https_alone(site: Site, session: str) -> None:
    assert "__Host-session=" in session
    cookies = [*https(site, "/admin/login/").cookies, *https(site, "/report/?record=country/cn").cookies]
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-"), cookie
        for attribute in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
            assert attribute in cookie, cookie
        assert "Domain" not in cookie, cookie


def test_readers_get_no_cookie(site: Site) -> None:
    for page in ("/", "/search/?q=drill", "/events/", "/about/", "/nowhere/"):
        assert https(site, page).cookies == []


def test_plain_http_leads_to_https_on_the_same_host(site: Site) -> None:
    moved = ask(site, "/events/?year=2014", Host=HOST, X_Forwarded_Host="evil.example")
    assert (moved.status, moved.headers["location"]) == (301, f"https://{HOST}/events/?year=2014")
    assert ask(site, "/healthz", Host="127.0.0.1").status == 200
    # Who is no trusted proxy does not say what is https.
    assert ask(site, "/", Host=HOST, X_Forwarded_Proto="https", source="127.0.0.9").status == 301


# Limits ----------------------------------------------------------------------------------------------------------------


def head(method: str, path: str, *headers: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", f"Host: {HOST}", "X-Forwarded-Proto: https", "Connection: close", *headers)
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("raw", "status", "words"),
    [
        (head("GET", "/?q=" + "a" * 9000), 414, "Ask for less at once"),
        (head("GET", "/", "X: " + "a" * 9000), 431, "cookies"),
        (head("GET", "/", *(f"X-{n}: a" for n in range(100))), 431, "cookies"),
        (head("get", "/"), 400, "can't be understood"),
        (head("GET", "/", "Bad Header: a"), 400, "can't be understood"),
        (head("GET", "/", "Content-Length: -1"), 400, "can't be understood"),
        (head("POST", "/oai", FORM, "Content-Length: 4", "Content-Length: 5") + b"a=bcd", 400, "can't be understood"),
        (head("POST", "/oai", FORM, "Transfer-Encoding: chunked", "Content-Length: 4") + b"0\r\n\r\n", 400, ""),
        (head("POST", "/oai", FORM, "Transfer-Encoding: chunked") + b"3\r\na=b\r\n0\r\n\r\n", 411, "Content-Length"),
        (head("POST", "/oai", FORM, f"Content-Length: {6 * 2**20}") + b"a=" + b"b" * (6 * 2**20 - 2), 413, "5 MB"),
        (head("POST", "/oai", FORM, "Content-Length: 6003") + b"a&" * 3001 + b"a", 400, "check the address"),
        (head("POST", "/oai", FORM, "Content-Length: 99") + b"verb=Identify", 200, "Identify"),
        (head("GET", "/%ff%fe%ed%a0%80/"), 404, "Page not found"),
        (head("GET", "/search/?q=%ff%ed%a0%80%c0%80"), 200, ""),
        (head("GET", "/", 'Cookie: __Host-session="\\000aaaaaaaaaaaaa"; __Host-csrf=\xff\xfe'), 200, ""),
        (head("TRACE", "/"), 405, "Not in that way"),
        (head("FOO", "/events/"), 405, "Not in that way"),
    ],
)
def test_what_is_too_much_or_malformed_gets_a_clear_answer(site: Site, raw: bytes, status: int, words: str) -> None:
    answer = send(site, raw, then_close=True)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:300]
    assert b"\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n" in answer
    text = answer.decode("utf-8", "replace")
    assert words in text
    assert "Traceback" not in text


def test_the_encoding_that_a_client_claims_is_not_believed(site: Site) -> None:
    """Python has encodings that are none of text, and Django would look the words up before any of its handlers of errors."""
    for charset in ("rot13", "base64", "undefined", "utf-16", "idna", "no-such", '"rot13"'):
        for kind in ("text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            for separator in ("; charset=", ";charset =", "; x=y; CharSet="):
                claimed = f"{kind}{separator}{charset}"
                reply = https(site, "/search/?q=%D0%9B%D0%B0%D0%B2%D1%80%D0%BE%D0%B2", Content_Type=claimed)
                assert reply.status == 200, claimed
                assert "Лавров" in reply.text
        form = https(
            site,
            "/oai",
            "POST",
            body="verb=Identify",
            Content_Type=f"application/x-www-form-urlencoded; charset={charset}",
        )
        assert "repositoryName" in form.text


def test_a_head_has_no_body(site: Site) -> None:
    for path in ("/", "/events/?format=csv", "/dumps/archive.jsonl.gz", "/api/v1/events", "/nowhere/", "/admin/login/"):
        _head, _between, body = send(site, head("HEAD", path)).partition(b"\r\n\r\n")
        assert body == b"", path


# Files -----------------------------------------------------------------------------------------------------------------


def test_nothing_outside_of_its_folder_is_served(site: Site) -> None:
    (site.data_dir / "secret.txt").write_text("the secret")
    made = sorted((site.data_dir / "dumps").rglob("*"))
    (made[0].parent / "link.gz").symlink_to(site.data_dir / "secret.txt")
    (site.data_dir / "static" / "late.txt").symlink_to(site.data_dir / "secret.txt")
    steps = (
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "%252e%252e%252f",
        "..\\",
        "..%5c",
        "....//",
        "..;/",
        "%c0%ae%c0%ae/",
    )
    for folder in ("static", "dumps", "captures", "media", "static/css", "admin"):
        for step in steps:
            for depth, name in ((1, "secret_key"), (1, "static/late.txt"), (2, "secret.txt"), (9, "etc/passwd")):
                reply = https(site, f"/{folder}/{step * depth}{name}")
                assert reply.status in (301, 302, 400, 404), (folder, step, depth, name, reply.status)
    for path in (
        "/dumps/link.gz",
        "/static/late.txt",
        "/secret.txt",
        "/captures/",
        "/static/",
        "/static/..",
        "//etc/passwd",
        "/dumps//etc/passwd",
        f"/dumps/{os.fspath(site.data_dir / 'secret.txt')}",
        "/static/%00/../secret.txt",
        "/static/css/archive.css%00.txt",
    ):
        reply = https(site, path)
        assert reply.status in (301, 400, 404), (path, reply.status)
        assert b"the secret" not in reply.body
