"""The state of an answer, by which clients ask whether theirs is still the newest."""

import hashlib
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest

from archive.models import Change


def state(request: HttpRequest, *known: object) -> tuple[str, datetime]:
    """ETag and time of what is answered where it follows from the records, the address, and what else is `known`. One query."""
    head = Change.objects.order_by("-number").values_list("number", "sha256", "at").first()
    number, sha256, changed_at = head or (0, "", datetime(1970, 1, 1, tzinfo=UTC))
    digest = hashlib.sha256(
        repr((*known, number, sha256, settings.SITE_URL, request.get_full_path())).encode()
    ).hexdigest()
    return f'"{digest[:32]}"', changed_at
