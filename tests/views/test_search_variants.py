"""The search page says under which other names it searched, and offers the search without them."""

import re

import pytest
from django.test import Client

from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index")]


@pytest.fixture(autouse=True)
def khujand() -> None:
    make.make_city(name="Khujand", variants=["Khudzhand <b>"], name_ru="Худжанд")
    make.make_article(headline="Talks in Khudzhand b")


def page(client: Client, query: str, status: int = 200) -> str:
    response = client.get(f"/search/?{query}")
    assert response.status_code == status
    # Without the spans that say in which language a name is.
    return re.sub(r'<span(?: lang="[^"]*")?>([^<:]*)</span>', r"\1", " ".join(response.content.decode().split()))


def test_it_names_what_else_was_searched(client: Client) -> None:
    html = page(client, "q=khujand")
    assert "Also searched: <span>“khujand”: Худжанд, Khudzhand &lt;b&gt;</span>" in html
    assert '<a href="?q=khujand&amp;variants=no">Only as written</a>' in html
    assert "1 result:" in html


def test_and_the_other_way_round(client: Client) -> None:
    html = page(client, "q=khujand&variants=no")
    assert "Not searched: <span>“khujand”: Худжанд, Khudzhand &lt;b&gt;</span>" in html
    assert '<a href="?q=khujand">These names too</a>' in html
    assert "0 results:" in html


def test_all_else_stays_but_for_the_page(client: Client) -> None:
    assert '<a href="?q=khujand&amp;kind=news&amp;sort=newest&amp;variants=no">Only as written</a>' in page(
        client, "q=khujand&kind=news&sort=newest&page=1"
    )
    html = page(client, "q=khujand&variants=no&sort=newest&page=1")
    assert '<a href="?q=khujand&amp;sort=newest">These names too</a>' in html
    # The other links of the page keep it.
    assert '<input type="hidden" name="variants" value="no">' in html
    assert "?q=khujand&amp;variants=no&amp;sort=newest&amp;in=events" in html


@pytest.mark.parametrize("query", ["q=osh", "q=%22khujand%22", "", "q=osh&variants=no"])
def test_nothing_is_said_where_no_name_is_known(client: Client, query: str) -> None:
    html = page(client, query)
    assert "Also searched" not in html and "Not searched" not in html


@pytest.mark.parametrize("value", ["yes", "", "0", "No", "<script>"])
def test_another_value_is_an_error(client: Client, value: str) -> None:
    html = page(client, f"q=khujand&variants={value}", status=400)
    assert "can&#x27;t be understood: “variants” can only be “no”." in html
    assert "<script>" not in html


def test_the_list_of_all_values_of_a_facet_counts_the_same(client: Client) -> None:
    with_them = client.get("/search/facet/?q=khujand&key=kind").content.decode()
    without = client.get("/search/facet/?q=khujand&key=kind&variants=no").content.decode()
    assert "News" in with_them and "News" not in without
