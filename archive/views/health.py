"""For load balancers and monitors: is the process up, can it serve."""

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from archive import search

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 where the database and the index can be used; else 503, naming which can't. Details go to the log only."""
    parts = {"database": _usable(_database), "index": _usable(search.ensure_fresh)}
    is_ready = all(parts.values())
    return JsonResponse(
        {name: "ok" if is_usable else "unusable" for name, is_usable in parts.items()}, status=200 if is_ready else 503
    )


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _usable(probe: object) -> bool:
    try:
        probe()  # type: ignore[operator]
    except (DatabaseError, search.IndexUnusable) as error:
        logger.warning("not ready: %s", error)
        return False
    return True
