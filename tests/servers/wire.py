"""Requests as they go over the wire: nothing is mended, followed or decoded on the way."""

import http.client
import socket
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from tests.servers.site import Site


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def cookie_header(self) -> str:
        """The cookies as the next request would send them."""
        pairs = [item for text in self.cookies for item in SimpleCookie(text).items()]
        return "; ".join(f"{name}={one.value}" for name, one in pairs)


def ask(
    site: Site,
    path: str,
    method: str = "GET",
    *,
    body: str | bytes | None = None,
    source: str = "127.0.0.1",
    **headers: str,
) -> Reply:
    """`source` is the address of this machine that the request comes from; `X_Forwarded_For=` is a header."""
    where = urlsplit(site.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30, source_address=(source, 0))
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        return Reply(answer.status, told, cookies, answer.read())
    finally:
        connection.close()


def send(site: Site, raw: bytes, *, then_close: bool = False) -> bytes:
    """All that comes back until the server closes; `then_close`: this side says no more after the bytes."""
    where = urlsplit(site.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as wire:
        wire.sendall(raw)
        if then_close:
            wire.shutdown(socket.SHUT_WR)
        received = b""
        while part := wire.recv(65536):
            received += part
        return received
