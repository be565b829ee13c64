"""Periods along one axis."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from archive.pictures.lanes import lanes

TODAY = date(2026, 11, 22)


def test_the_axis_reaches_from_the_first_to_the_last_year_and_to_today_where_something_lasts() -> None:
    closed = lanes([("2005-07-05", "2017-06-09"), ("2004", "2005")], TODAY)
    assert (closed.first, closed.last) == (2004, 2017)
    lasting = lanes([("2005-07-05", "2017-06-09"), ("2017-06-09", "")], TODAY)
    assert (lasting.first, lasting.last) == (2005, 2026)
    before, now = lasting.lanes
    assert before and now
    assert before.end == now.start
    assert (now.opens_before, now.opens_after) == (False, True)


def test_a_period_of_which_nothing_is_known_has_no_lane() -> None:
    found = lanes([("", ""), ("", "2010")], TODAY)
    assert found.lanes[0] is None
    assert found.lanes[1] is not None
    assert found.lanes[1].opens_before
    assert not lanes([("", "")], TODAY)
    assert not lanes([], TODAY)


texts = st.sampled_from(
    ["", "2014", "2015-06", "2016-02-29", "1996?", "2030", "2014/..", "[2012-01..2013-02]", "../2010"]
)


@given(st.lists(st.tuples(texts, texts), max_size=5))
def test_lanes_lie_on_the_axis(periods: list[tuple[str, str]]) -> None:
    found = lanes(periods, TODAY)
    assert len(found.lanes) == len(periods)
    for lane in found.lanes:
        if lane is not None:
            assert 0 <= lane.x <= lane.x + lane.width <= 100.01
            assert 0 <= lane.open_x <= 97
