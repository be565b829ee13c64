"""The home page: this day in the archive, what comes, what is new, who leads."""

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from archive.curation.review import withdraw
from archive.models import Article, Event
from archive.overview import Anniversary
from archive.views.home import EXAMPLES, MOST_OF_A_DAY, next_days
from tests import factories as make
from tests.search.asking import ask
from tests.seed import SeedTestCase

TODAY = date(2026, 8, 24)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda: TODAY)


def section(html: str, title: str) -> str:
    """The part of the page from that heading to the next section."""
    found = re.search(rf'id="{title}">.*?</section>', html, re.DOTALL)
    assert found, title
    return unescape(found[0])


def home(client: Client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.django_db
class TestThisDay:
    def test_events_and_articles_of_the_day_in_any_year_are_shown_newest_first(self, client: Client) -> None:
        make.make_event(name="Drill of 2014", date="2014-08-24/2014-08-29")
        make.make_article(headline="News of 2016", date="2016-08-24")
        shown = section(home(client), "this-day")
        assert "24 August" in shown
        assert 0 < shown.index("News of 2016") < shown.index("Drill of 2014")
        assert "/years/2014/" in shown
        assert "nothing of" not in shown

    @pytest.mark.parametrize(
        "fields",
        [
            {"date": "2014-08"},
            {"date": "2014-08-24?"},
            {"date": "[2014-08-24..2014-08-26]"},
            {"date": "2014-08-24", "status": "draft"},
            {"date": "2014-08-24", "state": "announced"},
            {"date": "2014-08-24", "state": "cancelled"},
        ],
    )
    def test_what_is_not_known_to_be_of_the_day_is_not_shown(self, client: Client, fields: dict[str, str]) -> None:
        make.make_event(name="Drill of 2014", **fields)
        shown = section(home(client), "this-day")
        assert "Drill of 2014" not in shown
        assert "No record of the archive is dated to the day yet." in shown

    def test_where_the_day_has_nothing_the_next_that_has_is_named(self, client: Client) -> None:
        make.make_event(name="Spring drill", date="2014-05-01")
        make.make_event(name="Autumn drill", date="2013-10-02")
        shown = section(home(client), "this-day")
        assert "The archive has nothing of 24 August" in shown
        assert shown.index("2 October") < shown.index("Autumn drill") < shown.index("1 May")

    def test_what_is_withdrawn_is_gone_at_once(self, client: Client) -> None:
        article = make.make_article(headline="News of 2016", date="2016-08-24")
        assert "News of 2016" in home(client)
        withdraw(article, by=None, why="Not ours.")
        assert "News of 2016" not in home(client)

    def test_it_speaks_the_language_of_the_page(self, client: Client) -> None:
        make.make_event(date="2014-08-24")
        assert "24 августа" in client.get("/ru/").content.decode()
        assert "8月24日" in client.get("/zh-hans/").content.decode()

    def test_of_a_full_day_the_newest_are_shown_with_the_number_of_all(self, client: Client) -> None:
        for year in range(2000, 2010):
            make.make_event(name=f"Drill no. {year}", date=f"{year}-08-24")
        shown = section(home(client), "this-day")
        assert len(re.findall(r"Drill no\. \d+", shown)) == MOST_OF_A_DAY
        assert f"The newest {MOST_OF_A_DAY} of 10." in shown


def anniversaries(*days: date) -> dict[tuple[int, int], list[Anniversary]]:
    found: dict[tuple[int, int], list[Anniversary]] = {}
    for at, day in enumerate(days):
        found.setdefault((day.month, day.day), []).append(Anniversary(day, Event, at))
    return found


class TestNextDays:
    def test_the_year_goes_round(self) -> None:
        is_today, days = next_days(anniversaries(date(2014, 1, 3), date(2013, 12, 30)), date(2026, 12, 31))
        assert (is_today, [day for day, _found in days]) == (False, [(1, 3), (12, 30)])

    def test_the_twenty_ninth_of_february_is_a_day_like_others(self) -> None:
        leap = anniversaries(date(2012, 2, 29))
        assert next_days(leap, date(2024, 2, 29))[0]
        assert next_days(leap, date(2026, 2, 28)) == (False, [((2, 29), leap[2, 29])])

    def test_what_is_to_come_is_no_anniversary(self) -> None:
        assert next_days(anniversaries(date(2027, 3, 1)), date(2026, 3, 1)) == (False, [])

    def test_today_counts(self) -> None:
        assert next_days(anniversaries(date(2026, 3, 1)), date(2026, 3, 1))[0]


@pytest.mark.django_db
class TestLatest:
    def test_what_is_to_come_stands_by_itself(self, client: Client) -> None:
        make.make_event(name="A past drill", date="2026-08-20")
        make.make_event(name="A planned drill", date="2026-09-20", state="planned")
        make.make_event(name="A drill called off", date="2026-09-21", state="cancelled")
        html = home(client)
        coming = html[html.index("Coming events") : html.index('id="latest-events"')]
        latest = section(html, "latest-events")
        assert "A planned drill" in coming
        assert 'class="flag planned"' in coming
        assert "A past drill" in latest
        assert "planned" not in latest
        assert "called off" not in html

    def test_without_anything_to_come_nothing_is_said_of_it(self, client: Client) -> None:
        make.make_event(date="2026-08-20")
        assert "Coming events" not in home(client)

    def test_an_empty_archive_has_a_home_page_too(self, client: Client) -> None:
        assert "The archive is empty still." in home(client)


@pytest.mark.django_db
def test_countries_stand_by_their_standing_of_today(client: Client) -> None:
    for name, status, end in (("Arland", "member", ""), ("Borland", "observer", "2020"), ("Corland", "observer", "")):
        country = make.make_country(name=name)
        make.make_country_status(country=country, status=status, start="2001", end=end)
    shown = section(home(client), "countries")
    assert shown.index("Member states") < shown.index("Arland") < shown.index("Observers") < shown.index("Corland")
    assert "Borland" not in shown
    assert "SCO partners" not in shown


class TestShippedArchive(SeedTestCase):
    def test_every_search_to_try_finds_something(self) -> None:
        for text in EXAMPLES:
            with self.subTest(text):
                assert ask(text).total

    def test_every_number_is_that_of_its_list(self) -> None:
        html = self.client.get("/").content.decode()
        for address, model in (("/events/", Event), ("/articles/", Article)):
            found = re.search(rf'<a href="{address}"><strong>(\d+)</strong>', html)
            assert found
            assert int(found[1]) == model.objects.published().count()
