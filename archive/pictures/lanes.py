"""Periods under one another along one axis of years: offices held, standings in the organisation.

Drawn by `includes/lane.html` beside the words that say the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from archive import dates


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a period lies on its axis, in hundredths; an open side reaches to the end of the axis and is drawn as open."""

    start: float
    end: float
    opens_before: bool = False
    opens_after: bool = False

    @property
    def width(self) -> float:
        """At least as much as can be seen."""
        return max(self.end - self.start, 1.0)

    @property
    def open_x(self) -> float:
        """Where the mark of an open end begins."""
        return min(self.x + self.width, 97.0)

    @property
    def x(self) -> float:
        return min(self.start, 100.0 - self.width)


@dataclass(frozen=True, slots=True)
class Lanes:
    """The years of the axis, and a lane for each period in its order; None for one of which neither side is known."""

    first: int
    last: int
    lanes: tuple[Lane | None, ...]

    def __bool__(self) -> bool:
        """Whether there is anything to see."""
        return any(self.lanes)


def lanes(periods: Iterable[tuple[str, str]], today: date) -> Lanes:
    """Periods as pairs of EDTF texts, either of which may be empty; what lasts still reaches to today."""
    pairs = [(dates.parse_or_none(start), dates.parse_or_none(end)) for start, end in periods]
    days = [day for start, end in pairs for day in _days(start, end, today)]
    if not days:
        return Lanes(today.year, today.year, tuple(None for _pair in pairs))
    first, last = date(min(days).year, 1, 1), date(max(days).year, 12, 31)
    whole = (last - first).days

    def at(day: date) -> float:
        return round(100 * (min(max(day, first), last) - first).days / whole, 2)

    def lane(start: dates.PartialDate | None, end: dates.PartialDate | None) -> Lane | None:
        if start is None and end is None:
            return None
        return Lane(
            at(start.earliest) if start else 0.0,
            at(end.latest) if end else max(at(today), at(start.earliest) if start else 0.0),
            opens_before=start is None,
            opens_after=end is None,
        )

    return Lanes(first.year, last.year, tuple(lane(*pair) for pair in pairs))


def _days(start: dates.PartialDate | None, end: dates.PartialDate | None, today: date) -> list[date]:
    """The days that the axis must reach."""
    known = [day for day in (start and start.earliest, end and end.latest) if day and day not in (date.min, date.max)]
    return [*known, today] if known and end is None else known
