"""The page of the map: its circles, its table, the lists and the search say the same numbers."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from archive import search
from archive.models import Event
from tests import factories as make
from tests.seed import SeedTestCase


def total_of(client: Client, address: str) -> int:
    response = client.get(address)
    assert response.status_code == 200, address
    return int(response.context["page"].paginator.count)


def page_of(client: Client, address: str) -> tuple[Any, str]:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.context, response.content.decode()


class SeedMapTest(SeedTestCase):
    client: Client

    # Of the whole archive, and narrowed by each kind of filter.
    ADDRESSES = (
        "/map/",
        "/map/?year=2014",
        "/map/?series=peace-mission",
        "/map/?year=2014&year=2015&kind=summit&topic=iran",
        "/map/?country=KZ&series=none",
        "/map/?year=1901",
    )

    def test_circles_are_rows_and_rows_are_lists(self) -> None:
        for address in self.ADDRESSES:
            context, html = page_of(self.client, address)
            found = context["found"]
            rows = re.findall(
                r'<th scope="row"><a href="/cities/([\w-]+)/">.*?<a href="(/events/[^"]+)">(\d+)</a>', html
            )
            assert {(slug, int(n)) for slug, _url, n in rows} == {(one.city.slug, one.events) for one in found.cities}
            marks = context["picture"].marks
            assert {one.host.city.slug for one in marks} | {one.city.slug for one in found.unplaced} == {
                slug for slug, _url, _n in rows
            }
            for slug, url, n in rows[:4]:
                assert parse_qs(urlsplit(unescape(url)).query)["city"] == [slug]
                assert total_of(self.client, unescape(url)) == int(n), url
            assert found.total == total_of(self.client, address.replace("/map/", "/events/"))
            if found.cityless.total:
                assert total_of(self.client, context["cityless_url"]) == found.cityless.total

    def test_the_search_counts_the_same(self) -> None:
        for address, include in {"/map/": {}, "/map/?year=2014": {"year": ("2014",)}}.items():
            facet, _total = search.facet_values(search.Query(scope=search.Scope.EVENTS, include=include), "city")
            context, _html = page_of(self.client, address)
            found = {one.city.slug: one.events for one in context["found"].cities}
            assert {value.value: value.count for value in facet.values} == found

    def test_circles_lead_to_cities_and_narrowed_to_lists(self) -> None:
        context, html = page_of(self.client, "/map/")
        assert {mark.url for mark in context["picture"].marks} <= {
            f"/cities/{one.city.slug}/" for one in context["found"].cities
        }
        assert 'aria-label="Tashkent: 26 events"' in html
        context, _html = page_of(self.client, "/map/?year=2014")
        assert all("/events/?" in mark.url and "year=2014" in mark.url for mark in context["picture"].marks)

    def test_articles_are_those_of_the_citys_page(self) -> None:
        context, _html = page_of(self.client, "/map/")
        for host in context["found"].cities[:5]:
            assert total_of(self.client, f"/articles/?city={host.city.slug}") == host.articles

    def test_years_are_those_of_the_lists(self) -> None:
        context, html = page_of(self.client, "/map/?series=peace-mission&year=2014")
        by_year = {one.year: one for one in context["years"]}
        assert by_year[2014].is_chosen
        assert by_year[2014].query == "series=peace-mission"
        assert by_year[2012].query == "year=2012&series=peace-mission"
        for year in (2012, 2014, 2015):
            assert total_of(self.client, f"/events/?series=peace-mission&year={year}") == by_year[year].events
        assert "?year=2012&amp;series=peace-mission" in html

    def test_what_is_not_on_the_map_is_told(self) -> None:
        _context, html = page_of(self.client, "/map/")
        assert "30 events without a host city" in html
        assert "7 by video" in html
        assert "Zhurihe: 1 event" in html
        assert "they imply no opinion of this archive" in html

    def test_pages_of_cities_have_their_map_or_say_why_not(self) -> None:
        assert '<use class="shaded" href="/static/map/world' in page_of(self.client, "/cities/tashkent/")[1]
        assert (
            "Not on the map: no source of this archive gives its coordinates."
            in page_of(self.client, "/cities/zhurihe/")[1]
        )
        assert "Host cities of Kazakhstan" in page_of(self.client, "/countries/kz/")[1]


@pytest.mark.django_db
def test_an_empty_archive_says_so(client: Client) -> None:
    _context, html = page_of(client, "/map/")
    assert "The archive is empty still." in html
    assert "<svg class=" not in html


@pytest.mark.django_db
def test_nothing_found_says_so(client: Client) -> None:
    make.make_event(city=make.make_city(longitude=69, latitude=41))
    _context, html = page_of(client, "/map/?year=1999")
    assert "No city hosted an event of these." in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "year=soon",
        "year=20145",
        "year=9" + "9" * 5000,
        "series=nowhere",
        "series=%00",
        "series=" + "x" * 5000,
        "topic='; DROP TABLE",
        "city=tashkent",
        "sort=oldest",
        "zoom=3",
        "month=2014-01",
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(client: Client, query: str) -> None:
    make.make_event(city=make.make_city(longitude=69, latitude=41))
    response = client.get(f"/map/?{query}")
    assert response.status_code == 400
    assert response.context["filterset"].problems
    assert response.context["picture"].marks == ()
    assert 'role="alert"' in response.content.decode()


@pytest.mark.django_db
def test_what_others_add_to_links_changes_nothing_and_is_not_handed_on(client: Client) -> None:
    city = make.make_city(longitude=69, latitude=41)
    make.make_event(city=city)
    context, _html = page_of(client, "/map/?utm_source=x")
    assert context["picture"].marks[0].url == city.get_absolute_url()
    assert not any("utm_source" in year.query for year in context["years"])


@pytest.mark.django_db
def test_names_are_escaped_and_numbers_stay_numbers_in_any_language(client: Client) -> None:
    make.make_event(city=make.make_city(name='<b>&"City"</b>', longitude=69, latitude=41))
    _context, html = page_of(client, "/map/")
    assert "<b>&" not in html
    assert "&lt;b&gt;&amp;&quot;City&quot;&lt;/b&gt;: 1 event" in html
    html = client.get("/map/", headers={"accept-language": "ru"}).content.decode()
    assert not re.search(r'(?:cx|cy|r|x|y)="[^"]*,', html)


@pytest.mark.django_db
def test_events_without_a_host_city_can_be_listed(client: Client) -> None:
    city = make.make_city()
    make.make_event(name="Somewhere", city=city)
    make.make_event(name="Nowhere")
    make.make_event(name="Elsewhere", city=make.make_city())

    def found(query: str) -> set[str]:
        return {card.title for card in client.get(f"/events/?{query}").context["page"]}

    assert found("city=none") == {"Nowhere"}
    assert found(f"city=none&city={city.slug}") == {"Nowhere", "Somewhere"}
    chips = re.sub(r"<[^>]*>", "", client.get("/events/?city=none").content.decode())
    assert "Host city: No host city" in chips
    assert Event.objects.without_city().count() == 1
