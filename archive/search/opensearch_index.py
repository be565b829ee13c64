"""An index in an OpenSearch cluster: which one is in use, up to which change it is true, and what can go wrong with it.

Indexes are named `<prefix>-<time>-<random>`; the alias `<prefix>` stands for the one in use.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _
from opensearchpy.exceptions import ConnectionError as Unreachable
from opensearchpy.exceptions import NotFoundError, TransportError

from archive.search.opensearch_client import Address, client, is_out_of_time, patiently
from archive.search.opensearch_rows import STATE_ID, VERSION
from archive.search.query import IndexUnusable, SearchBusy, SearchError, SearchTooSlow

logger = logging.getLogger(__name__)

# A cluster that can't be reached is not tried again for so long: browsing must not wait for it.
UNREACHABLE_FOR = 2.0
ATTEMPTS = 3

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Generation:
    """An index, up to which change it is true, and where that is written: what a write must find unchanged."""

    name: str
    number: int
    sha256: str
    seen: Mapping[str, int]

    @property
    def reached(self) -> tuple[int, str]:
        return self.number, self.sha256


class OpenSearchIndex:
    """What reading and writing share. Safe for threads, for several processes and several machines."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._client = client(address)
        # Threads of a process would only do each other's work again.
        self._writing = threading.Lock()
        self._unreachable_until = 0.0

    def _generation(self) -> Generation:
        """The index in use. Read from where it was written, without waiting for a refresh."""
        try:
            held = self._client.get(index=self.address.prefix, id=STATE_ID)
        except NotFoundError as error:
            if _is_missing(error):
                raise IndexUnusable(_("There is no search index yet: run `manage.py rebuild_index`.")) from None
            raise IndexUnusable(_("The search index is not complete: run `manage.py rebuild_index`.")) from None
        kept = held["_source"]
        if kept["version"] != VERSION:
            raise IndexUnusable(_("The search index was written by another version: run `manage.py rebuild_index`."))
        seen = {"if_seq_no": held["_seq_no"], "if_primary_term": held["_primary_term"]}
        return Generation(held["_index"], kept["number"], kept["sha256"], seen)

    def _of_a_generation(self, call: Callable[[], _Answer]) -> _Answer:
        """The answer, asked for again where a rebuild took the index away meanwhile, or the cluster is busy with itself."""
        for _attempt in range(ATTEMPTS - 1):
            try:
                return patiently(call, with_connections=True)
            except NotFoundError:
                continue
        return patiently(call, with_connections=True)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whatever a cluster answers that is no answer means that the index is unusable, and is told in a sentence."""
        if time.monotonic() < self._unreachable_until:
            raise _unreachable()
        try:
            yield
        except SearchError:
            raise
        except Unreachable as error:
            logger.warning("search cluster can't be reached: %s", error)
            self._unreachable_until = time.monotonic() + UNREACHABLE_FOR
            raise _unreachable() from error
        except TransportError as error:
            if error.status_code == 429:
                message = _("The search has too much to do at the moment. Try again in a few seconds.")
                raise SearchBusy(message) from error
            if is_out_of_time(error) or "too_many_" in str(error.info):
                raise SearchTooSlow from error
            raise self._unusable(error) from error

    def _unusable(self, error: TransportError) -> IndexUnusable:
        logger.error("search index %s: %s %s", self.address.prefix, error.status_code, str(error.info)[:2000])
        return IndexUnusable(
            _("The search cluster refuses to answer (%(error)s). If that stays so, run `manage.py rebuild_index`.")
            % {"error": f"{error.status_code} {error.error}"}
        )


def _unreachable() -> IndexUnusable:
    return IndexUnusable(_("The search cluster can't be reached."))


def _is_missing(error: NotFoundError) -> bool:
    """True where there is no such index, not only no such document."""
    return isinstance(error.info, Mapping) and "error" in error.info
