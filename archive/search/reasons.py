"""Why a record was found, where what is shown of it doesn't tell: by a name that it is linked to."""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from archive.search.documents import SearchDocument
from archive.search.query import Hit, Reason, Scope
from archive.search.records import searched
from archive.search.snippets import Marker, best_passage, is_marked, mark

# Most fields that are told of one hit.
MOST = 3

_LABELS = {
    "participant": _("Participant"),
    "country": _("Country"),
    "city": _("Host city"),
    "dateline": _("Dateline"),
    "topic": _("Topic"),
    "event": _("Event"),
    "series": _("Series"),
    "publisher": _("Publisher"),
    "kind": _("Kind"),
}
_IS_HIT = attrgetter("is_hit")
# The field of the record's own names, and what its texts are but for the one that is shown as its passage.
_OWN = {Scope.EVENTS: "event", Scope.PARTICIPANTS: "participant"}
_TEXTS = {Scope.EVENTS: _("Place"), Scope.PARTICIPANTS: _("Office")}


def explained(scope: Scope, hits: Iterable[Hit], marker: Marker, head: tuple[int, str]) -> tuple[Hit, ...]:
    """The hits, those without a mark with their reasons. Loads, once for all of those, what they were indexed from."""
    hits = tuple(hits)
    keys = {_key(hit) for hit in hits if not (any(map(_IS_HIT, hit.snippet)) or any(map(_IS_HIT, hit.title)))}
    if not keys or marker.is_blank:
        return hits
    documents = searched(scope, keys, head)
    return tuple(
        hit._replace(reasons=tuple(_reasons(documents[_key(hit)], marker))[:MOST]) if _key(hit) in documents else hit
        for hit in hits
    )


def _key(hit: Hit) -> Any:
    return hit.record.pk  # type: ignore[attr-defined]  # a model's record


def _reasons(document: SearchDocument, marker: Marker) -> Iterator[Reason]:
    for field, names in document.fields.items():
        label = _("Other name") if field == _OWN.get(document.scope) else _LABELS[field]
        for name in names:
            if is_marked(name, marker):
                yield Reason(str(label), mark(name, marker))
                break
    for text in document.texts if document.scope in _TEXTS else ():
        if is_marked(text, marker):
            yield Reason(str(_TEXTS[document.scope]), best_passage(text, marker))
            break
