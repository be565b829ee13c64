"""The page of a publisher: who it is, and its articles."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from archive.models import Article, Publisher
from archive.overview import overview
from archive.views.browse import SECTION_SIZE
from archive.views.cards import cards
from archive.views.lookup import find, record_page, show


@record_page
def publisher(request: HttpRequest, slug: str) -> HttpResponse:
    found: Publisher = find(request, Publisher.objects.select_related("country", "organisation"), slug)
    articles = Article.objects.published().filter(Q(publisher=found) | Q(agency=found))
    context = {
        "publisher": found,
        "articles": cards(articles.newest()[:SECTION_SIZE], overview()),
        "article_total": articles.count(),
    }
    return show(request, "archive/publisher_detail.html", context, found)
