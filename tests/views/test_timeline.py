"""The timeline's page: its marks, its tables and the lists that they lead to have the same numbers."""

import re
from html import unescape

import pytest
from django.test import Client

from archive.models import CountryStatus, Event
from archive.pictures.timeline import Picture
from tests import factories as make
from tests.seed import SeedTestCase


class SeedTimelineTest(SeedTestCase):
    client_class = Client

    def shown(self, query: str) -> tuple[Picture, str]:
        response = self.client.get(f"/timeline/{query}")
        assert response.status_code == 200, query
        return response.context["picture"], response.content.decode()

    def total(self, address: str) -> int:
        """How many records the list has."""
        response = self.client.get(address)
        assert response.status_code == 200, address
        return response.context["page"].paginator.count

    def assert_numbers(self, query: str) -> None:
        """Every number of the picture is that of the list that it leads to, and the table has the same marks."""
        picture, html = self.shown(query)
        svg = unescape("".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL)))
        table = unescape(re.search(r'<table class="marks">.*?</table>', html, re.DOTALL)[0])  # type: ignore[index]
        press = unescape(html.partition('id="press-table"')[2])
        for lane in picture.lanes:
            assert self.total(lane.list_url) == lane.n, lane.list_url
            for mark in lane.marks:
                link = f'href="{mark.thing.url}"'
                assert svg.count(link) == table.count(link) == 1, mark.thing
                if mark.thing.n > 1:
                    assert self.total(mark.thing.url) == mark.thing.n, mark.thing.url
                else:
                    event = Event.objects.published().get(slug=mark.thing.url.rstrip("/").rpartition("/")[2])
                    assert (mark.thing.name, mark.thing.when) == (event.name, event.date_text)
        for bar in picture.bars:
            assert self.total(bar.url) == bar.n, bar.url
            assert svg.count(f'href="{bar.url}"') == (1 if bar.n else 0)
            assert press.count(f'href="{bar.url}"') == (1 if bar.n else 0)
        for bar in picture.unknown_month:
            assert self.total(bar.url) == bar.n > 0

    def test_all_years(self) -> None:
        self.assert_numbers("")
        picture, html = self.shown("")
        dated = Event.objects.published().exclude(date="")
        assert picture.n == dated.count()
        assert "1 undated event is not drawn" in html
        assert 'href="/years/undated/"' in html
        assert picture.change_n == CountryStatus.objects.count()

    def test_months_of_some_years(self) -> None:
        self.assert_numbers("?from=2014&to=2016")

    def test_days_of_a_year(self) -> None:
        self.assert_numbers("?year=2014")

    def test_narrowed(self) -> None:
        self.assert_numbers("?country=RU&kind=exercise")
        self.assert_numbers("?topic=iran&from=2014&to=2016")
        self.assert_numbers("?series=peace-mission")
        picture, _html = self.shown("?country=IR")
        assert {country.iso2 for one in picture.changes for change in one.changes for country in change.countries} == {
            "IR"
        }

    def test_membership_marks_lead_to_the_country_or_to_the_rows_of_the_table(self) -> None:
        picture, html = self.shown("")
        for one in picture.changes:
            rows = sum(len(change.countries) for change in one.changes)
            assert rows == one.mark.thing.n
            if rows == 1:
                assert one.mark.thing.url == one.changes[0].countries[0].get_absolute_url()
            else:
                assert html.count(f'id="{one.mark.thing.url[1:]}"') == 1

    def test_the_page_in_other_languages(self) -> None:
        for prefix in ("/ru", "/zh-hans"):
            response = self.client.get(f"{prefix}/timeline/?year=2014")
            html = response.content.decode()
            assert response.status_code == 200
            assert not re.search(r'(?:x|y|width|height|r)="\d+,', html)
            assert f'href="{prefix}/events/?series=' in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("year=20144", "“20144” is not a year: write four digits"),
        ("year=%00", "is not a year"),
        ("from=2016&to=2014", "The years run backwards: 2016–2014."),
        ("year=2014&from=2013", "Give either a year, or the years from and to."),
        ("country=XX", "“XX” is not known here."),
        ("topic=%00", "is not known here."),
        ("kind=party", "“party” is not a kind known here."),
        ("colour=red", "There is no filter “colour”; known are year, from, to, "),
        ("sort=oldest", "There is no filter “sort”"),
    ],
)
def test_what_is_not_understood_gets_a_sentence(client: Client, query: str, sentence: str) -> None:
    make.make_event()
    response = client.get(f"/timeline/?{query}")
    assert response.status_code == 400
    html = unescape(response.content.decode())
    assert sentence in html
    assert "<svg" not in html.partition("<main")[2]


@pytest.mark.django_db
def test_links_that_people_share_may_carry_more(client: Client) -> None:
    assert client.get("/timeline/?utm_source=x&year=2014").status_code == 200


@pytest.mark.django_db
def test_text_of_records_is_escaped(client: Client) -> None:
    make.make_event(name='<b>"Peace" & co</b>', series=make.make_series(name="<i>Series</i>"))
    for query in ("", "?year=2014"):
        html = client.get(f"/timeline/{query}").content.decode()
        assert "&lt;b&gt;&quot;Peace&quot; &amp; co&lt;/b&gt;" in html
        assert "<b>" not in html
        assert "<i>Series" not in html


@pytest.mark.django_db
def test_drafts_are_not_drawn(client: Client) -> None:
    make.make_event(status="draft", name="Secret")
    make.make_country_status(event=make.make_event(status="draft", name="Secret too", date="2001-06-15"))
    make.make_article(status="draft")
    html = client.get("/timeline/").content.decode()
    assert "Secret" not in html
    assert "The archive has no event of these years." in html
