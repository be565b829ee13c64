"""What most record pages have: the numbers by year, events first, then articles."""

from typing import Any

from archive.models import Article, Event
from archive.overview import Overview, Selection
from archive.views.browse import SECTION_SIZE
from archive.views.cards import cards_of
from archive.views.charts import year_chart


def sections(events: Selection, articles: Selection, archive: Overview, narrowed: str) -> dict[str, Any]:
    """The shown part and the whole number of each, newest first; `narrowed` narrows the lists of all ("city=tashkent")."""
    return {
        **by_year(events, articles, archive, narrowed),
        "events": cards_of(Event, events.newest(SECTION_SIZE), archive),
        "articles": cards_of(Article, articles.newest(SECTION_SIZE), archive),
    }


def by_year(events: Selection, articles: Selection, archive: Overview, narrowed: str) -> dict[str, Any]:
    """The numbers of events and articles, by year and in all."""
    numbers = events.by_year(), articles.by_year()
    counted = sum(sum(one.values()) for one in numbers)
    undated = events.undated + articles.undated
    return {
        "filter": narrowed,
        "chart": year_chart(archive, events, articles, narrowed),
        "counts_twice": counted > len(events) + len(articles) - undated,
        "event_total": len(events),
        "article_total": len(articles),
        "undated_events": events.undated,
        "undated_articles": articles.undated,
    }
