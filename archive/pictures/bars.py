"""Numbers along time as bars: a column for each year or month, in it a bar for each thing that is counted.

Every bar leads to a list of exactly as many records as it stands for. A first measure stands upwards, a second hangs
downwards from the same line, each in its own scale: the numbers are written at the bars. `{% bars %}` draws them, with
the same numbers in a table.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.dates import MONTHS_3
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive import dates
from archive.addresses import address


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is counted: the class that colours it, its name, and how so many of it are said."""

    key: str
    label: str | Promise
    say: Callable[[int], str]


def _events(n: int) -> str:
    return ngettext("%(n)s event", "%(n)s events", n) % {"n": n}


def _articles(n: int) -> str:
    return ngettext("%(n)s article", "%(n)s articles", n) % {"n": n}


def _hosted(n: int) -> str:
    return ngettext("%(n)s event hosted", "%(n)s events hosted", n) % {"n": n}


EVENTS = Measure("events", gettext_lazy("events"), _events)
ARTICLES = Measure("articles", gettext_lazy("articles"), _articles)
HOSTED = Measure("events", gettext_lazy("events hosted"), _hosted)


@dataclass(frozen=True, slots=True)
class Bar:
    """How many there are, their share of the most that there are of the measure, where they are listed, and all in words."""

    measure: Measure
    count: int
    share: float
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A year or month: as short as it is understood, in full, its own page (or none), and a bar for each measure."""

    label: str
    name: str
    url: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns in their order. False where there is nothing to compare: fewer than two columns with something in them."""

    measures: tuple[Measure, ...]
    columns: tuple[Column, ...]
    is_monthly: bool = False
    # As it is drawn in each language: a chart is kept with the archive's numbers.
    drawn: dict[str | None, SafeString] = field(default_factory=dict, compare=False, repr=False)

    def __bool__(self) -> bool:
        return sum(any(bar.count for bar in column.bars) for column in self.columns) > 1


@dataclass(frozen=True, slots=True)
class Row:
    """A measure with its numbers by year or month, and the address of the list that `year=` or `month=` narrows."""

    measure: Measure
    counts: Mapping[int, int]
    url: str


def by_year(*rows: Row) -> Chart:
    """Every year from the first to the last that any row has something of."""
    known = {year for row in rows for year, n in row.counts.items() if n}
    years = range(min(known), max(known) + 1) if known else range(0)
    columns = (
        (year, f"year={year:04}", f"’{year % 100:02}", f"{year:04}", address("year", f"{year:04}")) for year in years
    )
    return Chart(tuple(row.measure for row in rows), _columns(rows, columns))


def by_month(year: int, *rows: Row) -> Chart:
    """The twelve months, 1 to 12, and 0 for records of the year whose month is not known, where there are any."""
    months = [*range(1, 13), *([0] if any(row.counts.get(0) for row in rows) else [])]
    columns = ((month, month_key(year, month), _short(month), month_name(year, month), "") for month in months)
    return Chart(tuple(row.measure for row in rows), _columns(rows, columns), is_monthly=True)


def month_key(year: int, month: int) -> str:
    """What narrows a list to the month, 0 for the one that is not known: "month=2014-06"."""
    return f"month={year:04}-{month:02}"


def month_name(year: int, month: int) -> str:
    """ "June 2014"; month 0 is the one that is not known."""
    if not month:
        return _("%(year)s, month not known") % {"year": year}
    return dates.show(f"{year:04}-{month:02}")


def _short(month: int) -> str:
    return str(capfirst(str(MONTHS_3[month]))) if month else _("not known")


def _columns(rows: Sequence[Row], columns: Iterable[tuple[int, str, str, str, str]]) -> tuple[Column, ...]:
    """`columns` gives of each the key of its counts, what narrows a list to it, label, name and page."""
    highest = [max(row.counts.values(), default=0) for row in rows]
    return tuple(
        Column(
            label,
            name,
            url,
            tuple(_bar(row, most, key, narrowed, name) for row, most in zip(rows, highest, strict=True)),
        )
        for key, narrowed, label, name, url in columns
    )


def _bar(row: Row, most: int, key: int, narrowed: str, name: str) -> Bar:
    n = row.counts.get(key, 0)
    if not n:
        return Bar(row.measure, 0, 0, "", "")
    joint = "&" if "?" in row.url else "?"
    text = _("%(when)s: %(number)s") % {"when": name, "number": row.measure.say(n)}
    return Bar(row.measure, n, n / most, f"{row.url}{joint}{narrowed}", text)
