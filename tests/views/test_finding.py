"""Sitemaps, robots.txt, the description of the search, typed links."""

import re
from io import StringIO
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from lxml import etree

from archive.stamps import stamps
from tests import factories as make
from tests.seed import SeedTestCase

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
SITE = "http://127.0.0.1:8000"


def _root(client: Client, address: str) -> Any:
    response = client.get(address.removeprefix(SITE))
    assert response.status_code == 200, address
    assert response["Content-Type"].partition(";")[0] in ("application/xml", "application/opensearchdescription+xml")
    return etree.fromstring(response.content)


class SeedTests(SeedTestCase):
    def test_every_page_of_the_sitemap_is_there_once_and_answers(self) -> None:
        client = Client()
        index = [one.text for one in _root(client, "/sitemap.xml").iter(f"{MAP}loc")]
        pages = [loc.text for part in index for loc in _root(client, part).iter(f"{MAP}loc")]
        assert len(pages) == len(set(pages))
        assert len([page for page in pages if re.match(f"{SITE}/events/.", page)]) == 217
        assert len([page for page in pages if re.match(f"{SITE}/ru/articles/.", page)]) == 85
        # One of each kind of page, in each language.
        kinds = {re.sub(r"/[^/]+/$", "/", page): page for page in pages}
        for page in kinds.values():
            assert client.get(page.removeprefix(SITE)).status_code == 200, page

    def test_a_page_names_itself_in_every_language_and_when_it_changed(self) -> None:
        client = Client()
        stamp = stamps()["country", "CN"]
        for url in _root(client, "/sitemap-countries.xml").iter(f"{MAP}url"):
            alternates = {one.get("hreflang"): one.get("href") for one in url.iter(LINK)}
            assert alternates.keys() == {"en", "ru", "zh-hans", "x-default"}
            assert alternates["en"] == alternates["x-default"]
            assert url.findtext(f"{MAP}loc") in alternates.values()
            if alternates["en"] == f"{SITE}/countries/cn/":
                assert alternates["zh-hans"] == f"{SITE}/zh-hans/countries/cn/"
                assert url.findtext(f"{MAP}lastmod") == stamp.at.strftime("%Y-%m-%d")

    def test_the_addresses_of_the_documentation_answer(self) -> None:
        call_command("make_dumps", stdout=StringIO())
        text = (settings.BASE_DIR / "docs" / "harvesting.md").read_text()
        found = re.findall(r"'http://127\.0\.0\.1:8000(/[^']*)'", text)
        assert len(found) >= 7
        for address in found:
            response = Client().get(address)
            assert response.status_code == 200, address
            assert b"badArgument" not in response.getvalue(), address


@pytest.mark.django_db
class TestSitemap:
    def test_parts_are_cut(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("archive.views.finding._Pages.limit", 4)
        for _ in range(3):
            make.make_article()
        make.make_article(status="draft", slug="secret")
        parts = [one.text for one in _root(client, "/sitemap.xml").iter(f"{MAP}loc") if "articles" in one.text]
        assert parts == [f"{SITE}/sitemap-articles.xml{end}" for end in ("", "?p=2", "?p=3")]
        pages = [loc.text for part in parts for loc in _root(client, part).iter(f"{MAP}loc")]
        assert len(set(pages)) == 9
        assert not [page for page in pages if "secret" in page]
        for bad in ("?p=4", "?p=0", "?p=x", "?p=99999999999999999999", "?p=%00"):
            assert client.get(f"/sitemap-articles.xml{bad}").status_code == 404

    def test_an_empty_archive_has_a_sitemap(self, client: Client) -> None:
        for one in _root(client, "/sitemap.xml").iter(f"{MAP}loc"):
            _root(client, one.text)
        assert client.get("/sitemap-nothing.xml").status_code == 404

    def test_number_of_queries_is_constant(self, client: Client, django_assert_max_num_queries: Any) -> None:
        for n in (1, 5):
            for _ in range(n):
                make.make_coverage()
            with django_assert_max_num_queries(40):
                client.get("/sitemap.xml")
            with django_assert_max_num_queries(5):
                client.get("/sitemap-articles.xml")


@pytest.mark.django_db
def test_robots(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    rules = RobotFileParser()
    rules.parse(response.content.decode().splitlines())
    assert rules.site_maps() == [f"{SITE}/sitemap.xml"]
    for path in ("/", "/events/", "/search/?q=x", "/ru/", "/dumps/", "/oai?verb=Identify", "/events/?format=ics"):
        assert rules.can_fetch("anyone", path), path
    for path in (
        "/admin/",
        "/search/facet/?facet=city",
        "/zh-hans/search/facet/",
        "/ru/report/",
        "/follow/?of=/search/",
        "/search/suggest/",
    ):
        assert not rules.can_fetch("anyone", path), path


@pytest.mark.django_db
def test_opensearch(client: Client, index: None) -> None:
    root = _root(client, "/opensearch.xml")
    assert root.tag == f"{SEARCH}OpenSearchDescription"
    assert len(root.findtext(f"{SEARCH}ShortName")) <= 16
    assert len(root.findtext(f"{SEARCH}LongName")) <= 48
    urls = {one.get("type"): one.get("template") for one in root.iter(f"{SEARCH}Url")}
    assert urls["text/html"] == f"{SITE}/search/?q={{searchTerms}}"
    assert urls["application/atom+xml"] == f"{SITE}/search/?q={{searchTerms}}&format=atom"
    assert client.get(urls["text/html"].removeprefix(SITE).replace("{searchTerms}", "peace")).status_code == 200
    page = client.get("/").content.decode()
    assert 'type="application/opensearchdescription+xml" href="/opensearch.xml"' in page


@pytest.mark.django_db
def test_suggestions_of_opensearch(client: Client, index: None) -> None:
    city = make.make_city(name="Dushanbe", slug="dushanbe")
    make.make_event(city=city)
    address = client.get("/opensearch.xml").content.decode().split('suggestions+json" template="')[1].split('"')[0]
    response = client.get(address.removeprefix(SITE).replace("{searchTerms}", "Dush"))
    typed, names, kinds, urls = response.json()
    assert (typed, names, kinds, urls) == ("Dush", ["Dushanbe"], ["city"], [f"{SITE}/cities/dushanbe/"])
    assert client.get("/opensearch/suggestions", {"q": "x" * 7_000}).json()[1] == []


def _links(response: Any) -> set[tuple[str, str]]:
    return {(rel, url) for url, rel in re.findall(r'<([^>]*)>; rel="([^"]+)"', response["Link"])}


@pytest.mark.django_db
def test_signposting(client: Client) -> None:
    series = make.make_series()
    event = make.make_event(series=series)
    article = make.make_article(url="https://example.org/a?b=1,2&c=<x>")
    url = f"{SITE}/articles/{article.slug}/"
    for prefix in ("", "/ru", "/zh-hans"):
        found = _links(client.get(f"{prefix}/articles/{article.slug}/"))
        assert {
            ("cite-as", url),
            ("describedby", f"{url}?format=jsonld"),
            ("type", "https://schema.org/AboutPage"),
            ("type", "https://schema.org/NewsArticle"),
            ("license", "https://creativecommons.org/licenses/by/4.0/"),
            ("item", "https://example.org/a?b=1,2&c=%3Cx%3E"),
            ("collection", f"{SITE}/articles/"),
        } <= found
    assert ("collection", f"{SITE}/series/{series.slug}/") in _links(client.get(f"/events/{event.slug}/"))
    for record in (series, make.make_country(), make.make_city(), make.make_topic(), make.make_publisher()):
        assert ("cite-as", SITE + record.get_absolute_url()) in _links(client.get(record.get_absolute_url()))
    body = make.make_participant(kind="organisation")
    assert ("type", "https://schema.org/Organization") in _links(client.get(body.get_absolute_url()))


@pytest.mark.django_db
def test_previews_have_no_links(admin_client: Client) -> None:
    draft = make.make_article(status="draft")
    response = admin_client.get(f"/articles/{draft.slug}/")
    assert response.status_code == 200
    assert "Link" not in response.headers
