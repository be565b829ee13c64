"""What search engines and browsers ask of a site: sitemaps, robots.txt, a description of the search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import EmptyPage, InvalidPage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import http_date

from archive import search
from archive.addresses import address
from archive.languages import in_language
from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic
from archive.overview import overview
from archive.stamps import Key, Stamp, stamps
from archive.views.limited import limited
from archive.views.suggest import MAX_CHARACTERS

# Sitemaps -------------------------------------------------------------------------------------------------------------


class _Pages(Sitemap):
    """Pages in every language, each with the addresses of the others; the protocol allows 50 000 addresses a part."""

    i18n = True
    alternates = True
    x_default = True
    limit = 10_000

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class _Records(_Pages):
    """The records of one kind, by their slugs; `kind` is as in the names of addresses."""

    def __init__(self, kind: str, slugs: Callable[[], Sequence[str]], model: str) -> None:
        self._kind = kind
        self._slugs = slugs
        self._model = model

    @cached_property
    def _stamps(self) -> Mapping[Key, Stamp]:
        return stamps()

    def items(self) -> Sequence[str]:
        return self._slugs()

    def location(self, item: str) -> str:
        return address(self._kind, item)

    def lastmod(self, item: str) -> datetime | None:
        # Countries are written small in addresses.
        stamp = self._stamps.get((self._model, item.upper() if self._kind == "country" else item))
        return stamp.at if stamp else None


class _Sections(_Pages):
    """The pages that are no record's."""

    def items(self) -> Sequence[str]:
        return [f"archive:{name}" for name in _SECTIONS]

    def location(self, item: str) -> str:
        return reverse(item)


class _Years(_Pages):
    def items(self) -> Sequence[int]:
        archive = overview()
        return sorted({*archive.events.by_year(), *archive.articles.by_year()})

    def location(self, item: int) -> str:
        return reverse("archive:year-detail", args=[item])


_SECTIONS = (
    *("home", "about", "accessibility", "glossary", "help-search", "dumps", "api"),
    *("timeline", "map", "network", "coverage"),
    *(f"{kind}-list" for kind in ("article", "event", "year", "city", "topic", "participant", "country", "series")),
    "publisher-list",
)


def _slugs_of(queryset: Callable[[], Any]) -> Callable[[], Sequence[str]]:
    return lambda: list(queryset().order_by("slug").values_list("slug", flat=True))


@dataclass(frozen=True, slots=True)
class _Row:
    """Records with a part of the sitemap of their own: what they are called in addresses, their model, which they are."""

    kind: str
    model: Any
    slugs: Callable[[], Sequence[str]]


_RECORDS = {
    "articles": _Row("article", Article, _slugs_of(lambda: Article.objects.published())),
    "events": _Row("event", Event, _slugs_of(lambda: Event.objects.published())),
    "participants": _Row("participant", Participant, _slugs_of(lambda: Participant.objects.published())),
    "countries": _Row(
        "country",
        Country,
        lambda: [code.lower() for code in Country.objects.order_by("iso2").values_list("iso2", flat=True)],
    ),
    "cities": _Row("city", City, _slugs_of(City.objects.all)),
    "topics": _Row("topic", Topic, _slugs_of(Topic.objects.all)),
    "series": _Row("series", EventSeries, _slugs_of(EventSeries.objects.all)),
    "publishers": _Row("publisher", Publisher, _slugs_of(Publisher.objects.all)),
}


_OTHERS: Mapping[str, type[Sitemap]] = {"pages": _Sections, "years": _Years}


def _part(name: str) -> Sitemap | None:
    if name in _OTHERS:
        return _OTHERS[name]()
    row = _RECORDS.get(name)
    return _Records(row.kind, row.slugs, row.model._meta.model_name) if row else None


def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The parts of the sitemap, each with the time of its newest page."""
    found = []
    for name in (*_OTHERS, *_RECORDS):
        part = _part(name)
        if part is None:
            continue
        url = settings.SITE_URL + reverse("sitemap-part", args=[name])
        newest = part.get_latest_lastmod()
        found += [
            SimpleNamespace(location=url if page == 1 else f"{url}?p={page}", last_mod=newest)
            for page in part.paginator.page_range
        ]
    return render(request, "sitemap_index.xml", {"sitemaps": found}, content_type="application/xml")


def sitemap(request: HttpRequest, part: str) -> HttpResponse:
    """At most 10 000 addresses; `?p=2` has those after."""
    found = _part(part)
    if found is None:
        raise Http404
    try:
        urls = found.get_urls(page=request.GET.get("p", "1"))
    except (EmptyPage, InvalidPage) as error:
        raise Http404 from error
    response = render(request, "sitemap.xml", {"urlset": urls}, content_type="application/xml")
    newest = found.get_latest_lastmod()
    if newest is not None:
        response["Last-Modified"] = http_date(newest.timestamp())
    return response


# Crawlers -------------------------------------------------------------------------------------------------------------

# Pages of one reader or one moment, in every language; everything else is open.
_CLOSED = ("archive:search-facet", "archive:search-suggest", "archive:report", "archive:follow")


def robots(request: HttpRequest) -> HttpResponse:
    closed = [in_language(reverse(name), language) for name in _CLOSED for language, _name in settings.LANGUAGES]
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        *(f"Disallow: {path}" for path in closed),
        "Allow: /",
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


# Search from elsewhere ------------------------------------------------------------------------------------------------


def opensearch(request: HttpRequest) -> HttpResponse:
    """The description by which browsers and aggregators search here (https://github.com/dewitt/opensearch)."""
    return render(
        request,
        "archive/opensearch.xml",
        {"site": settings.SITE_URL, "contact": settings.CONTACT_EMAIL},
        content_type="application/opensearchdescription+xml",
    )


@limited("suggestions", as_json=True)
def suggestions(request: HttpRequest) -> JsonResponse:
    """`?q=` → what was typed, names, what they are, their addresses: the form of OpenSearch Suggestions 1.0."""
    text = request.GET.get("q", "")
    found = search.suggest(text) if len(text) <= MAX_CHARACTERS else []
    addresses = [
        settings.SITE_URL
        + address(one.record.kind, one.record.key.lower() if one.record.kind == "country" else one.record.key)
        for one in found
    ]
    return JsonResponse(
        [text, [one.record.name for one in found], [one.record.kind for one in found], addresses],
        safe=False,
        content_type="application/x-suggestions+json",
        headers={"X-Robots-Tag": "noindex", "Access-Control-Allow-Origin": "*"},
    )
