"""What is compared of two articles: their addresses, their texts cut into runs of words, their headlines and days."""

import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from archive.ingest.text import text_sha256
from archive.models import Article

# Of the shorter text's runs of three words, so many are in the longer one. Of the 85 items of the source documents the
# one true pair, an excerpt and its longer form, shares all; of the others the most alike share 0.33. Copies with every
# tenth word exchanged share 0.60 and more (in 95 of 100).
NEAR_TEXT = 0.5
_RUN = 3
# Shorter texts share that much by chance.
FEWEST_RUNS = 12
# Of 100, as rapidfuzz counts, whatever the order of the words: the same pair has 93, the most alike others 75.
LIKE_HEADLINE = 80
# Where no event is known yet that both cover.
_SAME_HEADLINE = 90
DAYS = timedelta(days=3)

Runs = np.ndarray[Any, np.dtype[np.uint32]]


class Reason(models.TextChoices):
    """Why two articles are taken for one."""

    ADDRESS = "address", _("same address")
    TEXT = "text", _("same text")
    NEAR_TEXT = "near-text", _("nearly the same text")
    EVENT = "event", _("same event within days, similar headline, publisher the same or not known")
    HEADLINE = "headline", _("same publisher within days, nearly the same headline")


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of an item at its entry; whatever is empty is not compared."""

    headline: str = ""
    text: str = ""
    url: str = ""
    text_sha256: str = ""
    sources: frozenset[int] = frozenset()
    """Keys of its publisher and agency."""
    earliest: date | None = None
    latest: date | None = None
    events: frozenset[int] = frozenset()
    pk: int = 0


def normal_address(url: str) -> str:
    """What two addresses of one page have in common: without scheme, `www.`, default port, fragment and trackers."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return url.strip()
    if not parts.hostname:
        return url.strip()
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not re.fullmatch(r"utm_\w+|fbclid|gclid|yclid", name.lower())
    ]
    host = parts.hostname.removeprefix("www.")
    return f"{host}{port}{parts.path.rstrip('/')}" + (f"?{urlencode(query)}" if query else "")


# A Chinese character is a word.
_WORD = re.compile(r"[㐀-䶿一-鿿]|[^\W㐀-䶿一-鿿]+")


def runs_of_words(text: str) -> Runs:
    """Hashes of the text's runs of three words, each once, sorted; none for a text of fewer words."""
    words = np.array([zlib.crc32(word.encode()) for word in _WORD.findall(text.casefold())], dtype=np.uint64)
    if len(words) < _RUN:
        return np.empty(0, dtype=np.uint32)
    mixed = words[: len(words) - _RUN + 1].copy()
    for n in range(1, _RUN):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + words[n : len(words) - _RUN + 1 + n]
    return np.unique((mixed * np.uint64(0xD6E8FEB86659FD93) >> np.uint64(32)).astype(np.uint32))


@dataclass(frozen=True, slots=True)
class Row:
    """An article as it is compared."""

    pk: int
    headline: str
    address: str
    text_sha256: str
    sources: frozenset[int]
    earliest: date | None
    latest: date | None
    is_withdrawn: bool
    runs: Runs = field(repr=False)


def item_of(article: Article) -> Item:
    events = article.coverages.values_list("event", flat=True) if article.pk else ()
    return Item(
        headline=article.headline,
        text=text_of(article.headline, article.abstract, article.body),
        url=article.url,
        text_sha256=article.text_sha256,
        sources=without_none(article.publisher_id, article.agency_id),
        earliest=article.date_earliest,
        latest=article.date_latest,
        events=frozenset(events),
        pk=article.pk or 0,
    )


def text_of(headline: str, abstract: str, body: str) -> str:
    """The captured text; where there is none, what stands for it."""
    return body or f"{headline}\n{abstract}"


def without_none(*keys: int | None) -> frozenset[int]:
    return frozenset(key for key in keys if key is not None)


def row_of(item: Item) -> Row:
    return Row(
        pk=item.pk,
        headline=item.headline,
        address=normal_address(item.url),
        text_sha256=item.text_sha256 or text_sha256(item.text),
        sources=item.sources,
        earliest=item.earliest,
        latest=item.latest or item.earliest,
        is_withdrawn=False,
        runs=runs_of_words(item.text),
    )


def shared(one: Runs, other: Runs) -> float:
    """How much of the shorter text stands in the longer one."""
    fewest = min(len(one), len(other))
    return len(np.intersect1d(one, other, assume_unique=True)) / fewest if fewest >= FEWEST_RUNS else 0.0


def _within_days(one: Row, other: Row) -> bool:
    if one.earliest is None or other.earliest is None or one.latest is None or other.latest is None:
        return False
    return max(one.earliest, other.earliest) - min(one.latest, other.latest) <= DAYS


def like_by_source(
    one: Row, other: Row, events: Collection[int], other_events: Collection[int]
) -> tuple[Reason, float] | None:
    """A similar headline within days: of the same event, or of the same publisher where no event is known yet.

    What is not known stands against nothing: many items do not say who published them.
    """
    is_same_source = bool(one.sources & other.sources)
    if not _within_days(one, other) or (one.sources and other.sources and not is_same_source):
        return None
    likeness = fuzz.token_sort_ratio(one.headline.casefold(), other.headline.casefold())
    if likeness >= LIKE_HEADLINE and set(events) & set(other_events):
        return Reason.EVENT, likeness / 100
    if likeness >= _SAME_HEADLINE and is_same_source and not (events and other_events):
        return Reason.HEADLINE, likeness / 100
    return None
