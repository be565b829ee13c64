"""Events that no article of the archive covers say so and can be listed; so do cities without an event."""

import re

import pytest
from django.test import Client

from archive.views.records import cities, countries, sections
from tests import factories as make

pytestmark = pytest.mark.django_db


def html_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def test_events_with_and_without_press_can_be_listed(client: Client) -> None:
    reported = make.make_event(name="Reported event")
    drafted = make.make_event(name="Event of a draft")
    make.make_event(name="Event of nobody")
    for relation in ("reports", "mentions"):
        make.make_coverage(event=reported, relation=relation)
    make.make_coverage(event=drafted, article=make.make_article(status="draft"))

    def found(query: str) -> set[str]:
        return {card.title for card in client.get(f"/events/?{query}").context["page"]}

    assert found("press=yes") == {"Reported event"}
    assert found("press=no") == {"Event of a draft", "Event of nobody"}
    assert found("press=yes&press=no") == found("") == {"Reported event", "Event of a draft", "Event of nobody"}
    assert found("press=no&press=no&year=2014") == {"Event of a draft", "Event of nobody"}
    assert found("press=no&year=2013") == set()


def test_the_filter_is_offered_and_can_be_taken_off(client: Client) -> None:
    make.make_event()
    html = html_of(client, "/events/?press=no&year=2014&page=1")
    assert '<input type="checkbox" name="press" value="no" checked>' in html
    assert '<input type="checkbox" name="press" value="yes">' in html
    assert "Press: Without articles" in re.sub(r"</?span[^>]*>", "", html)
    assert 'href="?year=2014"' in html


def test_an_event_without_press_says_so_and_where_to_look(client: Client) -> None:
    series = make.make_series(slug="the-council")
    event = make.make_event(name="Council & co, “Tashkent” 2004", series=series)
    html = html_of(client, event.get_absolute_url())
    assert "No article in this archive yet." in html
    assert 'href="/search/?q=Council%20%26%20co%2C%20%E2%80%9CTashkent%E2%80%9D%202004"' in html
    assert 'href="/series/the-council/#articles"' in html
    make.make_coverage(event=event)
    assert "No article in this archive yet." not in html_of(client, event.get_absolute_url())


@pytest.mark.usefixtures("index")
def test_the_search_for_its_name_is_understood(client: Client) -> None:
    event = make.make_event(name="RATS Council: 24th session (video), Tashkent – NOT confirmed")
    make.make_article(headline="RATS Council holds its 24th session by video in Tashkent, not confirmed")
    html = html_of(client, event.get_absolute_url())
    link = html.split('href="/search/', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    assert client.get(f"/search/{link}").status_code == 200


def test_cards_say_no_article_instead_of_none(client: Client) -> None:
    event = make.make_event()
    assert "no article in this archive yet" in html_of(client, "/events/")
    assert "0 articles" not in html_of(client, "/events/")
    make.make_coverage(event=event)
    html = html_of(client, "/events/")
    assert "1 article<" in html
    assert "no article in this archive yet" not in html


def test_a_city_without_an_event_says_so(client: Client) -> None:
    city = make.make_city(name="Brussels", note="Stands for an organisation.")
    make.make_article(dateline="BRUSSELS", dateline_city=city)
    assert "no event" in html_of(client, "/cities/")
    html = html_of(client, city.get_absolute_url())
    assert "No event in this archive was held here." in html
    assert "No article in this archive covers an event held here." in html
    assert "Written from here" in html
    assert "Stands for an organisation." in html
    make.make_event(city=city)
    assert "no event" not in html_of(client, "/cities/")


def test_long_sections_lead_to_the_whole(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cities, countries, sections):
        monkeypatch.setattr(module, "SECTION_SIZE", 2)
    country = make.make_country()
    city, topic = make.make_city(name="Xi'an", slug="xian", country=country), make.make_topic()
    for _ in range(3):
        event = make.make_event(city=city, topics=[topic], host_countries=[country])
        article = make.make_article(countries=[country], topics=[topic], dateline="XI'AN", dateline_city=city)
        make.make_coverage(event=event, article=article)
        make.make_participant(country=country)
    for record, name, key in ((country, "country", country.iso2), (city, "city", "xian"), (topic, "topic", topic.slug)):
        html = html_of(client, record.get_absolute_url())
        assert f'href="/events/?{name}={key}">All 3 events' in html
        assert f'href="/articles/?{name}={key}">All 3 articles' in html
    html = html_of(client, country.get_absolute_url())
    assert f'href="/search/?in=participants&amp;country={country.iso2}">All 3 people and organisations' in html
    assert 'href="/search/?q=dateline:&quot;Xi%27an&quot;">All 3 articles' in html_of(client, city.get_absolute_url())


@pytest.mark.usefixtures("index")
def test_what_the_sections_lead_to_is_the_whole(client: Client) -> None:
    country = make.make_country()
    city = make.make_city(name="Xi'an", country=country)
    for _ in range(3):
        make.make_article(dateline="XI'AN", dateline_city=city)
        make.make_participant(country=country)
    for address in (f"/search/?in=participants&country={country.iso2}", '/search/?q=dateline:"Xi%27an"'):
        assert client.get(address).context["results"].total == 3, address
