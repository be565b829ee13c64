"""How to search: every example does what the page says."""

import re
from html import unescape
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from archive import search
from archive.search.scanner import DATE_FIELDS, FIELDS
from archive.views.pages import HELP_EXAMPLES, HELP_MISTAKES
from tests import factories as make
from tests.search.asking import ask
from tests.seed import SeedTestCase

ADDRESS = "/help/search/"
EXAMPLES = [text for rows in HELP_EXAMPLES.values() for text, _meaning in rows]
MISTAKES = [text for text, _meaning in HELP_MISTAKES]


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_is_understood_as_it_stands(text: str) -> None:
    assert search.parse(text).notes == ()


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_repaired_and_told(text: str) -> None:
    assert len(search.parse(text).notes) == 1


def test_what_is_said_to_be_the_same_is_the_same() -> None:
    same = [
        (text, before)
        for rows in HELP_EXAMPLES.values()
        for (before, _), (text, meaning) in pairwise(rows)
        if str(meaning).startswith("the same")
    ]
    assert same
    for text, before in same:
        assert search.parse(text).tree == search.parse(before).tree


def test_every_field_has_an_example() -> None:
    assert {field for field in (*FIELDS, *DATE_FIELDS) if not any(f"{field}:" in text for text in EXAMPLES)} == set()


@pytest.mark.django_db
class TestPage:
    def test_each_example_is_a_link_to_its_results(self, client: Client) -> None:
        html = client.get(ADDRESS).content.decode()
        rows = re.findall(r'<a href="(/search/\?[^"]+)"><code>([^<]+)</code>', html)
        assert [unescape(shown) for _, shown in rows] == [*EXAMPLES, *MISTAKES]
        for address, shown in rows:
            assert parse_qs(urlsplit(unescape(address)).query) == {"q": [unescape(shown)]}

    def test_the_limits_are_those_in_force(self, client: Client) -> None:
        html = client.get(ADDRESS).content.decode()
        limits = html[html.index('id="limits"') :]
        for limit in (
            search.MAX_CHARACTERS, search.MAX_CLAUSES, search.MAX_DEPTH, search.MAX_EXPANSION, search.MAX_CHOSEN,
        ):  # fmt: skip
            assert f" {limit} " in limits

    @pytest.mark.parametrize(("address", "ways"), [("/", 2), ("/search/", 2), ("/search/?q=zanzibar", 3)])
    @pytest.mark.usefixtures("index")
    def test_the_way_there(self, client: Client, address: str, ways: int) -> None:
        make.make_article()
        html = client.get(address).content.decode()
        # In the foot of every page, beside the searches to try and the search, and where nothing was found.
        assert html.count(f'href="{ADDRESS}"') == ways


class ExampleTests(SeedTestCase):
    def test_every_example_finds_something(self) -> None:
        assert [text for text in EXAMPLES if not ask(text).total] == []

    def test_and_not_everything(self) -> None:
        everything = ask().total
        assert [text for text in EXAMPLES if ask(text).total == everything] == []
