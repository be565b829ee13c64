"""The pages of the shipped archive: all there, linked together, honest about dates."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic
from archive.overview import overview
from tests.seed import SeedTestCase


class Links(HTMLParser):
    """The addresses that a page links to on this site, and what it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and values.get("href", "").startswith("/"):
            self.links.add(values["href"].split("#")[0])
        # JSON-LD is data, which no browser runs.
        is_data = values.get("type") == "application/ld+json"
        if (
            tag in ("link", "script", "img", "iframe")
            and not is_data
            and values.get("rel")
            not in (
                "alternate",
                "canonical",
                "license",
                "search",
                "service-desc",
                "service-doc",
                "schema.DC",  # a name, not an address to load
            )
        ):
            self.loaded.add(values.get("href") or values.get("src") or "")
        if tag == "style" or (tag == "script" and not values.get("src") and not is_data):
            self.inline.append(tag)
        self.inline += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]


class SeedPagesTest(SeedTestCase):
    client_class = Client

    def crawl(self, clicks: int) -> dict[str, int]:
        """Every address reached from home, with the number of clicks."""
        seen = {"/": 0}
        front = ["/"]
        for depth in range(clicks + 1):  # what the last click leads to is opened too
            found: list[str] = []
            for address in front:
                # The same pages in other languages: tests/views/test_languages.py.
                if address.startswith(("/admin", "/ru/", "/zh-hans/")):
                    continue
                response = self.client.get(address)
                assert response.status_code == 200, (address, response.status_code)
                html = response.content.decode()
                page = Links(html)
                assert not page.inline, (address, page.inline)
                assert all(one.startswith("/static/") for one in page.loaded), (address, page.loaded)
                for link in page.links:
                    # Filter combinations are endless; the lists themselves are pages.
                    if link not in seen and "?" not in link:
                        seen[link] = depth + 1
                        found.append(link)
            front = found if depth < clicks else []
        return seen

    def test_every_record_is_within_three_clicks_and_every_page_answers(self) -> None:
        reached = self.crawl(3)
        records = [
            *Article.objects.published(),
            *Event.objects.published(),
            *Participant.objects.published(),
            *Country.objects.all(),
            *City.objects.all(),
            *Topic.objects.all(),
            *EventSeries.objects.all(),
            *Publisher.objects.all(),
        ]
        addresses = [record.get_absolute_url() for record in records]
        assert [address for address in addresses if reached.get(address, 99) > 3] == []

    def test_counts_on_lists_are_those_of_the_pages(self) -> None:
        for model in (City, Topic, Country, EventSeries):
            for record in model.objects.with_counts():
                html = self.client.get(record.get_absolute_url()).content.decode()
                found = [
                    int(n)
                    for n in re.findall(r'<h2 id="(?:events|articles)">\w+ <(?:a|span) class="count"[^>]*>(\d+)', html)
                ]
                assert found == [record.event_count, record.article_count], record

    def test_year_counts_are_those_of_the_filtered_lists(self) -> None:
        rows = overview().events.by_year()
        for year, count in rows.items():
            html = self.client.get("/events/", {"year": year}).content.decode()
            assert re.search(rf"{count} events?\b", html), year

    def test_filter_counts_match_record_pages(self) -> None:
        for name, record in (("city", City.objects.get(slug="tashkent")), ("topic", Topic.objects.get(slug="iran"))):
            found = type(record).objects.with_counts().get(pk=record.pk)
            response = self.client.get("/articles/", {name: record.slug})
            assert response.context["page"].paginator.count == found.article_count
            response = self.client.get("/events/", {name: record.slug})
            assert response.context["page"].paginator.count == found.event_count

    def test_events_stand_before_articles(self) -> None:
        for address in ("/cities/tashkent/", "/topics/iran/"):
            html = self.client.get(address).content.decode()
            assert html.index('id="events"') < html.index('id="articles"')
        months = self.client.get("/years/2014/").content.decode().split('<section class="month"')[1:]
        assert months
        for month in months:
            kinds = re.findall(r'<h3 class="phase">(Events|Articles) ', month)
            assert kinds == sorted(kinds, reverse=True)

    def test_a_corrected_date_says_why(self) -> None:
        article = Article.objects.get(source_position=48, source_document__kind="digest")
        html = self.client.get(article.get_absolute_url()).content.decode()
        assert article.date == "2015-01-13"
        assert "corrected" in html
        assert "January 13 2014" in html  # as printed
        assert article.date_note[:40] in html.replace("&#x27;", "'")

    def test_provenance_stands_on_every_article(self) -> None:
        for article in Article.objects.published().select_related("source_document"):
            html = self.client.get(article.get_absolute_url()).content.decode()
            assert article.source_document.name in html
            assert f"item {article.source_position}" in html
            assert "Printed date" in html
            if article.publisher is None and article.agency is None:
                assert "not stated" in html

    def test_readings_are_shown_with_their_sources(self) -> None:
        html = self.client.get("/events/nepal-memorandum-2016-beijing/").content.decode()
        assert "Where sources disagree" in html

    def test_uppercase_country_codes_lead_to_the_page(self) -> None:
        response = self.client.get("/countries/CN/")
        assert response.status_code == 301
        assert response["Location"] == "/countries/cn/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        *("/", "/about/", "/articles/", "/events/", "/years/", "/years/undated/", "/cities/", "/topics/"),
        *("/participants/", "/participants/?kind=organisation", "/countries/", "/series/", "/publishers/"),
        *("/help/glossary/", "/help/search/", "/timeline/", "/timeline/?year=2014", "/coverage/"),
        *("/map/", "/network/", "/network/?show=countries", "/help/accessibility/"),
    ],
)
def test_an_empty_archive_has_pages_too(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    # Python's word for nothing, not ours.
    assert not re.search(r"\bNone\b(?!: | yet| that| are| of)", response.content.decode())
