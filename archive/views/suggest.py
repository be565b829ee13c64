"""What a reader may mean, while typing: names of public records, for the search box."""

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive import search
from archive.search import Named
from archive.views.limited import limited

# No name is longer; what is longer is pasted, not typed.
MAX_CHARACTERS = 100

_GROUPS = {
    "participant": _("People and organisations"),
    "city": _("Cities"),
    "country": _("Countries"),
    "series": _("Series"),
    "topic": _("Topics"),
    "publisher": _("Publishers"),
    "event": _("Events"),
}


@limited("suggestions", as_json=True)
def suggest(request: HttpRequest) -> JsonResponse:
    """`?q=` → a list of at most ten: group, name, also (the name that was typed, if another), url; the likeliest first."""
    text = request.GET.get("q", "")
    found = search.suggest(text) if len(text) <= MAX_CHARACTERS else []
    return JsonResponse(
        [
            {
                "group": str(_GROUPS[one.record.kind]),
                "name": one.record.name,
                "also": one.also,
                "url": _address(one.record),
            }
            for one in found
        ],
        safe=False,
        headers={"X-Robots-Tag": "noindex"},
    )


def _address(record: Named) -> str:
    # Countries' codes are written small in addresses.
    return reverse(
        f"archive:{record.kind}-detail", args=[record.key.lower() if record.kind == "country" else record.key]
    )
