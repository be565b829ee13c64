"""Records as entries of a feed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import translation

from archive.formats.feed import Entry
from archive.models import Article, Event, Participant


def entry(record: Any, site: str, updated: datetime) -> Entry:
    """A published record, loaded with `for_feed`; in English. `site` is the archive's address without a slash at its end."""
    with translation.override("en"):
        return Entry(
            url=site + record.get_absolute_url(),
            published=record.first_public_at,
            # Nothing was changed before it was there.
            updated=max(updated, record.first_public_at),
            **_MAKERS[type(record)](record),
        )


def for_feed(records: QuerySet) -> QuerySet:
    """With what `entry` reads; at most two queries."""
    if records.model is Article:
        records = records.select_related("publisher", "agency")
    return records if records.model is Participant else records.prefetch_related("topics")


def _article(article: Article) -> dict[str, Any]:
    by = article.publisher or article.agency
    return {
        "title": article.shown_headline,
        "summary": article.abstract,
        "language": article.language,
        "author": by.name if by else "",
        "categories": tuple(topic.name for topic in article.topics.all()),
        "source_url": article.url,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "title": event.name,
        "summary": event.summary,
        "language": "en",
        "author": "",
        "categories": tuple(topic.name for topic in event.topics.all()),
    }


def _participant(one: Participant) -> dict[str, Any]:
    return {"title": one.name, "summary": one.description, "language": "en", "author": "", "categories": ()}


_MAKERS: Mapping[Any, Callable[[Any], dict[str, Any]]] = {
    Article: _article,
    Event: _event,
    Participant: _participant,
}
