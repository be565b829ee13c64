"""Statements without a source that a reader could follow."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from archive.curation.naming import page_of
from archive.curation.quality.base import Problem, live, problem
from archive.models import (
    Attendance,
    CountryStatus,
    DateBasis,
    Delegation,
    Event,
    EventSource,
    Figure,
    Office,
    Reading,
    Reviewed,
    Sourced,
    SourceDocument,
    Status,
    Term,
)

_SOURCED: tuple[Any, ...] = (Attendance, CountryStatus, Delegation, EventSource, Figure, Office, Reading, Term)

# What stands where there is no source to look up: honest, but no reason to be sure.
_UNVERIFIED = "general knowledge, unverified"
_DOCUMENT = "source document "
# Django's validator is more exact and takes twenty times as long.
_URL = re.compile(r"https?://[^\s/?#.]+(?:\.[^\s/?#.]+)+\.?(?:[/?#]\S*)?", re.IGNORECASE)


def events_without_source() -> Iterator[Problem]:
    message = _("It is public, but no public article covers it and it has no source of its own. Add one.")
    for event in live(Event).published().uncovered().filter(sources__isnull=True):
        yield problem(event, message)


def looked_up_without_source() -> Iterator[Problem]:
    message = _("Its date, %(date)s, was looked up, but where is not recorded. Add the source.")
    for event in live(Event).published().filter(date_basis=DateBasis.LOOKED_UP, sources__isnull=True):
        yield problem(event, message, date=event.date_text)


def sources_not_public() -> Iterator[Problem]:
    message = _(
        "It is public, but its source, “%(article)s”, is not (%(status)s). Publish the article, or name another source."
    )
    for model in _SOURCED:
        leaning = live(model).filter(source_article__isnull=False).exclude(source_article__status=Status.PUBLISHED)
        for statement in leaning.select_related("source_article"):
            page, article = page_of(statement), statement.source_article
            if not isinstance(page, Reviewed) or page.is_published:
                yield problem(statement, message, article=article, status=article.get_status_display())


def sources_unclear() -> Iterator[Problem]:
    unclear = _("Its source says “%(part)s”: %(why)s.")
    unsure = _("Its source is “%(source)s”, but its confidence is high. Name a source, or lower the confidence.")
    documents = set(SourceDocument.objects.values_list("name", flat=True))
    for model in _SOURCED:
        given = live(model).exclude(source="").order_by("source").values_list("source", flat=True).distinct()
        wrong = {source: parts for source in given if (parts := _unclear_parts(source, documents))}
        is_unsure = Q(source=_UNVERIFIED, confidence=Sourced.Confidence.HIGH)
        for statement in live(model).filter(Q(source__in=wrong) | is_unsure):
            for part, why in wrong.get(statement.source, ()):
                yield problem(statement, unclear, part=part, why=why)
            if statement.source == _UNVERIFIED:
                yield problem(statement, unsure, source=_UNVERIFIED)


def _unclear_parts(source: str, documents: Collection[str]) -> list[tuple[str, str]]:
    """The parts of a source, which joins several with a stroke, that nobody could look up, with the reason."""
    parts = (part.strip() for part in source.split("|"))
    return [(part, why) for part in parts if (why := _why_unclear(part, documents))]


def _why_unclear(part: str, documents: Collection[str]) -> str:
    """Empty for an address, a source document that we have, and a description in words."""
    if not part:
        return _("nothing stands between two strokes")
    if part.startswith(_DOCUMENT):
        return "" if part.removeprefix(_DOCUMENT) in documents else _("there is no such source document")
    address, _blank, remark = part.partition(" ")
    if not re.match(r"https?:|www\.", address, re.IGNORECASE):
        return "" if remark else _("one word is neither an address nor a description")
    if not _URL.fullmatch(address):
        return _("that is no address that can be opened")
    # As in “https://… item 379206 [address shortened: end of path not kept]”.
    is_remark = not remark or remark.endswith("]")
    return "" if is_remark else _("an address has no blanks; put a remark in square brackets after it")


def offices_without_dates() -> Iterator[Problem]:
    message = _("Neither days nor a term are given. Say at least when somebody was seen to hold it: “in 2014”.")
    for office in live(Office).filter(start="", end="", term=""):
        yield problem(office, message)
