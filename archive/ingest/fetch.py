"""Fetching from the web without being led astray: only public addresses, asked anew at every redirect, and bounded in all.

A name is resolved once, and the connection goes to the very address that was checked: a name that resolves to something else
the second time leads nowhere. FETCH_ALLOWED_HOSTS names exceptions, `host:port` each (docs/operations.md).
"""

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from archive.concurrency import places
from archive.ingest.packed import unpacked
from archive.ingest.readers import MAX_BYTES, MEGABYTE
from archive.ingest.refusal import Refused

# Seconds for one step, and for all of them together.
_PATIENCE = 10
DEADLINE = 40
_REDIRECTS = 5
_LONGEST_ADDRESS = 1000
_CHUNK = 64_000
_PORTS = {"http": 80, "https": 443}
_MEDIA_TYPES = re.compile(
    r"text/(?:html|plain|xml|csv)|application/(?:(?:[a-z]+\+)?xml|(?:x-)?ndjson|jsonl?|json-seq|warc|x-gzip|gzip|octet-stream)"
)

# What is not the public Internet. Spelt out: `is_global` takes some of these for public (NAT64, 6to4, multicast).
_DENIED_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared by carriers
            "127.0.0.0/8",
            "169.254.0.0/16",  # link-local: metadata of clouds
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",
        ),
    )
)
# Of IPv6 only what is given out is public at all; so ::1, ::ffff:127.0.0.1, 64:ff9b::, fc00::, fe80:: and ff00:: are not.
_GIVEN_OUT_6 = ipaddress.IPv6Network("2000::/3")
_DENIED_6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # Teredo among them
            "2001:db8::/32",
            "2002::/16",  # 6to4: holds an IPv4 address
            "3fff::/20",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered. `address` is the last of the redirects; `etag` and `last_modified` ask for news the next time."""

    data: bytes
    media_type: str
    address: str
    etag: str = ""
    last_modified: str = ""
    is_unchanged: bool = False


@places.given_back(with_connections=True)
def fetch(address: str, *, etag: str = "", last_modified: str = "") -> Fetched:
    """Get what stands at an http or https address. With `etag` or `last_modified` the answer may be that it is unchanged.

    Raises Refused, with a sentence for the user: 400 no usable address, 403 not a public one, 413 too large, 415 nothing to
    read, 502 the server's fault, 504 too slow.
    """
    until = time.monotonic() + DEADLINE
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = _headers() | {name: value for name, value in conditions.items() if value and value.isprintable()}
    for _n in range(_REDIRECTS + 1):
        url = _checked(address)
        with _answer(url, headers, until) as response:
            if response.status in (301, 302, 303, 307, 308):
                if not (location := response.headers.get("Location")):
                    raise Refused(_("%(host)s redirects to nowhere.") % {"host": url.host}, 502)
                # Read as bytes of Latin-1, as headers are; what is not ASCII in it is refused with the address.
                address = urljoin(address, location.strip())
                continue
            return _fetched(response, url, until)
    raise Refused(_("It redirects more than %(count)d times.") % {"count": _REDIRECTS}, 502)


def _headers() -> dict[str, str]:
    contact = settings.CONTACT_EMAIL or settings.SITE_URL
    return {
        "User-Agent": f"SCOSecurityArchive/1.0 (+{contact})",
        "Accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, text/plain, */*;q=0.5",
        "Accept-Encoding": "gzip, identity",
    }


def _checked(address: str) -> Url:
    """The parts of the address, as all that follows uses them: no second reading of it can differ."""
    if len(address) > _LONGEST_ADDRESS or re.search(r"[\s\\\x00-\x1f\x7f]", address):
        raise Refused(_("That is not a web address: it is too long or has characters that don't belong there."), 400)
    try:
        url = parse_url(address)
    except LocationParseError:
        raise Refused(_("That is not a web address."), 400) from None
    if url.scheme not in _PORTS or not url.host:
        raise Refused(_("Give an address that begins with http:// or https://."), 400)
    if url.auth is not None or "@" in (url.netloc or "") or "%" in url.host:
        raise Refused(_("Leave the user name out of the address."), 400)
    return url


@contextmanager
def _answer(url: Url, headers: dict[str, str], until: float) -> Iterator[BaseHTTPResponse]:
    """The server's answer, its body not yet read. The connection is cut at the deadline, whatever it is doing."""
    port = url.port or _PORTS[url.scheme or ""]
    host = (url.host or "").strip("[]")
    sock = _connected(host, port, until)
    connection: _PinnedHTTP | _PinnedHTTPS
    if url.scheme == "https":
        connection = _PinnedHTTPS(host, port=port, timeout=_PATIENCE, cert_reqs="CERT_REQUIRED")
    else:
        connection = _PinnedHTTP(host, port=port, timeout=_PATIENCE)
    connection.pinned = sock
    # A copy: TLS takes the socket itself over. Cut through it, every read ends at once, even one that gets a byte a second.
    lifeline = sock.dup()
    alarm = threading.Timer(max(0.0, until - time.monotonic()), _cut, [lifeline])
    alarm.daemon = True
    alarm.start()
    try:
        connection.request("GET", url.request_uri, headers=headers, preload_content=False, decode_content=False)
        with closing(connection.getresponse()) as response:
            yield response
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        if time.monotonic() >= until or isinstance(error, TimeoutError):
            raise _too_slow(host) from error
        raise Refused(
            _("%(host)s can't be read: %(problem)s.") % {"host": host, "problem": str(error)[:200]}, 502
        ) from error
    finally:
        alarm.cancel()
        connection.close()
        sock.close()
        lifeline.close()


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):  # closed already
        sock.shutdown(socket.SHUT_RDWR)


class _PinnedHTTP(HTTPConnection):
    """A connection over a socket that is connected already, to an address that was checked."""

    pinned: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.pinned


class _PinnedHTTPS(HTTPSConnection):
    pinned: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.pinned


def _connected(host: str, port: int, until: float) -> socket.socket:
    """A socket to one of the host's addresses, all of which are public. Resolved here, once."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(_("There is no host %(host)s.") % {"host": host}, 502) from None
    if f"{host}:{port}" not in settings.FETCH_ALLOWED_HOSTS:
        if port not in _PORTS.values():
            raise Refused(_("Only the usual ports of the web are asked."), 403)
        if not found or not all(is_public(str(address[0])) for *_kind, address in found):
            raise Refused(_("%(host)s is not on the public Internet: it is not asked.") % {"host": host}, 403)
    for family, kind, protocol, _name, address in found:
        # A name may have hundreds.
        if time.monotonic() >= until:
            raise _too_slow(host)
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(max(0.1, min(_PATIENCE, until - time.monotonic())))
            sock.connect(address)
        except OSError:
            sock.close()
            continue
        return sock
    raise Refused(_("%(host)s does not answer.") % {"host": host}, 502)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet and of one machine there."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _DENIED_4)
    return ip in _GIVEN_OUT_6 and not any(ip in network for network in _DENIED_6)


def _fetched(response: BaseHTTPResponse, url: Url, until: float) -> Fetched:
    headers = response.headers
    media_type = headers.get("Content-Type", "")[:200]
    validators: dict[str, Any] = {
        "etag": headers.get("ETag", "")[:300],
        "last_modified": headers.get("Last-Modified", "")[:100],
    }
    if response.status == 304:
        return Fetched(b"", media_type, url.url, is_unchanged=True, **validators)
    if response.status != 200:
        shown = {"host": url.host, "status": response.status, "reason": str(response.reason or "")[:80]}
        raise Refused(_("%(host)s answers %(status)d %(reason)s.") % shown, 502)
    plain = media_type.partition(";")[0].strip().lower()
    if plain and not _MEDIA_TYPES.fullmatch(plain):
        raise Refused(_("There is no text at that address but %(media_type)s.") % {"media_type": plain}, 415)
    data = _body(response, url, until)
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        data = b"".join(unpacked(data, MAX_BYTES))
    elif encoding not in ("", "identity"):
        raise Refused(_("%(host)s packs its answer in a way we did not ask for.") % {"host": url.host}, 502)
    return Fetched(data, media_type, url.url, **validators)


def _body(response: BaseHTTPResponse, url: Url, until: float) -> bytes:
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length[:18]) > MAX_BYTES:
        raise _too_large()
    pieces, size = [], 0
    while piece := response.read1(_CHUNK, decode_content=False):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_BYTES:
            raise _too_large()
        if time.monotonic() >= until:
            raise _too_slow(url.host or "")
    # A connection that was cut looks like an end.
    if time.monotonic() >= until:
        raise _too_slow(url.host or "")
    if length.isdigit() and size < int(length[:18]):
        raise Refused(_("%(host)s broke off in the middle: try again.") % {"host": url.host}, 502)
    return b"".join(pieces)


def _too_large() -> Refused:
    return Refused(_("It has more than %(most)d MB.") % {"most": MAX_BYTES // MEGABYTE}, 413)


def _too_slow(host: str) -> Refused:
    return Refused(_("%(host)s takes longer than %(count)d seconds.") % {"host": host, "count": DEADLINE}, 504)
