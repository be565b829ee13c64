"""What is missing in a series: numbers that no event of the archive carries, and years without an event.

Pure, so that pages and checks of quality can share it: it reads ordinals and days, nothing else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Protocol

from django.utils.translation import gettext, ngettext


class Member(Protocol):
    """What is read of an event of a series; an Event is one."""

    @property
    def ordinal(self) -> int | None: ...
    @property
    def date_earliest(self) -> date | None: ...
    @property
    def date_latest(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers, or years, that follow one another and for which a series has no event; both ends included.

    ``kind`` is ``numbers`` or ``years``; ``before`` is the index of the event that the gap stands directly before.
    ``is_doubtful`` marks numbers that events without a number may have had: those between the gap's two ends in the
    series, and undated ones, which may stand anywhere.
    """

    kind: str
    first: int
    last: int
    before: int
    is_doubtful: bool = False

    def __str__(self) -> str:
        """A sentence without its full stop: "Nos. 23–26 are not in this archive"."""
        if self.kind == "years":
            return gettext("no event of %(years)s in this archive") % {"years": self.span}
        if self.is_doubtful:
            text = ngettext(
                "No. %(span)s is not in this archive, unless it is an event without a number",
                "Nos. %(span)s are not in this archive, unless they are among the events without a number",
                len(self),
            )
        else:
            text = ngettext("No. %(span)s is not in this archive", "Nos. %(span)s are not in this archive", len(self))
        return text % {"span": self.span}

    def __len__(self) -> int:
        return self.last - self.first + 1

    @property
    def span(self) -> str:
        """The numbers or years alone: "14", "23–26"."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


def gaps(members: Sequence[Member], *, is_yearly: bool = False) -> list[Gap]:
    """What is missing among the members, in the order in which it is missed; the members in theirs (`in_series_order`).

    Numbers run from 1 to the highest known. Years are looked at only where the series meets every year, and only
    between neighbours that do not both have a number: where they do, the numbers tell.
    """
    found = [*_missing_numbers(members), *(_missing_years(members) if is_yearly else ())]
    return sorted(found, key=lambda gap: gap.before)


def _missing_numbers(members: Sequence[Member]) -> Iterator[Gap]:
    at: dict[int, int] = {}
    for index, member in enumerate(members):
        if member.ordinal is not None:
            at.setdefault(member.ordinal, index)
    anywhere = any(member.ordinal is None and member.date_earliest is None for member in members)
    for known, following in pairwise([0, *sorted(at)]):
        if following - known > 1:
            # Before the first number everything that stands earlier may be one of the missing.
            since, until = sorted((at.get(known, -1), at[following]))
            between = any(member.ordinal is None for member in members[since + 1 : until])
            yield Gap("numbers", known + 1, following - 1, at[following], is_doubtful=between or anywhere)


def _missing_years(members: Sequence[Member]) -> Iterator[Gap]:
    dated = [
        (index, member.ordinal is not None, member.date_earliest.year, member.date_latest.year)
        for index, member in enumerate(members)
        if member.date_earliest is not None and member.date_latest is not None
    ]
    reached = 0
    for (_, was_numbered, _, latest), (index, is_numbered, earliest, _) in pairwise(dated):
        # What lasts over years, or may fall in any of several, leaves none of them empty.
        reached = max(reached, latest)
        if reached + 1 < earliest and not (was_numbered and is_numbered):
            yield Gap("years", reached + 1, earliest - 1, index)
