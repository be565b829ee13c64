"""All articles as they are compared, in memory: those like one item, and all pairs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from archive.curation.duplicates.comparing import (
    DAYS,
    FEWEST_RUNS,
    NEAR_TEXT,
    Item,
    Reason,
    Row,
    Runs,
    like_by_source,
    normal_address,
    row_of,
    runs_of_words,
    shared,
    text_of,
    without_none,
)
from archive.kept import Kept
from archive.models import Article, Change, Coverage, Status

# A run of words that more articles share is a phrase of the trade and says nothing.
_MOST_SHARING = 64
# Each article is compared with so many others that share a run with it: of thirty copies of a text not all 435 pairs.
_NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles that may be one, by their keys; `first` is the lower."""

    first: int
    second: int
    reasons: tuple[Reason, ...]
    score: float

    @property
    def reasons_text(self) -> str:
        return said(self.reasons)

    @property
    def percent(self) -> int:
        return round(100 * self.score)


_Found = defaultdict[int, dict[Reason, float]]


@dataclass(frozen=True, slots=True)
class Index:
    """All articles, by what they may have in common. `runs` are those of all rows, one after the other; `starts`, where."""

    rows: list[Row]
    by_address: Mapping[str, list[Row]]
    by_text: Mapping[str, list[Row]]
    by_event: Mapping[int, list[Row]]
    by_source: Mapping[int, list[Row]]
    events: Mapping[int, Collection[int]]
    runs: Runs
    starts: np.ndarray[Any, np.dtype[np.int64]]

    def like(self, item: Item) -> _Found:
        """Keys of the articles like the item, each with the reasons and their scores."""
        found: _Found = defaultdict(dict)
        wanted = row_of(item)
        for row in self.by_address.get(wanted.address, ()) if item.url else ():
            found[row.pk][Reason.ADDRESS] = 1.0
        for row in self.by_text.get(wanted.text_sha256, ()) if wanted.text_sha256 else ():
            found[row.pk][Reason.TEXT] = 1.0
        for row in self._sharing_runs(wanted.runs):
            if Reason.TEXT not in found[row.pk]:
                found[row.pk][Reason.NEAR_TEXT] = shared(wanted.runs, row.runs)
        groups = [self.by_source.get(source, []) for source in wanted.sources]
        groups += [self.by_event.get(event, []) for event in item.events]
        for group in groups:
            for row in group:
                if row.pk != wanted.pk and (
                    like := like_by_source(wanted, row, item.events, self.events.get(row.pk, ()))
                ):
                    found[row.pk][like[0]] = like[1]
        return found

    def _sharing_runs(self, wanted: Runs) -> Iterator[Row]:
        """The rows that share enough of the runs."""
        if len(wanted) < FEWEST_RUNS or not len(self.runs):
            return
        # A table of low bits first: a search for each of millions of runs would take ten times as long.
        table = np.zeros(1 << 16, dtype=bool)
        table[wanted & 0xFFFF] = True
        maybe = np.flatnonzero(table[self.runs & 0xFFFF])
        hits = maybe[np.isin(self.runs[maybe], wanted)]
        owners = np.searchsorted(self.starts, hits, side="right") - 1
        counts = np.bincount(owners, minlength=len(self.rows))
        sizes = np.diff(np.append(self.starts, len(self.runs)))
        fewest = np.minimum(sizes, len(wanted))
        for position in np.flatnonzero((fewest >= FEWEST_RUNS) & (counts >= NEAR_TEXT * np.maximum(fewest, 1))):
            yield self.rows[position]

    def pairs(self) -> Iterator[tuple[Row, Row, Reason, float]]:
        """Every two rows that may be one, once for each reason."""
        for groups, reason in ((self.by_address, Reason.ADDRESS), (self.by_text, Reason.TEXT)):
            for group in groups.values():
                for one, other in _few_of(group):
                    yield one, other, reason, 1.0
        for one, other in self._pairs_sharing_runs():
            if one.text_sha256 != other.text_sha256 or not one.text_sha256:
                share = shared(one.runs, other.runs)
                if share >= NEAR_TEXT:
                    yield one, other, Reason.NEAR_TEXT, share
        for group in (*self.by_event.values(), *self.by_source.values()):
            for one, other in _within_window(group):
                if like := like_by_source(one, other, self.events[one.pk], self.events[other.pk]):
                    yield one, other, *like

    def _pairs_sharing_runs(self) -> Iterator[tuple[Row, Row]]:
        """Rows that share three rare runs or more: whatever shares half of a text does."""
        sizes = np.diff(np.append(self.starts, len(self.runs)))
        # Run and owner in one number: sorting numbers is several times faster than sorting an order.
        both = np.sort(
            self.runs.astype(np.uint64) << np.uint64(32) | np.repeat(np.arange(len(sizes)), sizes).astype("u8")
        )
        runs, owners = (both >> np.uint64(32)).astype(np.uint32), (both & np.uint64(0xFFFFFFFF)).astype(np.int64)
        bounds = np.flatnonzero(np.append(True, runs[1:] != runs[:-1])) if len(runs) else np.empty(0, dtype=np.int64)
        lengths = np.diff(np.append(bounds, len(runs)))
        rare = np.repeat((lengths > 1) & (lengths <= _MOST_SHARING), lengths)
        runs, owners = runs[rare], owners[rare]
        keys = [
            owners[:-n][same] * len(sizes) + owners[n:][same]
            for n in range(1, min(_NEIGHBOURS, len(runs) - 1) + 1)
            if (same := runs[:-n] == runs[n:]).any()
        ]
        if not keys:
            return
        found, counts = np.unique(np.concatenate(keys), return_counts=True)
        for key in found[counts >= 3]:
            yield self.rows[key // len(sizes)], self.rows[key % len(sizes)]


def _few_of(group: list[Row]) -> Iterable[tuple[Row, Row]]:
    """All pairs of a group; of a big one each with the first."""
    return combinations(group, 2) if len(group) <= 20 else ((group[0], other) for other in group[1:])


def _within_window(group: list[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs of an event's rows that may be within days of each other."""
    dated = sorted((row for row in group if row.earliest and row.latest), key=lambda row: (row.earliest, row.pk))
    for n, one in enumerate(dated):
        for other in dated[n + 1 :]:
            # Sorted by the first day: what comes later begins later still.
            if other.earliest - one.latest > DAYS:  # type: ignore[operator]  # both are dated
                break
            yield one, other


@dataclass(frozen=True, slots=True)
class _Read:
    """The rows as they were read last, by key, and number and hash of the last change that they know of."""

    last: tuple[int, str] = (0, "")
    rows: Mapping[int, Row] = field(default_factory=dict)


# Texts are long and their runs dear: only what changed is read again.
_read = _Read()


def _rows_now() -> Mapping[int, Row]:
    global _read  # under the lock of `Kept`
    last = Change.objects.order_by("-number").values_list("number", "sha256").first() or (0, "")
    articles = Article.objects.order_by("pk")
    rows: dict[int, Row] = {}
    # The hash too: a number may be given again.
    if Change.objects.filter(number=_read.last[0], sha256=_read.last[1]).exists():
        changes = Change.objects.after(_read.last[0]).filter(record_type="article")
        changed = set(changes.values_list("record_id", flat=True))
        rows = {pk: row for pk, row in _read.rows.items() if pk not in changed}
        articles = articles.filter(pk__in=changed)
    for pk, status, headline, abstract, body, url, sha256, publisher, agency, earliest, latest in articles.values_list(
        *("pk", "status", "headline", "abstract", "body", "url", "text_sha256", "publisher", "agency"),
        *("date_earliest", "date_latest"),
    ).iterator():
        rows[pk] = Row(
            *(pk, headline, normal_address(url) if url else "", sha256, without_none(publisher, agency)),
            *(earliest, latest, status == Status.WITHDRAWN, runs_of_words(text_of(headline, abstract, body))),
        )
    _read = _Read(last, dict(sorted(rows.items())))
    return _read.rows


def _make_index() -> Index:
    rows = list(_rows_now().values())
    events: defaultdict[int, set[int]] = defaultdict(set)
    covered = defaultdict(list)
    for article, event in Coverage.objects.order_by("article").values_list("article", "event"):
        events[article].add(event)
        covered[event].append(article)
    by_pk = {row.pk: row for row in rows}
    return Index(
        rows=rows,
        by_address=_grouped((row.address, row) for row in rows),
        by_text=_grouped((row.text_sha256, row) for row in rows),
        by_source=_grouped((source, row) for row in rows for source in row.sources),
        by_event=_grouped((event, by_pk[pk]) for event, pks in covered.items() for pk in pks if pk in by_pk),
        events=events,
        runs=np.concatenate([row.runs for row in rows]) if rows else np.empty(0, dtype=np.uint32),
        starts=np.cumsum([0, *(len(row.runs) for row in rows)])[:-1],
    )


def _grouped(rows: Iterable[tuple[Any, Row]]) -> dict[Any, list[Row]]:
    groups = defaultdict(list)
    for key, row in rows:
        if key:
            groups[key].append(row)
    return dict(groups)


def _make_pairs() -> tuple[Pair, ...]:
    found: dict[tuple[int, int], dict[Reason, float]] = {}
    for one, other, reason, score in index().pairs():
        if not (one.is_withdrawn or other.is_withdrawn):
            found.setdefault((min(one.pk, other.pk), max(one.pk, other.pk)), {})[reason] = score
    made = (Pair(first, second, *summed(reasons)) for (first, second), reasons in found.items())
    return tuple(sorted(made, key=lambda pair: (-pair.second, -pair.score, -pair.first)))


index = Kept(_make_index, ("article", "coverage"))
all_pairs = Kept(_make_pairs, ("article", "coverage"))


def summed(reasons: Mapping[Reason, float]) -> tuple[tuple[Reason, ...], float]:
    return tuple(reason for reason in Reason if reason in reasons), max(reasons.values())


def said(reasons: Iterable[Reason]) -> str:
    return "; ".join(str(reason.label) for reason in reasons)
