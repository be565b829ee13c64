"""gunicorn's configuration; the knobs come from the environment (docs/operations.md, "Load")."""

import errno
import gc
import hashlib
import itertools
import os
import shutil
import sys
import uuid
from pathlib import Path
from typing import Any

import gunicorn.util

from scosite import handover

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# Threads, because idle clients would block sync workers; and more of them than slow clients come at once, for each that
# is slow to send or to read holds one. Those that have work take turns anyway.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "64"))
# A reload reads the code anew. With one copy made before the fork, it would not.
preload_app = False
# A worker whose main loop is silent for so long is killed; a request may take longer.
timeout = 30
# What a stopped worker may take to answer what it has.
graceful_timeout = 20
# Longer than the pause between two clicks costs memory only; a proxy's own should be shorter.
keepalive = 5
# What waits while workers start.
backlog = 2048
# Against what leaks in weeks; a fresh worker has everything to make anew, so not more often.
max_requests = 200_000
max_requests_jitter = 50_000
# In memory, where there is such a place: a busy disk must not look like a dead worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True
# Only these may say what the client's scheme is.
forwarded_allow_ips = os.environ.get("TRUSTED_PROXIES", "127.0.0.1,::1")
# Above what the site itself refuses with a page (archive/views/door.py).
limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190
# A line for each request is the application's (archive/views/seeing.py): gunicorn's has addresses and query strings.
accesslog = None
logger_class = "scosite.gunicorn_logger.Logger"


def post_worker_init(worker: Any) -> None:
    """The site is loaded; nothing is accepted yet."""
    from scosite import refusing

    # The site's headers go with what gunicorn itself refuses too.
    gunicorn.util.write_error = refusing.write_error
    # After each query a thread waits its turn: five milliseconds, as Python has it, for each that computes. With one, a page
    # beside two long ones is there in half the time.
    sys.setswitchinterval(0.001)
    # What is loaded by now stays, and need not be looked through. Of the rest, Python looks at everything as often as it has
    # grown by a little: with the thousands of cards and rows that are kept in memory, all threads stood still for a second
    # at a time, and a tenth of all time went there.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 20)
    handover.begin_to_serve(worker)


# Both below are this site's, of all on the machine.
_DATA_DIR = Path(os.environ.get("ARCHIVE_DATA_DIR") or Path(__file__).resolve().parent.parent / "var").resolve()
_SITE = hashlib.sha256(f"{_DATA_DIR} {bind}".encode()).hexdigest()[:12]


# Pages ----------------------------------------------------------------------------------------------------------------

# Finished pages, which workers make for each other: in memory only, where files are as quick.
_PAGES = Path("/dev/shm") / f"archive-pages-{_SITE}"


def _share_pages(server: Any) -> None:
    """For the workers that start from now on: those before them may have other code, or other settings."""
    os.environ.pop("SHARED_PAGES", None)
    if worker_tmp_dir is None:
        return
    folder = _PAGES / uuid.uuid4().hex
    try:
        # Not another's, who could put there what he likes.
        _PAGES.mkdir(mode=0o700, exist_ok=True)
        if _PAGES.is_symlink() or _PAGES.stat().st_uid != os.getuid():
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        folder.mkdir(mode=0o700)
    except OSError as error:
        server.log.warning("each worker makes all pages for itself: %s can't be made (%s)", folder, error.strerror)
    else:
        os.environ["SHARED_PAGES"] = str(folder)


def on_reload(server: Any) -> None:
    """Before any worker of the new ones. Those before are serving, and may need theirs."""
    before = os.environ.get("SHARED_PAGES", "")
    for folder in _PAGES.glob("*"):
        if str(folder) != before:
            shutil.rmtree(folder, ignore_errors=True)
    _share_pages(server)


# Metrics --------------------------------------------------------------------------------------------------------------

# In memory too: the files are mapped, and a page of one that a full disk has no room for kills the worker.
_METRICS = Path("/dev/shm") / f"archive-metrics-{_SITE}" if worker_tmp_dir else _DATA_DIR / "metrics"


def on_starting(server: Any) -> None:
    """Before any worker: counts begin anew."""
    handover.take_over(server)
    try:
        shutil.rmtree(_METRICS, ignore_errors=True)
        _METRICS.mkdir(mode=0o700, parents=True)
    except OSError as error:
        server.log.warning("each worker counts for itself: %s can't be made (%s)", _METRICS, error.strerror)
    else:
        # Read when the workers import what counts.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_METRICS)
    shutil.rmtree(_PAGES, ignore_errors=True)
    _share_pages(server)


def pre_fork(server: Any, worker: Any) -> None:
    """The lowest number that no living worker has: its successors count on in its files, which so don't grow in number."""
    taken = {getattr(one, "slot", None) for one in server.WORKERS.values()}
    worker.slot = next(number for number in itertools.count(1) if number not in taken)
    handover.before_fork(server, worker)


def post_fork(server: Any, worker: Any) -> None:
    """Before the application is imported, and what counts with it."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import values

        values.ValueClass = values.MultiProcessValue(lambda: worker.slot)
    handover.await_turn(worker)


def on_exit(server: Any) -> None:
    for folder in (_METRICS, _PAGES):
        shutil.rmtree(folder, ignore_errors=True)
