"""More like this: the articles that share most with one, by what it names and what its headline says."""

from collections.abc import Iterator
from functools import lru_cache

from archive.models import Article, Change
from archive.search.engine import engine
from archive.search.freshness import ensure_fresh
from archive.search.query import Node, Or, Query, Word
from archive.search.text import STOP_WORDS, terms

# Most words that are compared: each costs about as much as a word of a query.
MAX_WORDS = 16


def similar(article: Article, most: int) -> tuple[int, ...]:
    """Keys of the articles that are most like this one, itself left out, best first. One query. Raises IndexUnusable.

    They are as the index has them: the database has the last word on what is public.
    """
    return _alike(article.pk, _words(article), ensure_fresh(Change.objects.head()).number, most)


# A page is read more often than the archive changes; the number tells one state of it from the next.
@lru_cache(maxsize=4096)
def _alike(pk: int, forms: tuple[str, ...], number: int, most: int) -> tuple[int, ...]:
    if not forms:
        return ()
    tree: Node = Or(tuple(map(Word, forms))) if len(forms) > 1 else Word(forms[0])
    found = engine().find(Query(page_size=most + 1), tree).pks
    return tuple(other for other in found if other != pk)[:most]


def _words(article: Article) -> tuple[str, ...]:
    """The words to compare by, those of the headline first; BM25 sees to it that rare ones count most."""
    words = (term for text in _texts(article) for term in terms(text) if term not in STOP_WORDS)
    return tuple(dict.fromkeys(words))[:MAX_WORDS]


def _texts(article: Article) -> Iterator[str]:
    yield article.headline
    yield from (one.name for one in article.participants.all() if one.is_published)
    yield from (one.name for one in article.topics.all())
    yield from (one.event.name for one in article.coverages.all() if one.event.is_published)
