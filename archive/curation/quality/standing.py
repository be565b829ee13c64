"""Countries' standing in the SCO: periods that follow one another, steps in their order."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from django.utils.translation import gettext as _

from archive.curation.quality.base import Bounds, Problem, bounds, live, problem
from archive.models import CountryStatus, Delegation

_Standing = CountryStatus.Standing

_STEPS = (_Standing.PROCEDURE_OPENED, _Standing.MEMORANDUM_SIGNED)
_MEMBERS = (_Standing.FOUNDING_MEMBER, _Standing.MEMBER)
# The way of a country that accedes.
_WAY = (*_STEPS, _Standing.MEMBER)


def broken_periods() -> Iterator[Problem]:
    """A period ends on the day on which the next begins (see `CountryStatus.covers`)."""
    backwards = _("It ends, %(end)s, before it begins, %(start)s. Correct one of the two.")
    endless = _("It has no end, but “%(next)s” begins %(next_start)s. Give that day as its end.")
    overlap = _("It ends %(end)s, after “%(next)s” begins, %(next_start)s. Correct one of the two.")
    gap = _("It ends %(end)s, and “%(next)s” begins only %(next_start)s. Close the gap, or add what was between.")
    for rows in _by_country():
        periods = [row for row in rows if row.kind == CountryStatus.Kind.STATUS]
        for row in periods:
            start, end = bounds(row.start), bounds(row.end)
            if start and end and end.ends_by < start.begins_from:
                yield problem(row, backwards, end=row.end_text, start=row.start_text)
        for row, following in pairwise(periods):
            end, start = bounds(row.end), bounds(following.start)
            if not row.end:
                message = endless
            elif not end or not start:
                continue
            elif start.begins_by < end.ends_from:
                message = overlap
            elif start.begins_from > end.ends_by:
                message = gap
            else:
                continue
            status = following.get_status_display()
            yield problem(row, message, end=row.end_text, next=status, next_start=following.start_text)


def disordered_steps() -> Iterator[Problem]:
    confused = _("“%(status)s” is said to be a %(kind)s. Correct one of the two.")
    too_early = _(
        "It is of %(start)s, but “%(before)s”, which comes first, of %(before_start)s. Correct one of the two."
    )
    for rows in _by_country():
        for row in rows:
            if (row.status in _STEPS) is not (row.kind == CountryStatus.Kind.STEP):
                yield problem(row, confused, status=row.get_status_display(), kind=row.get_kind_display())
        way = sorted((row for row in rows if row.status in _WAY), key=lambda row: _WAY.index(row.status))
        for earlier, later in pairwise(way):
            first, then = bounds(earlier.start), bounds(later.start)
            if earlier.status != later.status and first and then and then.begins_by < first.begins_from:
                before = earlier.get_status_display()
                yield problem(later, too_early, start=later.start_text, before=before, before_start=earlier.start_text)


def delegations_of_no_members() -> Iterator[Problem]:
    message = _("%(country)s was no member on %(date)s. Correct the capacity, or the country's standing.")
    memberships = {rows[0].country_id: [row for row in rows if row.status in _MEMBERS] for rows in _by_country()}
    members = live(Delegation).filter(capacity=Delegation.Capacity.MEMBER)
    # Nearly all are right: only what is not is read whole.
    wrong = [
        pk
        for pk, country, date in members.values_list("pk", "country", "event__date")
        if (days := bounds(date)) and not any(_meets(row, days) for row in memberships.get(country, ()))
    ]
    for delegation in members.filter(pk__in=wrong):
        yield problem(delegation, message, country=delegation.country, date=delegation.event.date_text)


def _meets(row: CountryStatus, days: Bounds) -> bool:
    """Whether the row's period may have a day in common with those days."""
    start, end = bounds(row.start), bounds(row.end)
    return (start is None or start.begins_from <= days.ends_by) and (end is None or end.ends_by >= days.begins_from)


def _by_country() -> Iterator[list[CountryStatus]]:
    """The rows of each country, oldest first."""
    rows = live(CountryStatus).order_by("country__iso2", "start", "status")
    for _country, group in groupby(rows, key=lambda row: row.country_id):
        yield list(group)
