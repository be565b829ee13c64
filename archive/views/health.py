"""For load balancers and monitors: is the process up, can it serve."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from archive import search

logger = logging.getLogger(__name__)


@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 where the database and the index can be used; else 503, naming which can't. Details go to the log only.

    503 as well while there is a file `draining` in the data folder: the machine is about to be taken out.
    """
    parts = {"database": _usable(_database)}
    # Without the log, nobody knows whether the index is true to it; and to ask again would take as long again.
    parts["index"] = _usable(search.ensure_fresh) if parts["database"] == "ok" else "unknown"
    # For balancers that ask: nothing new shall come to this machine, which goes on to answer what comes.
    if (settings.DATA_DIR / "draining").exists():
        parts["machine"] = "draining"
    return JsonResponse(parts, status=200 if set(parts.values()) == {"ok"} else 503)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _usable(probe: Callable[[], object]) -> str:
    try:
        probe()
    except (DatabaseError, search.IndexUnusable) as error:
        logger.warning("not ready: %s", error)
        return "unusable"
    return "ok"
