"""Where an OpenSearch cluster is, from SEARCH_URL, and a connection to it that outlives its nodes."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

try:
    from opensearchpy import ConnectionError as Unreachable
    from opensearchpy import OpenSearch, TransportError
except ImportError as error:
    raise ImproperlyConfigured(
        "SEARCH_URL=opensearch:// needs the packages of requirements-cluster.lock: run `make cluster-requirements`."
    ) from error

from archive.concurrency import places

# What one node may take for an answer before the next one is asked.
REQUEST_TIMEOUT = 3.0
# A node that did not answer is left alone for so long, after some failures for four times as long.
_DEAD_FOR, _DEAD_DOUBLINGS = 1, 2
# For so long an answer is waited for that a cluster does not have at the moment: while it gives the part of a lost node to
# another, or has too much to do.
PATIENCE = 1.5
_FIRST_PAUSE = 0.05
NOT_NOW = frozenset({429, 500, 502, 503, 504})

_HOST = re.compile(r"(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?", re.ASCII)
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}", re.ASCII)
_USUAL_PREFIX = "archive"
_FORM = "SEARCH_URL=opensearch://[user:password@]host:port[,host:port…]/prefix[?tls=yes&ca=/file&shards=1&replicas=1]"

_Answer = TypeVar("_Answer")

# It would report each node that can't be reached, with a trace, for each search. Who asks reports what came of it.
logging.getLogger("opensearch").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Address:
    """A cluster, and the beginning of the names of our indexes in it.

    `hosts` are any of its nodes; `shards` are parts that an index is cut into, each of which has so many `replicas`.
    """

    hosts: tuple[str, ...]
    prefix: str = _USUAL_PREFIX
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ca: str = ""
    shards: int = 1
    replicas: int = 1

    @classmethod
    def of(cls, url: str) -> "Address":
        """Raises ImproperlyConfigured, without repeating the address: there may be a password in it."""
        parts = urlsplit(url)
        credentials, _at, hosts = parts.netloc.rpartition("@")
        user, _colon, password = credentials.partition(":")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        tls, ca = options.pop("tls", "no"), options.pop("ca", "")
        shards, replicas = options.pop("shards", "1"), options.pop("replicas", "1")
        prefix = parts.path.strip("/") or _USUAL_PREFIX
        wrong = (
            ("hosts", not all(map(_HOST.fullmatch, hosts.split(",")))),
            ("the prefix (small letters, digits, - and _)", not _PREFIX.fullmatch(prefix)),
            ("tls (yes or no)", tls not in ("yes", "no")),
            ("shards (1 to 1024)", not (shards.isdecimal() and 1 <= int(shards) <= 1024)),
            ("replicas (0 to 20)", not (replicas.isdecimal() and int(replicas) <= 20)),
            (f"the options {', '.join(sorted(options))}", bool(options)),
        )
        for what, is_wrong in wrong:
            if is_wrong:
                raise ImproperlyConfigured(f"{_FORM}: {what} can't be understood.")
        return cls(
            tuple(hosts.split(",")),
            prefix,
            unquote(user),
            unquote(password),
            tls == "yes",
            ca,
            int(shards),
            int(replicas),
        )


def client(address: Address) -> OpenSearch:
    """A connection to the cluster: one for each process, whatever the prefix. Safe for threads."""
    return _client(address.hosts, address.user, address.password, address.tls, address.ca)


@cache
def _client(hosts: tuple[str, ...], user: str, password: str, tls: bool, ca: str) -> OpenSearch:
    scheme = "https" if tls else "http"
    return OpenSearch(
        [f"{scheme}://{host}" for host in hosts],
        http_auth=(user, password) if user else None,
        use_ssl=tls,
        verify_certs=tls,
        ca_certs=ca or None,
        timeout=REQUEST_TIMEOUT,
        # Each node once, and the first once more. All that is written may be written twice.
        max_retries=len(hosts),
        retry_on_timeout=True,
        # An answer is no sign of a lost node; `patiently` asks again.
        retry_on_status=(),
        dead_timeout=_DEAD_FOR,
        timeout_cutoff=_DEAD_DOUBLINGS,
        pool_maxsize=32,
    )


def patiently(call: Callable[[], _Answer], patience: float = PATIENCE, *, with_connections: bool = False) -> _Answer:
    """Ask again, after longer and longer pauses, where the cluster can't answer at the moment; raise its last error then.

    `with_connections`: the thread reads nothing of the database meanwhile, others may have its connection.
    """
    until, pause = time.monotonic() + patience, _FIRST_PAUSE
    # Others may make their pages meanwhile.
    with places.given_back(with_connections=with_connections):
        while True:
            try:
                return call()
            except Unreachable:
                # All nodes were asked.
                raise
            except TransportError as error:
                if error.status_code not in NOT_NOW or is_out_of_time(error) or time.monotonic() + pause > until:
                    raise
            time.sleep(pause)
            pause *= 2


def is_out_of_time(error: TransportError) -> bool:
    """True where a search was stopped at its time limit before it had anything to answer."""
    return "time_exceeded" in str(error.info) or "Time exceeded" in str(error.info)
