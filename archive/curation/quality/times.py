"""What can't have happened at the time that the records give."""

from collections.abc import Iterator

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.curation.quality.base import Bounds, Problem, bounds, live, problem
from archive.models import Article, Attendance, Coverage, Delegation, Event

# State and time -------------------------------------------------------------------------------------------------------


def held_without_date() -> Iterator[Problem]:
    message = _("It is said to have been held, but has no date. Give the month or the year, if no more is known.")
    for event in live(Event).filter(state=Event.State.HELD, date=""):
        yield problem(event, message)


def held_in_future() -> Iterator[Problem]:
    message = _("It is said to have been held, but %(date)s is still to come. Make it “planned”, or correct the date.")
    for event in live(Event).filter(state=Event.State.HELD, date_earliest__gt=timezone.localdate()):
        yield problem(event, message, date=event.date_text)


def planned_in_past() -> Iterator[Problem]:
    message = _(
        "It is still “planned”, but %(date)s is past. Make it “held” or “cancelled” where a source says so, else “announced”."
    )
    for event in live(Event).filter(state=Event.State.PLANNED, date_latest__lt=timezone.localdate()):
        yield problem(event, message, date=event.date_text)


def published_in_future() -> Iterator[Problem]:
    message = _("Its date of publication, %(date)s, is still to come. Correct it.")
    for article in live(Article).defer("body").filter(date_earliest__gt=timezone.localdate()):
        yield problem(article, message, date=article.date_text)


# Coverage -------------------------------------------------------------------------------------------------------------


def reported_before_it_began() -> Iterator[Problem]:
    message = _(
        "The article of %(published)s is said to report an event that began later, %(date)s. If it previews or mentions "
        "the event, say so; else a date is wrong."
    )
    early = Q(relation=Coverage.Relation.REPORTS, article__date_latest__lt=F("event__date_earliest"))
    yield from _covered_at_wrong_time(early, message)


def previewed_after_it_ended() -> Iterator[Problem]:
    message = _(
        "The article of %(published)s is said to preview an event that was over by then, %(date)s. If it reports or "
        "mentions the event, say so; else a date is wrong."
    )
    late = Q(relation=Coverage.Relation.PREVIEWS, article__date_earliest__gt=F("event__date_latest"))
    yield from _covered_at_wrong_time(late, message)


def _covered_at_wrong_time(wrong: Q, message: str) -> Iterator[Problem]:
    for coverage in live(Coverage).filter(wrong).defer("article__body"):
        article, event = coverage.article, coverage.event
        # Without bounds a date is uncertain, and so is what follows from it.
        if bounds(article.date) and bounds(event.date):
            yield problem(coverage, message, published=article.date_text, date=event.date_text)


# Attendance -----------------------------------------------------------------------------------------------------------


def attended_outside_term() -> Iterator[Problem]:
    message = _(
        "%(participant)s is said to have come to the event of %(date)s as %(office)s, an office held %(term)s. Choose the "
        "office held then, or correct the term."
    )
    attendances = live(Attendance).filter(office__isnull=False)
    # Nearly all are right: only what is not is read whole.
    wrong = [
        pk
        for pk, date, start, end in attendances.values_list("pk", "event__date", "office__start", "office__end")
        if _are_apart(bounds(date), bounds(start), bounds(end))
    ]
    for attendance in attendances.filter(pk__in=wrong).select_related("office__country", "office__organisation"):
        yield problem(
            attendance,
            message,
            participant=attendance.participant,
            date=attendance.event.date_text,
            office=attendance.office,
            term=attendance.office.term_text,
        )


def _are_apart(days: Bounds | None, start: Bounds | None, end: Bounds | None) -> bool:
    """Whether the days certainly lie before the start or after the end of a term."""
    if days is None:
        return False
    return bool((start and start.begins_from > days.ends_by) or (end and end.ends_by < days.begins_from))


def attended_in_office_of_another() -> Iterator[Problem]:
    message = _("The office “%(office)s” is that of %(holder)s. Choose one of %(participant)s, or none.")
    attendances = live(Attendance).filter(office__isnull=False).exclude(office__participant=F("participant"))
    for attendance in attendances.select_related("office__participant", "office__country", "office__organisation"):
        office = attendance.office
        yield problem(attendance, message, office=office, holder=office.participant, participant=attendance.participant)


def attended_but_not_held() -> Iterator[Problem]:
    came = Q(delegations__isnull=False) & ~Q(delegations__capacity=Delegation.Capacity.ANNOUNCED_ONLY)
    people = Count("attendances", distinct=True)
    events = live(Event).exclude(state=Event.State.HELD)
    for event in events.annotate(came=people + Count("delegations", filter=came, distinct=True)).filter(came__gt=0):
        message = ngettext(
            "%(n)d participant or delegation is said to have come, but the state is “%(state)s”. Correct the state, take "
            "the row out, or make the delegation “announced only”.",
            "%(n)d participants and delegations are said to have come, but the state is “%(state)s”. Correct the state, "
            "take the rows out, or make the delegations “announced only”.",
            event.came,
        )
        yield problem(event, message, n=event.came, state=event.get_state_display())
