"""The search page under what people and machines put into addresses: an answer or a plain refusal, never a failure."""

import html
import re
import time
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.search import FACETS, SearchTooSlow, advice
from archive.search.turns import CHEAP, cost
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _articles(engine: str) -> None:
    make.make_article(headline="Border drill", abstract="A patrol of Xi'an.")
    make.make_article(headline="Border talks", date="", date_basis="")


def get(client: Client, query: str) -> HttpResponse:
    response: Any = client.get(f"/search/?{query}")
    return response


def page(response: HttpResponse) -> str:
    return response.content.decode()


def is_answered(response: HttpResponse) -> None:
    """A page that says what it did, with nothing unescaped on it."""
    text = page(response)
    if response.status_code == 200:
        assert re.search(r"\d+ results?", text)
    else:
        assert response.status_code in (400, 404)
        assert re.search(r'<p class="notice warning" role="alert">[^<]{10,}</p>', text)
    assert "Traceback" not in text
    assert "<script>alert" not in text


# Texts of queries, with the status of the page.
TEXTS: dict[str, tuple[str, int]] = {
    "nothing": ("", 200),
    "a star": ("*", 200),
    "stars around a letter": ("*a*", 200),
    "a range of Lucene's": ("[a TO z]", 200),
    "fuzziness": ("x~9", 200),
    "200 ORs": ("OR " * 166, 200),
    "200 words with OR": (" OR ".join(["a"] * 200)[:500], 200),
    "too many words with OR": (" OR ".join(["a"] * 200), 400),
    "499 brackets": ("(" * 499, 200),
    "2 500 brackets": ("(" * 2500, 400),
    "125 NOTs": ("NOT " * 124 + "a", 200),
    "1 100 NOTs": ("NOT " * 1100 + "a", 400),
    "a word of 7 kB": ("x" * 7_000, 400),
    "a word of 500 letters": ("x" * 500, 200),
    "NUL": ("border\x00drill", 200),
    "only NUL": ("\x00", 200),
    "bidirectional controls": ("\u202eborder\u202c \u2066drill\u2069", 200),
    "emoji": ("🚀 border 👩‍👩‍👧 🏳️‍🌈", 200),
    "the gap between texts": ("\u241e border", 200),
    "a phrase over the gap": ('"border drill \u241e a patrol"', 200),
    "a script": ("<script>alert(1)</script>", 200),
    "a script in a phrase": ('"<script>alert(1)</script>"', 200),
    "a script in an unknown field": ("script:<script>alert(1)</script>", 200),
    "an attribute": ("\" onmouseover=alert(1) x='", 200),
    "a template": ("{{ settings.SECRET_KEY }} {% debug %}", 200),
    "a format": ("%s %(x)s {0} %", 200),
    "an injection": ("' OR 1=1 -- ;DROP TABLE archive_article", 200),
    "a day that is none": ("year:2014-02-30", 200),
    "a backward span": ("date:2015..2014", 200),
    "a huge year": ("year:99999999999999999999", 200),
    "digits of other scripts": ("year:２０１４ date:٢٠١٤", 200),
    "5 000 digits": ("1" * 5000, 400),
    "a field of fields": ("title:title:title:x", 200),
    "the names of our own fields": ("in_title:x scope:article id:state pk:1 facet_year:2014", 200),
    "a state": ("state", 200),
}


def test_any_text_is_answered(client: Client) -> None:
    for what, (text, status) in TEXTS.items():
        response = get(client, f"q={quote(text)}")
        assert response.status_code == status, what
        is_answered(response)


# Everything else of an address.
ADDRESSES: dict[str, tuple[str, int]] = {
    "a lone surrogate": ("q=%ED%A0%80", 200),
    "no UTF-8": ("q=%FF%FE%C3", 200),
    "half an escape": ("q=%&q=%E", 200),
    "several texts": ("q=border&q=drill", 200),
    "a huge page": ("page=1000000000000", 404),
    "a page of 5 000 digits": ("page=" + "1" * 5000, 404),
    "a page past the end": ("q=border&page=2", 404),
    "page 0": ("page=0", 404),
    "a negative page": ("page=-1", 400),
    "a page in letters": ("page=abc", 400),
    "a page in Arabic digits": (f"page={quote('١')}", 400),
    "a page with a superscript": (f"page={quote('²')}", 400),
    "an empty page": ("page=", 400),
    "a fraction": ("page=1.5", 400),
    "an unknown scope": ("in=xyz", 400),
    "a script as scope": ("in=%3Cscript%3Ealert(1)%3C/script%3E", 400),
    "an unknown order": ("sort=xyz", 400),
    "a script as order": ("sort=%3Cscript%3Ealert(1)%3C/script%3E", 400),
    "NUL as country": ("country=%00", 400),
    "an empty country": ("country=", 400),
    "a script as country": ("country=%3Cscript%3Ealert(1)%3C/script%3E", 400),
    "a country that is none": ("country=XX&not_country=YY", 200),
    "a city of 5 000 letters": ("city=" + "x" * 5000, 400),
    "500 countries": ("&".join(f"country=C{n}" for n in range(500)), 400),
    "50 countries": ("&".join(f"country=C{n}" for n in range(50)), 200),
    "one country 700 times": ("&".join(["country=CN"] * 700), 200),
    "a year in and out": ("year=2014&not_year=2014", 200),
    "a year that is none": ("year=-5&year=abc", 200),
    "unknown parameters": ("x=1&facet_year=2014&not_=1&_=%00", 200),
}


def test_any_address_is_answered(client: Client) -> None:
    for what, (query, status) in ADDRESSES.items():
        response = get(client, query)
        assert response.status_code == status, what
        is_answered(response)


def test_more_parameters_than_anybody_needs_are_refused(client: Client) -> None:
    response = get(client, "&".join("x" * 3000))
    assert response.status_code == 400
    assert "<h1" in page(response)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_only_reading_is_possible(method: str, client: Client) -> None:
    assert getattr(client, method)("/search/").status_code == 405


def test_what_was_asked_stays_in_the_box(client: Client) -> None:
    text = "\"<script>alert('x')</script>\" & <b>"
    shown = re.search(r'name="q" value="([^"]*)"', page(get(client, f"q={quote(text)}")))
    assert shown
    assert html.unescape(shown[1]) == text


def test_what_is_too_long_is_refused_with_the_limit_and_kept_in_the_box(client: Client) -> None:
    response = get(client, "q=" + "x" * 501)
    assert response.status_code == 400
    assert "501" in page(response)
    assert "500" in page(response)
    assert "x" * 501 in page(response)


def test_repairs_are_told(client: Client) -> None:
    asked = quote('(border te* colour:red year:abc "drill')
    text = page(get(client, f"q={asked}"))
    for told in (
        "A quotation mark had no partner",
        "not closed",
        "too short",
        "There is no field “colour”",
        "is not a date",
    ):
        assert told in text
    assert "items with border, te, colour, red and “drill”" in text


def test_no_word_is_looked_for_in_other_spellings_when_time_is_up(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One word is a look at all words of the index: forty would take longer than the search."""
    misspelt = f"q={quote('bordar drlil')}"
    assert "Did you mean" in page(get(client, misspelt))
    monkeypatch.setattr(advice, "_PATIENCE", -1)
    assert "Did you mean" not in page(get(client, misspelt))


def test_a_spelling_that_took_long_to_find_is_told_all_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = type(advice.engine())
    monkeypatch.setattr(advice, "_PATIENCE", 0.1)

    def slowly(self: Any, form: str, edits: int, alike: Any = asked.alike) -> dict[str, int]:
        time.sleep(advice._PATIENCE)
        return alike(self, form, edits)

    monkeypatch.setattr(asked, "alike", slowly)
    assert "Did you mean" in page(get(client, "q=bordar"))


def test_where_nothing_is_found_a_costly_search_is_not_made_once_more_for_advice(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    find = type(advice.engine()).find
    is_answered(get(client, "q=border"))

    def noted(self: Any, query: Any, tree: Any) -> Any:
        asked.append(cost(tree))
        return find(self, query, tree)

    monkeypatch.setattr(type(advice.engine()), "find", noted)
    text = page(get(client, f"q={quote('bor* pat* zan* zanzibar')}&country=CN"))
    assert "<b>zanzibar</b> finds nothing by itself." in text
    assert "Without <b>" not in text
    assert [one > CHEAP for one in asked] == [True, *[False] * (len(asked) - 1)]


def test_a_spelling_that_takes_too_long_to_try_is_not_proposed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    find = type(advice.engine()).find

    def give_up(self: Any, query: Any, tree: Any) -> Any:
        if "border" in str(tree):
            raise SearchTooSlow
        return find(self, query, tree)

    monkeypatch.setattr(type(advice.engine()), "find", give_up)
    response = get(client, "q=bordar")
    is_answered(response)
    assert (response.status_code, "Did you mean" in page(response)) == (200, False)


_parameters = st.dictionaries(
    st.sampled_from(["q", "in", "sort", "page", *FACETS, *(f"not_{key}" for key in FACETS)]),
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        st.sampled_from(["articles", "events", "newest", "1", "2014", "CN", "news", "border", '"border drill', "bor*"]),
    ),
    max_size=4,
)


def test_any_combination_is_answered(client: Client) -> None:
    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(_parameters)
    def holds(parameters: dict[str, str]) -> None:
        is_answered(client.get("/search/", parameters))  # type: ignore[arg-type]

    holds()


class TestQueries:
    """The number of database queries does not depend on what is found."""

    @pytest.fixture(autouse=True)
    def _many(self) -> None:
        for n in range(8):
            country, topic = make.make_country(), make.make_topic()
            person = make.make_participant(name=f"Border guard {n}", country=country)
            event = make.make_event(name=f"Border {n}", city=make.make_city(country=country), series=make.make_series())
            event.host_countries.set([country])
            event.topics.set([topic])
            make.make_attendance(event=event, participant=person)
            article = make.make_article(
                headline=f"Border {n}",
                publisher=make.make_publisher(),
                agency=make.make_publisher(),
                countries=[country],
                topics=[topic],
                participants=[person],
                date=f"20{n + 10}",
            )
            make.make_coverage(article=article, event=event)

    def test_few_and_many_cost_the_same(self, client: Client) -> None:
        get(client, "q=border")  # brings the index up to date
        for scope in ("articles", "events", "participants"):
            few, results = _counted(client, f"q=title:7&in={scope}")
            assert results == 1
            many, results = _counted(client, f"q=border&in={scope}")
            assert results >= 8
            assert few == many <= 20

    def test_choosing_costs_the_same(self, client: Client) -> None:
        get(client, "q=border")
        plain, _ = _counted(client, "q=border")
        chosen, _ = _counted(client, "q=border&year=2014&year=2015&not_kind=photo&sort=newest")
        assert chosen == plain


def _counted(client: Client, query: str) -> tuple[int, int]:
    """Database queries of the page, but those of an engine that is in the database, and the results on it."""
    with CaptureQueriesContext(connection) as captured:
        response = get(client, query)
    assert response.status_code == 200
    own = [one for one in captured if not re.match(r"SAVEPOINT|RELEASE|SELECT set_config", one["sql"])]
    counted = [one for one in own if "archive_search" not in one["sql"]]
    return len(counted), page(response).count('class="card hit"')
