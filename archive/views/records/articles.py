"""The page of an article: its facts, the events that it covers, and what is near it."""

from collections.abc import Sequence

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse

from archive import search
from archive.languages import NAME_FIELDS
from archive.models import Article, City, Country, Coverage, Participant, Publisher, Topic
from archive.overview import overview
from archive.views.cards import Card, cards, countries_of, named
from archive.views.lookup import find, record_page, show

# Of an event, what an article's page says of it.
_COVERED = (
    *("article", "relation", "note"),
    *(f"event__{name}" for name in ("slug", *NAME_FIELDS, "status", "date", "kind")),
    *(f"event__{link}__{name}" for link in ("city", "series") for name in ("slug", *NAME_FIELDS)),
)


@record_page
def article(request: HttpRequest, slug: str) -> HttpResponse:
    covered = Coverage.objects.filter(event__status="published").select_related("event__city", "event__series")
    found: Article = find(
        request,
        Article.objects.select_related("source_document", "publisher", "agency", "dateline_city").prefetch_related(
            Prefetch("participants", Participant.objects.published().only("slug", *NAME_FIELDS, "status", "kind")),
            Prefetch("countries", Country.objects.only("iso2", *NAME_FIELDS)),
            Prefetch("topics", Topic.objects.only("slug", *NAME_FIELDS)),
            Prefetch("coverages", covered.only(*_COVERED)),
        ),
        slug,
    )
    events = [coverage.event_id for coverage in found.coverages.all()]
    beside = Article.objects.published().about_events(events).exclude(pk=found.pk)
    archive = overview()
    also = cards(beside.newest()[:6], archive)
    context = {
        "article": found,
        "publisher": found.publisher_id and named(Publisher, found.publisher_id, archive),
        "agency": found.agency_id and named(Publisher, found.agency_id, archive),
        "dateline_city": found.dateline_city_id and named(City, found.dateline_city_id, archive),
        "countries": countries_of(Article, [found], archive)[found.pk],
        "also": also,
        "copies": Article.objects.published().copies_of(found).select_related("publisher", "agency").oldest(),
        "similar": _similar(found, also),
        "neighbours": _document_neighbours(found),
        "may_read_body": request.user.is_staff and request.user.has_perm("archive.view_article"),
    }
    return show(request, "archive/article_detail.html", context, found)


def _similar(article: Article, shown: Sequence[Card]) -> list[Article]:
    """Six more like it, without those that are shown already; none where the search is out of order."""
    try:
        found = search.similar(article, 6 + len(shown))
    except search.SearchError:
        return []
    slugs = {card.slug for card in shown}
    return [one for one in found if one.slug not in slugs][:6]


def _document_neighbours(article: Article) -> dict[str, Article | None]:
    """The published articles before and after it in its source document."""
    if article.source_document_id is None or article.source_position is None:
        return {}
    siblings = Article.objects.published().filter(source_document=article.source_document_id)
    return {
        "previous": siblings.filter(source_position__lt=article.source_position).order_by("-source_position").first(),
        "next": siblings.filter(source_position__gt=article.source_position).order_by("source_position").first(),
    }
