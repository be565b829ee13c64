"""Numbers and years of the events of a series, and parts within the days of the whole."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from django.utils.translation import gettext as _

from archive.curation.naming import key_of
from archive.curation.quality.base import Problem, bounds, live, problem
from archive.gaps import Gap, gaps
from archive.models import Event, EventSeries


def disordered_numbers() -> Iterator[Problem]:
    message = _(
        "No. %(high)d (%(date)s) does not begin after no. %(low)d (%(other)s, %(other_date)s). Correct a number or a date."
    )
    for _series, events in _in_series():
        dated = [(event.ordinal, event, days) for event in events if event.ordinal and (days := bounds(event.date))]
        dated.sort(key=lambda one: one[0])
        for (low, lower, days), (high, higher, later_days) in pairwise(dated):
            if low < high and later_days.begins_by <= days.begins_from:
                yield problem(
                    higher, message, high=high, date=higher.date_text, low=low, other=lower, other_date=lower.date_text
                )


def repeated_numbers() -> Iterator[Problem]:
    message = _("No. %(number)d is also that of %(other)s (%(date)s). One of the two is wrong, or both are one event.")
    for _series, events in _in_series():
        first_with: dict[int, Event] = {}
        for event in sorted(events, key=key_of):
            if event.ordinal and (first := first_with.setdefault(event.ordinal, event)) is not event:
                yield problem(event, message, number=event.ordinal, other=first, date=first.date_text)


def missing_numbers() -> Iterator[Problem]:
    message = _("%(gap)s. Add the event or the number; where neither is known, accept the finding.")
    for event, gap in _gaps("numbers"):
        # Nothing is asked of what came before the first number that is known.
        if gap.first > 1:
            yield problem(event, message, gap=gap)


def missing_years() -> Iterator[Problem]:
    message = _(
        "“%(series)s” meets every year, but there is %(gap)s. Add what is missing; where it did not meet, or nothing is "
        "known, accept the finding."
    )
    for event, gap in _gaps("years"):
        yield problem(event, message, series=event.series, gap=gap)


def parts_outside() -> Iterator[Problem]:
    message = _(
        "It is part of %(whole)s (%(whole_date)s), but its date is %(date)s. Correct a date or the link; where it is known "
        "to lie outside those days, accept the finding."
    )
    for part in live(Event).filter(parent__isnull=False).select_related("parent"):
        whole = part.parent
        days, all_days = bounds(part.date), bounds(whole.date)
        if days and all_days and (days.begins_by < all_days.begins_from or days.ends_from > all_days.ends_by):
            yield problem(part, message, whole=whole, whole_date=whole.date_text, date=part.date_text)


def _gaps(kind: str) -> Iterator[tuple[Event, Gap]]:
    """What is missing in the series, with the event that stands after it."""
    for series, events in _in_series():
        for gap in gaps(events, is_yearly=series.is_yearly):
            if gap.kind == kind:
                yield events[gap.before], gap


def _in_series() -> Iterator[tuple[EventSeries, list[Event]]]:
    """The series, each with its events in its order."""
    events = live(Event).filter(series__isnull=False).select_related("series").in_series_order()
    by_series = sorted(events, key=lambda event: event.series.slug)
    for series, group in groupby(by_series, key=lambda event: event.series):
        yield series, list(group)
