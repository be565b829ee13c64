"""Why a record was found, where what is shown of it doesn't tell: by a name that it is linked to."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from archive.search.query import Fragment, Hit, Reason, Scope
from archive.search.records import Searched, searched
from archive.search.snippets import Marker, best_passage, mark, mark_starts

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
# The field of the record's own names, and what its texts are but for the one that is shown as its passage.
_OWN = {Scope.EVENTS: "event", Scope.PARTICIPANTS: "participant"}
_TEXTS = {Scope.EVENTS: _("Place"), Scope.PARTICIPANTS: _("Office")}


# To translate a text takes longer than to look for a word in all names of a record.
@cache
def _labels(scope: Scope, language: str | None) -> dict[str, str]:
    """What each field is called; the cache keeps them apart by the reader's language."""
    labels = _LABELS | ({_OWN[scope]: _("Other name"), "": _TEXTS[scope]} if scope in _OWN else {})
    return {field: str(label) for field, label in labels.items()}


def explained(scope: Scope, hits: Iterable[Hit], marker: Marker, head: tuple[int, str]) -> tuple[Hit, ...]:
    """The hits, those without a mark with their reasons. Loads, once for all of those, what they were indexed from."""
    told = list(hits)
    unmarked = {
        _key(hit): place
        for place, hit in enumerate(told)
        if not (marker.is_blank or _is_marked(hit.snippet) or _is_marked(hit.title))
    }
    if unmarked:
        labels = _labels(scope, get_language())
        for key, record in searched(scope, unmarked, head).items():
            shown, title, snippet, _none = told[unmarked[key]]
            told[unmarked[key]] = Hit(shown, title, snippet, _reasons(labels, record, marker))
    return tuple(told)


def _is_marked(fragments: tuple[Fragment, ...]) -> bool:
    for _text, is_hit in fragments:  # noqa: SIM110  # a generator would take several times as long, for one or two
        if is_hit:
            return True
    return False


def _key(hit: Hit) -> Any:
    return hit.record.pk  # type: ignore[attr-defined]  # a model's record


def _reasons(labels: Mapping[str, str], record: Searched, marker: Marker) -> tuple[Reason, ...]:
    """One of each field that has a label, the first that has a mark."""
    told: dict[str, Reason] = {}
    for start in mark_starts(record.joined, marker):
        place = bisect_right(record.starts, start) - 1
        field, text = record.fields[place], record.texts[place]
        if field in told or field not in labels:
            continue
        fragments = mark(text, marker) if field else best_passage(text, marker)
        # A phrase may begin in one line and end in the next.
        if not _is_marked(fragments):
            continue
        told[field] = Reason(labels[field], fragments)
        if len(told) == MOST:
            break
    return tuple(told.values())
