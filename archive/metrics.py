"""What a monitor is told (Prometheus): counted here while requests are served, asked of the archive when `/metrics` is read.

All names begin with `archive_`; labels take a few values each: names of views and limits, never what a reader sent. Several
workers add up through files in the folder `PROMETHEUS_MULTIPROC_DIR`, which scosite/gunicorn.py sets up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from prometheus_client import Counter, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)

requests = Counter("archive_requests", "Requests answered.", ["view", "method", "status"])
request_seconds = Histogram("archive_request_seconds", "Time until an answer began.", ["view"], buckets=_SECONDS)
search_seconds = Histogram("archive_search_seconds", "Time that a search took.", ["engine", "kind"], buckets=_SECONDS)
searches_without_results = Counter("archive_searches_without_results", "Searches that found nothing.", ["engine"])
search_failures = Counter("archive_search_failures", "Searches that were not answered.", ["engine", "reason"])
refusals = Counter("archive_rate_limit_refusals", "Requests of clients that had asked too often.", ["limit"])
kept_pages = Counter("archive_page_cache", "Pages that are kept until the archive changes.", ["result"])

# The reader's to mend; these are no failures.
_OF_READERS = ("QueryTooLong", "TooManyValues", "PageOutOfRange", "SearchTooCostly")


@contextmanager
def timed_search(kind: str) -> Iterator[None]:
    """Around a search of that kind: how long it took, and why it failed."""
    engine = engine_name()
    try:
        with search_seconds.labels(engine, kind).time():
            yield
    except Exception as error:
        reason = type(error).__name__
        if reason not in _OF_READERS:
            search_failures.labels(engine, reason).inc()
        raise


def engine_name() -> str:
    return urlsplit(settings.SEARCH_URL).scheme
