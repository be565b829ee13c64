"""What a citation says of a record, in one shape for every format and style."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import translation

from archive import dates
from archive.dates import PartialDate
from archive.models import Article, Event, Participant

# The archive as citations name it: a proper name, the same in every language.
ARCHIVE = "SCO security archive"


@dataclass(frozen=True, slots=True)
class Form:
    """What kind of thing is cited, in the words of each format.

    `csl`: types of CSL 1.0.2; `ris`: reference types of RIS; `bibtex`: entry types of BibTeX; `gbt`: the letter of
    GB/T 7714-2015, table B.1 (all are online, hence "/OL").
    """

    csl: str
    ris: str
    bibtex: str
    gbt: str


_NEWS = Form("article-newspaper", "NEWS", "article", "N")
_FORMS = {
    Article.Kind.NEWS: _NEWS,
    Article.Kind.ANALYSIS: _NEWS,
    Article.Kind.INTERVIEW: _NEWS,
    Article.Kind.VIDEO: Form("motion_picture", "VIDEO", "misc", "EB"),
    Article.Kind.PHOTO: Form("graphic", "ART", "misc", "EB"),
    Article.Kind.STATEMENT: Form("document", "GEN", "misc", "EB"),
}
# Not the event is cited, but the archive's record of it.
_RECORD = Form("webpage", "ELEC", "misc", "DB")


@dataclass(frozen=True, slots=True)
class Citable:
    """A record to be cited. Texts are plain and may be empty; `container` is empty where the publisher is not known.

    `url` is the address that the source gave, `permalink` that of the record here; `date` is when the article was
    published or when the event was, None where undated.
    """

    form: Form
    key: str
    title: str
    author: str
    container: str
    date: PartialDate | None
    date_text: str
    language: str
    abstract: str
    keywords: tuple[str, ...]
    place: str
    url: str
    permalink: str
    accessed: datetime.date
    note: str


def citables(records: Iterable[Any], *, site: str, accessed: datetime.date) -> Iterator[Citable]:
    """Articles or events, loaded with `for_citing`; `site` is the archive's address without a slash at its end.

    All in English: a citation says the same whoever makes it.
    """
    for record in records:
        with translation.override("en"):
            made = _MAKERS[type(record)](record, site, accessed)
        yield made


def for_citing(records: QuerySet) -> QuerySet:
    """With all that `citables` reads; a constant number of queries."""
    named = [Prefetch("topics"), Prefetch("participants", Participant.objects.published().order_by("slug"))]
    if records.model is Article:
        return records.select_related("publisher", "agency", "dateline_city", "source_document").prefetch_related(
            *named, "countries"
        )
    return records.select_related("city", "series").prefetch_related(*named, "host_countries", "countries")


def _article(article: Article, site: str, accessed: datetime.date) -> Citable:
    found = article.source_document
    notes = [article.date_note]
    if found is not None:
        notes.append(f"Source document: {found.name}, item {article.source_position}")
    return Citable(
        form=_FORMS[Article.Kind(article.kind)],
        key=article.slug,
        title=article.shown_headline,
        # An agency is the author of what it supplied to a newspaper, and the publisher of what stands under its own name.
        author=article.agency.name if article.agency and article.publisher else "",
        container=publisher.name if (publisher := article.publisher or article.agency) else "",
        date=dates.parse_or_none(article.date),
        date_text=dates.show(article.date),
        language=article.language,
        abstract=article.abstract,
        keywords=_names(article.topics.all(), article.countries.all(), article.participants.all()),
        place=article.dateline_city.name if article.dateline_city else "",
        url=article.url,
        permalink=site + article.get_absolute_url(),
        accessed=accessed,
        note=_sentences(notes),
    )


def _event(event: Event, site: str, accessed: datetime.date) -> Citable:
    state = "" if event.state == Event.State.HELD else f"State: {event.get_state_display()}"
    return Citable(
        form=_RECORD,
        key=event.slug,
        title=event.name,
        author="",
        container=ARCHIVE,
        date=dates.parse_or_none(event.date),
        date_text=dates.show(event.date),
        language="en",
        abstract=event.summary,
        keywords=_names(
            event.topics.all(), {*event.host_countries.all(), *event.countries.all()}, event.participants.all()
        ),
        place=event.city.name if event.city else event.place,
        url="",
        permalink=site + event.get_absolute_url(),
        accessed=accessed,
        note=_sentences([state, event.date_note]),
    )


_MAKERS: Mapping[Any, Any] = {Article: _article, Event: _event}


def _names(*groups: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in groups for name in sorted(one.name for one in group)))


def _sentences(texts: Iterable[str]) -> str:
    return " ".join(text if text.endswith(".") else f"{text}." for text in texts if text)
