"""The number of database queries of a page does not depend on how much it shows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from archive import search
from tests import factories as make


def _populate(n: int) -> dict[str, str]:
    """An archive in which everything is linked to everything, `n` times; the addresses of one record of each kind."""
    country, city, topic = make.make_country(), make.make_city(latitude=41, longitude=69), make.make_topic()
    series = make.make_series(is_yearly=True)
    publisher, document = make.make_publisher(country=country), make.make_document()
    organisation = make.make_participant(kind="organisation", country=country)
    person = make.make_participant(country=country)
    event = make.make_event(city=city, series=series, topics=[topic], host_countries=[country])
    article = make.make_article(
        publisher=publisher, agency=publisher, dateline_city=city, dateline="CITY", source_document=document,
        source_position=1, topics=[topic], countries=[country], participants=[person, organisation],
    )  # fmt: skip
    make.make_coverage(article=article, event=event)
    for i in range(n):
        someone = make.make_participant(country=make.make_country())
        elsewhere = make.make_city(country=country, latitude=40 + i, longitude=70)
        office = make.make_office(participant=someone, organisation=organisation, start=f"20{i:02}")
        other = make.make_event(
            city=city,
            series=series,
            ordinal=3 * i + 3 if i % 2 else None,  # with gaps of both kinds
            ordinal_basis="stated" if i % 2 else "",
            date=f"{2000 + 3 * i}",
            parent=event,
            topics=[topic, make.make_topic(broader=topic)],
            host_countries=[country],
        )
        make.make_event(city=elsewhere, host_countries=[country, someone.country])
        make.make_attendance(event=event, participant=someone, office=office, source_article=article)
        make.make_attendance(event=other, participant=person)
        make.make_delegation(event=event, country=someone.country, source_article=article)
        make.make_figure(event=event, text=f"{i} things", source_article=article)
        make.make_reading(event=event, value=f"day {i}", source_article=article)
        make.make_event_source(event=event, supports=f"fact {i}", source_article=article)
        make.make_country_status(
            country=country, status="observer", start=f"20{i:02}", event=event, source_article=article
        )
        make.make_office(participant=person, title=f"Office {i}", country=country, source_article=article)
        another = make.make_article(
            publisher=make.make_publisher(), agency=publisher, dateline_city=city, dateline="CITY", source_document=document,
            source_position=i + 2, topics=[topic], countries=[country, someone.country], participants=[person, someone],
        )  # fmt: skip
        make.make_coverage(article=another, event=event)
        make.make_duplicate_decision(first=article, second=another, outcome="syndicated")
        term = make.make_term(source_article=article, variants=[f"Variant {i}"])
        make.make_term(related=[term.name, f"Variant {i}"], source_article=another)
        make.make_coverage(article=article, event=other)
    return {
        "article": article.get_absolute_url(),
        "event": event.get_absolute_url(),
        "participant": person.get_absolute_url(),
        "organisation": organisation.get_absolute_url(),
        "country": country.get_absolute_url(),
        "city": city.get_absolute_url(),
        "topic": topic.get_absolute_url(),
        "series": series.get_absolute_url(),
        "publisher": publisher.get_absolute_url(),
        "filtered events": f"/events/?country={country.iso2}&topic={topic.slug}&city={city.slug}&series={series.slug}",
        "filtered map": f"/map/?year=2014&country={country.iso2}&topic={topic.slug}&series={series.slug}",
        "network": "/network/",
        "network of countries": "/network/?show=countries",
        "narrowed network": f"/network/?show=countries&country={country.iso2}&topic={topic.slug}&year=2014",
        "network around one": f"/network/?around={person.slug}",
        "events of two": f"/events/?present={person.slug}&present={country.iso2}",
        "events without press": f"/events/?press=no&country={country.iso2}",
        "narrowed timeline": f"/timeline/?country={country.iso2}&topic={topic.slug}&series={series.slug}&kind=summit",
        "filtered articles": f"/articles/?country={country.iso2}&topic={topic.slug}&city={city.slug}&series={series.slug}",
    }


LISTS = {
    "home": "/",
    "about": "/about/",
    "JSON API": "/api/",
    "glossary": "/help/glossary/",
    "accessibility": "/help/accessibility/",
    "how to search": "/help/search/",
    "articles": "/articles/",
    "events": "/events/",
    "years": "/years/",
    "year": "/years/2014/",
    "undated": "/years/undated/",
    "cities": "/cities/",
    "map": "/map/",
    "map of a year": "/map/?year=2014&kind=summit",
    "topics": "/topics/",
    "participants": "/participants/",
    "countries": "/countries/",
    "series list": "/series/",
    "publishers": "/publishers/",
    "search": "/search/?q=headline",
    "search events": "/search/?q=event&in=events",
    "search participants": "/search/?in=participants",
    "search by what is not shown": "/search/?q=kind:news",
    "search without results": "/search/?q=zanzibar+headline&not_country=XX&year=1990",
    "months of a year": "/search/?year=2014",
    "all values of a facet": "/search/facet/?key=country&contains=a",
    "suggestions": "/search/suggest/?q=a",
    "timeline": "/timeline/",
    "timeline by month": "/timeline/?from=2013&to=2015",
    "timeline by day": "/timeline/?year=2014",
    "coverage": "/coverage/",
}

# The most that each kind of page may ask; a page that needs more has lost a prefetch, or what the overview keeps.
MOST = 17


@pytest.fixture
def queries_of(client: Client) -> Callable[[str], int]:
    def count(address: str) -> int:
        client.get(address)  # the first request opens the index and fills what is kept for the process
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = client.get(address)
        assert response.status_code == 200, address
        return len(captured)

    return count


@pytest.mark.usefixtures("index")
def test_the_number_of_queries_is_constant(queries_of: Callable[[str], int]) -> None:
    addresses = LISTS | _populate(2)
    search.ensure_fresh()
    few = {name: queries_of(address) for name, address in addresses.items()}
    more = LISTS | _populate(6)
    search.ensure_fresh()
    many = {name: queries_of(address) for name, address in more.items()}
    assert many == few
    for prefix in ("/ru", "/zh-hans"):
        assert {name: queries_of(prefix + address) for name, address in more.items()} == many
    assert max(many.values()) <= MOST, many
