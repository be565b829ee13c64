"""The page of a list that an address asks for."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.views.errors import show_error


class BadPage(Exception):
    """The page number in the address is no number, or there is no such page; args: status and sentence."""


def page_of(request: HttpRequest, records: QuerySet | Sequence[Any], size: int) -> Page:
    """The page that the address asks for. Raises BadPage."""
    paginator = Paginator(records, size)
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit()):
        raise BadPage(400, _("“%(page)s” is not a page number.") % {"page": text[:20]})
    # Thousands of digits are refused by int() itself; no list has that many pages.
    number = int(text) if len(text) <= 12 else 0
    if not 1 <= number <= paginator.num_pages:
        last = paginator.num_pages
        raise BadPage(
            404,
            ngettext(
                "There is no page %(page)s: the list has one page.",
                "There is no page %(page)s: the list has %(last)d pages.",
                last,
            )
            % {"page": text[:12], "last": last},
        )
    return paginator.page(number)


def bad_page(request: HttpRequest, error: BadPage) -> HttpResponse:
    status, message = error.args
    return show_error(request, status, _("No such page"), message)
