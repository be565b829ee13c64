"""Series that can be walked: from event to event, and as one list with its gaps."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from archive.models import Event, EventSeries
from tests import factories as make

pytestmark = pytest.mark.django_db


def numbered(series: EventSeries, ordinal: int, **fields: Any) -> Event:
    fields = {"ordinal_basis": "stated", "date": f"{2000 + ordinal}-06-15", "name": f"Session {ordinal}", **fields}
    return make.make_event(series=series, ordinal=ordinal, slug=f"session-{ordinal}", **fields)


def text_of(html: str) -> str:
    """What the page says, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def walk(client: Client, event: Event) -> str:
    """The words of an event's steps along its series; empty where there are none."""
    found = re.search(r'<nav class="walk".*?</nav>', page(client, event.get_absolute_url()), re.DOTALL)
    return text_of(found[0]) if found else ""


def rows(client: Client, series: EventSeries, query: str = "") -> list[str]:
    """The words of each row of a series' list."""
    html = page(client, series.get_absolute_url() + query)
    body = re.search(r'<table class="series.*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    assert body
    return [text_of(row) for row in re.findall(r"<tr.*?</tr>", body[1], re.DOTALL)]


# From event to event --------------------------------------------------------------------------------------------------


def test_an_event_leads_to_its_neighbours_with_name_and_date(client: Client) -> None:
    series = make.make_series()
    _, middle, _ = [numbered(series, n) for n in (1, 2, 3)]
    assert walk(client, middle) == (
        "Previous in the series Session 1 15 June 2001 Next in the series Session 3 15 June 2003"
    )
    html = page(client, middle.get_absolute_url())
    assert re.search(r'<a rel="prev" href="/events/session-1/">', html)
    assert re.search(r'<a rel="next" href="/events/session-3/">', html)
    assert "event 2 of 3 in this archive" in html


def test_what_is_missing_on_the_way_is_said_and_leads_to_the_series(client: Client) -> None:
    series = make.make_series(slug="the-council")
    first, second, third = numbered(series, 4), numbered(series, 6), numbered(series, 11)
    assert walk(client, first) == (
        "Previous in the series Nos. 1–3 are not in this archive "
        "Next in the series Session 6 15 June 2006 No. 5 is not in this archive"
    )
    assert "Session 4 15 June 2004 No. 5 is not in this archive" in walk(client, second)
    assert walk(client, third) == ("Previous in the series Session 6 15 June 2006 Nos. 7–10 are not in this archive")
    assert '<a href="/series/the-council/">Nos. 7–10' in page(client, third.get_absolute_url())


def test_years_are_missing_in_a_yearly_series_only(client: Client) -> None:
    for is_yearly in (True, False):
        series = make.make_series(is_yearly=is_yearly)
        make.make_event(series=series, date="2010-05-22")
        event = make.make_event(series=series, date="2012-05-11")
        assert ("No event of 2011 in this archive" in walk(client, event)) is is_yearly


def test_the_first_of_a_complete_series_has_no_step_back(client: Client) -> None:
    series = make.make_series()
    first = numbered(series, 1)
    assert walk(client, first) == ""
    numbered(series, 2)
    assert "Previous" not in walk(client, first)


def test_events_of_one_day_are_walked_by_number(client: Client) -> None:
    series = make.make_series()
    # Their slugs would turn them round.
    second = numbered(series, 10, date="2016-04-08", name="The later one")
    first = numbered(series, 9, date="2016-04-08", name="The earlier one")
    assert "Next in the series The later one" in walk(client, first)
    assert "Previous in the series The earlier one" in walk(client, second)


def test_undated_and_unpublished_events_are_no_neighbours(client: Client) -> None:
    series = make.make_series()
    event = numbered(series, 1)
    undated = make.make_event(series=series, date="", date_basis="", name="Undated session")
    numbered(series, 2, status="draft", name="Drafted session")
    assert walk(client, event) == ""
    assert walk(client, undated) == ""


def test_a_preview_shows_where_the_event_would_stand(client: Client) -> None:
    series = make.make_series()
    numbered(series, 1)
    numbered(series, 3)
    draft = numbered(series, 2, status="draft")
    client.force_login(User.objects.create_superuser("root"))
    assert walk(client, draft) == (
        "Previous in the series Session 1 15 June 2001 Next in the series Session 3 15 June 2003"
    )


def test_other_series_and_none_are_not_mixed_in(client: Client) -> None:
    event = make.make_event(series=make.make_series())
    make.make_event(series=make.make_series())
    alone = make.make_event()
    assert walk(client, event) == walk(client, alone) == ""


# As one list ----------------------------------------------------------------------------------------------------------


def test_a_series_lists_its_events_and_gaps_in_order(client: Client) -> None:
    series = make.make_series()
    city = make.make_city(name="Tashkent")
    numbered(series, 4, city=city)
    make.make_event(series=series, date="2005-01-09", name="Extraordinary session", place="On a ship")
    planned = numbered(series, 5, state="planned", format="video", ordinal_basis="inferred")
    make.make_coverage(event=planned)
    numbered(series, 8)
    expected = [
        "1–3 not in this archive",
        "4 15 June 2004 Session 4 Tashkent no article yet",
        "9 January 2005 Extraordinary session On a ship no article yet",
        "[5] 15 June 2005 Session 5 planned By video 1 article",
        "6–7 not in this archive",
        "8 15 June 2008 Session 8 no article yet",
    ]
    assert rows(client, series) == expected
    assert rows(client, series, "?sort=newest") == expected[::-1]
    html = page(client, series.get_absolute_url())
    assert "Missing numbers 1–3, 6–7" in text_of(html)
    assert "A number in brackets was counted" in html


def test_a_yearly_series_without_numbers_shows_its_empty_years(client: Client) -> None:
    series = make.make_series(is_yearly=True)
    for year in (2010, 2012, 2016):
        make.make_event(series=series, date=str(year), name=f"Ministers {year}")
    assert rows(client, series) == [
        "2010 Ministers 2010 no article yet",
        "2011 no event in this archive",
        "2012 Ministers 2012 no article yet",
        "2013–2015 no event in this archive",
        "2016 Ministers 2016 no article yet",
    ]
    text = text_of(page(client, series.get_absolute_url()))
    assert "Missing years 2011, 2013–2015" in text
    assert "No. Date" not in text  # the column would be empty
    assert "in brackets" not in text


def test_numbers_that_may_be_among_the_unnumbered_are_not_called_absent(client: Client) -> None:
    series = make.make_series()
    numbered(series, 1)
    make.make_event(series=series, date="2002")
    numbered(series, 3)
    assert rows(client, series)[2] == "2 not in this archive, unless among the events without a number"


def test_undated_events_come_last_in_either_order(client: Client) -> None:
    series = make.make_series()
    numbered(series, 1)
    numbered(series, 2)
    make.make_event(series=series, date="", date_basis="", name="Undated session")
    assert ["Undated" in row for row in rows(client, series)] == [False, False, True]
    newest = rows(client, series, "?sort=newest")
    assert [row.split()[0] for row in newest] == ["2", "1", "undated"]


def test_only_published_events_and_articles_count(client: Client) -> None:
    series = make.make_series()
    event = numbered(series, 1)
    numbered(series, 2, status="draft")
    make.make_coverage(event=event, article=make.make_article(status="draft"))
    assert rows(client, series) == ["1 15 June 2001 Session 1 no article yet"]


def test_a_long_series_comes_in_pages(client: Client) -> None:
    series = make.make_series()
    for n in range(3, 107):
        numbered(series, n, date="2001-06-15", name=f"Session {n}")
    address = series.get_absolute_url()
    first, second = rows(client, series), rows(client, series, "?page=2")
    assert first[0] == "1–2 not in this archive"
    assert len(first) == 100
    assert [row.split()[0] for row in second] == ["102", "103", "104", "105", "106"]
    newest = page(client, f"{address}?sort=newest")
    assert "Page 1 of 2" in newest
    assert "?sort=newest&amp;page=2" in newest
    assert re.search(r'<a class="count"[^>]*>104</a>', newest)


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("?sort=sideways", 400, "sort by newest or oldest"),
        ("?page=abc", 400, "is not a page number"),
        ("?page=2", 404, "the list has one page"),
    ],
)
def test_bad_input_gets_a_page_with_a_message(client: Client, query: str, status: int, message: str) -> None:
    series = make.make_series()
    make.make_event(series=series)
    response = client.get(series.get_absolute_url() + query)
    assert response.status_code == status
    assert message in response.content.decode()


def test_a_series_without_events_says_so(client: Client) -> None:
    html = page(client, make.make_series().get_absolute_url())
    assert "No events in this archive yet." in html
    assert "No article in this archive yet." in html
