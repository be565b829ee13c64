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

# The order of followers: the change, what was left after it (`Followed.rank`), then kind and key, for one change may be of
# two records.
Place = tuple[int, int, str, str]
START: Place = (0, 0, "", "")


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
    # Old addresses are not in the log: those left between two of its entries follow the first, in the order of their keys.
    rank: int = 0

    @property
    def place(self) -> Place:
        return self.number, self.rank, self.kind, self.key


def key_field(model: Any) -> str:
    """The field by which addresses and exports know a record."""
    return "iso2" if model is Country else "slug"


def _make() -> Sequence[Followed]:
    stamped: defaultdict[str, dict[str, Stamp]] = defaultdict(dict)
    for (name, key), stamp in stamps().items():
        stamped[name][key] = stamp
    times = sorted((stamp.at, stamp.number) for known in stamped.values() for stamp in known.values())
    made = [
        one
        for kind, model in KINDS.items()
        for one in _of(kind, model, stamped[model._meta.model_name], times).values()
    ]
    return sorted(made, key=lambda one: one.place)


def _of(
    kind: str, model: Any, stamped: Mapping[str, Stamp], times: Sequence[tuple[datetime, int]]
) -> Mapping[str, Followed]:
    """Those of a kind by their keys: public ones, and those that were. Of what never was nothing is said. Two queries."""
    is_reviewed = issubclass(model, Reviewed)
    states = dict(model.objects.values_list(key_field(model), "status" if is_reviewed else "pk"))
    public = {key for key, state in states.items() if not is_reviewed or state == Status.PUBLISHED}
    # What needs no review was public as long as it was there.
    gone = {key for key, state in states.items() if state == Status.WITHDRAWN} if is_reviewed else {*stamped} - public
    found = {}
    for key in public | gone:
        stamp = stamped.get(key, _NO_STAMP)
        found[key] = Followed(stamp.number, stamp.at, kind, key, key if key in public else "")
    redirects = Redirect.objects
    for left in redirects.of_public(model) if is_reviewed else redirects.filter(record_type=model._meta.model_name):
        if left.old_slug not in public:
            known = (stamped.get(key, _NO_STAMP).number for key in (left.old_slug, left.new_slug))
            number = max(_reached(times, left.at), *known)
            now = left.new_slug if left.new_slug in public else ""
            found[left.old_slug] = Followed(number, left.at, kind, left.old_slug, now, left.pk)
    return found


def _reached(times: Sequence[tuple[datetime, int]], at: datetime) -> int:
    """A number that the log had not passed at that time, and no later change has.

    Of changes only the last of each record is among the times: so it is the one before the next that is.
    """
    later = bisect_right(times, at, key=lambda row: row[0])
    if later < len(times):
        return times[later][1] - 1
    return times[-1][1] if times else 0


followed = Kept(_make, _RECORD_TYPES, Redirect.objects.newest)


def after(place: Place, most: int) -> tuple[Sequence[Followed], bool]:
    """What comes behind that place, at most so many, and whether that is all."""
    known = followed()
    start = bisect_right(known, place, key=lambda one: one.place)
    return known[start : start + most], start + most >= len(known)
