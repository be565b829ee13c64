"""The page of an article: its facts, the events that it covers, and what is near it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from archive import search
from archive.models import Article, City, Country, Coverage, Event, EventSeries, Participant, Publisher, Topic
from archive.overview import Overview, overview
from archive.views.cards import Card, Fact, cards_by_key, shown_foreign
from archive.views.keeping import kept_with_index
from archive.views.lookup import about_record, find, show
from archive.views.records.linking import link, remember

# Of the articles on the same events, so many are shown.
ALSO = 6


@kept_with_index
@about_record
def article(request: HttpRequest, slug: str) -> HttpResponse:
    found: Article = find(request, Article.objects.select_related("source_document"), slug)
    # After the article: so the overview has all that it names.
    archive = overview()
    _link(found, archive)
    covered = [coverage.event_id for coverage in found.coverages.all()]
    beside = Coverage.objects.filter(event__in=covered).exclude(article=found).order_by()
    also = archive.articles.among(beside.values_list("article", flat=True) if covered else ()).newest(ALSO)
    similar, (before, after) = _similar(found, also), _document_neighbours(found, archive)
    # All at once: each call asks for those that were not made before.
    cards = cards_by_key(Article, [*also, *similar, *before, *after], archive)
    context = {
        "article": found,
        "covered": [(coverage, _facts(coverage.event, archive)) for coverage in found.coverages.all()],
        "also": _those(also, cards),
        "copies": _copies(found, archive),
        "similar": _those(similar, cards),
        "before": _those(before, cards),
        "after": _those(after, cards),
        "may_read_body": request.user.is_staff and request.user.has_perm("archive.view_article"),
    }
    return show(request, "archive/article_detail.html", context, found)


def _link(article: Article, archive: Overview) -> None:
    """Link a loaded article to what it names and covers, all of it public. Two queries."""
    for field, model in _NAMED.items():
        setattr(article, field, archive.records(model).get(getattr(article, f"{field}_id")))
    link(article, _LINKS, {}, archive)
    rows = Coverage.objects.filter(article=article).order_by("pk").values_list("event", "relation", "note")
    events = archive.records(Event)
    coverages = (
        Coverage(article=article, event=events[key], relation=relation, note=note)
        for key, relation, note in rows
        if key in events
    )
    remember(article, "coverages", Coverage, coverages)


_NAMED: Mapping[str, Any] = {"publisher": Publisher, "agency": Publisher, "dateline_city": City}
_LINKS: Mapping[str, Any] = {"participants": Participant, "countries": Country, "topics": Topic}


def _facts(event: Event, archive: Overview) -> list[Fact]:
    """What the card of an event that the article covers says of it."""
    facts = [Fact(capfirst(event.get_kind_display()))]
    for field, model in (("city", City), ("series", EventSeries)):
        key = getattr(event, f"{field}_id")
        if key is not None and (one := archive.records(model).get(key)):
            facts.append(Fact(str(one), one.get_absolute_url(), language=shown_foreign(one)))
    return facts


def _copies(article: Article, archive: Overview) -> Iterable[Article]:
    """Those of other publishers, oldest first."""
    others = archive.copies.get(article.pk)
    if not others:
        return ()
    return Article.objects.published().filter(pk__in=others).select_related("publisher", "agency").oldest()


def _similar(article: Article, shown: Sequence[int]) -> list[int]:
    """Six more like it, without those that are shown already; none where the search is out of order."""
    try:
        found = search.similar(article, 6 + len(shown))
    except search.SearchError:
        return []
    return [key for key in found if key not in shown][:6]


def _document_neighbours(article: Article, archive: Overview) -> tuple[Sequence[int], Sequence[int]]:
    """The keys of the published articles right before and right after it in its source document: none or one each."""
    if article.source_document_id is None or article.source_position is None:
        return (), ()
    places, keys = archive.documents.get(article.source_document_id, ((), ()))
    before, after = bisect_left(places, article.source_position), bisect_right(places, article.source_position)
    return keys[:before][-1:], keys[after:][:1]


def _those(keys: Iterable[int], cards: Mapping[int, Card]) -> list[Card]:
    return [cards[key] for key in keys if key in cards]
