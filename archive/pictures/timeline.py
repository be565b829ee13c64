"""The timeline: events in lanes by series, membership changes above them, the volume of the press below, on one scale.

Three scales, by how long the span is: columns of years (or of several), of months, and for one year days. Events that
certainly fall into one column are counted there by the database; what reaches over several, because it lasts or because
its day is not known, is a bar of its own. On the scale of days each event is a mark of its own, but in lanes that have
too many. Whatever the number of events, the number of marks is bounded: what is not drawn is counted in `Lane.more`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, IntegerField, Min, Q, QuerySet
from django.db.models.functions import Cast, ExtractMonth, ExtractYear
from django.urls import reverse
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive import dates
from archive.models import CountryStatus, Event, EventSeries
from archive.overview import Overview

# In units of the picture, which are pixels where it is not scaled.
WIDTH = 864
ROW = 28
TARGET = 24  # the least width and height of what can be hit: WCAG 2.2, 2.5.8
BARS_HEIGHT = 64

# The most columns that leave each the width of a target.
MOST_COLUMNS = WIDTH // TARGET
_STEPS = (1, 2, 5, 10, 25, 50, 100, 300)

# The most marks of single events in a lane of days, and the most bars in any lane.
MOST_SINGLE = 40
MOST_BARS = 20

FIRST_YEAR = 1996

# Of letters as the stylesheet sets them; wide ones are those of Chinese.
_LETTER, _WIDE = 6.6, 12.5
_LONGEST_LABEL = 44


class BadSpan(ValueError):
    """The span of the address is none; the message names the fix."""


# The span and its columns ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A part of the span. `period` is how a filter writes it: 2014, 2014-08, 1990..1999; `index` counts in the database's units."""

    index: int
    first: date
    last: date
    period: str
    label: str
    title: str
    x: float
    width: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Span:
    """Years from the first to the last, and the scale on which they are drawn: years, months or days."""

    first: int
    last: int

    @property
    def begins(self) -> date:
        return date(self.first, 1, 1)

    @property
    def ends(self) -> date:
        return date(self.last, 12, 31)

    @property
    def years(self) -> int:
        return self.last - self.first + 1

    @property
    def scale(self) -> str:
        if self.years == 1:
            return "days"
        return "months" if self.years * 12 <= MOST_COLUMNS else "years"

    @property
    def step(self) -> int:
        """Years in a column, on the scale of years."""
        return next((step for step in _STEPS if self.years <= step * MOST_COLUMNS), _STEPS[-1])

    @property
    def period(self) -> str:
        """As filters by year write it."""
        return f"{self.first:04}" if self.years == 1 else f"{self.first:04}..{self.last:04}"

    def __str__(self) -> str:
        return self.period.replace("..", "–")

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        parts = list(self._years() if self.scale == "years" else self._months())
        width = WIDTH / len(parts)
        return tuple(Column(at, *part, x=at * width, width=width) for at, part in enumerate(parts))

    def _years(self) -> Iterator[tuple[date, date, str, str, str]]:
        for year in range(self.first, self.last + 1, self.step):
            last = min(year + self.step - 1, self.last)
            period = f"{year:04}" if year == last else f"{year:04}..{last:04}"
            yield date(year, 1, 1), date(last, 12, 31), period, f"{year:04}", period.replace("..", "–")

    def _months(self) -> Iterator[tuple[date, date, str, str, str]]:
        for year in range(self.first, self.last + 1):
            for month in range(1, 13):
                point = dates.Point(year, month)
                short = dateformat.format(point.earliest, "M" if self.scale == "days" else "n")
                yield point.earliest, point.latest, str(point), short, point.show()

    def unit(self, day: str) -> Any:
        """Expression: the index of the column in which the day falls; true for days of the span only."""
        # PostgreSQL's years are of a type that is not divided by whole numbers.
        years = Cast(ExtractYear(day), IntegerField()) - self.first
        return years / self.step if self.scale == "years" else years * 12 + ExtractMonth(day) - 1

    def index(self, day: date) -> int:
        """The same for a day at hand."""
        years = day.year - self.first
        return years // self.step if self.scale == "years" else years * 12 + day.month - 1

    def column(self, first: date, last: date) -> Column | None:
        """The one column in which both days fall."""
        if not self.begins <= first <= last <= self.ends:
            return None
        index = self.index(first)
        return self.columns[index] if index == self.index(last) else None

    def x(self, day: date) -> float:
        """Where the day begins, within the picture."""
        if day <= self.begins:
            return 0.0
        if day > self.ends:
            return float(WIDTH)
        column = self.columns[self.index(day)]
        days = (column.last - column.first).days + 1
        return column.x + column.width * (day - column.first).days / days


def span_of(params: Mapping[str, str], years: Iterable[int], today: int) -> Span:
    """What the address asks for: `year`, or `from` and `to`; by default from the first year to the last or today.

    Raises BadSpan.
    """
    known = list(years)
    first, last = min([FIRST_YEAR, *known]), max([today, *known])
    if "year" in params:
        if "from" in params or "to" in params:
            raise BadSpan(_("Give either a year, or the years from and to."))
        year = _year(params["year"])
        return Span(year, year)
    asked = Span(_year(params.get("from") or first), _year(params.get("to") or last))
    if asked.first > asked.last:
        raise BadSpan(_("The years run backwards: %(span)s.") % {"span": asked})
    return asked


def _year(value: str | int) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) == 4 and text not in ("0000", "9999")):
        raise BadSpan(_("“%(value)s” is not a year: write four digits, such as 2014.") % {"value": text[:20]})
    return int(text)


# Marks -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Thing:
    """What a mark stands for, in words, with its page or list: one event, or the number of those in a column.

    `form` is held, open (planned or announced), cancelled or mixed; a membership change is held, a step towards it open.
    """

    n: int
    name: str
    when: str
    url: str
    form: str = "held"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A thing in the picture. What can be hit is `x`, `y`, `width` wide and TARGET high; inside it is drawn `shape`.

    `begin` and `end` are where a bar is drawn, `middle` where a dot or a number is. `is_vague`: it may be any day of the
    bar. `is_cut_before`, `is_cut_after`: the bar goes on outside the span.
    """

    thing: Thing
    shape: str  # dot, count, bar
    x: float
    y: float
    width: float
    begin: float
    end: float
    is_vague: bool = False
    is_cut_before: bool = False
    is_cut_after: bool = False
    label: str = ""
    label_x: float = 0
    label_anchor: str = "start"  # "inside": on the bar

    @property
    def middle(self) -> float:
        return round((self.begin + self.end) / 2, 1)


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the picture. `n` counts each of its events once; `more` of them are counted, but not drawn."""

    name: str
    url: str
    n: int
    list_url: str
    marks: tuple[Mark, ...]
    height: int = ROW
    more: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles of a column."""

    column: Column
    n: int
    height: float
    url: str

    @property
    def y(self) -> float:
        return BARS_HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Change:
    """What began on one day: the countries that had this standing from then on, or took this step."""

    when: str
    status: str
    countries: tuple[Any, ...]
    event: Event | None


@dataclass(frozen=True, slots=True)
class ChangeMark:
    """A mark of the membership lane, with the rows of the table that say what it stands for; `key` is their place."""

    key: str
    mark: Mark
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Picture:
    """All of it, in the order in which it is drawn."""

    span: Span
    changes: tuple[ChangeMark, ...]
    changes_height: int
    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    unknown_month: tuple[Bar, ...] = ()
    width: int = WIDTH
    most: int = field(default=0)

    @property
    def n(self) -> int:
        """Events in the span, each once."""
        return sum(lane.n for lane in self.lanes)

    @property
    def change_n(self) -> int:
        return sum(one.mark.thing.n for one in self.changes)


def picture(
    *,
    events: QuerySet,
    articles: QuerySet,
    statuses: QuerySet,
    span: Span,
    narrowed: str,
    press: str,
    archive: Overview,
) -> Picture:
    """Draw the events and articles of the querysets.

    `narrowed` and `press` are what the addresses of the lists of either need beside series and period.
    Six queries at most, whatever the number of records.
    """
    lanes = tuple(_Lanes(events, span, narrowed, archive).drawn())
    changes, height = _changes(statuses, span)
    # Of all articles the numbers by year are in memory.
    known = archive.articles.by_year() if not press and span.scale == "years" and span.step == 1 else None
    bars, unknown = _press(articles, span, press, known)
    return Picture(span, changes, height, lanes, bars, unknown, most=max((bar.n for bar in bars), default=0))


@dataclass(frozen=True, slots=True)
class _Item:
    """A thing and the days between which it lies."""

    thing: Thing
    first: date
    last: date
    is_vague: bool
    is_lasting: bool


def _packed(items: Iterable[_Item], span: Span, *, below: int, labelled: bool) -> tuple[list[Mark], int]:
    """Marks of the items from that row on, in as few rows as they need; and how many rows there are then."""
    marks: list[Mark] = []
    free: list[float] = []  # by row, from where on nothing stands
    for item in sorted(items, key=lambda one: (one.first, one.last, one.thing.name)):
        mark = _mark(item, span, labelled=labelled)
        row = next((at for at, until in enumerate(free) if until <= mark.x), len(free))
        free[row : row + 1] = [mark.x + mark.width]
        marks.append(replace(mark, y=(below + row) * ROW + (ROW - TARGET) / 2))
    return marks, below + len(free)


def _mark(item: _Item, span: Span, *, labelled: bool) -> Mark:
    begin, end = span.x(item.first), span.x(item.last + timedelta(1)) if item.last < span.ends else float(WIDTH)
    is_bar = item.is_vague or item.is_lasting
    # A bar of a day or two would be hard to see.
    if end - begin < 8:
        begin, end = _widened(begin, end, 8)
    x, right = _widened(begin, end, TARGET) if end - begin < TARGET else (begin, end)
    mark = Mark(
        item.thing,
        "bar" if is_bar else "dot",
        round(x, 1),
        0,
        round(right - x, 1),
        round(begin, 1),
        round(end, 1),
        is_vague=item.is_vague,
        is_cut_before=item.first < span.begins,
        is_cut_after=item.last > span.ends,
    )
    return _labelled(mark) if labelled else mark


def _widened(begin: float, end: float, width: float) -> tuple[float, float]:
    """As wide as that around the same middle, within the picture."""
    start = min(max((begin + end - width) / 2, 0), WIDTH - width)
    return start, start + width


def _labelled(mark: Mark) -> Mark:
    """With the thing's name on the side that has more room, and with the room that it takes."""
    gap = 4
    before, after = mark.x - gap, WIDTH - mark.x - mark.width - gap
    if mark.end - mark.begin >= max(before, after, 1):
        text = _shortened(mark.thing.name, mark.end - mark.begin - 2 * gap)
        return replace(mark, label=text, label_x=mark.begin + 2 * gap, label_anchor="inside")
    text = _shortened(mark.thing.name, max(before, after))
    if not text:
        return mark
    room = text_width(text) + gap
    if room <= after or after >= before:
        return replace(mark, label=text, label_x=mark.x + mark.width + gap / 2, width=round(mark.width + room, 1))
    return replace(
        mark,
        label=text,
        label_x=round(mark.x - gap / 2, 1),
        label_anchor="end",
        x=round(mark.x - room, 1),
        width=round(mark.width + room, 1),
    )


def text_width(text: str) -> float:
    """About how wide it is set."""
    return sum(_WIDE if ord(letter) > 0x2E7F else _LETTER for letter in text)


def _shortened(text: str, room: float) -> str:
    if len(text) > _LONGEST_LABEL:
        text = text[: _LONGEST_LABEL - 1].rstrip() + "…"
    while text and text_width(text) + 4 > room:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    return text


# Lanes of events ---------------------------------------------------------------------------------------------------------


class _Lanes:
    """The events of the span, asked of the database: numbers by lane, by lane and column, and the events that are drawn alone."""

    def __init__(self, events: QuerySet, span: Span, narrowed: str, archive: Overview) -> None:
        self.span, self.narrowed, self.archive = span, narrowed, archive
        self.list_url = reverse("archive:event-list")
        self.events: Any = events.order_by().between(span.begins, span.ends)  # type: ignore[attr-defined]
        self.totals = dict(self.events.values_list("series").annotate(n=Count("pk")))
        self.placed = self.events.annotate(at=span.unit("date_earliest"), until=span.unit("date_latest"))
        inside = self.placed.within(span.begins, span.ends).filter(at=F("until"))
        self.by_column = inside.values("series", "at").annotate(
            n=Count("pk"),
            opened=Count("pk", filter=Q(state__in=["planned", "announced"])),
            cancelled=Count("pk", filter=Q(state="cancelled")),
            one=Min("pk"),
        )

    def drawn(self) -> Iterator[Lane]:
        counted: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
        for row in self.by_column:
            counted[row["series"]].append(row)
        alone = self._alone([row["one"] for rows in counted.values() for row in rows if row["n"] == 1])
        for key, name, url, slug in self._order():
            yield self._lane(name, url, slug, self.totals[key], counted[key], alone[key], single=self._is_single(key))

    def _is_single(self, key: int | None) -> bool:
        """Whether each event of the lane is a mark of its own."""
        return self.span.scale == "days" and self.totals[key] <= MOST_SINGLE

    def _alone(self, only: Collection[int]) -> Mapping[int | None, list[Event]]:
        """The events that are drawn alone, by lane: what no column holds, the `only` ones of a column, and all of a short lane."""
        # What has no column reaches over several, or out of the span.
        reaches = Q(date_earliest__lt=self.span.begins) | Q(date_latest__gt=self.span.ends) | ~Q(at=F("until"))
        wanted = Q(pk__in=only) | reaches
        single = [key for key in self.totals if self._is_single(key)]
        if single:
            wanted |= Q(series__in=[key for key in single if key is not None])
        if None in single:
            wanted |= Q(series__isnull=True)
        fields = ("slug", "name", "name_ru", "name_zh", "date", "date_earliest", "date_latest", "state", "series")
        found: dict[int | None, list[Event]] = defaultdict(list)
        most = len(self.totals) * (len(self.span.columns) + MOST_BARS + MOST_SINGLE)
        for event in self.placed.filter(wanted).only(*fields).oldest()[:most]:
            found[event.series_id].append(event)
        return found

    def _order(self) -> list[tuple[int | None, str, str, str]]:
        """Key, name, page and slug of each lane that has events: bodies first, each kind from the fullest; no series last."""
        counts = self.archive.counts(EventSeries)
        kinds = list(EventSeries.Kind)
        series = sorted(
            EventSeries.objects.filter(pk__in=[key for key in self.totals if key is not None]),
            key=lambda one: (kinds.index(EventSeries.Kind(one.kind)), -counts.get(one.pk, (0, 0))[0], one.slug),
        )
        rows: list[tuple[int | None, str, str, str]] = [
            (one.pk, str(one), one.get_absolute_url(), one.slug) for one in series
        ]
        if None in self.totals:
            rows.append((None, _("In no series"), self._list("none", year=self.span.period), "none"))
        return rows

    def _list(self, slug: str, **period: str) -> str:
        query = urlencode({"series": slug, **period})
        return f"{self.list_url}?{query}&{self.narrowed}" if self.narrowed else f"{self.list_url}?{query}"

    def _lane(
        self, name: str, url: str, slug: str, n: int, counted: list[dict[str, Any]], alone: list[Event], *, single: bool
    ) -> Lane:
        span, marks, rows = self.span, [], 0
        columns = {event.pk: span.column(event.date_earliest, event.date_latest) for event in alone}  # type: ignore[arg-type]
        if not single:
            singles = {columns[event.pk].index: event for event in alone if columns[event.pk] is not None}  # type: ignore[union-attr]
            marks = [self._cell(name, slug, row, singles) for row in counted]
            rows = 1 if marks else 0
            alone = [event for event in alone if columns[event.pk] is None][:MOST_BARS]
        bars, rows = _packed(map(_item, alone), span, below=rows, labelled=single)
        marks = sorted([*marks, *bars], key=lambda mark: (mark.y, mark.x))
        drawn = sum(mark.thing.n for mark in marks)
        return Lane(name, url, n, self._list(slug, year=span.period), tuple(marks), max(rows, 1) * ROW, more=n - drawn)

    def _cell(self, name: str, slug: str, row: dict[str, Any], singles: Mapping[int, Event]) -> Mark:
        column, n = self.span.columns[row["at"]], row["n"]
        if n == 1 and row["at"] in singles:
            item = _item(singles[row["at"]])
            return _in_column(column, item.thing, "dash" if item.is_lasting else "dot")
        thing = Thing(n, name, column.title, self._list(slug, within=column.period), *_forms(row))
        return _in_column(column, thing, "count")


def _in_column(column: Column, thing: Thing, shape: str) -> Mark:
    x, right = _widened(column.x, column.x + column.width, TARGET)
    return Mark(thing, shape, round(x, 1), (ROW - TARGET) / 2, TARGET, round(x, 1), round(right, 1))


def _forms(row: Mapping[str, Any]) -> tuple[str, str]:
    """The form of several events, and what is said of those that were not held or not known to be."""
    opened, cancelled, n = row["opened"], row["cancelled"], row["n"]
    notes = [
        ngettext("%(n)d planned or announced", "%(n)d planned or announced", opened) % {"n": opened} if opened else "",
        ngettext("%(n)d cancelled", "%(n)d cancelled", cancelled) % {"n": cancelled} if cancelled else "",
    ]
    form = "held" if not opened + cancelled else "open" if opened == n else "cancelled" if cancelled == n else "mixed"
    return form, ", ".join(filter(None, notes))


_FORM_OF = {
    Event.State.HELD: "held",
    Event.State.PLANNED: "open",
    Event.State.ANNOUNCED: "open",
    Event.State.CANCELLED: "cancelled",
}


def _item(event: Event) -> _Item:
    partial = event.partial_date
    assert partial is not None
    assert event.date_earliest is not None
    assert event.date_latest is not None
    thing = Thing(
        1,
        str(event),
        event.date_text,
        event.get_absolute_url(),
        _FORM_OF[Event.State(event.state)],
        "" if event.state == Event.State.HELD else str(event.get_state_display()),
    )
    is_lasting = partial.kind == "interval"
    return _Item(thing, event.date_earliest, event.date_latest, _is_vague(partial), is_lasting)


def _is_vague(partial: dates.PartialDate) -> bool:
    """Whether its days are not known."""
    ends = (partial.start, partial.end) if partial.kind == "interval" else (partial.start,)
    return partial.kind == "one-of" or any(end is None or not end.day or bool(end.qualifier) for end in ends)


# Membership --------------------------------------------------------------------------------------------------------------


def _changes(statuses: QuerySet, span: Span) -> tuple[tuple[ChangeMark, ...], int]:
    """The standings and steps that began in the span, those of a column together; and the height of their lane."""
    found: dict[str, list[tuple[dates.PartialDate, CountryStatus]]] = defaultdict(list)
    known = [(dates.parse(one.start), one) for one in statuses.select_related("country", "event")]
    for partial, status in sorted(
        known, key=lambda one: (one[0].earliest, one[0].latest, one[1].status, str(one[1].country))
    ):
        if partial.latest < span.begins or partial.earliest > span.ends:
            continue
        column = None if span.scale == "days" else span.column(partial.earliest, partial.latest)
        found[column.period if column else status.start].append((partial, status))
    cells, items = [], []
    for period, group in found.items():
        partial, key = group[0][0], f"changes-{period}"
        column = None if span.scale == "days" else span.column(partial.earliest, partial.latest)
        thing = _change_thing([status for _partial, status in group], column.title if column else partial.show(), key)
        rows = tuple(_change_rows([status for _partial, status in group]))
        if column:
            cells.append(ChangeMark(key, _in_column(column, thing, "diamond"), rows))
        else:
            items.append((key, _Item(thing, partial.earliest, partial.latest, _is_vague(partial), False), rows))
    bars, height = _packed(
        (item for _key, item, _rows in items), span, below=1 if cells else 0, labelled=span.scale == "days"
    )
    by_thing = {mark.thing: mark for mark in bars}
    bars_of = [
        ChangeMark(key, replace(mark, shape=mark.shape if mark.is_vague else "diamond"), rows)
        for key, item, rows in items
        for mark in [by_thing[item.thing]]
    ]
    return tuple(sorted([*cells, *bars_of], key=lambda one: (one.mark.begin, one.key))), max(height, 1) * ROW


def _change_thing(group: Sequence[CountryStatus], when: str, key: str) -> Thing:
    form = "open" if all(one.kind == CountryStatus.Kind.STEP for one in group) else "held"
    if len(group) == 1:
        name = _("%(country)s: %(status)s") % {"country": group[0].country, "status": group[0].get_status_display()}
        return Thing(1, name, when, group[0].country.get_absolute_url(), form)
    return Thing(len(group), ", ".join(dict.fromkeys(str(one.country) for one in group)), when, f"#{key}", form)


def _change_rows(group: Iterable[CountryStatus]) -> Iterator[Change]:
    rows: dict[tuple[str, str, int | None], list[CountryStatus]] = defaultdict(list)
    for one in group:
        rows[one.start, one.status, one.event_id].append(one)
    for same in rows.values():
        first = same[0]
        event = first.event if first.event and first.event.is_published else None
        countries = tuple(one.country for one in same)
        yield Change(first.start_text, str(first.get_status_display()), countries, event)


# Press -------------------------------------------------------------------------------------------------------------------


def _press(
    articles: QuerySet, span: Span, narrowed: str, known: Mapping[int, int] | None
) -> tuple[tuple[Bar, ...], tuple[Bar, ...]]:
    """The articles of each column, each in all in which it may fall; and by year those of which no month is known.

    One query; none where their numbers by year are `known`.
    """
    if known is not None:
        by_year = [known.get(column.first.year, 0) for column in span.columns]
        most = max(by_year, default=0)
        pairs = zip(span.columns, by_year, strict=True)
        return tuple(_bar(column, n, most, "year", narrowed) for column, n in pairs), ()
    inside: Any = articles.order_by().between(span.begins, span.ends)  # type: ignore[attr-defined]
    if span.scale == "years":
        rows = inside.values_list(ExtractYear("date_earliest"), ExtractYear("date_latest")).annotate(n=Count("pk"))
        found = [(date(max(first, 1), 1, 1), date(last, 12, 31), n) for first, last, n in rows]
        parts, name = span.columns, "year"
        unknown: tuple[Column, ...] = ()
    else:
        found = list(inside.values_list("date_earliest", "date_latest").annotate(n=Count("pk")))
        parts, name = span.columns, "month"
        unknown = tuple(_unknown_months(span))
    counts = [sum(n for first, last, n in found if _falls_in(column, first, last, name)) for column in parts]
    most = max(counts, default=0)
    bars = tuple(_bar(column, n, most, name, narrowed) for column, n in zip(parts, counts, strict=True))
    unknown_n = [sum(n for first, last, n in found if _is_whole(column, first, last)) for column in unknown]
    return bars, tuple(_bar(column, n, n, name, narrowed) for column, n in zip(unknown, unknown_n, strict=True) if n)


def _unknown_months(span: Span) -> Iterator[Column]:
    for year in range(span.first, span.last + 1):
        yield Column(-1, date(year, 1, 1), date(year, 12, 31), f"{year:04}-00", "", f"{year:04}", 0, 0)


def _is_whole(column: Column, first: date, last: date) -> bool:
    """Whether it may be any day of the column's year."""
    return first <= date(column.first.year, 1, 1) and last >= date(column.first.year, 12, 31)


def _falls_in(column: Column, first: date, last: date, name: str) -> bool:
    if name == "month" and _is_whole(column, first, last):
        return False
    return first <= column.last and last >= column.first


def _bar(column: Column, n: int, most: int, name: str, narrowed: str) -> Bar:
    query = "&".join(filter(None, [urlencode({name: column.period}), narrowed]))
    height = round((BARS_HEIGHT - 14) * n / most, 1) if n else 0
    return Bar(column, n, max(height, 2) if n else 0, f"{reverse('archive:article-list')}?{query}")
