"""When each record was last changed, with the rows that belong to it: what harvesters, feeds and caches ask.

Made of the change log alone and kept in memory; it grows with the log, a query for what is new. 100 bytes or so a record.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from archive.models import Change


@dataclass(frozen=True, slots=True)
class Stamp:
    """The change that a record was last touched by; numbers only ever grow, so that they are an order."""

    number: int
    at: datetime


Key = tuple[str, str]

# Rows without a page of their own: the records whose slugs or codes their natural key begins with.
_OWNERS: Mapping[str, tuple[str, ...]] = {
    "coverage": ("article", "event"),
    "attendance": ("event", "participant"),
    "delegation": ("event",),
    "figure": ("event",),
    "reading": ("event",),
    "eventsource": ("event",),
    "office": ("participant",),
    "countrystatus": ("country",),
}


class Stamps:
    """The log read to some number. Keys are the model's name and the slug or code at that time."""

    def __init__(self) -> None:
        self._head: tuple[int, str] = (0, "")
        self._stamps: dict[Key, Stamp] = {}

    def follow(self, head: tuple[int, str]) -> Mapping[Key, Stamp]:
        """The stamps as of the log's head."""
        if head != self._head:
            if not self._is_before(head):
                self._stamps = {}
                self._head = (0, "")
            changes = Change.objects.filter(number__gt=self._head[0], number__lte=head[0]).order_by("number")
            rows = changes.values_list("number", "at", "record_type", "record_key")
            # A new mapping, so that who reads the old one is not disturbed.
            self._stamps = self._stamps | {
                key: Stamp(number, at) for number, at, kind, name in rows.iterator() for key in _keys(kind, name)
            }
            self._head = head
        return self._stamps

    def _is_before(self, head: tuple[int, str]) -> bool:
        """Whether what was read is the beginning of the log at hand: another database has another hash there."""
        number, sha256 = self._head
        return number <= head[0] and (number == 0 or Change.objects.filter(number=number, sha256=sha256).exists())


def _keys(kind: str, name: str) -> Iterator[Key]:
    owners = _OWNERS.get(kind)
    if owners is None:
        yield kind, name
        return
    # Slugs and codes have no slash.
    yield from zip(owners, name.split("/"), strict=False)


_LOCK = threading.Lock()
_STAMPS = Stamps()


def stamps() -> Mapping[Key, Stamp]:
    """The stamp of every record that was ever written, by model name and slug (or ISO code). One query where nothing is new."""
    head = Change.objects.head()
    with _LOCK:
        return _STAMPS.follow(head)
