"""Pages that tell of a record over time: that every number leads to a list of exactly as many, and that what is said is so."""

import re
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from archive.models import CountryStatus
from archive.views.records.countries import standing
from archive.views.records.participants import term_of
from archive.views.records.press import Phase, headings, phase_of
from tests import factories as make

pytestmark = pytest.mark.django_db


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def section(html: str, name: str) -> str:
    """The words of a section."""
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', html, re.DOTALL)
    return text_of(found[0]) if found else ""


# Numbers --------------------------------------------------------------------------------------------------------------


class Numbers(HTMLParser):
    """The links of a page to lists of events and articles, each with the number that it shows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, set[int]] = {}
        self._link: str | None = None
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and re.match(r"/(events|articles)/\?", given.get("href") or ""):
            self._link = given["href"]
        elif tag == "span" and self._link:
            self._hidden += given.get("class") == "hidden"

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link, self._hidden = None, 0

    def handle_data(self, data: str) -> None:
        if self._link and not self._hidden and (number := re.search(r"\d+", data)):
            self.found.setdefault(self._link, set()).add(int(number[0]))


@pytest.fixture
def archive() -> list[str]:
    """An archive with dates of every kind; the addresses of pages about it."""
    country, other = make.make_country(), make.make_country()
    city, elsewhere = make.make_city(country=country), make.make_city(country=other)
    topic = make.make_topic()
    narrower = make.make_topic(broader=topic)
    series = make.make_series(is_yearly=True)
    person, somebody = make.make_participant(country=country), make.make_participant(country=other)
    events = []
    for n, date in enumerate(
        ["2012-05-01", "2012-12-30/2013-01-02", "2014", "2014-06", "2014-06-11", "2015/..", "../2011-03", ""] * 2
    ):
        event = make.make_event(
            date=date,
            date_basis="text" if date else "",
            city=[city, city, elsewhere, None][n % 4],
            host_countries=[[country], [country, other], []][n % 3],
            topics=[[topic], [topic, narrower]][n % 2],
            series=[series, None][n % 5 == 0],
            status=["published", "published", "draft"][n % 3],
        )
        events.append(event)
        make.make_delegation(event=event, country=other, capacity=["member", "announced-only"][n % 2])
        for capacity in ("chair", "signatory"):
            make.make_attendance(event=event, participant=[person, somebody][n % 2], capacity=capacity)
        article = make.make_article(
            date=date,
            date_basis="text" if date else "",
            topics=[[topic], [topic, narrower], []][n % 3],
            countries=[country, other][: n % 3],
            participants=[person, somebody][: n % 3],
            status=["published", "published", "published", "draft"][n % 4],
        )
        for covered in events[:: n % 3 + 1]:
            make.make_coverage(article=article, event=covered)
    records = (country, other, city, elsewhere, topic, narrower, series, person, somebody, events[0], events[1])
    return [*(record.get_absolute_url() for record in records), "/", "/years/2012/", "/years/2014/", "/years/2015/"]


def test_each_number_leads_to_a_list_of_exactly_as_many(client: Client, archive: list[str]) -> None:
    followed: dict[str, set[int]] = {}
    for address in archive:
        numbers = Numbers(page(client, address)).found
        assert numbers, address
        for link, shown in numbers.items():
            followed.setdefault(link, set()).update(shown)
    listed = {link: client.get(link) for link in followed}
    assert {link for link, response in listed.items() if response.status_code != 200} == set()
    wrong = {
        link: (shown, total)
        for link, shown in followed.items()
        if shown != {total := listed[link].context["page"].paginator.count}
    }
    assert wrong == {}
    for name in ("year", "month", "topic", "city", "country", "host", "series", "participant", "event", "press"):
        assert any(f"{name}=" in link for link in followed), name


@pytest.mark.parametrize(
    "query",
    [
        "month=2014",
        "month=2014-13",
        "month=0000-01",
        "month=2014-1",
        "month=%00",
        "month=２０１４-06",
        "host=%00",
        "host=nowhere",
    ],
)
def test_a_filter_that_makes_no_sense_is_explained(client: Client, query: str) -> None:
    response = client.get(f"/events/?{query}")
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert client.get("/articles/?event=no-such-event").status_code == 400


def test_a_month_in_force_is_named_and_can_be_taken_off(client: Client) -> None:
    make.make_event(date="2014-06-11")
    html = page(client, "/events/?month=2014-06&month=2014-00")
    assert "Month: June 2014" in text_of(html)
    assert "Month: 2014, month not known" in text_of(html)
    assert 'href="?month=2014-00"' in html
    assert 'name="month"' not in page(client, "/events/")


# People ---------------------------------------------------------------------------------------------------------------


def test_a_term_says_which_side_is_not_recorded() -> None:
    def term(**fields: str) -> str:
        return term_of(make.make_office(**fields))

    assert term(start="2012-12-28", end="2017-11-04") == "28 December 2012 – 4 November 2017"
    assert term(start="1994-11-16") == "since 16 November 1994; no end is recorded"
    assert term(end="2020") == "until 2020; the start is not recorded"
    assert term(term="attested April 2018", start="2018") == "attested April 2018"
    assert term() == "not known"


def test_offices_stand_in_order_of_time(client: Client) -> None:
    person = make.make_participant()
    for title, start, end in (("Third", "", ""), ("Second", "2015", ""), ("First", "", "2010-03")):
        make.make_office(participant=person, title=title, start=start, end=end)
    html = page(client, person.get_absolute_url())
    assert re.findall(r"First|Second|Third", section(html, "offices")) == ["First", "Second", "Third"]
    assert html.count('<svg class="lane"') == 2


def test_an_event_stands_once_with_all_capacities_and_the_office_of_the_time(client: Client) -> None:
    person = make.make_participant()
    office = make.make_office(participant=person, title="Minister", country=make.make_country(name="Utopia"))
    later, earlier = make.make_event(date="2015", name="Later"), make.make_event(date="2014", name="Earlier")
    draft = make.make_event(date="2013", name="Drafted", status="draft")
    make.make_attendance(event=later, participant=person, capacity="chair", office=office)
    make.make_attendance(event=later, participant=person, capacity="signatory", office=office)
    make.make_attendance(event=earlier, participant=person, capacity="speaker")
    make.make_attendance(event=draft, participant=person)
    said = section(page(client, person.get_absolute_url()), "events")
    assert said.endswith("2014 Earlier Speaker 2015 Later Chair, signatory Minister (Utopia)")
    assert said.startswith("Events attended 2 ")


def test_who_attended_nothing_is_said_not_to_have_been_named_as_present(client: Client) -> None:
    person = make.make_participant()
    make.make_article(participants=[person])
    assert "Being named in an article is not taking part." in page(client, person.get_absolute_url())


# Countries ------------------------------------------------------------------------------------------------------------


def test_the_standing_of_a_country_is_told_from_today_back(client: Client) -> None:
    country = make.make_country()
    for status, start, end in (
        ("observer", "2005-07-05", "2017-06-09"),
        ("member", "2017-06-09", ""),
        ("dialogue-partner", "2004", "2005-07-05"),
    ):
        make.make_country_status(country=country, status=status, start=start, end=end)
    make.make_country_status(country=country, status="memorandum-signed", kind="step", start="2016-06-24")
    html = page(client, country.get_absolute_url())
    assert (
        "Member since 9 June 2017. Before that observer, from 5 July 2005 to 9 June 2017. "
        "Before that dialogue partner, from 2004 to 5 July 2005."
    ) in section(html, "status")
    assert html.count('<svg class="lane"') == 4


def test_a_standing_that_ended_is_not_continued() -> None:
    row = CountryStatus(status="observer", start="2005", end="2010")
    assert standing([row]) == ["Observer from 2005 to 2010; nothing is recorded of its standing after that."]
    assert standing([]) == []


def test_a_country_without_a_standing_says_so(client: Client) -> None:
    country = make.make_country(name="Utopia")
    assert "This archive records no standing of Utopia in the SCO." in page(client, country.get_absolute_url())


# The press on an event ------------------------------------------------------------------------------------------------


def dated(earliest: str | None, latest: str | None = None) -> Any:
    from datetime import date

    days = [day and date.fromisoformat(day) for day in (earliest, latest or earliest)]
    return SimpleNamespace(date_earliest=days[0], date_latest=days[1])


@pytest.mark.parametrize(
    ("relation", "article", "phase"),
    [
        ("previews", dated("2014-08-01"), Phase.BEFORE),
        ("previews", dated("2014-08-25"), Phase.BEFORE),
        ("previews", dated(None), Phase.BEFORE),
        ("mentions", dated("2014-08-23"), Phase.BEFORE),
        ("reports", dated("2014-08-23"), Phase.BEFORE),
        ("reports", dated("2014-08-24"), Phase.REPORTED),
        ("reports", dated("2014-09-28"), Phase.REPORTED),
        ("reports", dated("2014-09-29"), Phase.AFTER),
        ("reports", dated("2014-08-29", "2014-12-31"), Phase.REPORTED),
        ("reports", dated(None), Phase.REPORTED),
        ("mentions", dated("2014-08-25"), Phase.MENTIONED),
        ("mentions", dated("2014-08-01", "2014-08-31"), Phase.MENTIONED),
        ("mentions", dated(None), Phase.MENTIONED),
        ("mentions", dated("2014-08-30"), Phase.AFTER),
    ],
)
def test_an_article_belongs_where_link_and_dates_say(relation: str, article: Any, phase: Phase) -> None:
    assert phase_of(relation, article, dated("2014-08-24", "2014-08-29")) is phase


def test_of_an_event_without_a_date_only_the_link_tells() -> None:
    article = dated("2014-08-01")
    found = [phase_of(relation, article, dated(None)) for relation in ("previews", "reports", "mentions")]
    assert found == [Phase.BEFORE, Phase.REPORTED, Phase.MENTIONED]


def test_headings_follow_one_another_and_empty_ones_are_left_out(client: Client) -> None:
    event = make.make_event(date="2014-08-24/2014-08-29")
    for date, relation in (("2015-01-01", "mentions"), ("2014-08-27", "reports"), ("2014-06-01", "previews")):
        make.make_coverage(event=event, relation=relation, article=make.make_article(date=date))
    html = page(client, event.get_absolute_url())
    assert re.findall(r'<h3 class="phase">([^<]+)', html) == ["Announced beforehand", "Reported", "Looked back on"]
    assert headings([], event) == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("planned", "Planned: nothing in this archive says that it took place."),
        ("announced", "Whether it took place is not known to this archive."),
        ("cancelled", "Cancelled: it did not take place."),
    ],
)
def test_an_event_that_is_not_known_to_have_been_held_says_so(client: Client, state: str, said: str) -> None:
    assert said in page(client, make.make_event(state=state).get_absolute_url())
    assert said not in page(client, make.make_event().get_absolute_url())


# Series and years -----------------------------------------------------------------------------------------------------


def test_a_series_tells_where_it_met_in_turn_and_who_chaired(client: Client) -> None:
    # Named, for numbered names may look like years.
    series = make.make_series(name="The series")
    events = [
        make.make_event(series=series, name="A meeting", date=date, city=make.make_city(name=name))
        for date, name in (("2016", "Tashkent"), ("2014", "Dushanbe"), ("", "Nowhere"))
        if date
    ]
    make.make_event(series=series, name="By video", date="2015", format="video")
    chair = make.make_participant(name="Some Chair")
    make.make_attendance(event=events[0], participant=chair, capacity="chair")
    make.make_attendance(event=events[1], participant=make.make_participant(name="A Speaker"), capacity="speaker")
    html = page(client, series.get_absolute_url())
    assert re.findall(r"(20\d\d)\s+([A-Z]\w+)", section(html, "hosts")) == [("2014", "Dushanbe"), ("2016", "Tashkent")]
    assert "Some Chair" in section(html, "chairs")
    assert "A Speaker" not in section(html, "chairs")


def test_a_year_is_told_month_by_month(client: Client) -> None:
    make.make_event(date="2014-06-11", name="In June")
    make.make_event(date="2014-06-30/2014-07-02", name="Over both")
    make.make_event(date="2014", name="Some time")
    make.make_article(date="2014-07-05", headline="Of July")
    html = page(client, "/years/2014/")
    months = re.findall(r'<section class="month".*?<h2[^>]*>([^<]+)</h2>(.*?)</section>', html, re.DOTALL)
    assert [name for name, _html in months] == ["June 2014", "July 2014", "2014, month not known"]
    assert ["Over both" in body for _name, body in months] == [True, True, False]
    assert "Of July" in months[1][1]
    assert "Some time" in months[2][1]


def test_a_year_says_which_yearly_series_have_nothing_of_it(client: Client) -> None:
    yearly, other = make.make_series(name="Yearly", is_yearly=True), make.make_series(name="Now and then")
    for series in (yearly, other):
        for date in ("2012", "2014"):
            make.make_event(series=series, date=date)
    make.make_event(date="2013-05")
    html = page(client, "/years/2013/")
    assert "Yearly" in section(html, "missing")
    assert "Now and then" not in section(html, "missing")
    assert section(page(client, "/years/2014/"), "missing") == ""
    make.make_event(series=yearly, date="2013-08")
    assert section(page(client, "/years/2013/"), "missing") == ""
    assert "Yearly 1" in section(page(client, "/years/2013/"), "series")
