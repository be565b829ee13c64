"""What changed in a record since it was first public, for readers: what, when and why, never who."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from archive.curation.history import public_versions
from archive.views.lookup import about_record, find, show
from archive.views.paging import BadPage, bad_page, page_of

PAGE_SIZE = 20


@about_record
def history(request: HttpRequest, slug: str, model: Any) -> HttpResponse:
    record = find(request, model.objects.all(), slug, page="history", has_formats=False)
    try:
        page = page_of(request, public_versions(record), PAGE_SIZE)
    except BadPage as error:
        return bad_page(request, error)
    return show(
        request, "archive/history.html", {"record": record, "page": page, "take_away": (), "described": None}, record
    )
