"""The timeline: the address says the span and the filters, the picture is drawn, and its links keep the filters."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.filters import ArticleFilterSet, TimelineFilterSet
from archive.models import Article, CountryStatus
from archive.overview import Overview, overview
from archive.pictures.timeline import BadSpan, Span, picture, span_of
from archive.views.keeping import kept

# What the lists of events and articles are both narrowed by, in the same sense.
_SHARED = ("country", "city", "topic", "series", "participant")
# The filters of the form; the others can stand in the address.
_OFFERED = ("topic", "country", "series", "kind")


@dataclass(frozen=True, slots=True)
class Zoom:
    """Another span of the same timeline."""

    label: str
    query: str
    is_current: bool = False


@kept
def timeline(request: HttpRequest) -> HttpResponse:
    archive = overview()
    filterset = TimelineFilterSet(request.GET, archive)
    problems, drawn, status = list(filterset.problems), None, 200
    years = {*archive.events.by_year(), *archive.articles.by_year()}
    groups = [group for group in filterset.groups() if group.name in _OFFERED or group.chosen]
    try:
        span = span_of(request.GET, years, timezone.localdate().year)
    except BadSpan as error:
        problems.append(str(error))
    context: dict[str, Any] = {
        "filterset": filterset,
        "groups": groups,
        "chips": filterset.chips(groups),
        "problems": problems,
    }
    if problems:
        status = 400
    else:
        narrowed = _query(request.GET, tuple(filterset.filters))
        shared = _query(request.GET, _SHARED)
        drawn = picture(
            events=filterset.qs,
            articles=_articles(shared, archive),
            statuses=_statuses(filterset),
            span=span,
            narrowed=_query(request.GET, tuple(name for name in filterset.filters if name != "series")),
            press=shared,
            archive=archive,
        )
        undated = filterset.qs.undated().count()
        context |= {
            "span": span,
            "narrowed": narrowed,
            "zooms": _zooms(span, years, narrowed),
            "undated": undated,
            "is_press_wider": narrowed != shared,
        }
    return render(request, "archive/timeline.html", {**context, "picture": drawn}, status=status)


def _query(params: QueryDict, names: tuple[str, ...]) -> str:
    """Those of the parameters, as part of an address."""
    return urlencode([(name, value) for name in names for value in params.getlist(name)])


def _articles(shared: str, archive: Overview) -> QuerySet:
    return ArticleFilterSet(QueryDict(shared), archive).qs if shared else Article.objects.published()


def _statuses(filterset: TimelineFilterSet) -> QuerySet:
    """Of the chosen countries, or of all."""
    chosen = filterset.form.cleaned_data["country"] if "country" in filterset.data else ()
    return CountryStatus.objects.filter(country__in=chosen) if chosen else CountryStatus.objects.all()


def _zooms(span: Span, years: set[int], narrowed: str) -> list[Zoom]:
    """Closer and wider spans, earlier and later ones of the same length."""
    whole = span_of({}, years, timezone.localdate().year)
    found = [Zoom(_("All years: %(span)s") % {"span": whole}, narrowed, span == whole)]
    if span != whole:
        wider = Span(max(span.first - 1, whole.first), min(span.last + 1, whole.last))
        if wider.first <= span.first and wider.last >= span.last and wider not in (whole, span):
            found.append(_zoom(_("Wider: %(span)s"), wider, narrowed))
        for label, by in ((_("Earlier: %(span)s"), -span.years), (_("Later: %(span)s"), span.years)):
            moved = Span(max(span.first + by, 1), span.last + by) if span.last + by > 0 else None
            if moved and moved.last >= whole.first and moved.first <= whole.last:
                found.append(_zoom(label, moved, narrowed))
    return found


def _zoom(label: str, span: Span, narrowed: str) -> Zoom:
    period = {"year": f"{span.first:04}"} if span.years == 1 else {"from": f"{span.first:04}", "to": f"{span.last:04}"}
    return Zoom(label % {"span": span}, "&".join(filter(None, [urlencode(period), narrowed])))
