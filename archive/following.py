"""What followers are told of: every public record by its last change, and what is gone, in the order of the change log."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.kept import Kept
from archive.models import (
    Article,
    City,
    Country,
    Event,
    EventSeries,
    Participant,
    Publisher,
    Redirect,
    Reviewed,
    Status,
    Topic,
)
from archive.stamps import Stamp, stamps

# By the word that the export has for them.
KINDS: Mapping[str, Any] = {
    "article": Article,
    "event": Event,
    "participant": Participant,
    "country": Country,
    "city": City,
    "topic": Topic,
    "publisher": Publisher,
    "series": EventSeries,
}
# Those, and the rows that belong to them.
_RECORD_TYPES = (
    *(model._meta.model_name for model in KINDS.values()),
    *("coverage", "attendance", "delegation", "figure", "reading", "eventsource", "office", "countrystatus"),
)
# What was loaded before there was a log.
_NO_STAMP = Stamp(0, datetime(1970, 1, 1, tzinfo=UTC))

# The order of followers: the change, then kind and key, for one change may be of two records.
Place = tuple[int, str, str]
START: Place = (0, "", "")


@dataclass(frozen=True, slots=True)
class Followed:
    """A record by its slug or code.

    `now` is the key of the record that stands for it: another where it was merged or renamed, empty where it is gone.
    """

    number: int
    at: datetime
    kind: str
    key: str
    now: str

    @property
    def place(self) -> Place:
        return self.number, self.kind, self.key


def key_field(model: Any) -> str:
    """The field by which addresses and exports know a record."""
    return "iso2" if model is Country else "slug"


def _make() -> Sequence[Followed]:
    stamped: defaultdict[str, dict[str, Stamp]] = defaultdict(dict)
    for (name, key), stamp in stamps().items():
        stamped[name][key] = stamp
    made = [one for kind, model in KINDS.items() for one in _of(kind, model, stamped[model._meta.model_name])]
    return sorted(made, key=lambda one: one.place)


def _of(kind: str, model: Any, stamped: Mapping[str, Stamp]) -> list[Followed]:
    """Those of a kind; two queries. Of what was never public nothing is said."""
    is_reviewed = issubclass(model, Reviewed)
    states = dict(model.objects.values_list(key_field(model), "status" if is_reviewed else "pk"))
    public = {key for key, state in states.items() if not is_reviewed or state == Status.PUBLISHED}
    # What needs no review was public as long as it was there.
    gone = {key for key, state in states.items() if state == Status.WITHDRAWN} if is_reviewed else {*stamped} - public
    found = {key: (key, stamped.get(key, _NO_STAMP)) for key in public} | {
        key: ("", stamped.get(key, _NO_STAMP)) for key in gone
    }
    for old, new in Redirect.objects.filter(record_type=model._meta.model_name).values_list("old_slug", "new_slug"):
        if old not in public and (not new or new in public or new in gone):
            # That it leads elsewhere is known since a change of the one or the other.
            stamp = max((stamped.get(key, _NO_STAMP) for key in (old, new)), key=lambda one: one.number)
            found[old] = (new if new in public else "", stamp)
    return [Followed(stamp.number, stamp.at, kind, key, now) for key, (now, stamp) in found.items()]


followed = Kept(_make, _RECORD_TYPES)


def after(place: Place, most: int) -> tuple[Sequence[Followed], bool]:
    """What comes behind that place, at most so many, and whether that is all."""
    known = followed()
    start = bisect_right(known, place, key=lambda one: one.place)
    return known[start : start + most], start + most >= len(known)
