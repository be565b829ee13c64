"""A page that needs nothing which may be what is broken: no database, no session, no file of another page."""

from contextlib import suppress

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import get_script_prefix
from django.utils.functional import Promise
from django.utils.translation import get_language

from archive.languages import in_language

_STYLESHEETS = ("vendor/pico.min.css", "css/archive.css")


def bare_page(title: str | Promise, message: str | Promise, status: int, request_id: str = "") -> HttpResponse:
    """A sentence and the way home; `request_id` is shown as what to tell us."""
    context = {
        "title": title,
        "message": message,
        "request_id": request_id,
        "home": in_language(get_script_prefix(), get_language() or settings.LANGUAGE_CODE),
        "stylesheets": _stylesheets(),
    }
    return render(None, "archive/bare.html", context, status=status)


def _stylesheets() -> list[str]:
    """Their addresses; none where it isn't known how the files are named."""
    with suppress(Exception):
        return [static(name) for name in _STYLESHEETS]
    return []
