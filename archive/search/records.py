"""The records of hits, kept for as long as nothing changes: those of popular queries are shown again and again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from archive.models import Article, Event, Participant
from archive.search.query import Scope

# Most records of a kind that are kept.
MOST = 2000

# Exactly what a result shows of its record.
_SHOWN: Mapping[Scope, Any] = {
    Scope.ARTICLES: lambda: Article.objects.select_related("publisher", "agency"),
    Scope.EVENTS: lambda: Event.objects.select_related("city"),
    Scope.PARTICIPANTS: lambda: Participant.objects.select_related("country"),
}


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Records as they were when `head` was the newest entry of the change log."""

    head: tuple[int, str]
    records: dict[Scope, dict[int, Any]] = field(default_factory=lambda: {scope: {} for scope in Scope})


_shelf = _Shelf((0, ""))


def shown(scope: Scope, pks: Collection[int], head: tuple[int, str]) -> dict[int, Any]:
    """The records with these keys that are public, by key. One query at most; `head` is the newest entry of the log.

    The records are shared: not to be written to.
    """
    global _shelf
    shelf = _shelf
    if shelf.head != head:
        # Another, not this one emptied: a slower thread may still put what it read before the change into the old one.
        shelf = _shelf = _Shelf(head)
    kept = shelf.records[scope]
    found = {pk: kept[pk] for pk in pks if pk in kept}
    if missing := [pk for pk in pks if pk not in found]:
        read = {record.pk: record for record in _SHOWN[scope]().published().filter(pk__in=missing)}
        found |= read
        if len(kept) + len(read) > MOST:
            kept.clear()
        kept.update(read)
    return found
