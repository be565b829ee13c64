"""The layout of the timeline: nothing overlaps, nothing leaves the picture, every event is counted once."""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.models import Article, CountryStatus, Event
from archive.overview import overview
from archive.pictures import timeline
from archive.pictures.timeline import (
    MOST_BARS,
    MOST_SINGLE,
    TARGET,
    WIDTH,
    BadSpan,
    Lane,
    Picture,
    Span,
    Thing,
    picture,
    span_of,
    text_width,
)
from tests import factories as make

SPANS = [Span(1996, 2026), Span(2014, 2016), Span(2014, 2014), Span(1, 2026)]


def drawn(span: Span) -> Picture:
    return picture(
        events=Event.objects.published(), articles=Article.objects.published(), statuses=CountryStatus.objects.all(),
        span=span, narrowed="", press="", archive=overview(),
    )  # fmt: skip


def assert_sound(lane: Lane) -> None:
    """Marks stand within the picture and beside each other, and together are the events of the lane."""
    assert sum(mark.thing.n for mark in lane.marks) + lane.more == lane.n
    for at, mark in enumerate(lane.marks):
        assert mark.x >= 0
        assert mark.x + mark.width <= WIDTH + 0.2
        assert 0 <= mark.y <= lane.height - TARGET
        assert mark.width >= TARGET
        assert 0 <= mark.begin <= mark.end <= WIDTH
        for other in lane.marks[:at]:
            beside = mark.x + mark.width <= other.x + 0.2 or other.x + other.width <= mark.x + 0.2
            assert beside or abs(mark.y - other.y) >= TARGET, (mark, other)


# The span ----------------------------------------------------------------------------------------------------------------


@given(first=st.integers(1, 9998), length=st.integers(0, 9997))
def test_columns_cover_the_span_without_gap_and_can_be_hit(first: int, length: int) -> None:
    span = Span(first, min(first + length, 9998))
    columns = span.columns
    assert columns[0].first == span.begins
    assert columns[-1].last == span.ends
    assert all(one.last + timedelta(1) == two.first for one, two in pairwise(columns))
    assert all(column.width >= TARGET for column in columns)
    assert sum(column.width for column in columns) == pytest.approx(WIDTH)


@given(day=st.dates(date(1990, 1, 1), date(2030, 12, 31)), later=st.integers(0, 4000))
def test_days_run_from_left_to_right_within_their_column(day: date, later: int) -> None:
    for span in SPANS:
        assert 0 <= span.x(day) <= span.x(day + timedelta(later)) <= WIDTH
        column = span.column(day, day)
        if column:
            assert column.first <= day <= column.last
            assert column.x - 0.01 <= span.x(day) < column.x + column.width


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, Span(1996, 2026)),
        ({"year": "2014"}, Span(2014, 2014)),
        ({"from": "2014", "to": "2016"}, Span(2014, 2016)),
        ({"from": "2020"}, Span(2020, 2026)),
        ({"to": "2001"}, Span(1996, 2001)),
        ({"from": "", "to": ""}, Span(1996, 2026)),
    ],
)
def test_the_address_says_the_span(asked: dict[str, str], expected: Span) -> None:
    assert span_of(asked, [2001, 2018], 2026) == expected


@pytest.mark.parametrize(
    "asked",
    [
        {"year": "MMXIV"}, {"year": "14"}, {"year": "0000"}, {"year": "9999"}, {"year": "２０１４"}, {"year": ""},
        {"year": "9" * 5000}, {"from": "2016", "to": "2014"}, {"from": "x"}, {"to": "\0"}, {"year": "2014", "to": "2016"},
    ],
)  # fmt: skip
def test_what_is_no_span_is_refused_with_a_sentence(asked: dict[str, str]) -> None:
    with pytest.raises(BadSpan, match=r".+\.$"):
        span_of(asked, [], 2026)


# Layout ------------------------------------------------------------------------------------------------------------------

_days = st.dates(date(2012, 1, 1), date(2018, 12, 31))
_items = st.builds(
    lambda first, length, name, vague, lasting: timeline._Item(
        Thing(1, name, "", "/"), first, first + timedelta(length), vague, lasting
    ),
    _days, st.integers(0, 900), st.text("abc 上海", min_size=1, max_size=80), st.booleans(), st.booleans(),
)  # fmt: skip


@given(st.lists(_items, max_size=30), st.booleans())
def test_packed_marks_never_overlap_or_leave_the_picture(items: list[timeline._Item], labelled: bool) -> None:
    for span in (Span(2014, 2014), Span(2013, 2015), Span(2012, 2018)):
        inside = [item for item in items if item.last >= span.begins and item.first <= span.ends]
        marks, rows = timeline._packed(inside, span, below=0, labelled=labelled)
        assert len(marks) == len(inside)
        assert_sound(Lane("", "", len(inside), "", tuple(marks), max(rows, 1) * timeline.ROW))
        for mark in marks:
            if mark.label and mark.label_anchor == "inside":
                assert mark.begin <= mark.label_x
                assert mark.label_x + text_width(mark.label) <= mark.end + 8


# Of an archive ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(db: None) -> None:
    dice = random.Random(11)
    series = [make.make_series(kind=kind) for kind in ("exercise", "body", "forum")]
    dates = [
        "2014", "2014-08", "2014-08-24", "2014-08-30/2014-09-02", "2014-12-30/2015-01-02", "[2015-01-16..2015-03-27]",
        "2013/2016", "2016-07?", "2014~", "../2014", "2015/..", "1996-04-26", "2026-11", "",
    ]  # fmt: skip
    for _ in range(120):
        written = dice.choice(dates)
        make.make_event(
            series=dice.choice([*series, None]), date=written, date_basis="text" if written else "",
            state=dice.choice(Event.State.values), status=dice.choice(["published"] * 4 + ["draft"]),
        )  # fmt: skip
        make.make_article(date=written, date_basis="text" if written else "")


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("span", SPANS, ids=str)
def test_every_event_of_the_span_is_counted_once(span: Span) -> None:
    shown = drawn(span)
    assert shown.n == Event.objects.published().between(span.begins, span.ends).count()
    for lane in shown.lanes:
        assert_sound(lane)
    names = [mark.thing.url for lane in shown.lanes for mark in lane.marks if mark.thing.n == 1]
    assert len(names) == len(set(names))


def test_lanes_stand_by_kind_and_fullness_and_those_of_no_series_last(db: None) -> None:
    exercise, small, full = make.make_series(kind="exercise"), make.make_series(), make.make_series()
    for series in (None, exercise, exercise, exercise, small, full, full):
        make.make_event(series=series)
    assert [lane.name for lane in drawn(Span(2014, 2014)).lanes] == [
        full.name,
        small.name,
        exercise.name,
        "In no series",
    ]


def test_marks_say_how_certain_the_day_and_the_event_are(db: None) -> None:
    rows = {
        "2014-08-24": ("dot", False), "2014-08-24/2014-08-29": ("bar", False), "2014-08": ("bar", True),
        "2014": ("bar", True), "[2014-01-16..2014-01-27]": ("bar", True), "2014-03-01?": ("bar", True),
    }  # fmt: skip
    for written in rows:
        make.make_event(date=written, name=written)
    marks = drawn(Span(2014, 2014)).lanes[0].marks
    assert {mark.thing.name: (mark.shape, mark.is_vague) for mark in marks} == rows
    make.make_event(date="2013-12-30/2014-01-02", name="Turn", state="cancelled")
    turn = next(mark for mark in drawn(Span(2014, 2014)).lanes[0].marks if mark.thing.name == "Turn")
    assert (turn.is_cut_before, turn.is_cut_after, turn.thing.form) == (True, False, "cancelled")


def test_several_of_a_column_are_one_mark_with_their_states(db: None) -> None:
    for state in ("held", "planned", "cancelled"):
        make.make_event(state=state)
    (mark,) = drawn(Span(1996, 2026)).lanes[0].marks
    assert (mark.thing.n, mark.shape, mark.thing.form) == (3, "count", "mixed")
    assert mark.thing.note == "1 planned or announced, 1 cancelled"


def test_the_number_of_marks_is_bounded(db: None) -> None:
    series = make.make_series()
    for n in range(MOST_SINGLE + 5):
        make.make_event(series=series, date=f"2014-{n % 12 + 1:02}-11")
    for _ in range(MOST_BARS + 3):
        make.make_event(series=series, date="2014")
    lane = drawn(Span(2014, 2014)).lanes[0]
    assert_sound(lane)
    assert lane.more == 3
    assert len(lane.marks) == 12 + MOST_BARS


def test_membership_changes_stand_together_where_they_fall_into_one_column(db: None) -> None:
    summit = make.make_event(date="2001-06-15")
    six = [make.make_country_status(start="2001-06-15", event=summit) for _ in range(6)]
    alone = make.make_country_status(start="2004-06", status="observer")
    step = make.make_country_status(start="2005-07-05", status="procedure-opened", kind="step", country=alone.country)
    shown = drawn(Span(1996, 2026))
    first, second, third = shown.changes
    assert (first.mark.thing.n, first.mark.thing.url) == (6, "#changes-2001")
    assert first.changes[0].event == summit
    assert {country.pk for country in first.changes[0].countries} == {one.country_id for one in six}
    assert second.mark.thing.url == third.mark.thing.url == alone.country.get_absolute_url()
    assert (second.mark.thing.form, third.mark.thing.form) == ("held", "open")
    assert shown.change_n == CountryStatus.objects.count()
    assert drawn(Span(2002, 2003)).changes == ()
    assert drawn(Span(2004, 2004)).changes[0].mark.is_vague
    assert step.country == alone.country
