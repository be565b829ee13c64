"""What an engine has to do, and which one is in use."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from archive.search.documents import SearchDocument
from archive.search.query import Found, IndexState, Node, Query

# Ids to drop, documents to add, and the number and hash of the change that the index is true to afterwards.
Todo = tuple[Iterable[str], Iterable[SearchDocument], int, str]
# What to write after a state; None where it is up to date.
Changes = Callable[[IndexState], Todo | None]


class Engine(Protocol):
    """A full-text engine. All verbs raise IndexUnusable where the index is missing or broken."""

    def state(self) -> IndexState:
        """Up to where the index follows the change log."""

    def find(self, query: Query, tree: Node) -> Found:
        """The page of records that match tree and facets, exact totals, and facet counts."""

    def alike(self, form: str, edits: int) -> Mapping[str, int]:
        """The words of the index that differ in at most so many letters, and in how many documents each stands.

        Only for proposals: an engine may know less, or nothing.
        """

    def contents(self) -> Mapping[str, int]:
        """The digest of each document by its id: what `check_index` compares with the records."""

    def damages(self, documents: Iterable[SearchDocument]) -> Iterator[str]:
        """Names of the files or documents of the index that are not what was written, down to the last byte.

        `documents` are those of the records as they are now. What is missing or outdated is `check_index`'s to say.
        """

    def apply(self, changes: Changes, *, timeout: float = ...) -> bool:
        """Bring the index forward under its write lock; False where it can't be written now."""

    def rebuild(self, documents: Iterable[SearchDocument], number: int, sha256: str) -> None:
        """Write the index anew beside the old one and switch over."""


def engine() -> Engine:
    """The engine that SEARCH_URL names."""
    return _engine(settings.SEARCH_URL, str(settings.DATA_DIR))


@lru_cache(maxsize=8)
def _engine(url: str, data_dir: str) -> Engine:
    parts = urlsplit(url)
    if parts.scheme == "whoosh":
        from archive.search.whoosh_engine import WhooshEngine

        return WhooshEngine(Path(parts.path) if parts.path.strip("/") else Path(data_dir) / "index")
    if parts.scheme == "postgres":
        if connection.vendor != "postgresql":
            raise ImproperlyConfigured(
                "SEARCH_URL=postgres:// searches in the database: DATABASE_URL must be PostgreSQL."
            )
        if parts.netloc or parts.path.strip("/"):
            # Not repeated: there may be a password in it.
            raise ImproperlyConfigured(
                "SEARCH_URL=postgres:// takes no address: the index is in DATABASE_URL's database."
            )
        from archive.search.postgres_engine import PostgresEngine

        return PostgresEngine()
    if parts.scheme == "opensearch":
        # The client is no dependency of the site: not there, it says so.
        from archive.search.opensearch_client import Address
        from archive.search.opensearch_engine import OpenSearchEngine

        return OpenSearchEngine(Address.of(url))
    raise ImproperlyConfigured(
        f"SEARCH_URL={url!r}: known engines are whoosh://, whoosh:///absolute/folder, postgres:// and opensearch://host:port."
    )
