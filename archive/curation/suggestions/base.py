"""What a suggestion is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _

from archive.models import Article

# Of a longer text the rest is not read: what an article is about stands well before.
MAX_TEXT = 100_000
MAX_HEADLINE = 1_000
MAX_LINE = 1_000


class Kind(models.TextChoices):
    """What is suggested; in the order in which a form asks for it. The value is kept with the curators' decisions."""

    PUBLISHER = "publisher", _("publisher")
    AGENCY = "agency", _("agency")
    DATELINE = "dateline", _("dateline")
    DATELINE_CITY = "dateline_city", _("dateline city")
    DATE = "date", _("date")
    COUNTRY = "country", _("countries")
    PARTICIPANT = "participant", _("participants")
    NEW_PARTICIPANT = "new-participant", _("new participants")
    EVENT = "event", _("events")
    TOPIC = "topic", _("topics")


class Place(models.TextChoices):
    """Where in a draft the words stand that led to a suggestion."""

    HEADLINE = "headline", _("headline")
    TEXT = "text", _("text")
    PRINTED_DATE = "printed_date", _("printed date")
    URL = "url", _("address")


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as far as it is known. What is empty is not known."""

    headline: str = ""
    text: str = ""
    printed_date: str = ""
    url: str = ""
    # As EDTF; where it is known, it is not guessed.
    date: str = ""

    @classmethod
    def of(cls, article: Article) -> "Draft":
        """The article's own words; the abstract where its text was not captured."""
        headline = "" if article.headline_supplied else article.headline
        return cls(headline, article.body or article.abstract, article.printed_date, article.url, article.date)

    def within_limits(self) -> "Draft":
        return Draft(
            self.headline[:MAX_HEADLINE],
            self.text[:MAX_TEXT],
            self.printed_date[:MAX_LINE],
            self.url[:MAX_LINE],
            self.date[:MAX_LINE],
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that led to a suggestion: `text[start:end]` of that place of the draft."""

    text: str
    start: int
    end: int
    place: Place = Place.TEXT


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to accept or to reject.

    `key` is a slug (publisher, agency, dateline city, participant, event, topic), an ISO code (country), EDTF (date), or
    the words themselves (dateline, new participant). `prefill` is what else accepting writes: of a date its `basis` and
    `note`, of an event the `relation`, of a new participant `name`, `title` and `country`; for a page to show, an event
    has the slug of its host `city` as well. `confidence` is from 0 to 1.
    """

    kind: Kind
    key: str
    label: str
    evidence: tuple[Evidence, ...] = ()
    confidence: float = 1.0
    prefill: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        object.__setattr__(self, "prefill", MappingProxyType(dict(self.prefill)))


@dataclass(frozen=True, slots=True)
class Suggestions:
    """All suggestions for a draft, by kind in the order of `Kind`, the surest of a kind first."""

    all: tuple[Suggestion, ...] = ()

    def __iter__(self) -> Iterator[Suggestion]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def of(self, kind: Kind) -> tuple[Suggestion, ...]:
        return tuple(one for one in self.all if one.kind == kind)

    @property
    def groups(self) -> tuple[tuple[Kind, tuple[Suggestion, ...]], ...]:
        """The kinds of which there are any, with their suggestions."""
        return tuple((kind, found) for kind in Kind if (found := self.of(kind)))

    def find(self, kind: str, key: str) -> Suggestion | None:
        """The one that a form names by kind and key."""
        return next((one for one in self.all if one.kind == kind and one.key == key), None)
