"""The home page: what the archive is and what is in it, at a glance."""

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from archive import dates
from archive.addresses import address
from archive.languages import sort_key
from archive.models import Article, Country, CountryStatus, Event
from archive.overview import Anniversary, Name, Overview, overview
from archive.views import outputs
from archive.views.cards import Card, cards_by_key
from archive.views.charts import year_chart
from archive.views.describing import describe_archive
from archive.views.keeping import kept
from archive.views.portable import of_all, ways_of

LATEST = 5
LEADERS = 8
COMING = 3

# Of a day of the year, at most so many records are shown; where today has none, the next days that have, up to so many in all.
MOST_OF_A_DAY = 4
NEXT_ANNIVERSARIES = 3

# Searches to try; each finds something in the archive as it is shipped.
EXAMPLES = ("peace mission", "terror*", "participant:lavrov", '"three evils"', "drills date:2014-08")


@kept
def home(request: HttpRequest) -> HttpResponseBase:
    portable = of_all()
    if outputs.is_asked(request):
        return outputs.answer(request, portable)
    archive, today = overview(), timezone.localdate()
    events = Event.objects.published()
    latest = list(events.begun(today).newest().values_list("pk", flat=True)[:LATEST])
    coming = list(events.coming(today).oldest().values_list("pk", flat=True)[:COMING])
    is_anniversary, days = next_days(archive.anniversaries, today)
    shown = {
        Event: cards_by_key(Event, [*latest, *coming, *_keys(days, Event)], archive),
        Article: cards_by_key(Article, [*archive.articles.newest[:LATEST], *_keys(days, Article)], archive),
    }
    context = {
        "described": describe_archive(
            request,
            gettext(
                "Events, and the news about them, of the Shanghai Cooperation Organisation. "
                "Each date and claim leads back to its source."
            ),
        ),
        "take_away": ways_of(request, portable),
        "totals": archive.totals,
        "examples": EXAMPLES,
        "chart": year_chart(archive, archive.events, archive.articles),
        "today": dates.show_day_of_year(today.month, today.day),
        "is_anniversary": is_anniversary,
        "days": [_day(month_and_day, found, shown) for month_and_day, found in days],
        "latest_events": _cards(shown[Event], latest),
        "coming": _cards(shown[Event], coming),
        "latest_articles": _cards(shown[Article], archive.articles.newest[:LATEST]),
        "ways": [
            Ways(_("By host city"), "archive:city-list", _("events"), archive.cities[:LEADERS]),
            Ways(_("By topic"), "archive:topic-list", _("articles"), archive.topics[:LEADERS]),
            Ways(_("By person"), "archive:participant-list", _("articles"), archive.people[:LEADERS]),
        ],
        "standings": standings(archive, today),
    }
    return render(request, "archive/home.html", context)


def _cards(shown: Mapping[int, Card], keys: Iterable[int]) -> list[Card]:
    return [shown[key] for key in keys if key in shown]


# This day -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the year with what happened on it: years with cards, newest first, and how many records there are in all."""

    name: str
    years: tuple[tuple[int, Card], ...]
    total: int


def next_days(
    anniversaries: Mapping[tuple[int, int], Sequence[Anniversary]], today: date
) -> tuple[bool, list[tuple[tuple[int, int], list[Anniversary]]]]:
    """Whether today is the day of anything, and what of: today's day of the year, or the next days that have something.

    What lies in the future is no anniversary yet.
    """
    # Newest first: a day has a past where its oldest has.
    days = sorted(day for day, found in anniversaries.items() if found[-1].day <= today)
    now = (today.month, today.day)
    start = bisect.bisect_left(days, now)
    if start < len(days) and days[start] == now:
        return True, [(now, _past(anniversaries[now], today))]
    found, total = [], 0
    for day in [*days[start:], *days[:start]]:
        if total >= NEXT_ANNIVERSARIES:
            break
        past = _past(anniversaries[day], today)
        found.append((day, past))
        total += len(past[:MOST_OF_A_DAY])
    return False, found


def _past(found: Sequence[Anniversary], today: date) -> list[Anniversary]:
    return [one for one in found if one.day <= today]


def _keys(days: list[tuple[tuple[int, int], list[Anniversary]]], model: Any) -> list[int]:
    return [one.pk for _day, found in days for one in found[:MOST_OF_A_DAY] if one.model is model]


def _day(month_and_day: tuple[int, int], found: list[Anniversary], shown: Mapping[Any, Mapping[int, Card]]) -> Day:
    years = [(one.day.year, shown[one.model][one.pk]) for one in found[:MOST_OF_A_DAY] if one.pk in shown[one.model]]
    return Day(dates.show_day_of_year(*month_and_day), tuple(years), len(found))


# Ways in --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ways:
    """Records that lead their kind, by the number of what `counted` names; `name` is the address of the list of all."""

    label: str | Promise
    name: str
    counted: str | Promise
    leaders: Sequence[Any]

    @property
    def most(self) -> int:
        return max((one.count for one in self.leaders), default=0)


@dataclass(frozen=True, slots=True)
class Standing:
    """Countries of one standing in the SCO: pairs of address and name, by name."""

    label: str | Promise
    countries: tuple[tuple[str, Name], ...]


# Groups of countries in their order, and which standings belong to each.
_STANDINGS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("Member states"), (CountryStatus.Standing.FOUNDING_MEMBER, CountryStatus.Standing.MEMBER)),
    (_("Observers"), (CountryStatus.Standing.OBSERVER,)),
    (_("Dialogue partners"), (CountryStatus.Standing.DIALOGUE_PARTNER,)),
    (_("SCO partners"), (CountryStatus.Standing.PARTNER,)),
)


def standings(archive: Overview, today: date) -> list[Standing]:
    """The countries by their standing today; groups without any are left out."""
    found = archive.standing(today)
    groups = ((label, [pk for key in keys for pk in found.get(key, ())]) for label, keys in _STANDINGS)
    return [Standing(label, _named(archive, keys)) for label, keys in groups if keys]


def _named(archive: Overview, keys: Iterable[int]) -> tuple[tuple[str, Name], ...]:
    names = sorted((archive.name(Country, pk) for pk in keys), key=lambda one: sort_key(one.name))
    return tuple((address("country", one.key), one) for one in names)
