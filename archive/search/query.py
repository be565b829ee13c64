"""What is asked of the search and what comes back: plain frozen data, the same for every engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _


class Scope(StrEnum):
    """Which kind of record is searched; the values are also the ids' first part."""

    ARTICLES = "article"
    EVENTS = "event"
    PARTICIPANTS = "participant"


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


# The parsed query -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any of its forms (stemmed)."""

    form: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly these words in this order, unstemmed."""

    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin so."""

    form: str


@dataclass(frozen=True, slots=True)
class Near:
    """All these words, unstemmed, in any order, the first and the last at most `distance` words apart."""

    forms: tuple[str, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Words that differ in at most `edits` letters (left out, added, exchanged or swapped with the next)."""

    form: str
    edits: int


@dataclass(frozen=True, slots=True)
class InField:
    """The term in one field only; fields are matched unstemmed, `title` in any form."""

    name: str
    term: "Word | Phrase | Prefix | Near | Fuzzy"


@dataclass(frozen=True, slots=True)
class Variants:
    """What was written, or other names of the same: spellings, transliterations, abbreviations.

    `written` are the words as the reader gave them (all of them are asked for), `others` the names that stand for them
    too; for a year, the records that are dated in it.
    """

    written: "tuple[Word | Phrase, ...]"
    others: "tuple[Word | Phrase | Period, ...]"


@dataclass(frozen=True, slots=True)
class Period:
    """Records whose date may fall between the two days, both included."""

    first: date
    last: date
    # As the reader wrote it: "year:2014".
    written: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class And:
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    node: "Node"


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty query: all records."""


Node = Word | Phrase | Prefix | Near | Fuzzy | InField | Variants | Period | And | Or | Not | Everything


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as it was understood, with one sentence for each repair that was made."""

    tree: Node
    notes: tuple[str, ...] = ()


# The question and the answer ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Query:
    """A search. `include` and `exclude` map facet keys to values; pages count from 1; `variants`: other names too."""

    text: str = ""
    scope: Scope = Scope.ARTICLES
    include: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    page_size: int = 20
    variants: bool = True


class Fragment(NamedTuple):
    """A piece of shown text; `is_hit` where it matched. Plain text: templates escape it."""

    text: str
    is_hit: bool = False


class Reason(NamedTuple):
    """Why a record was found, where neither its title nor its passage shows it: a field, and what of it matched."""

    label: str
    text: tuple[Fragment, ...]


class Hit(NamedTuple):
    """A found record, its title and its best passage in fragments."""

    record: object
    title: tuple[Fragment, ...]
    snippet: tuple[Fragment, ...]
    reasons: tuple[Reason, ...] = ()


class FacetValue(NamedTuple):
    """A value of a facet: how many results carry it under the query, the other facets and this facet's excludes.

    `union` is the total where it is added to the values that are chosen, `rest` where it is excluded; None: not known.
    A named tuple, as other things of which a page has a hundred: a frozen dataclass takes ten times as long to make.
    """

    value: str
    label: str
    count: int  # type: ignore[assignment]  # instead of a tuple's own, which nobody needs here
    is_included: bool = False
    is_excluded: bool = False
    union: int | None = None
    rest: int | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with the values that are shown; `size` is how many it has."""

    key: str
    label: str
    values: tuple[FacetValue, ...]
    size: int = 0


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many results each year has, or each month of `year` where that is the one that is chosen.

    `key` is the facet of the bars; those without results are there too, so that time runs evenly.
    """

    key: str
    bars: tuple[FacetValue, ...]
    year: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another query, how it differs, and how much it finds."""

    label: str
    query: Query
    total: int


@dataclass(frozen=True, slots=True)
class Advice:
    """What to try where little or nothing was found.

    `barren` are the parts of the query that find nothing by themselves, `without` what is found without one of its parts.
    """

    correction: Alternative | None = None
    barren: tuple[str, ...] = ()
    without: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results: `total` is exact; `totals` has those of all scopes.

    `variants` are what was written and the other names of it: searched too, or not if the query says so.
    """

    query: Query
    parsed: Parsed
    total: int
    totals: Mapping[Scope, int]
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    variants: tuple[tuple[str, tuple[str, ...]], ...] = ()
    histogram: Histogram = Histogram("year", ())
    advice: Advice = Advice()

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.query.page_size))


# Between the door and an engine ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What an engine answers: the page's record ids best first, totals by scope, counts by facet and value.

    `reached` are number and hash of the change up to which the answer is true; `notes` say in one sentence each what of
    the query was not searched.
    `carried` counts the results themselves, by facets of which something is included: `counts` leave those includes aside.
    """

    pks: tuple[int, ...]
    reached: tuple[int, str]
    totals: Mapping[Scope, int]
    counts: Mapping[str, Mapping[str, int]]
    notes: tuple[str, ...] = ()
    carried: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndexState:
    """Up to which entry of the change log the index is true; the hash tells whether it is the same log."""

    number: int
    sha256: str
    documents: int


# What can go wrong ----------------------------------------------------------------------------------------------------


class SearchError(Exception):
    """Base of the errors of this package; the message is a sentence for the reader."""


class QueryTooLong(SearchError):
    """The text of the query is over the limit."""


class TooManyValues(SearchError):
    """More facet values are chosen than a page has room for."""


class PageOutOfRange(SearchError):
    """There is no such page of results."""


class SearchBusy(SearchError):
    """Too much is asked for at the moment; later it may do."""


class SearchTooSlow(SearchError):
    """The engine gave it up, though little was asked for; later it may do."""

    def __init__(self) -> None:
        super().__init__(_("This search took too long. Please ask for fewer words, or for rarer ones."))


class SearchTooCostly(SearchTooSlow):
    """The engine gave it up, and would again: much is meant by the query."""


class IndexUnusable(SearchError):
    """The index is missing or broken; browsing goes on without it."""
