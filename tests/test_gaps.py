"""What is missing in a series."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.gaps import Gap, gaps


class Meeting(NamedTuple):
    ordinal: int | None
    date_earliest: date | None
    date_latest: date | None


def meeting(ordinal: int | None, first: int | None, last: int | None = None) -> Meeting:
    """A meeting of the years `first` to `last`; None: undated."""
    if first is None:
        return Meeting(ordinal, None, None)
    return Meeting(ordinal, date(first, 1, 1), date(last or first, 12, 31))


def spans(members: Sequence[Meeting], *, is_yearly: bool = False) -> list[str]:
    return [gap.span for gap in gaps(members, is_yearly=is_yearly)]


def test_a_complete_series_has_no_gaps() -> None:
    assert gaps([meeting(n, 2000 + n) for n in range(1, 27)], is_yearly=True) == []


def test_nothing_is_missing_in_nothing() -> None:
    assert gaps([], is_yearly=True) == []


@pytest.mark.parametrize(
    ("ordinals", "missing"),
    [
        ([4], ["1–3"]),
        ([2], ["1"]),
        ([1, 2, 4], ["3"]),
        ([20, 21, 22, 24, 27, 28], ["1–19", "23", "25–26"]),
        ([1, 3, 2, 4], []),  # out of order by date: nothing is missing for that
        ([2, 1, 5], ["3–4"]),
        ([1, 3, 3, 4], ["2"]),  # a number given twice
    ],
)
def test_numbers_up_to_the_highest_known(ordinals: list[int], missing: list[str]) -> None:
    members = [meeting(ordinal, 2000 + index) for index, ordinal in enumerate(ordinals)]
    assert spans(members) == missing
    assert not any(gap.is_doubtful for gap in gaps(members))


def test_a_gap_stands_before_the_event_that_ends_it() -> None:
    members = [meeting(3, 2003), meeting(4, 2004), meeting(9, 2009)]
    assert gaps(members) == [Gap("numbers", 1, 2, 0), Gap("numbers", 5, 8, 2)]


def test_events_without_a_number_make_no_gap_but_a_doubt() -> None:
    assert gaps([meeting(19, 2019), meeting(None, 2020), meeting(20, 2020)])[1:] == []
    members = [meeting(1, 2002), meeting(None, 2006), meeting(10, 2013), meeting(12, 2015)]
    assert gaps(members) == [Gap("numbers", 2, 9, 2, is_doubtful=True), Gap("numbers", 11, 11, 3)]


def test_an_event_without_a_number_before_the_first_number_may_be_one_of_the_missing() -> None:
    assert gaps([meeting(None, 2004), meeting(3, 2006)]) == [Gap("numbers", 1, 2, 1, is_doubtful=True)]


def test_undated_events_are_in_the_archive_too() -> None:
    members = [meeting(1, 2001), meeting(4, 2004), meeting(3, None)]
    assert gaps(members) == [Gap("numbers", 2, 2, 2)]
    assert gaps([*members, meeting(None, None)]) == [Gap("numbers", 2, 2, 2, is_doubtful=True)]


@pytest.mark.parametrize(
    ("members", "missing"),
    [
        ([meeting(None, 2010), meeting(None, 2012), meeting(None, 2016)], ["2011", "2013–2015"]),
        ([meeting(None, 2010), meeting(None, 2011)], []),
        ([meeting(None, 2010), meeting(None, 2010), meeting(None, 2012)], ["2011"]),
        ([meeting(None, 2010, 2013), meeting(None, 2011), meeting(None, 2015)], ["2014"]),  # the longer one reaches on
        ([meeting(None, 2010), meeting(None, 9999), meeting(None, None)], ["2011–9998"]),
        ([Meeting(None, date(2010, 1, 1), date.max), meeting(None, 2020)], []),  # an open end
        ([Meeting(None, date.min, date(2010, 12, 31)), meeting(None, 2012)], ["2011"]),  # an open start
        ([meeting(None, 2010), meeting(None, None)], []),
        ([meeting(1, 2001), meeting(2, 2003)], []),  # the numbers tell that none is missing
        ([meeting(1, 2001), meeting(None, 2003), meeting(2, 2005)], ["2002", "2004"]),
    ],
)
def test_years_without_an_event(members: list[Meeting], missing: list[str]) -> None:
    assert spans(members, is_yearly=True) == missing
    assert spans(members) == []


def test_gaps_of_both_kinds_come_in_the_order_of_the_series() -> None:
    members = [meeting(1, 2002), meeting(None, 2006), meeting(4, 2008)]
    assert [(gap.kind, gap.span) for gap in gaps(members, is_yearly=True)] == [
        ("years", "2003–2005"),
        ("numbers", "2–3"),
        ("years", "2007"),
    ]


@pytest.mark.parametrize(
    ("gap", "sentence"),
    [
        (Gap("numbers", 14, 14, 0), "No. 14 is not in this archive"),
        (Gap("numbers", 23, 26, 0), "Nos. 23–26 are not in this archive"),
        (Gap("numbers", 5, 5, 0, True), "No. 5 is not in this archive, unless it is an event without a number"),
        (
            Gap("numbers", 2, 9, 0, True),
            "Nos. 2–9 are not in this archive, unless they are among the events without a number",
        ),
        (Gap("years", 2011, 2011, 0), "no event of 2011 in this archive"),
        (Gap("years", 2003, 2005, 0), "no event of 2003–2005 in this archive"),
    ],
)
def test_a_gap_is_a_sentence(gap: Gap, sentence: str) -> None:
    assert str(gap) == sentence


_years = st.integers(1996, 2030)
_meetings = st.builds(
    lambda ordinal, first, length: meeting(ordinal, first, first and first + length),
    st.none() | st.integers(1, 60),
    st.none() | _years,
    st.integers(0, 3),
)
_series = st.lists(_meetings, max_size=25).map(
    lambda found: sorted(found, key=lambda one: (one.date_earliest or date.max, one.ordinal or 99))
)


@given(_series)
def test_every_number_is_known_or_missing(members: list[Meeting]) -> None:
    found = gaps(members)
    known = {one.ordinal for one in members if one.ordinal is not None}
    missing = [number for gap in found for number in range(gap.first, gap.last + 1)]
    assert len(missing) == len(set(missing)) == sum(len(gap) for gap in found)
    assert known | set(missing) == set(range(1, max(known, default=0) + 1))
    assert not known & set(missing)
    for gap in found:
        assert members[gap.before].ordinal == gap.last + 1  # so no two gaps touch


@given(_series)
def test_a_certain_gap_has_no_event_that_could_fill_it(members: list[Meeting]) -> None:
    for gap in gaps(members):
        earlier = [at for at, one in enumerate(members) if one.ordinal == gap.first - 1]
        ends = sorted((earlier[0] if earlier else -1, gap.before))
        between = [one for one in members[ends[0] + 1 : ends[1]] if one.ordinal is None]
        undated = [one for one in members if one.ordinal is None and one.date_earliest is None]
        assert gap.is_doubtful == bool(between or undated)


@given(_series)
def test_a_year_is_missing_where_no_event_may_fall_in_it(members: list[Meeting]) -> None:
    # Without numbers every empty year between two events is a gap, and no other.
    unnumbered = [one._replace(ordinal=None) for one in members]
    missing = [
        year
        for gap in gaps(unnumbered, is_yearly=True)
        if gap.kind == "years"
        for year in range(gap.first, gap.last + 1)
    ]
    covered = {
        year
        for one in members
        if one.date_earliest and one.date_latest
        for year in range(one.date_earliest.year, one.date_latest.year + 1)
    }
    between = set(range(min(covered), max(covered))) if covered else set()
    assert missing == sorted(between - covered)
    # Numbers only ever silence years.
    numbered = {gap for gap in gaps(members, is_yearly=True) if gap.kind == "years"}
    assert numbered <= set(gaps(unnumbered, is_yearly=True))
