"""How workers are replaced: those that serve stay until as many new ones are warm.

gunicorn by itself ends the old ones as soon as the new are forked. Whoever asks meanwhile waits until those have loaded the
site, and then for what each makes when it is first asked for: under load, one reload was a minute of waiting.
"""

import io
import logging
import mmap
import signal
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any
from wsgiref.util import setup_testing_defaults

logger = logging.getLogger(__name__)

# So long a new worker may warm up, once the site is loaded.
_MOST_SECONDS = 20.0
# What a worker notes for those who come after it, every so many seconds: addresses of pages that were asked for lately.
_NOTED_EVERY, _MOST_NOTED, _ROOM = 2.0, 500, 1 << 17
_LENGTH = struct.Struct("=I")


def take_over(server: Any) -> None:
    """In `on_starting`: from now on this arbiter's workers are replaced so."""
    server.manage_workers = partial(_manage_workers, server)
    # While a reload waits for the old workers to end, this is all that is called.
    server.reap_workers = partial(_reap_workers, server, server.reap_workers)


def before_fork(server: Any, worker: Any) -> None:
    """In `pre_fork`: worker and arbiter share a byte, by which the one tells the other that it serves, and what it noted."""
    worker.serves = mmap.mmap(-1, 1)
    worker.noted = mmap.mmap(-1, _ROOM)
    worker.is_leaving = False
    others = list(server.WORKERS.values())
    serving = [one.noted for one in others if one.serves[0]]
    # Who is to stand in for a lost one is wanted sooner.
    worker.notes_of_others = serving if len(serving) >= server.num_workers else []
    worker.is_to_warm_up = any(one.serves[0] for one in others)
    worker.goes_after = [one.serves for one in others if not one.serves[0]] if worker.is_to_warm_up else []


def await_turn(worker: Any) -> None:
    """In `post_fork`: one loads the site after the other, so that those who serve have the rest of the machine."""
    # gunicorn's own for workers comes later; until then a stop is not to wait for this one.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end = time.monotonic() + _MOST_SECONDS * len(worker.goes_after)
    while time.monotonic() < end and not all(serves[0] for serves in worker.goes_after):
        worker.notify()
        time.sleep(0.1)


def begin_to_serve(worker: Any) -> None:
    """In `post_worker_init`: warm up first, where others serve meanwhile."""
    if worker.is_to_warm_up:
        begun = time.monotonic()
        pages = _warm_up(worker, chain(_addresses(), _noted(worker.notes_of_others)))
        worker.log.info("Worker warm after %.1f s, %d pages (pid: %d)", time.monotonic() - begun, pages, worker.pid)
    worker.serves[0] = 1
    worker.log.info("Worker serves (pid: %d)", worker.pid)
    threading.Thread(target=_note, args=(worker.noted,), name="notes for the next", daemon=True).start()


def _manage_workers(server: Any) -> None:
    """In place of the arbiter's own, which it calls once a second and whenever workers came or went."""
    for _one in range(server.num_workers - len(_staying(server))):
        server.spawn_worker()
    _end_surplus(server)


def _reap_workers(server: Any, reap_workers: Callable[[], None]) -> None:
    reap_workers()
    _end_surplus(server)


def _staying(server: Any) -> list[Any]:
    return [worker for worker in server.WORKERS.values() if not worker.is_leaving]


def _end_surplus(server: Any) -> None:
    """The oldest of those that serve, as far as they are more than there are to be."""
    serving = sorted((worker for worker in _staying(server) if worker.serves[0]), key=lambda worker: worker.age)
    for worker in serving[: max(0, len(serving) - server.num_workers)]:
        # Told once: told twice, it would drop what it is answering.
        worker.is_leaving = True
        server.kill_worker(worker.pid, signal.SIGTERM)


# Warming up -----------------------------------------------------------------------------------------------------------


def _warm_up(worker: Any, addresses: Iterable[str]) -> int:
    """Ask for what many will ask for; how many pages there was time for.

    Nothing that fails here keeps the worker from serving: readers will be told then.
    """
    end, pages = time.monotonic() + _MOST_SECONDS, 0
    for address in addresses:
        if time.monotonic() > end:
            break
        # gunicorn ends a worker that it doesn't hear of for `timeout`.
        worker.notify()
        try:
            # Addresses of nobody (RFC 5737), each for as few as no limit counts.
            begun = time.monotonic()
            _ask(worker.wsgi, address, f"192.0.2.{1 + pages % 250}")
            pages += 1
            # Those who serve come first.
            time.sleep(time.monotonic() - begun)
        except Exception:
            # Without what somebody asked for.
            logger.exception("a new worker could not warm up with %s", address.partition("?")[0])
    return pages


def _note(noted: mmap.mmap) -> None:
    """Keep the notes up to date for as long as the worker lives."""
    from archive.views.keeping import shelf

    while True:
        text = "\n".join(shelf.asked_for(_MOST_NOTED)).encode()[: _ROOM - _LENGTH.size]
        noted[_LENGTH.size : _LENGTH.size + len(text)] = text
        noted[: _LENGTH.size] = _LENGTH.pack(len(text))
        time.sleep(_NOTED_EVERY)


def _noted(notes: Iterable[mmap.mmap]) -> Iterator[str]:
    """What other workers noted, each address once. Half an address, of a note that is being written, leads nowhere."""
    told: dict[str, None] = {}
    for noted in notes:
        (length,) = _LENGTH.unpack(noted[: _LENGTH.size])
        text = noted[_LENGTH.size : _LENGTH.size + length].decode(errors="replace")
        told |= dict.fromkeys(line for line in text.split("\n") if line.startswith("/"))
    yield from told


def _addresses() -> Iterator[str]:
    """Pages of all kinds, by which is made what they have in common."""
    from django.utils import timezone

    from archive.models import Article, Event, Participant

    yield from (
        "/",
        "/ru/",
        "/zh-hans/",
        "/search/?q=security",
        "/articles/",
        "/events/",
        f"/years/{timezone.localdate().year}/",
    )
    for model in (Article, Event, Participant):
        if record := model.objects.published().order_by("-pk").first():
            yield record.get_absolute_url()
    for name in ("years", "topics", "participants", "countries", "cities", "timeline", "map", "network", "coverage"):
        yield f"/{name}/"
    yield from ("/search/suggest/?q=se", "/api/v1/articles", "/api/v1/events")


def _ask(application: Callable[..., Any], address: str, client: str) -> None:
    """As that client would."""
    from django.conf import settings

    from archive.views.seeing import BY_ITSELF

    path, _, query = address.partition("?")
    environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": client, BY_ITSELF: True}
    environ |= {"HTTP_HOST": "127.0.0.1", "HTTP_ACCEPT_ENCODING": "gzip", "HTTP_USER_AGENT": "warming up"}
    environ |= {"wsgi.url_scheme": settings.SITE_URL.partition(":")[0], "wsgi.input": io.BytesIO()}
    setup_testing_defaults(environ)
    answer = application(environ, lambda *_head: None)
    try:
        for _part in answer:
            pass
    finally:
        getattr(answer, "close", lambda: None)()
