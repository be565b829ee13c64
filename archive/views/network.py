"""Who met whom: the picture, and the pairs with the events that they shared."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from archive.filters import NetworkFilterSet
from archive.overview import overview
from archive.pictures.network import Network, networks
from archive.pictures.network_drawing import MOST_LINES, MOST_MARKS, draw_around
from archive.views.keeping import kept
from archive.views.paging import BadPage, bad_page, page_of

_PAIRS = 50


@kept
def network(request: HttpRequest) -> HttpResponse:
    """`?show=people` or `countries`, `?around=` one of them; the filters are those of the list of events."""
    filterset = NetworkFilterSet(request.GET, overview())
    groups = filterset.groups()
    context: dict[str, Any] = {"filterset": filterset, "groups": groups, "chips": filterset.chips(groups)}
    if not filterset.is_known:
        return render(request, "archive/network.html", context, status=400)
    around = filterset.around_whom
    narrowing = filterset.narrowing
    made = networks().of(filterset.shown, filterset.qs if narrowing else None, tuple(narrowing))
    pairs = made.around(around.pk) if around else made.ranked()
    try:
        page = page_of(request, pairs, _PAIRS)
    except BadPage as error:
        return bad_page(request, error)
    context |= {
        "show": filterset.shown,
        "switch": _switch(filterset.shown, narrowing),
        "around": around,
        "network": made,
        "drawing": draw_around(pairs[0].one, pairs) if around and pairs else made.drawing(),
        "matrix": made.matrix if filterset.shown == "countries" and not around else (),
        "nodes": [] if around else made.leading[:MOST_MARKS],
        "left_out": _left_out(made) if not around else {},
        "page": page,
        "narrowing": urlencode(narrowing),
    }
    return render(request, "archive/network.html", context)


def _switch(shown: str, narrowing: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """The two networks under the filters in force."""
    labels = {"people": _("People and organisations"), "countries": _("Countries")}
    return [
        {"query": urlencode([("show", show), *narrowing]), "label": label, "is_current": show == shown}
        for show, label in labels.items()
    ]


def _left_out(made: Network) -> dict[str, int]:
    """How many are drawn of how many, where that is not all."""
    met, pairs = len(made.leading), len(made.pairs)
    if met <= MOST_MARKS and pairs <= MOST_LINES:
        return {}
    drawing = made.drawing()
    return {"marks": len(drawing.marks), "met": met, "lines": len(drawing.lines), "pairs": pairs}
