"""What holds of every answer: methods, headers, tags, limits, problems; and that nothing sent here breaks anything."""

import json
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from archive import ratelimit, search
from archive.counters import TableCounters
from archive.search import IndexUnusable
from archive.views import outages
from archive.views.api import records
from archive.views.api.problems import KINDS
from archive.views.api.resources import RESOURCES
from tests import factories as make
from tests.views.api.asking import answer, problem

pytestmark = pytest.mark.django_db

HOSTILE = (
    "NaN",
    "Infinity",
    "-1",
    "0",
    "1e3",
    "1.5",
    "٣",
    "9" * 19,
    "9" * 3000,
    "%00",
    "a%00b",
    "%ED%A0%80",  # a surrogate
    "%FF%FE",
    quote("\ud83d", errors="surrogatepass"),
    "[" * 3000,
    "(" * 1500,
    quote('{"$gt": ""}'),
    "%0d%0aSet-Cookie:%20a=b",
    quote("' OR 1=1 --"),
    quote("𝕏" * 200),
    "../../etc/passwd",
    "",
)
PARAMETERS = (
    *("limit", "cursor", "fields", "since", "sort", "kind", "year", "month", "within", "country", "topic", "document"),
    *("language", "present", "q", "in", "variants", "not_topic", "not_year", "page", "format", "colour"),
)
LISTS = (
    *(f"/api/v1/{one.plural}" for one in RESOURCES.values()),
    "/api/v1/search",
    "/api/v1/suggestions",
    "/api/v1/changes",
)


class TestHostileRequests:
    @pytest.mark.usefixtures("index")
    def test_no_parameter_breaks_anything(self, client: Client) -> None:
        make.make_event()
        for address in LISTS:
            for name in PARAMETERS:
                for value in HOSTILE:
                    response = client.get(f"{address}?{name}={value}")
                    assert response.status_code in (200, 400), (address, name, value[:30], response.status_code)
                    told = json.loads(response.content)
                    assert ("items" in told) == (response.status_code == 200)
                    if response.status_code == 400:
                        assert response["Content-Type"] == "application/problem+json"
                        assert len(response.content) < 5000

    def test_no_path_breaks_anything(self, client: Client) -> None:
        for value in HOSTILE:
            for kind in ("articles", "countries", "cities"):
                response = client.get(f"/api/v1/{kind}/{value.replace('../', '')}")
                assert response.status_code in (404, 301 if not value else 404), (kind, value[:30])
                assert response["Content-Type"] == "application/problem+json"

    def test_what_is_sent_is_not_read(self, client: Client) -> None:
        bodies = ("NaN", "[" * 100_000, '{"a": "\\ud800"}', '"\\u0000"', "9" * 10_000, '{"a":' * 10_000)
        for body in bodies:
            for method in ("post", "put", "patch", "delete"):
                response = getattr(client, method)("/api/v1/articles", body, content_type="application/json")
                assert response.status_code == 405
                assert response.json()["type"].endswith("/api/#method-not-allowed")
                assert response["Allow"] == "GET, HEAD, OPTIONS"
            read = client.generic("GET", "/api/v1/articles", body, content_type="application/json")
            assert read.status_code == 200

    def test_thousands_of_parameters_are_refused(self, client: Client) -> None:
        for name in ("year", "fields", "country", "colour"):
            many = "&".join(f"{name}=2014" for _ in range(3000))
            assert problem(client, f"/api/v1/articles?{many}", 400)


class TestProblems:
    def test_each_kind_is_explained_on_the_page_that_it_names(self, client: Client) -> None:
        html = client.get("/api/").content.decode()
        for name, kind in KINDS.items():
            assert f'id="{name}"' in html
            assert kind.title.replace("'", "&#x27;") in html

    def test_addresses_that_there_are_not(self, client: Client) -> None:
        for path in (
            "/api/v1/nowhere",
            "/api/v1/articles/",
            "/api/v2/articles",
            "/api/v1/articles/a/b",
            "/api/nothing",
        ):
            assert problem(client, path, 404)["instance"] == path
        # A page is one for readers.
        assert "text/html" in client.get("/nowhere/")["Content-Type"]

    def test_a_host_that_is_not_ours(self, client: Client) -> None:
        response = client.get("/api/v1/articles", headers={"host": "evil.example"})
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")

    def test_a_fault_of_ours_is_told_without_a_traceback(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*args: object) -> None:
            raise RuntimeError("secret detail")

        monkeypatch.setattr(records, "overview", broken)
        told = problem(client, "/api/v1/articles", 500)
        assert told["type"].endswith("/api/#server-error")
        assert "secret" not in json.dumps(told)

    def test_a_database_that_does_not_answer(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*args: object) -> None:
            raise OperationalError("no connection to secret-host") from psycopg.OperationalError("no connection")

        monkeypatch.setattr(records, "overview", broken)
        monkeypatch.setattr(outages, "outage", outages.Outage())
        response = client.get("/api/v1/articles")
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert response.json()["type"].endswith("/api/#unavailable")
        assert "secret" not in response.content.decode()

    def test_a_search_that_is_out_of_order(self, client: Client) -> None:
        # No index was made.
        with pytest.raises(IndexUnusable):
            search.search(search.Query(text="drills"))
        response = client.get("/api/v1/search?q=drills")
        assert (response.status_code, response["Retry-After"]) == (503, "30")
        assert response.json()["type"].endswith("/api/#unavailable")
        assert answer(client, "/api/v1/articles")["total"] == 0


class TestHeaders:
    def test_any_site_may_read(self, client: Client) -> None:
        for path, status in (
            ("/api/v1/", 200),
            ("/api/v1/articles", 200),
            ("/api/v1/x", 404),
            ("/api/v1/topics/x", 404),
        ):
            response = client.get(path, headers={"origin": "https://elsewhere.example"})
            assert response.status_code == status
            assert response["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in response
            assert {"ETag", "Link", "Retry-After", "RateLimit-Remaining"} <= set(
                response["Access-Control-Expose-Headers"].split(", ")
            )
            assert not response.cookies

    def test_browsers_may_ask_first(self, client: Client) -> None:
        response = client.options(
            "/api/v1/articles",
            headers={
                "origin": "https://elsewhere.example",
                "access-control-request-method": "GET",
                "access-control-request-headers": "if-none-match",
            },
        )
        assert (response.status_code, response.content) == (204, b"")
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert "If-None-Match" in response["Access-Control-Allow-Headers"]

    def test_the_head_alone(self, client: Client) -> None:
        make.make_topic()
        for path in ("/api/v1/topics", "/api/v1/topics/nowhere", "/api/v1/openapi.json"):
            whole, head = client.get(path), client.head(path)
            assert (head.status_code, head.content) == (whole.status_code, b"")
            for name in ("Content-Type", "Content-Length", *(["ETag", "Last-Modified"] if "ETag" in whole else [])):
                assert head[name] == whole[name]

    def test_where_the_api_is_described(self, client: Client) -> None:
        for path in ("/api/v1/", "/api/v1/articles", "/api/v1/nowhere"):
            link = client.get(path)["Link"]
            assert '<http://127.0.0.1:8000/api/v1/openapi.json>; rel="service-desc"' in link
            assert '<http://127.0.0.1:8000/api/>; rel="service-doc"' in link
        html = client.get("/").content.decode()
        assert 'rel="service-desc"' in html
        assert 'rel="service-doc"' in html

    def test_who_has_the_newest_state_is_told_so(self, client: Client) -> None:
        topic = make.make_topic()
        for path in (
            "/api/v1/",
            "/api/v1/topics",
            f"/api/v1/topics/{topic.slug}",
            "/api/v1/changes",
            "/api/v1/suggestions?q=a",
        ):
            first = client.get(path)
            same = client.get(path, headers={"if-none-match": first["ETag"]})
            assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
            assert client.get(path, headers={"if-modified-since": first["Last-Modified"]}).status_code == 304
            topic.definition += "!"
            topic.save()
            again = client.get(path, headers={"if-none-match": first["ETag"]})
            assert again.status_code == 200
        # What is refused has no state.
        assert client.get("/api/v1/topics?limit=x", headers={"if-none-match": "*"}).status_code == 400

    def test_the_same_is_answered_in_the_same_words(self, client: Client) -> None:
        for _ in range(3):
            make.make_event()
        assert client.get("/api/v1/events?limit=1").content == client.get("/api/v1/events?limit=1").content

    def test_nothing_is_in_the_language_of_the_reader(self, client: Client) -> None:
        asked = {"accept-language": "ru"}
        assert client.get("/api/v1/events?year=x", headers=asked).json()["detail"].startswith("Year: ")
        assert client.get("/api/v1/events", headers=asked)["Content-Language"] == "en"
        assert client.get("/ru/api/v1/events").status_code == 404


class TestLimits:
    def test_so_many_and_no_more(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        limits = (ratelimit.Limit(3, 60), ratelimit.Limit(100, 3600))
        monkeypatch.setattr(ratelimit, "LIMITS", {**ratelimit.LIMITS, "api": limits})
        answers = [client.get("/api/v1/topics") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert [one["RateLimit-Remaining"] for one in answers] == ["2", "1", "0", "0"]
        refused = answers[-1]
        assert refused["RateLimit-Limit"] == "3"
        assert refused["RateLimit-Policy"] == "3;w=60, 100;w=3600"
        assert 0 < int(refused["Retry-After"]) <= 60
        assert int(refused["RateLimit-Reset"]) <= 60
        assert refused["Access-Control-Allow-Origin"] == "*"
        assert refused.json()["type"].endswith("/api/#too-many-requests")
        # Others get in, and browsers may still ask whether they may.
        assert client.get("/api/v1/topics", REMOTE_ADDR="192.0.2.7").status_code == 200
        assert client.options("/api/v1/topics").status_code == 204
        assert client.get("/topics/").status_code == 200

    def test_a_limit_that_can_not_be_counted_keeps_nobody_out(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (settings.DATA_DIR / "limits.sqlite3").mkdir()
        monkeypatch.setattr("archive.counters._table", TableCounters())
        monkeypatch.setattr("archive.counters.table._COUNT", "SELECT 1 / 0, %(keys)s, %(seconds)s")
        response = client.get("/api/v1/topics")
        assert (response.status_code, response["RateLimit-Remaining"]) == (200, response["RateLimit-Limit"])
