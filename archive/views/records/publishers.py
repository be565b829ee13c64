"""The page of a publisher: who it is, and its articles."""

from django.http import HttpRequest, HttpResponse

from archive.models import Article, Publisher
from archive.overview import overview
from archive.views.browse import SECTION_SIZE
from archive.views.cards import cards_of
from archive.views.keeping import kept
from archive.views.lookup import about_record, find, show


@kept
@about_record
def publisher(request: HttpRequest, slug: str) -> HttpResponse:
    found: Publisher = find(request, Publisher.objects.select_related("country", "organisation"), slug)
    archive = overview()
    theirs = Article.objects.by_publishers([found.pk]).order_by().values_list("pk", flat=True)
    articles = archive.selected("published by", found, lambda: theirs)
    context = {
        "publisher": found,
        "articles": cards_of(Article, articles.newest(SECTION_SIZE), archive),
        "article_total": len(articles),
    }
    return show(request, "archive/publisher_detail.html", context, found)
