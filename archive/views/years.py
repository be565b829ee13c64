"""The ways in by year: all years, one of them month by month, and what has no date."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from archive.languages import sort_key
from archive.models import Article, Event, EventSeries
from archive.overview import Leader, Overview, Selection, overview
from archive.pictures.bars import month_key, month_name
from archive.views import outputs
from archive.views.browse import SECTION_SIZE
from archive.views.cards import Card, cards_by_key, cards_of
from archive.views.charts import month_chart
from archive.views.keeping import kept
from archive.views.portable import of_period, ways_of

# Most records that a month shows; the rest is a link away.
EVENTS_PER_MONTH = 10
ARTICLES_PER_MONTH = 5


def year_rows(archive: Overview) -> list[dict[str, Any]]:
    """Every year from the first to the last with something in it, newest first, with its numbers."""
    by_event, by_article = archive.events.by_year(), archive.articles.by_year()
    known = {*by_event, *by_article}
    if not known:
        return []
    return [
        {"year": year, "events": by_event.get(year, 0), "articles": by_article.get(year, 0)}
        for year in range(max(known), min(known) - 1, -1)
    ]


@kept
def years(request: HttpRequest) -> HttpResponse:
    archive = overview()
    rows = year_rows(archive)
    context = {
        "rows": rows,
        "most": max((max(row["events"], row["articles"]) for row in rows), default=0),
        "undated_events": len(archive.events.undated),
        "undated_articles": len(archive.articles.undated),
    }
    return render(request, "archive/year_list.html", context)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year: its first events and articles, how many there are, and what narrows the lists to it."""

    key: str
    name: str
    events: tuple[Card, ...]
    event_total: int
    articles: tuple[Card, ...]
    article_total: int

    @property
    def id(self) -> str:
        """Its anchor on the page."""
        return self.key.replace("=", "-")


@kept
def year(request: HttpRequest, year: int) -> HttpResponseBase:
    """Month by month. What may fall in several months stands in each; a last one holds what no month is known of."""
    archive = overview()
    span = [row["year"] for row in year_rows(archive)]
    if year not in span:
        raise Http404(
            _("The archive has nothing of %(year)s: its years run from %(first)s to %(last)s.")
            % {"year": year, "first": span[-1], "last": span[0]}
            if span
            else _("The archive is empty still.")
        )
    portable = of_period(year)
    if outputs.is_asked(request):
        return outputs.answer(request, portable)
    events, articles = archive.events.in_year(year), archive.articles.in_year(year)
    context = {
        "take_away": ways_of(request, portable, max(len(events), len(articles))),
        "year": year,
        "previous": year - 1 if year > span[-1] else None,
        "next": year + 1 if year < span[0] else None,
        "event_total": len(events),
        "article_total": len(articles),
        "unreported": sum(key not in archive.covering for key in events.oldest()),
        "chart": month_chart(year, events.by_month(year), articles.by_month(year)),
        "months": _months(year, events, articles, archive),
        "narrowed": f"year={year}",
        "series": _series(events, archive),
        "missing": _named(archive.records(EventSeries), archive.missing.get(year, ())),
    }
    return render(request, "archive/year_detail.html", context)


def _series(events: Selection, archive: Overview) -> list[Leader]:
    """The series of the events, with how many of these each has; most first."""
    known = archive.records(Event)
    counted = Counter(known[key].series_id for key in events.oldest() if key in known)
    series = _named(archive.records(EventSeries), counted)
    found = (Leader("series", one.slug, str(one), counted[one.pk], one.shown_language) for one in series)
    return sorted(found, key=lambda one: -one.count)


def _named(records: Mapping[int, Any], keys: Iterable[int]) -> list[Any]:
    """Those of the keys, by name."""
    return sorted((records[key] for key in keys if key in records), key=lambda one: sort_key(str(one)))


def _months(year: int, events: Selection, articles: Selection, archive: Overview) -> list[Month]:
    """The months with anything in them; two queries for all cards of a kind."""
    found = [(month, events.in_month(year, month), articles.in_month(year, month)) for month in (*range(1, 13), 0)]
    found = [row for row in found if len(row[1]) or len(row[2])]
    event_keys = {month: some.oldest(EVENTS_PER_MONTH) for month, some, _articles in found}
    article_keys = {month: some.oldest(ARTICLES_PER_MONTH) for month, _events, some in found}
    event_cards = cards_by_key(Event, [key for keys in event_keys.values() for key in keys], archive)
    article_cards = cards_by_key(Article, [key for keys in article_keys.values() for key in keys], archive)
    return [
        Month(
            month_key(year, month),
            month_name(year, month),
            _among(event_cards, event_keys[month]),
            len(its_events),
            _among(article_cards, article_keys[month]),
            len(its_articles),
        )
        for month, its_events, its_articles in found
    ]


def _among(cards: dict[int, Card], keys: Sequence[int]) -> tuple[Card, ...]:
    return tuple(cards[key] for key in keys if key in cards)


@kept
def undated(request: HttpRequest) -> HttpResponseBase:
    archive = overview()
    portable = of_period(None)
    if outputs.is_asked(request):
        return outputs.answer(request, portable)
    events, articles = archive.events.undated, archive.articles.undated
    context = {
        "take_away": ways_of(request, portable, max(len(events), len(articles))),
        "filter": "year=undated",
        "event_total": len(events),
        "article_total": len(articles),
        "events": cards_of(Event, events[:SECTION_SIZE], archive),
        "articles": cards_of(Article, articles[:SECTION_SIZE], archive),
    }
    return render(request, "archive/year_undated.html", context)
