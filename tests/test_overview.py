"""The kept overview: that it says what the records say, shows each change at once, and costs next to nothing between changes."""

import random
import re
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from archive.curation.review import withdraw
from archive.models import (
    Article,
    Attendance,
    City,
    Country,
    Coverage,
    Event,
    EventSeries,
    Participant,
    Publisher,
    Topic,
)
from archive.overview import Overview, Timeline, overview
from tests import factories as make

pytestmark = pytest.mark.django_db

LINKED = (City, Country, EventSeries, Participant, Publisher, Topic)


@pytest.fixture
def mixed() -> None:
    """Records of every status, linked to each other at random, some twice over; dates that tie, last and are missing."""
    dice = random.Random(7)
    countries, cities = [make.make_country() for _ in range(4)], [make.make_city() for _ in range(4)]
    topics, series = [make.make_topic() for _ in range(4)], [make.make_series() for _ in range(3)]
    publishers = [make.make_publisher() for _ in range(3)]
    people = [make.make_participant(status=dice.choice(["published", "draft"])) for _ in range(5)]
    dates = ["2014", "2014-08-24", "2014-08-24/2015-01-02", "2016-07", "../2014", "2015/..", ""]

    def some(records: list[Any]) -> list[Any]:
        return dice.sample(records, dice.randint(0, 2))

    def dated() -> dict[str, str]:
        date = dice.choice(dates)
        return {
            "date": date,
            "date_basis": "text" if date else "",
            "status": dice.choice(["published"] * 3 + ["draft"]),
        }

    events = [
        make.make_event(
            city=dice.choice([*cities, None]), series=dice.choice([*series, None]), topics=some(topics),
            host_countries=some(countries), **dated(),
        )
        for _ in range(25)
    ]  # fmt: skip
    articles = [
        make.make_article(
            publisher=dice.choice([*publishers, None]), agency=dice.choice([*publishers, None]), topics=some(topics),
            countries=some(countries), participants=some(people), **dated(),
        )
        for _ in range(25)
    ]  # fmt: skip
    for article in articles:
        for event in some(events):
            make.make_coverage(article=article, event=event)
    for event in events:
        for country in some(countries):
            capacity = dice.choice(["member", "observer", "announced-only"])
            make.make_delegation(event=event, country=country, capacity=capacity)
        for person in some(people):
            # Chairs speak too: two attendances, one event.
            for capacity in (Attendance.Capacity.CHAIR, Attendance.Capacity.SPEAKER):
                make.make_attendance(event=event, participant=person, capacity=capacity)
    for record in (articles[0], articles[1], events[0], events[1]):
        if record.is_published:
            withdraw(record, by="test", why="test")


@pytest.mark.usefixtures("mixed")
def test_the_timeline_has_the_order_and_the_years_of_the_records() -> None:
    for model in (Article, Event):
        records = model.objects.published()
        line = overview().timeline(model)
        assert len(line) == records.count()
        assert line.newest == [one.pk for one in records.newest()]
        assert line.oldest == [one.pk for one in records.oldest()]
        assert line.undated == [one.pk for one in records.undated().order_by("slug")]
        for year in (2012, 2014, 2015, 2026):
            assert line.in_year(year).oldest() == [one.pk for one in records.in_year(year).oldest()], year
            for month in range(13):
                expected = [one.pk for one in records.in_month(year, month).oldest()]
                assert line.all.in_month(year, month).oldest() == expected, (year, month)


@pytest.mark.usefixtures("mixed")
def test_a_record_has_the_events_and_articles_that_count_for_it() -> None:
    archive = overview()
    for model in (City, Country, EventSeries, Participant, Topic):
        for record in model.objects.all():
            events, articles = archive.of(record)
            assert (len(events), len(articles)) == archive.counts(model).get(record.pk, (0, 0)), record
            for found, records in ((events, Event.objects.all()), (articles, Article.objects.all())):
                mine = records.filter(pk__in=found.oldest())
                assert found.newest() == [one.pk for one in mine.newest()]
                assert found.oldest() == [one.pk for one in mine.oldest()]
                assert found.newest(2) == found.newest()[:2]
                assert found.undated == mine.undated().count()
                for year, n in found.by_year().items():
                    assert n == mine.in_year(year).count()


@pytest.mark.usefixtures("mixed")
def test_what_goes_with_a_record_is_what_both_share() -> None:
    archive = overview()
    for topic in Topic.objects.all():
        articles = Article.objects.published().filter(topics=topic)
        naming = {one.slug: articles.filter(participants=one).count() for one in Participant.objects.published()}
        people = {one.slug: one.count for one in archive.beside(topic, Participant, Article)}
        assert people == {slug: n for slug, n in naming.items() if n}
        hosts = {one.slug: one.count for one in archive.beside(topic, Country, Event, "host_countries")}
        events = Event.objects.published().filter(topics=topic)
        hosting = {one.iso2: events.filter(host_countries=one).count() for one in Country.objects.all()}
        assert hosts == {code: n for code, n in hosting.items() if n}


@pytest.mark.usefixtures("mixed")
def test_the_numbers_are_those_that_each_record_has_by_itself() -> None:
    for model in LINKED:
        counts = overview().counts(model)
        for record in model.objects.with_counts():
            expected = (getattr(record, "event_count", 0), record.article_count)
            assert counts.get(record.pk, (0, 0)) == expected, record
    covering = overview().covering
    for event in Event.objects.published():
        assert covering.get(event.pk, 0) == Article.objects.published().filter(events=event).count()


def test_leaders_are_the_most_frequent_the_older_record_of_equal_ones_and_none_without_any() -> None:
    make.make_city()
    few, many, as_many, one = (make.make_city(name=name) for name in ("Few", "Many", "As many", "One"))
    for city, n in ((few, 2), (many, 3), (as_many, 3), (one, 1)):
        for _ in range(n):
            make.make_event(city=city)
    make.make_event(city=few, status="draft")
    found = overview().cities
    assert [(leader.name, leader.count) for leader in found] == [("As many", 3), ("Many", 3), ("Few", 2), ("One", 1)]
    assert found[2].get_absolute_url() == few.get_absolute_url()


def test_nothing_is_read_again_until_a_record_of_its_own_changes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    article = make.make_article()
    kept = overview()
    assert len(kept.articles) == 1
    with django_assert_num_queries(1):
        assert overview() is kept
        assert len(kept.articles) == 1
    make.make_term()  # no part of it
    assert overview() is kept
    withdraw(article, by="test", why="test")
    assert overview() is not kept
    assert len(overview().articles) == 0


def test_what_was_rolled_back_does_not_stay() -> None:
    make.make_article()
    assert len(overview().articles) == 1
    with transaction.atomic():
        make.make_article()
        assert len(overview().articles) == 2
        transaction.set_rollback(True)
    assert len(overview().articles) == 1


def test_an_empty_archive_has_no_years() -> None:
    assert Timeline(Event.objects.all()).by_year() == {}
    assert overview().totals == {"articles": 0, "events": 0, "participants": 0, "countries": 0}


def test_a_name_that_is_newer_than_the_overview_is_found() -> None:
    """Another process may commit between a page's look at the log and its look at the records."""
    old = make.make_publisher(name="Old")
    archive = Overview()
    assert archive.name(Publisher, old.pk).name == "Old"
    assert archive.name(Publisher, make.make_publisher(name="New").pk).name == "New"


def test_what_many_ask_for_at_once_is_counted_once() -> None:
    """As after a change, when every page wants the same numbers."""
    archive, asked = Overview(), []
    together = threading.Barrier(6)

    class Slow:
        class objects:  # noqa: N801  # as of a model
            @staticmethod
            def counts() -> dict[int, tuple[int, int]]:
                asked.append(1)
                # All others are here by then.
                time.sleep(0.3)
                return {1: (2, 3)}

    def read(_n: int) -> Mapping[int, tuple[int, int]]:
        together.wait()
        return archive.counts(Slow)

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(read, range(6))) == [{1: (2, 3)}] * 6
    assert len(asked) == 1


# Pages ----------------------------------------------------------------------------------------------------------------


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return " ".join(response.content.decode().split())


def test_pages_show_a_change_at_once(client: Client) -> None:
    city, topic, country = make.make_city(name="Tashkent"), make.make_topic(name="Iran"), make.make_country()
    publisher, person = make.make_publisher(name="Gazette"), make.make_participant(name="Someone")
    event = make.make_event(name="A summit", city=city, date="2014-08-24", host_countries=[country])
    article = make.make_article(
        headline="First", publisher=publisher, date="2014-08-24", topics=[topic], participants=[person]
    )
    addresses = ["/", "/articles/", "/events/", "/years/", "/years/2014/", "/topics/", "/cities/", "/participants/"]
    before = {address: shown(client, address) for address in addresses}
    assert "<strong>1</strong> article<" in before["/"]
    assert "no article in this archive yet" in before["/events/"]

    # A link of the two: the event's card counts it.
    coverage = make.make_coverage(article=article, event=event)
    assert "<span>1 article</span>" in shown(client, "/events/")
    assert "<span>1 article</span>" in shown(client, "/years/2014/")
    coverage.delete()
    assert "no article in this archive yet" in shown(client, "/events/")

    # One more of each, today's first.
    second = make.make_article(headline="Second", date="2020", topics=[topic], participants=[person])
    assert "<strong>2</strong> articles" in shown(client, "/")
    assert "2 articles" in shown(client, "/articles/")
    assert shown(client, "/articles/").index("Second") < shown(client, "/articles/").index("First")
    assert 'value="2020"' in shown(client, "/articles/")
    assert shown(client, "/years/2017/")
    assert '<td class="n">2</td>' in shown(client, "/topics/")

    # New names are on every card.
    City.objects.filter(pk=city.pk).update(name="Toshkent")
    publisher.name = "The Gazette"
    publisher.save()
    for address in ("/events/", "/years/2014/", "/cities/", "/"):
        assert "Toshkent" in shown(client, address), address
    assert "The Gazette" in shown(client, "/articles/")

    # What is withdrawn leaves lists, numbers, years and the options of filters.
    withdraw(second, by="test", why="test")
    withdraw(event, by="test", why="test")
    after = {address: shown(client, address) for address in addresses}
    assert "<strong>1</strong> article<" in after["/"]
    assert "<strong>0</strong> events" in after["/"]
    assert "Second" not in after["/articles/"] + after["/"]
    assert "A summit" not in after["/events/"] + after["/years/2014/"]
    assert 'value="2020"' not in after["/articles/"]
    assert client.get("/years/2017/").status_code == 404
    assert '<td class="n">1</td>' in after["/topics/"]
    assert f'value="{city.slug}"' in before["/events/"]
    assert f'value="{city.slug}"' not in after["/events/"]


@pytest.mark.usefixtures("mixed")
def test_filters_find_the_same_with_and_without_the_form(client: Client) -> None:
    """A list of everything takes its order from the overview, a narrowed one from the database: they are one order."""
    for kind, model in (("articles", Article), ("events", Event)):
        for order in ("newest", "oldest"):
            everything = re.findall(rf'<h3><a href="/{kind}/([^/]+)/"', shown(client, f"/{kind}/?sort={order}"))
            values = "&".join(f"kind={value}" for value in model.Kind.values)
            narrowed = re.findall(rf'<h3><a href="/{kind}/([^/]+)/"', shown(client, f"/{kind}/?sort={order}&{values}"))
            records = getattr(model.objects.published(), order)()
            assert everything == narrowed == [one.slug for one in records][:25]


def test_cards_say_what_the_record_says_and_escape_it(client: Client) -> None:
    country = make.make_country(name="Côte <d'Ivoire>")
    agency = make.make_publisher(name="A&B")
    many = [make.make_country(name=f"Z{n}") for n in range(7)]
    article = make.make_article(
        headline="<b>Bold</b>", headline_supplied=True, agency=agency, publisher=None, kind="video",
        date="2014-08-24", date_basis="inferred", date_note="why", countries=[country, *many],
    )  # fmt: skip
    make.make_event(
        name="Talks", city=None, place="Caspian <Sea>", format="hybrid", state="planned", kind="bilateral-meeting",
        date="2014", host_countries=[country],
    )  # fmt: skip
    html = shown(client, "/articles/")
    card = html[html.index('<article class="card">') : html.index("</article>")]
    assert '<p class="when">24 August 2014 <span class="flag inferred">date inferred</span></p>' in card
    assert f'<h3><a href="{article.get_absolute_url()}">[&lt;b&gt;Bold&lt;/b&gt;]</a></h3>' in card
    assert f'<a href="{agency.get_absolute_url()}">A&amp;B</a>' in card
    assert f'<a href="{country.get_absolute_url()}">Côte &lt;d&#x27;Ivoire&gt;</a>' in card
    assert "<span>Video</span>" in card
    assert ">Z4</a>" in card
    assert ">Z5</a>" not in card  # six countries at most
    html = shown(client, "/events/")
    card = html[html.index('<article class="card">') : html.index("</article>")]
    for text in (
        '<span class="flag planned">planned</span>',
        "<span>Bilateral meeting</span>",
        "<span>Caspian &lt;Sea&gt;</span>",
        "<span>hybrid</span>",
        "<span><em>no article in this archive yet</em></span>",
    ):
        assert text in card, text
    assert Coverage.objects.count() == 0
