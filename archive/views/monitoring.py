"""`/metrics`: what was counted, and how the archive stands now. For monitors of the operator's own."""

import hmac
import ipaddress
import os
import platform
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from archive import metrics, search
from archive.models import Alert, Candidate, Change, FixityRun, PolledSource, Tip
from archive.models.inbox import CandidateState
from archive.models.tip import TipState
from archive.outcomes import outcomes
from archive.ratelimit import is_from_proxy

# A proxy on this machine says by these for whom it asks.
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_HOST", "HTTP_VIA")


@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """With the token of `METRICS_TOKEN`, or from this machine itself and past any proxy; to all others there is no such page."""
    if not (_has_token(request) or _is_local(request)):
        raise Http404
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    text = generate_latest(registry) + generate_latest(_now())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())


def _is_local(request: HttpRequest) -> bool:
    """A proxy on this machine is as local as we are: who comes through one is not."""
    if is_from_proxy(request) or any(request.META.get(name) for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _now() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Standing())
    return registry


class _Standing(Collector):
    """How the archive stands at this moment. A lost database leaves out what only it knows."""

    def collect(self) -> Iterator[Metric]:
        yield from _build()
        yield from _told()
        is_up = True
        try:
            yield from _kept()
        except DatabaseError:
            is_up = False
        yield GaugeMetricFamily("archive_database_up", "Whether the database answers.", value=is_up)


def _build() -> Iterator[Metric]:
    build = GaugeMetricFamily("archive_build_info", "What runs.", labels=["version", "django", "python", "engine"])
    build.add_metric([_version(), django.__version__, platform.python_version(), metrics.engine_name()], 1)
    yield build


@cache
def _version() -> str:
    """Of the project, as its file says; it is not installed as a package."""
    try:
        return version("sco-security-archive")
    except PackageNotFoundError:
        for line in (settings.BASE_DIR / "pyproject.toml").read_text().splitlines():
            if line.startswith("version = "):
                return line.split('"')[1]
    return "unknown"


def _told() -> Iterator[Metric]:
    """What commands left in the data folder."""
    done = CounterMetricFamily(
        "archive_outcomes", "What became of imports, polls, alerts and backups.", labels=["what", "result"]
    )
    last = GaugeMetricFamily(
        "archive_outcome_last_seconds", "When something last ended so (seconds since 1970).", labels=["what", "result"]
    )
    for one in outcomes():
        done.add_metric([one.name, one.result], one.number)
        last.add_metric([one.name, one.result], one.last_at)
    yield done
    yield last


def _kept() -> Iterator[Metric]:
    """What the database knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    head, _sha256 = Change.objects.head()
    yield GaugeMetricFamily("archive_changes", "The number of the change log's last entry.", value=head)
    lag = _index_lag(head)
    yield GaugeMetricFamily("archive_index_up", "Whether the search index can be used.", value=lag is not None)
    if lag is not None:
        yield GaugeMetricFamily("archive_index_lag", "Changes that the search index does not know of yet.", value=lag)
    waiting = GaugeMetricFamily("archive_waiting", "What waits to be done, by whom it waits for.", labels=["queue"])
    for name, number in _queues():
        waiting.add_metric([name], number)
    yield waiting
    failing = PolledSource.objects.filter(is_active=True).exclude(problem="").count()
    yield GaugeMetricFamily("archive_sources_failing", "Active sources whose last poll failed.", value=failing)
    if run := FixityRun.objects.latest_run():
        ended, number = run.ended_at.timestamp(), run.number
        yield GaugeMetricFamily("archive_fixity_last_seconds", "When the last check of fixity ended.", value=ended)
        yield GaugeMetricFamily("archive_fixity_damages", "What the last check of fixity found wrong.", value=number)


def _index_lag(head: int) -> int | None:
    """As it is, without bringing the index forward; None where there is none to use."""
    try:
        return max(0, head - search.index_state().number)
    except search.SearchError:
        return None


def _queues() -> Iterator[tuple[str, int]]:
    """The outbox: what readers are to be told, and what curators are to look at."""
    yield "alerts_due", Alert.objects.due(timezone.now()).count()
    yield "candidates", Candidate.objects.filter(state=CandidateState.WAITING).count()
    yield "tips", Tip.objects.filter(state=TipState.OPEN).count()
