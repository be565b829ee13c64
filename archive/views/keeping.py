"""Pages that are kept until the archive changes, and what tells a reader that his copy is the newest.

A kept page follows from the records, its address, its language and the day alone, and is answered only while the change
log's last entry and the day are those that it was made under: each request asks the log, one short query, before
anything is answered. So no page is older than the last committed change, whoever made it in whatever process, and no
time has to be chosen after which one is thrown away. Kept is what a reader without a session gets, compressed.
"""

import gzip
import hashlib
import json
import math
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache, wraps
from itertools import islice
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_language

from archive import metrics, search
from archive.concurrency import give_back_connections, places
from archive.databases.faults import LOST
from archive.models import Change
from archive.views.conditional import look
from archive.views.outages import out_of_order, outage
from archive.views.shared_pages import SharedPages

View = Callable[..., HttpResponseBase]
# Address and language; of what has a tag of its own that tag alone.
Key = tuple[str, str | None]
# An answer, and whether it is anybody's until the archive changes.
Made = tuple[HttpResponseBase, bool]

# What the process was started with (code, settings) is part of its pages too.
_STARTED = timezone.now()


def kept(view: View) -> View:
    """Decorator of pages that follow from the records, the address, the language and the day. The outermost one."""
    return _keeping(view, needs_index=False)


def kept_with_index(view: View) -> View:
    """The same of pages that ask the search too: kept while its index is at the log's last entry."""
    return _keeping(view, needs_index=True)


def _keeping(view: View, *, needs_index: bool) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not _is_anybodys(request):
            if "format" in request.GET:
                look(request)
            return view(request, *args, **kwargs)

        def make() -> Made:
            response = view(request, *args, **kwargs)
            if not isinstance(response, HttpResponse) or not _is_everybodys(request, response):
                return response, False
            # Weak: it is the same whether the page is sent compressed or not.
            response.headers["ETag"] = f'W/"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            # It may be held, but never shown without asking: the archive may have changed.
            response.headers["Cache-Control"] = "no-cache"
            patch_vary_headers(response, ("Cookie",))
            return response, True

        state = State.now()
        most = settings.PAGE_CACHE_BYTES if not needs_index or state.is_indexed() else 0
        response, is_lasting = _from_shelf(request, state, (request.get_full_path(), get_language()), most, make)
        return _conditional(request, cast("HttpResponse", response), state) if is_lasting else response

    return answer


def kept_by_tag(
    request: HttpRequest, etag: str, make: Callable[[], HttpResponseBase], *, is_lasting: bool = True
) -> HttpResponseBase:
    """What `make` gives, with that strong ETag, which names all that it follows from: the records, the address, and the rest.

    Kept, where it `is_lasting`, if it is a whole answer to GET of a reader without a session (staff see what is not public
    yet): neither a stream nor a refusal.
    """

    def tagged() -> Made:
        response = make()
        if response.status_code == 200:
            response.headers["ETag"] = etag
        return response, isinstance(response, HttpResponse) and response.status_code == 200 and not response.cookies

    is_plain = request.method == "GET" and settings.SESSION_COOKIE_NAME not in request.COOKIES
    if not (is_lasting and is_plain):
        return _in_turn(request, tagged)[0]
    return _from_shelf(request, State.now(), (etag, None), settings.PAGE_CACHE_BYTES, tagged)[0]


def _from_shelf(request: HttpRequest, state: "State", key: Key, most: int, make: Callable[[], Made]) -> Made:
    """The page that is kept under the key, else what `make` gives, which is kept where it lasts; at most so many bytes of all.

    After a change everybody asks for the same few pages: one makes it, those who came meanwhile get that.
    """
    if not most:
        metrics.kept_pages.labels("miss").inc()
        return _in_turn(request, make)
    page = shelf.get(state, key, most)
    if page is None:
        with making.alone(key) as has_waited:
            page = shelf.get(state, key, most)
            if page is None and has_waited and outage.refuses():
                return out_of_order(request, LOST), False
            if page is None:
                metrics.kept_pages.labels("miss").inc()
                response, is_lasting = _in_turn(request, make)
                if not is_lasting:
                    return response, False
                page = Page.of(cast("HttpResponse", response))
                shelf.put(state, key, page, most)
                return page.answer(request), True
    metrics.kept_pages.labels("hit").inc()
    return page.answer(request), True


def _in_turn(request: HttpRequest, make: Callable[[], Made]) -> Made:
    """What `make` gives, when there is a place for it."""
    with places.taken() as has_waited:
        if has_waited and outage.refuses():
            return out_of_order(request, LOST), False
        return make()


def _is_anybodys(request: HttpRequest) -> bool:
    """Whether whoever sends this request gets the same: no session, and so no message of a former page."""
    is_plain = request.method in ("GET", "HEAD") and settings.SESSION_COOKIE_NAME not in request.COOKIES
    # Other formats have a tag of their own: `kept_by_tag`.
    return is_plain and "format" not in request.GET


def _is_everybodys(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the answer was made for nobody in particular, and says nothing else of how long it holds."""
    says_more = any(name in response for name in ("ETag", "Cache-Control", "Content-Encoding"))
    return response.status_code == 200 and not (says_more or response.cookies or "CSRF_COOKIE" in request.META)


def _conditional(request: HttpRequest, response: HttpResponse, state: "State") -> HttpResponseBase:
    modified = state.last_modified()
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified)
    etag = response.headers["ETag"]
    return get_conditional_response(request, etag=etag, last_modified=modified, response=response) or response


@dataclass(frozen=True, slots=True)
class State:
    """What all pages follow from: the log's last entry, and the day."""

    number: int
    sha256: str
    today: date

    @classmethod
    def now(cls) -> "State":
        return cls(*Change.objects.head(), timezone.localdate())

    def is_indexed(self) -> bool:
        """Whether the search finds the archive as it is in this state."""
        try:
            reached = search.ensure_fresh((self.number, self.sha256))
        except search.SearchError:
            return False
        return (reached.number, reached.sha256) == (self.number, self.sha256)

    def last_modified(self) -> int | None:
        """In seconds; None within the second of a change, for another of the same second could not be told from it."""
        begun = datetime.combine(self.today, time(), timezone.get_current_timezone())
        since = math.floor(max(_time_of(self.number, self.sha256), begun, _STARTED).timestamp())
        return since if timezone.now().timestamp() >= since + 1 else None


@lru_cache(maxsize=4)
def _time_of(number: int, sha256: str) -> datetime:
    """When that entry of the log was written."""
    at = Change.objects.filter(number=number, sha256=sha256).values_list("at", flat=True).first()
    return at or _STARTED


# Of headers, key and objects.
_OVERHEAD = 3000


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, compressed. Nothing in it is secret, for it is what anybody gets."""

    packed: bytes
    headers: Mapping[str, str]

    @property
    def size(self) -> int:
        """About what it takes in memory."""
        return len(self.packed) + _OVERHEAD

    @classmethod
    def of(cls, response: HttpResponse) -> "Page":
        return cls(gzip.compress(response.content, 6, mtime=0), dict(response.items()))

    def to_bytes(self) -> bytes:
        return json.dumps(dict(self.headers)).encode() + b"\n" + self.packed

    @classmethod
    def from_bytes(cls, written: bytes) -> "Page":
        headers, _line, packed = written.partition(b"\n")
        return cls(packed, json.loads(headers))

    def answer(self, request: HttpRequest) -> HttpResponse:
        """As the client takes it."""
        is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(self.packed if is_packed else gzip.decompress(self.packed), headers=dict(self.headers))
        if is_packed:
            response.headers["Content-Encoding"] = "gzip"
            # Other bytes than those that a strong tag is of.
            if (etag := response.headers.get("ETag", "")).startswith('"'):
                response.headers["ETag"] = f"W/{etag}"
        patch_vary_headers(response, ("Accept-Encoding",))
        return response


class Shelf:
    """Pages of one state by address and language; those not asked for longest are given up first.

    Of one process; where others of this machine share theirs, what they made is taken over when it is first asked for.
    """

    def __init__(self, shared: SharedPages | None = None) -> None:
        self._lock = threading.Lock()
        self._shared = shared
        self._state: State | None = None
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._bytes = 0

    def get(self, state: State, key: Key, most: int) -> Page | None:
        """The page, if it is there; taken over, it is kept as by `put`."""
        with self._lock:
            if state == self._state and key in self._pages:
                self._pages.move_to_end(key)
                return self._pages[key]
        written = self._shared.get(state.number, repr(state), repr(key)) if self._shared else None
        if written is None:
            return None
        page = Page.from_bytes(written)
        self._keep(state, key, page, most)
        return page

    def put(self, state: State, key: Key, page: Page, most: int) -> None:
        """Keep the page, and at most so many bytes of all, and leave it for the others. Pages of another state are left."""
        self._keep(state, key, page, most)
        if self._shared:
            self._shared.put(state.number, repr(state), repr(key), page.to_bytes(), most // 2)

    def _keep(self, state: State, key: Key, page: Page, most: int) -> None:
        with self._lock:
            if state != self._state:
                self._state, self._bytes = state, 0
                self._pages.clear()
            elif old := self._pages.pop(key, None):
                self._bytes -= old.size
            self._pages[key] = page
            self._bytes += page.size
            while self._bytes > most:
                self._bytes -= self._pages.popitem(last=False)[1].size

    def asked_for(self, most: int) -> list[str]:
        """Addresses of pages, those that were asked for last first."""
        with self._lock:
            # Of another format there is the tag alone.
            addresses = (address for address, language in reversed(self._pages) if language)
            return list(islice(addresses, most))


_SHARED = os.environ.get("SHARED_PAGES")
shelf = Shelf(SharedPages(Path(_SHARED)) if _SHARED else None)


class Making:
    """Who is making a page that others want, too. Of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # A lock for each page, and how many hold it or wait for it.
        self._pages: dict[Key, tuple[threading.Lock, int]] = {}

    @contextmanager
    def alone(self, key: Key) -> Iterator[bool]:
        """Wait until nobody else in this process makes the page. Gives whether that was necessary.

        Who makes it may need the connection that whoever waits would hold.
        """
        with self._lock:
            lock, others = self._pages.get(key) or (threading.Lock(), 0)
            self._pages[key] = lock, others + 1
        try:
            if has_waited := not lock.acquire(blocking=False):
                give_back_connections()
                lock.acquire()
            try:
                yield has_waited
            finally:
                lock.release()
        finally:
            with self._lock:
                lock, others = self._pages.pop(key)
                if others > 1:
                    self._pages[key] = lock, others - 1


making = Making()
