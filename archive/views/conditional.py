"""The state of an answer, by which clients ask whether theirs is still the newest."""

import hashlib
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest

from archive.models import Change, Redirect

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def state(request: HttpRequest, *known: object) -> tuple[str, datetime]:
    """ETag and time of what is answered where it follows from the records, the address, and what else is `known`. Two queries."""
    head = Change.objects.order_by("-number").values_list("number", "sha256", "at").first()
    number, sha256, changed_at = head or (0, "", _NEVER)
    # Old addresses, which feeds tell of, are not in the log.
    newest_redirect = Redirect.objects.newest()
    changed_at = max(changed_at, newest_redirect[1] if newest_redirect else _NEVER)
    told = (*known, number, sha256, newest_redirect, settings.SITE_URL, request.get_full_path())
    return f'"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"', changed_at
