"""The network's page: each number leads to a list of exactly so many events, in the picture as in the tables."""

import html as htmllib
import re
from itertools import pairwise

import pytest
from django.test import Client

from archive.models import Country, Participant
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def meetings() -> dict[str, str]:
    """Three people and three countries at events of two years; slugs and codes by letter."""
    countries = [make.make_country(name=name) for name in ("Aland", "Bland", "Cland")]
    people = [
        make.make_participant(name=name, country=country)
        for name, country in zip(("Ann", "Bob <b>", "Cleo"), countries, strict=True)
    ]
    topic = make.make_topic(slug="border")
    for date, state, there in (
        ("2014-05", "held", "abc"),
        ("2014-06", "held", "ab"),
        ("2015-06", "held", "ab"),
        ("2015", "held", "a"),
        ("2015", "planned", "abc"),
        ("2015", "cancelled", "bc"),
    ):
        event = make.make_event(date=date, state=state, topics=[topic] if date == "2014-06" else [])
        for letter in there:
            make.make_attendance(event=event, participant=people["abc".index(letter)])
    make.make_delegation(event=make.make_event(date="2016"), country=countries[0])
    make.make_attendance(event=make.make_event(date="2014", status="draft"), participant=people[0])
    letters = zip("abc", people, strict=True)
    return {letter: person.slug for letter, person in letters} | {
        letter.upper(): country.iso2 for letter, country in zip("abc", countries, strict=True)
    }


def html_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def numbers(html: str) -> dict[str, int]:
    """The number beside each link to a list of events with somebody present; in the drawing it stands in the link's name."""
    links = re.findall(
        r'<a href="(/events/\?present=[^"]+)"( aria-label="[^"]*: (\d+) events?")?[^>]*>(?:(\d+)\b)?', html
    )
    found: dict[str, int] = {}
    for address, _label, named, shown in links:
        number = int(named or shown)
        # The same of the same list, wherever it stands.
        assert found.setdefault(htmllib.unescape(address), number) == number, address
    return found


@pytest.mark.usefixtures("meetings")
@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("", 3),
        ("show=countries", 3),
        ("year=2014", 2),
        ("year=2014..2016&show=countries", 3),
        ("topic=border", 1),
        ("show=countries&topic=border&year=2014&year=2015", 1),
    ],
)
def test_each_number_leads_to_so_many_events(client: Client, query: str, most: int) -> None:
    found = numbers(html_of(client, f"/network/?{query}"))
    pairs = {address: number for address, number in found.items() if address.count("present=") == 2}
    assert max(pairs.values()) == most
    for address, number in found.items():
        assert client.get(address).context["page"].paginator.count == number, address


def test_picture_and_tables_have_the_same(client: Client, meetings: dict[str, str]) -> None:
    html = html_of(client, "/network/")
    svg, tables = html.split(" data-network>", 1)[1].split("</svg>", 1)
    in_tables = numbers(tables)
    drawn = numbers(svg)
    a, b, c = (meetings[letter] for letter in "abc")
    pair = "/events/?present={}&present={}"
    assert drawn == {pair.format(a, b): 3, pair.format(a, c): 1, pair.format(b, c): 1}
    assert drawn.items() <= in_tables.items()
    assert {f"/events/?present={slug}": n for slug, n in ((a, 4), (b, 3), (c, 1))}.items() <= in_tables.items()
    for slug in (a, b, c):
        assert f'<a href="/participants/{slug}/" aria-label="' in svg
        assert f'<a href="/participants/{slug}/">' in tables
    assert "Ann and Bob &lt;b&gt;: 3 events" in svg
    assert "Ann: 4 events, met 2" in svg
    assert "Of 5 events held, the archive says for 4 who was there, and for 3 it names two or more" in " ".join(
        html.split()
    )


def test_the_matrix_is_symmetric(client: Client, meetings: dict[str, str]) -> None:
    found = numbers(html_of(client, "/network/?show=countries").split('<table class="counts matrix">')[1])
    for address, number in found.items():
        codes = re.findall(r"present=([A-Z]{2})", address)
        if len(codes) == 2:
            turned = f"/events/?present={codes[1]}&present={codes[0]}"
            assert found[turned] == number
    # A delegation and somebody's attendance both count.
    assert found[f"/events/?present={meetings['A']}"] == 5


def test_around_one_are_the_pairs_with_that_one(client: Client, meetings: dict[str, str]) -> None:
    html = html_of(client, f"/network/?around={meetings['c']}&year=2014")
    assert "Whom Cleo met" in html
    found = numbers(html)
    assert len(found) == 2
    assert all(f"present={meetings['c']}" in address for address in found)
    assert "Around: Cleo" in html
    html = html_of(client, f"/network/?around={meetings['C']}&show=people")
    assert "Whom Cland met" in html
    assert 'aria-current="true">Countries' in html


def test_the_page_of_one_has_the_same_numbers(client: Client, meetings: dict[str, str]) -> None:
    person, country = Participant.objects.get(slug=meetings["a"]), Country.objects.get(iso2=meetings["A"])
    for record in (person, country):
        found = numbers(html_of(client, record.get_absolute_url()))
        assert sorted(found.values()) == [1, 3]
        for address, number in found.items():
            assert client.get(address).context["page"].paginator.count == number


def test_the_page_of_one_who_met_nobody_says_so(client: Client) -> None:
    alone, nowhere = make.make_participant(name="Alone"), make.make_participant(name="Nowhere")
    make.make_attendance(participant=alone)
    make.make_attendance(participant=nowhere, event=make.make_event(state="planned"))
    assert "Alone was at 1 event of this archive, which names nobody else" in html_of(client, alone.get_absolute_url())
    assert "No event of this archive that was held names Nowhere" in html_of(client, nowhere.get_absolute_url())
    assert "No event of this archive that was held names" in html_of(client, make.make_country().get_absolute_url())


def test_filters_stay_when_the_network_is_switched_and_back(client: Client, meetings: dict[str, str]) -> None:
    html = html_of(client, "/network/?show=countries&year=2014&topic=border")
    assert 'href="?show=people&amp;topic=border&amp;year=2014"' in html
    assert '<input type="hidden" name="show" value="countries">' in html
    assert 'name="sort"' not in html
    assert 'href="?show=countries&amp;topic=border"' in html  # the chip of the year


def test_those_present_can_be_taken_off_the_list_of_events(client: Client, meetings: dict[str, str]) -> None:
    html = html_of(client, f"/events/?present={meetings['a']}&present={meetings['B']}")
    assert "Present: Ann" in html
    assert "Present: Bland" in html
    assert f'<input type="checkbox" name="present" value="{meetings["a"]}" checked>' in html
    assert client.get(f"/events/?present={meetings['a']}&present={meetings['B']}").context["page"].paginator.count == 3
    assert 'name="present"' not in html_of(client, "/events/")


def test_pairs_are_paged(client: Client) -> None:
    event = make.make_event()
    for _ in range(12):
        make.make_attendance(event=event)
    slugs = []
    for page in (1, 2):
        table = html_of(client, f"/network/?page={page}").split('<table class="counts pairs">')[1].split("</table>")[0]
        slugs.append(set(re.findall(r"present=([^&]+)&amp;present=([^\"]+)", table)))
    assert [len(found) for found in slugs] == [50, 16]
    assert not any(one & other for one, other in pairwise(slugs))


@pytest.mark.parametrize("path", ["/network/", "/events/"])
@pytest.mark.parametrize(
    "query",
    [
        *("year=20x4", "year=99999999999999", "country=zz", "topic=%00", "nonsense=1", "series=%27%20OR%201"),
        *("present=nobody", "around=nobody", "show=friends", "show=people&show=x", "around=ZZ", "around=a&around=b"),
        "around=%00",
        "present=%F0%9F%92%A9",
        "&".join(f"present=x{n}" for n in range(11)),
    ],
)
def test_what_is_not_understood_answers_with_a_sentence(client: Client, path: str, query: str) -> None:
    make.make_attendance()
    html = html_of(client, f"{path}?{query}", 400)
    assert 'role="alert"' in html


@pytest.mark.parametrize("query", ["page=0", "page=99", "page=x", "show=countries&page=99999999999999999999"])
def test_there_is_no_such_page(client: Client, query: str) -> None:
    assert client.get(f"/network/?{query}").status_code in (400, 404)


def test_a_draft_cannot_be_asked_for(client: Client) -> None:
    draft = make.make_participant(status="draft")
    make.make_attendance(participant=draft)
    for address in (f"/network/?around={draft.slug}", f"/events/?present={draft.slug}"):
        html_of(client, address, 400)
    assert draft.name not in html_of(client, "/network/")


def test_an_empty_archive_says_so(client: Client) -> None:
    for query in ("", "show=countries", "year=2014"):
        html = html_of(client, f"/network/?{query}")
        assert "Nobody met anybody" in html
        assert '<svg class="network" viewBox' not in html
