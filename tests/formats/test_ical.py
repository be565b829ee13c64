"""Calendars, read back with icalendar."""

from datetime import UTC, date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from archive.formats import ical
from archive.formats.text import clean
from archive.models import Event
from tests.factories import make_city, make_country, make_event, make_topic

pytestmark = pytest.mark.django_db
SITE = "https://archive.example"


def calendar(*events: Event) -> Any:
    return Calendar.from_ical(ical.write(events, site=SITE, name="Summits", url=f"{SITE}/events/?format=ics"))


def entry(**fields: Any) -> Any:
    [found] = calendar(make_event(**fields)).walk("VEVENT")
    return found


@pytest.mark.parametrize(
    ("edtf", "first", "after"),
    [
        ("2014-08-24", date(2014, 8, 24), date(2014, 8, 25)),
        ("2014-08-24/2014-08-29", date(2014, 8, 24), date(2014, 8, 30)),
        ("2015-12-31", date(2015, 12, 31), date(2016, 1, 1)),
    ],
)
def test_whole_days_with_an_exclusive_end(edtf: str, first: date, after: date) -> None:
    found = entry(date=edtf)
    assert (found["dtstart"].dt, found["dtend"].dt) == (first, after)
    assert found["dtstart"].params["VALUE"] == "DATE"


@pytest.mark.parametrize(
    "edtf",
    ["2014", "2014-08", "2014-08-24?", "2014-08-24~", "[2016-01-16..2016-01-27]", "2014-08-24/..", "2014-08/2014-09"],
)
def test_what_has_no_certain_day_is_left_out_and_counted(edtf: str) -> None:
    found = calendar(make_event(date=edtf), make_event(date="", date_basis=""), make_event())
    assert len(found.walk("VEVENT")) == 1
    assert "1 event whose days are known. 2 left out" in found["x-wr-caldesc"]


@pytest.mark.parametrize(
    ("state", "status"),
    [("held", "CONFIRMED"), ("planned", "TENTATIVE"), ("announced", "TENTATIVE"), ("cancelled", "CANCELLED")],
)
def test_the_state_is_told(state: str, status: str) -> None:
    assert entry(state=state)["status"] == status


def test_what_an_event_says() -> None:
    city = make_city(name="Ufa", country=make_country(name="Russia"), latitude="54.7", longitude="56.0")
    event = make_event(name="Summit", slug="summit", city=city, place="Congress Hall", summary="They met.")
    event.topics.add(make_topic(name="Drugs, and more"))
    [found] = calendar(event).walk("VEVENT")
    assert found["uid"] == "summit@archive.example"
    assert found["location"] == "Congress Hall, Ufa, Russia"
    assert found["url"] == f"{SITE}/events/summit/"
    assert found["description"] == "They met."
    assert found["categories"].cats == ["Drugs, and more"]
    assert (found["geo"].latitude, found["geo"].longitude) == (54.7, 56.0)
    assert found["dtstamp"].dt.tzinfo is UTC or found["dtstamp"].dt.utcoffset().total_seconds() == 0


def test_a_change_raises_the_sequence_and_keeps_the_identity() -> None:
    event = make_event()
    [before] = calendar(event).walk("VEVENT")
    event.name = "Another name"
    event.save()
    [after] = calendar(event).walk("VEVENT")
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["dtstamp"].dt >= before["dtstamp"].dt


@given(name=st.text(min_size=1, max_size=80))
def test_any_name_comes_back_whole(name: str) -> None:
    event = Event(pk=1, slug="x", name=name, date="2014-08-24", kind="summit")
    event._prefetched_objects_cache = {"topics": []}
    [found] = calendar(event).walk("VEVENT")
    expected = clean(name).replace("\r\n", "\n").replace("\r", "\n")
    assert str(found["summary"]).replace("\r\n", "\n").replace("\r", "\n").strip() == expected.strip()


def test_empty() -> None:
    found = calendar()
    assert found.walk("VEVENT") == []
    assert found["x-wr-calname"] == "Summits"
