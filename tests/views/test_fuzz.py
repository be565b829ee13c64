"""Whatever is asked of the pages and the other doors, nothing breaks: no 5xx, no traceback, nothing comes back unescaped.

`make fuzz` asks 2 000 times, the suite a few hundred.
"""

import os
from collections import Counter
from urllib.parse import quote, quote_from_bytes

from django.conf import settings as site
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.seed import SeedTestCase
from tests.views.test_door import ADDRESSES

# How many requests in all, split between the doors.
CASES = int(os.environ.get("ARCHIVE_FUZZ_PAGES", "240"))

# What must never come back as it was sent.
MARK = "<x-fuzz>"
PAGES = (
    *(
        "/",
        "/search/",
        "/search/facet/",
        "/search/suggest/",
        "/articles/",
        "/events/",
        "/years/",
        "/years/2014/",
        "/cities/",
    ),
    *(
        "/map/",
        "/topics/",
        "/topics/iran/",
        "/participants/",
        "/participants/xi-jinping/",
        "/countries/",
        "/countries/cn/",
    ),
    *("/timeline/", "/network/", "/coverage/", "/series/", "/publishers/", "/report/", "/follow/", "/dumps/", "/api/"),
    *("/events/peace-mission-2014/", "/events/peace-mission-2014/history/", "/help/glossary/", "/about/"),
)
MACHINES = (
    *(
        "/oai",
        "/opensearch/suggestions",
        "/sitemap.xml",
        "/sitemap-articles.xml",
        "/robots.txt",
        "/dumps/manifest.json",
    ),
    *("/api/v1/articles", "/api/v1/search", "/api/v1/changes", "/api/v1/events/peace-mission-2014"),
)
ADMIN = (
    *(
        "/admin/",
        "/admin/archive/article/",
        "/admin/archive/event/",
        "/admin/archive/city/",
        "/admin/archive/candidate/",
    ),
    *("/admin/archive/change/", "/admin/archive/tip/", "/admin/archive/duplicatedecision/pairs/", "/admin/auth/user/"),
    *("/admin/autocomplete/", "/admin/archive/merge/add/", "/admin/archive/acceptedfinding/findings/"),
    *("/admin/archive/article/1/change/", "/admin/archive/article/1/history/", "/admin/archive/article/1/suggestions/"),
)
NAMES = (
    *(
        "q",
        "format",
        "page",
        "sort",
        "year",
        "month",
        "within",
        "from",
        "to",
        "country",
        "not_country",
        "city",
        "topic",
    ),
    *(
        "series",
        "participant",
        "publisher",
        "kind",
        "present",
        "host",
        "press",
        "show",
        "around",
        "key",
        "record",
        "of",
    ),
    *(
        "date",
        "precision",
        "basis",
        "state",
        "source",
        "language",
        "document",
        "text",
        "rights",
        "event",
        "p",
        "cursor",
    ),
    *(
        "fields",
        "verb",
        "metadataPrefix",
        "identifier",
        "resumptionToken",
        "set",
        "until",
        "term",
        "next",
        "e",
        "o",
        "all",
    ),
    *("status__exact", "slug", "slug__regex", "id__in", "publisher__name__startswith", "app_label", "model_name"),
    *("field_name", "with", "_popup", "_to_field", "_changelist_filters"),
)
VALUES = st.one_of(
    st.sampled_from(
        (
            *(
                "2014",
                "CN",
                "iran",
                "peace-mission",
                "ris",
                "csv",
                "ics",
                "atom",
                "jsonld",
                "newest",
                "0",
                "-1",
                "1e309",
            ),
            *(
                "9" * 25,
                "2014-02-30",
                "2016..2014",
                "..",
                "../../etc/passwd",
                "none",
                "null",
                "NaN",
                "ListRecords",
                "oai_dc",
            ),
            *(
                f'"{MARK}',
                f"{MARK}</script><script>",
                "' OR 1=1 --",
                "{{7*7}}",
                "%s%n",
                "\r\nX-Injected: 1",
                "\0",
                "\ud800",
            ),
            *("javascript:alert(1)", "//evil.example", "a" * 3000, "(" * 200, "*", '"', "~~", "title:", "AND OR NOT"),
            *(
                "\u202e\u0000\ufeff",
                "会議",
                "Лавров",
                "é\u0301",
                "\U0001f4a9",
                "event/peace-mission-2014",
                "/events/?a=b",
            ),
        )
    ),
    st.text(max_size=40),
    st.integers().map(str),
    st.dates().map(str),
)
PARAMETERS = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), VALUES), max_size=5)
# Bytes that need not be of any encoding.
RAW = st.binary(max_size=12).map(quote_from_bytes)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_ACCEPT_LANGUAGE": VALUES,
        "HTTP_ACCEPT": VALUES,
        "HTTP_ACCEPT_ENCODING": VALUES,
        "HTTP_IF_NONE_MATCH": VALUES,
        "HTTP_IF_MODIFIED_SINCE": VALUES,
        "HTTP_RANGE": VALUES,
        "HTTP_REFERER": VALUES,
        "HTTP_ORIGIN": VALUES,
        "HTTP_USER_AGENT": VALUES,
        "HTTP_HX_REQUEST": VALUES,
        "HTTP_X_FORWARDED_FOR": VALUES,
        "HTTP_X_FORWARDED_HOST": VALUES,
        "HTTP_X_HTTP_METHOD_OVERRIDE": st.sampled_from(("DELETE", "PUT")),
        "HTTP_COOKIE": st.tuples(
            st.sampled_from((site.SESSION_COOKIE_NAME, site.CSRF_COOKIE_NAME, "messages", "django_language", "x")),
            VALUES,
        ).map("=".join),
    },
)
METHODS = st.sampled_from((*("GET",) * 15, "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE", "BREW"))
LANGUAGES = st.sampled_from(("", "", "/ru", "/zh-hans"))


def _sent(text: str) -> str:
    """As a server gets a header: what no byte can be is left out."""
    return text.encode("utf-8", "ignore").decode("latin-1").replace("\r", "").replace("\n", "")


def _query(parameters: list[tuple[str, str]], raw: str) -> str:
    pairs = [
        f"{quote(name, errors='surrogatepass')}={quote(value, errors='surrogatepass')}" for name, value in parameters
    ]
    return "&".join([*pairs, raw])


class TestFuzz(SeedTestCase):
    def setUp(self) -> None:
        super().setUp()
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
            self.addCleanup(signal.connect, close_old_connections)
        self.reader = Client(raise_request_exception=False)
        self.curator = Client(raise_request_exception=False)
        self.curator.force_login(User.objects.create_superuser("root"))
        self.statuses: Counter[int] = Counter()

    def ask(
        self, client: Client, method: str, address: str, headers: dict[str, str], body: bytes = b"", **more: str
    ) -> None:
        point = transaction.savepoint()
        cookies = client.cookies.output()
        answer = client.generic(
            method, address, body, **more, **{name: _sent(value) for name, value in headers.items()}
        )
        content = answer.getvalue() if hasattr(answer, "getvalue") else answer.content
        transaction.savepoint_rollback(point)
        if client is self.curator and client.cookies.output() != cookies:
            self.curator.force_login(User.objects.get(username="root"))
        self.statuses[answer.status_code] += 1
        where = (method, address, headers, body, answer.status_code)
        assert answer.status_code < 500, where
        if "Allow" not in answer.headers:
            assert answer.status_code != 405, where
        assert b"Traceback" not in content, where
        assert "X-Injected" not in answer.headers, where
        if "html" in answer.headers.get("Content-Type", "") or "xml" in answer.headers.get("Content-Type", ""):
            assert MARK.encode() not in content, where
        target = answer.headers.get("Location", "")
        assert not target.startswith(("//evil", "javascript:")), where

    def every(self, share: int, **given_by: st.SearchStrategy) -> None:
        quiet = settings(
            max_examples=max(1, CASES * share // 100),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        quiet(given(st.fixed_dictionaries(given_by))(lambda case: self._one(**case)))()

    def _one(
        self,
        page: str,
        method: str,
        parameters: list[tuple[str, str]],
        headers: dict[str, str],
        language: str = "",
        raw: str = "",
        body: bytes = b"",
        kind: str = "",
        who: str = "reader",
    ) -> None:
        client = self.curator if who == "curator" else self.reader
        more = {"content_type": kind} if kind else {}
        self.ask(client, method, f"{language}{page}?{_query(parameters, raw)}", headers, body, **more)

    def test_no_request_breaks_anything(self) -> None:
        common = {"parameters": PARAMETERS, "headers": HEADERS, "raw": RAW}
        self.every(40, page=st.sampled_from(PAGES), method=METHODS, language=LANGUAGES, **common)
        self.every(15, page=st.sampled_from(MACHINES), method=METHODS, **common)
        self.every(10, page=st.sampled_from(ADDRESSES), method=METHODS, **common)
        # Addresses that nobody made.
        paths = st.tuples(
            st.sampled_from(("/", "/articles/", "/dumps/", "/ru/years/", "/follow/stop/", "/static/")), RAW
        )
        self.every(10, page=paths.map("".join), method=METHODS, **common)
        self.every(15, page=st.sampled_from(ADMIN), method=METHODS, who=st.just("curator"), **common)
        # Forms: the two of readers, the login, one's own password, and harvesters' requests.
        bodies = PARAMETERS.map(lambda pairs: _query([*pairs, ("text", f"{MARK}"), ("username", MARK)], "").encode())
        self.every(
            10,
            page=st.sampled_from(("/report/", "/follow/", "/admin/login/", "/admin/password_change/", "/oai")),
            method=st.just("POST"),
            body=bodies | st.binary(max_size=200),
            kind=st.sampled_from(
                (
                    "application/x-www-form-urlencoded",
                    "application/x-www-form-urlencoded; charset=utf-7",
                    "multipart/form-data; boundary=x",
                    "application/json",
                )
            ),
            who=st.sampled_from(("reader", "curator")),
            **common,
        )
        print(dict(self.statuses))
        assert self.statuses[200] > CASES // 20
        assert sum(self.statuses.values()) >= CASES * 9 // 10
