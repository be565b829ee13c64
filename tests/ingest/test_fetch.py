"""Fetching never touches an internal address; a canary on loopback, allowed only by the setting, proves what is touched."""

import gzip
import socket
import threading
import time
from typing import Any

import pytest

from archive.ingest import fetch as fetching
from archive.ingest.fetch import fetch, is_public
from archive.ingest.refusal import Refused
from tests.ingest.canary import PAGE, Canary

INTERNAL = [
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://0x7f000001:{port}/",
    "http://2130706433:{port}/",
    "http://017700000001:{port}/",
    "http://0:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://127.0.0.1:{port}@example.org/",
    "http://example.org@127.0.0.1:{port}/",
    "http://example.org:80@127.0.0.1:{port}/",
    "http://example.org\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.org/",
    "http://127.0.0.1:{port}#@example.org/",
    "http:\\\\127.0.0.1:{port}/",
    "http://127。0。0。1:{port}/",
    "http://①②⑦.0.0.1:{port}/",
    "http://[fe80::1%25lo]:{port}/",
]


@pytest.mark.parametrize("address", INTERNAL)
def test_an_internal_address_is_refused_however_it_is_written(canary: Canary, address: str) -> None:
    with pytest.raises(Refused) as refusal:
        fetch(address.format(port=canary.port))
    assert refusal.value.status in (400, 403, 502)
    assert canary.connections == 0


@pytest.mark.parametrize("address", INTERNAL[1:])
def test_an_allowed_host_is_allowed_by_its_own_name_only(canary: Canary, allowed: str, address: str) -> None:
    if "#@" in address:
        pytest.skip("this is the allowed address, with a fragment")
    with pytest.raises(Refused):
        fetch(address.format(port=canary.port))
    assert canary.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::1",
        "2001:db8::1",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450::1"])
def test_addresses_that_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://a.example/",
        "gopher://a",
        "//a.example/",
        "a.example",
        "",
        "http://",
        "http://a b/",
        "http://a.example/\r\nX: y",
        "http://a.example:99999/",
        "http://a.example/" + "x" * 1000,
    ],
)
def test_what_is_no_web_address_is_refused_before_anything_is_asked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(socket, "getaddrinfo")
    with pytest.raises(Refused) as refusal:
        fetch(address)
    assert refusal.value.status == 400


def test_a_name_with_one_internal_address_among_public_ones_is_refused(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(["93.184.216.34", "127.0.0.1"]))
    with pytest.raises(Refused, match="not on the public Internet"):
        fetch("http://news.example/")
    assert canary.connections == 0


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to loopback the second time is resolved once."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **_options: resolving(next(answers))(*args))
    connected = []

    def connect(self: socket.socket, address: Any) -> None:
        connected.append(address[0])
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Refused, match="does not answer"):
        fetch("http://news.example/")
    assert connected == ["93.184.216.34"]


def test_of_a_name_with_many_addresses_none_is_tried_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "DEADLINE", 0.3)
    monkeypatch.setattr(socket, "getaddrinfo", resolving(["93.184.216.34"] * 200))
    tried = []

    def connect(self: socket.socket, address: Any) -> None:
        tried.append(self.gettimeout())
        time.sleep(0.1)
        raise TimeoutError

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Refused, match="takes longer") as refusal:
        fetch("http://news.example/")
    assert refusal.value.status == 504
    assert 1 <= len(tried) <= 3


def test_unusual_ports_of_public_hosts_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(["93.184.216.34"]))
    with pytest.raises(Refused, match="usual ports"):
        fetch("http://news.example:22/")


def test_a_page_is_fetched_with_the_name_of_its_host(canary: Canary, allowed: str) -> None:
    canary.answers["/page?a=1"] = (200, {"Content-Type": "text/html; charset=utf-8", "ETag": '"1"'}, PAGE)
    fetched = fetch(f"{allowed}/page?a=1#part")
    assert (fetched.data, fetched.media_type, fetched.etag) == (PAGE, "text/html; charset=utf-8", '"1"')
    assert canary.asked == ["/page?a=1"]
    assert canary.headers["Host"] == f"127.0.0.1:{canary.port}"
    assert "SCOSecurityArchive" in canary.headers["User-Agent"]


def test_what_did_not_change_is_not_sent_again(canary: Canary, allowed: str) -> None:
    canary.answers["/"] = (304, {}, b"")
    fetched = fetch(f"{allowed}/", etag='"1"', last_modified="Wed, 13 Apr 2016 10:00:00 GMT")
    assert fetched.is_unchanged
    assert canary.headers["If-None-Match"] == '"1"'


def test_redirects_are_followed_and_each_is_checked(canary: Canary, allowed: str) -> None:
    canary.redirect("/one", "/two")
    canary.redirect("/two", f"{allowed}/page")
    assert fetch(f"{allowed}/one").address == f"{allowed}/page"
    for target in (
        f"http://localhost:{canary.port}/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "//[::1]/",
    ):
        canary.redirect("/out", target)
        before = canary.connections
        with pytest.raises(Refused):
            fetch(f"{allowed}/out")
        assert canary.connections == before + 1


def test_a_circle_of_redirects_ends(canary: Canary, allowed: str) -> None:
    canary.redirect("/round", "/round")
    with pytest.raises(Refused, match="more than 5 times"):
        fetch(f"{allowed}/round")
    assert canary.connections == 6


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ((404, {"Content-Type": "text/html"}, b"gone"), 502, "answers 404"),
        ((200, {"Content-Type": "image/png"}, b"\x89PNG"), 415, "image/png"),
        ((200, {"Content-Type": "text/html", "Content-Length": "99000000"}, b"x"), 413, "more than 30 MB"),
        ((200, {"Content-Type": "text/html", "Content-Length": "500"}, b"x"), 502, "broke off|can't be read"),
        ((200, {"Content-Type": "text/html", "Content-Encoding": "br"}, b"x"), 502, "packs"),
        (
            (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(b"0" * 40_000_000)),
            413,
            "30 MB",
        ),
        ((302, {}, b""), 502, "nowhere"),
    ],
)
def test_answers_that_are_no_use(canary: Canary, allowed: str, answer: Any, status: int, words: str) -> None:
    canary.answers["/"] = answer
    with pytest.raises(Refused, match=words) as refusal:
        fetch(f"{allowed}/")
    assert refusal.value.status == status


def test_a_packed_page_is_unpacked(canary: Canary, allowed: str) -> None:
    canary.answers["/"] = (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(PAGE))
    assert fetch(f"{allowed}/").data == PAGE


def test_a_server_that_drips_is_cut_off_at_the_deadline(
    canary: Canary, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "DEADLINE", 1)
    canary.answers["/slow"] = (200, {"Content-Type": "text/html", "Content-Length": "9000"}, b"")
    with pytest.raises(Refused, match="takes longer") as refusal:
        fetch(f"{allowed}/slow")
    assert refusal.value.status == 504


def test_a_server_that_never_ends_its_headers_is_cut_off(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(fetching, "DEADLINE", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.FETCH_ALLOWED_HOSTS = [f"127.0.0.1:{port}"]
        stop = threading.Event()

        def drip() -> None:
            client, _address = server.accept()
            with client:
                client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                try:
                    while not stop.wait(0.05):
                        client.sendall(b"y")
                except OSError:
                    pass

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        with pytest.raises(Refused, match="takes longer"):
            fetch(f"http://127.0.0.1:{port}/")
        stop.set()
        thread.join(5)


def test_a_certificate_that_nobody_signed_is_refused(canary: Canary, allowed: str) -> None:
    with pytest.raises(Refused, match="can't be read") as refusal:
        fetch(allowed.replace("http://", "https://"))
    assert refusal.value.status == 502


def resolving(addresses: list[str]) -> Any:
    """A getaddrinfo that gives these."""
    return lambda _host, port, **_options: [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses
    ]
