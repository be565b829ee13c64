"""The charts of the pages: what `archive.pictures.bars` draws, with the lists that the bars lead to."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils import timezone

from archive.overview import Overview, Selection, Timeline
from archive.pictures.bars import ARTICLES, EVENTS, Chart, Row, by_month, by_year

# What says how many of its records fall in each year.
Counted = Timeline | Selection


def year_chart(archive: Overview, events: Counted, articles: Counted, narrowed: str = "") -> Chart:
    """Events and articles by year; `narrowed` is what narrows the lists of all to these ("city=tashkent"). Kept by it."""

    def make() -> Chart:
        return by_year(
            Row(EVENTS, events.by_year(), list_of("event", narrowed)),
            Row(ARTICLES, articles.by_year(), list_of("article", narrowed)),
        )

    # Open ends reach to the present year.
    return archive.once(("by year", narrowed, timezone.localdate().year), make)


def month_chart(year: int, events: Mapping[int, int], articles: Mapping[int, int]) -> Chart:
    """Events and articles of a year by month, 0 for what no month is known of."""
    return by_month(year, Row(EVENTS, events, list_of("event")), Row(ARTICLES, articles, list_of("article")))


def list_of(kind: str, narrowed: str = "") -> str:
    """The address of the list of events or articles, narrowed by a query string."""
    url = reverse(f"archive:{kind}-list")
    return f"{url}?{narrowed}" if narrowed else url
