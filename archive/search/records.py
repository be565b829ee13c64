"""The records of hits, kept for as long as nothing changes: those of popular queries are shown again and again."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from archive.models import Article, Event, Participant
from archive.search.documents import SOURCES, SearchDocument
from archive.search.query import Scope

# Most records of a kind that are kept, and most of what they are searched by, which is larger.
MOST, MOST_SEARCHED = 2000, 500

# Exactly what a result shows of its record.
_SHOWN: Mapping[Scope, Any] = {
    Scope.ARTICLES: lambda: Article.objects.select_related("publisher", "agency"),
    Scope.EVENTS: lambda: Event.objects.select_related("city"),
    Scope.PARTICIPANTS: lambda: Participant.objects.select_related("country"),
}


class Shown(NamedTuple):
    """A record, its title, and the text of which a passage is shown: the same objects, so that each is cut into words once."""

    record: Any
    title: str
    text: str


class Searched(NamedTuple):
    """What a record is searched by, but for its title: texts and the fields that they are of, in the order of the document.

    A text of its own is in the field "". `joined` are all of them, a line each, and `starts` is where each begins in it: to
    look at once through all of a record's names takes a tenth of the time that one after the other does.
    """

    fields: tuple[str, ...]
    texts: tuple[str, ...]
    joined: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, document: SearchDocument) -> "Searched":
        rows = [(key, name) for key, names in document.fields.items() for name in names]
        rows += [("", text) for text in document.texts]
        texts = tuple(text for _key, text in rows)
        starts = accumulate((len(text) + 1 for text in texts[:-1]), initial=0)
        return cls(tuple(key for key, _text in rows), texts, "\n".join(texts), tuple(starts))


def _empty() -> dict[Scope, dict[int, Any]]:
    return {scope: {} for scope in Scope}


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Records as they were when `head` was the newest entry of the change log, and what they were searched by."""

    head: tuple[int, str]
    records: dict[Scope, dict[int, Shown]] = field(default_factory=_empty)
    searched: dict[Scope, dict[int, Searched]] = field(default_factory=_empty)


_shelf = _Shelf((0, ""))


def shown(scope: Scope, pks: Collection[int], head: tuple[int, str]) -> dict[int, Shown]:
    """The records with these keys that are public, by key. One query at most; `head` is the newest entry of the log.

    The records are shared: not to be written to.
    """

    def read(missing: list[int]) -> dict[int, Shown]:
        found = _SHOWN[scope]().published().filter(pk__in=missing)
        return {record.pk: Shown(record, str(record), _text(record)) for record in found}

    return _kept(_shelf_of(head).records[scope], MOST, pks, read)


def _text(record: Article | Event | Participant) -> str:
    if isinstance(record, Article):
        return " ".join(part for part in (record.abstract, record.body) if part)
    return record.summary if isinstance(record, Event) else record.description


def searched(scope: Scope, pks: Collection[int], head: tuple[int, str]) -> dict[int, Searched]:
    """What the records are searched by, by key. A constant number of queries, none where all is kept."""

    def read(missing: list[int]) -> dict[int, Searched]:
        source = SOURCES[scope]
        return {record.pk: Searched.of(source.build(record)) for record in source.published().filter(pk__in=missing)}

    return _kept(_shelf_of(head).searched[scope], MOST_SEARCHED, pks, read)


def _shelf_of(head: tuple[int, str]) -> _Shelf:
    global _shelf
    shelf = _shelf
    if shelf.head != head:
        # Another, not this one emptied: a slower thread may still put what it read before the change into the old one.
        shelf = _shelf = _Shelf(head)
    return shelf


def _kept(
    kept: dict[int, Any], most: int, pks: Collection[int], read: Callable[[list[int]], dict[int, Any]]
) -> dict[int, Any]:
    """What is kept, and what is not read and put beside it."""
    found = {pk: kept[pk] for pk in pks if pk in kept}
    if missing := [pk for pk in pks if pk not in found]:
        fresh = read(missing)
        found |= fresh
        if len(kept) + len(fresh) > most:
            kept.clear()
        kept.update(fresh)
    return found
