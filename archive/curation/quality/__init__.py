"""Rules that find likely mistakes in the archive: what `check_archive` and the curators' page of findings run.

A rule is a row of `RULES`: a function that yields records with what is wrong with them. A finding that was looked into and
is right as it stands is accepted by an `AcceptedFinding`, with the reason. A rule that cries wolf is worse than none:
nothing is said of what is uncertain or not known.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.curation.quality import log, names, places, series, sources, standing, times, weekdays
from archive.curation.quality.base import Finding, Rule, finding
from archive.models import AcceptedFinding, Change, Record

__all__ = ["ALL_RULES", "RULES", "STALE", "STORED", "Finding", "Rule", "UnknownRule", "check"]

RULES = (
    Rule("weekday", gettext_lazy("A weekday that the calendar contradicts"), weekdays.contradicted_weekdays),
    Rule("held-without-date", gettext_lazy("Held, but without a date"), times.held_without_date),
    Rule("held-in-future", gettext_lazy("Held in the future"), times.held_in_future),
    Rule("planned-in-past", gettext_lazy("Planned for a day that is past"), times.planned_in_past),
    Rule("published-in-future", gettext_lazy("Published in the future"), times.published_in_future),
    Rule("part-outside-whole", gettext_lazy("Part outside the days of the whole"), series.parts_outside),
    Rule("series-order", gettext_lazy("Numbers of a series against the order of dates"), series.disordered_numbers),
    Rule("number-repeated", gettext_lazy("The same number twice in a series"), series.repeated_numbers),
    Rule("number-missing", gettext_lazy("Numbers missing in a series"), series.missing_numbers),
    Rule("year-missing", gettext_lazy("Years missing in a yearly series"), series.missing_years),
    Rule("reported-early", gettext_lazy("Reported before it began"), times.reported_before_it_began),
    Rule("previewed-late", gettext_lazy("Previewed after it ended"), times.previewed_after_it_ended),
    Rule("outside-term", gettext_lazy("Attendance outside the term of the office"), times.attended_outside_term),
    Rule(
        "office-of-another", gettext_lazy("Attendance in somebody else's office"), times.attended_in_office_of_another
    ),
    Rule("attended-not-held", gettext_lazy("Attendance at what was not held"), times.attended_but_not_held),
    Rule("no-member", gettext_lazy("Delegation of a member that was none then"), standing.delegations_of_no_members),
    Rule("status-periods", gettext_lazy("Standing that overlaps or leaves a gap"), standing.broken_periods),
    Rule("status-steps", gettext_lazy("Steps of accession out of order"), standing.disordered_steps),
    Rule("city-abroad", gettext_lazy("Host city outside the host countries"), places.city_not_in_host_country),
    Rule(
        "video-without-host", gettext_lazy("Meeting by video without a host country"), places.video_without_host_country
    ),
    Rule("coordinates", gettext_lazy("Coordinates that can't be right"), places.implausible_coordinates),
    Rule("shared-name", gettext_lazy("Two records with one name"), names.shared_names),
    Rule("event-repeated", gettext_lazy("Two events that may be one"), names.repeated_events),
    Rule("text-repeated", gettext_lazy("Two articles with the same source text"), names.repeated_texts),
    Rule("headline-repeated", gettext_lazy("Two articles with one headline and date"), names.repeated_headlines),
    Rule("event-without-source", gettext_lazy("Public event without any source"), sources.events_without_source),
    Rule(
        "looked-up-without-source", gettext_lazy("Date looked up nobody knows where"), sources.looked_up_without_source
    ),
    Rule("source-not-public", gettext_lazy("Public statement whose source is not"), sources.sources_not_public),
    Rule("source-unclear", gettext_lazy("Source that can't be looked up"), sources.sources_unclear),
    Rule("office-without-dates", gettext_lazy("Office without any dates"), sources.offices_without_dates),
    Rule("log-broken", gettext_lazy("Change log that was tampered with"), log.broken_entries),
    Rule("version-differs", gettext_lazy("Changed past the change log"), log.unlogged_versions),
)


# What was accepted and does not occur any more: it follows from all the others, so `check` finds it.
STALE = Rule("accepted-without-finding", gettext_lazy("Accepted, but not found any more"), lambda: iter(()))
ALL_RULES = (*RULES, STALE)


# What a check of fixity finds as well, and keeps: each reads the whole change log.
STORED = ("log-broken", "version-differs")


class UnknownRule(ValueError):
    """There are no rules of those names; the message lists those that there are."""

    def __init__(self, names: Collection[str]) -> None:
        unknown = ", ".join(f"“{name}”" for name in sorted(names))
        known = ", ".join(rule.slug for rule in ALL_RULES)
        super().__init__(
            _("There is no rule %(unknown)s. The rules are: %(known)s.") % {"unknown": unknown, "known": known}
        )


def check(only: Collection[str] = (), *, stored: Mapping[str, Collection[Finding]] | None = None) -> list[Finding]:
    """What the rules find, or those named in `only`, in the order of the table: open findings, and accepted ones with the reason.

    `stored`: what rules found before, by slug; they are not run again. The number of queries is constant, but for those
    rules of `STORED` that are run. Raises UnknownRule.
    """
    known = {rule.slug for rule in ALL_RULES}
    if unknown := set(only) - known:
        raise UnknownRule(unknown)
    wanted = set(only) or known
    accepted = list(AcceptedFinding.objects.all())
    # What is accepted for nothing shows when every rule has run.
    found = [
        one
        for rule in RULES
        if rule.slug in wanted or STALE.slug in wanted
        for one in _accepted(stored[rule.slug] if stored and rule.slug in stored else _findings(rule), accepted)
    ]
    stale = _stale(accepted, found) if STALE.slug in wanted else []
    return [*(one for one in found if one.rule in wanted), *stale]


def _findings(rule: Rule) -> list[Finding]:
    """One for each record, whatever is wrong with it, so that it can be named; by record."""
    messages: dict[Record | Change, list[str]] = {}
    for record, message in rule.find():
        messages.setdefault(record, []).append(message)
    found = [finding(rule, record, " ".join(dict.fromkeys(texts))) for record, texts in messages.items()]
    return sorted(found, key=lambda one: (one.record_type, one.record_key))


def _accepted(found: Collection[Finding], accepted: Collection[AcceptedFinding]) -> Iterator[Finding]:
    """The same, with the reasons of those that were accepted."""
    reasons = {(one.rule, one.record_type, one.record_key): one.reason for one in accepted}
    for one in found:
        yield replace(one, reason=reasons.get((one.rule, one.record_type, one.record_key), ""))


def _stale(accepted: Collection[AcceptedFinding], found: Collection[Finding]) -> list[Finding]:
    occurring = {(one.rule, one.record_type, one.record_key) for one in found}
    known = {rule.slug for rule in RULES}
    stale = []
    for one in accepted:
        if one.rule not in known:
            stale.append(finding(STALE, one, f"{UnknownRule([one.rule])} {_('Correct the name, or delete this.')}"))
        elif (one.rule, one.record_type, one.record_key) not in occurring:
            stale.append(
                finding(STALE, one, _("The rule finds nothing there any more. Delete this, or correct what it names."))
            )
    return stale
