"""System checks: wrong configuration is told at start, with what to do about it."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from archive.search.engine import engine


@register()
def search_engine(**kwargs: Any) -> list[CheckMessage]:
    try:
        engine()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="Set SEARCH_URL=whoosh:// for the embedded index.", id="archive.E001")]
    return []
