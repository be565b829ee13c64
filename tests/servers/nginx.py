"""A real nginx with the configuration that docs/deploy has: only names, ports and certificates are those of the test."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.environment import required
from tests.with_postgres import free_port

PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
# Not its own configuration, which is the operating system's: where it may write, and as whom. Which machine answered is told.
_FRAME = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    add_header X-Machine $upstream_addr always;
{site}
}}
"""


def needed() -> str:
    """The program; where it is missing the test is skipped, or fails if it is required."""
    if PROGRAM is None:
        reason = "nginx is not installed (Debian: apt-get install nginx-light)"
        if required("nginx"):
            pytest.fail(reason)
        pytest.skip(reason)
    return PROGRAM


@dataclass(frozen=True)
class Proxy:
    """nginx before some machines, by their ports; reached by https at `url`."""

    folder: Path
    machines: Sequence[int]
    port: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def write(self, without: Collection[int] = ()) -> None:
        """The documented configuration; some machines taken out as its comment says."""
        site = (settings.BASE_DIR / "docs" / "deploy" / "nginx.conf").read_text()
        lines = [f"server 127.0.0.1:{one} max_fails=0{' down' * (one in without)};" for one in self.machines]
        for given, here in (
            ("server 127.0.0.1:8000 max_fails=0;", "\n    ".join(lines)),
            ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;"),
            ("server_name archive.example;", "server_name localhost;"),
            ("/etc/letsencrypt/live/archive.example/fullchain.pem", str(self.certificate)),
            ("/etc/letsencrypt/live/archive.example/privkey.pem", str(self.folder / "key.pem")),
        ):
            assert given in site, given
            site = site.replace(given, here)
        site = re.sub(r"listen \[::\].*", "", site)
        user = "user root;" if os.getuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(_FRAME.format(user=user, folder=self.folder, site=site))

    def command(self, *arguments: str) -> list[str]:
        return [needed(), "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr", *arguments]

    def certify(self) -> None:
        names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        files = ["-keyout", str(self.folder / "key.pem"), "-out", str(self.certificate)]
        kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        subprocess.run(["openssl", "req", *kind, *names, *files], check=True, capture_output=True)

    def take_out(self, *machines: int) -> None:
        """Only the others are asked from now on. Returns when nginx does it."""
        self.write(machines)
        before = _children(main := int((self.folder / "nginx.pid").read_text()))
        os.kill(main, signal.SIGHUP)
        until = time.monotonic() + 30
        while not _children(main) - before:
            assert time.monotonic() < until, (self.folder / "error.log").read_text()
            time.sleep(0.05)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        with (self.folder / "output.log").open("w") as output:
            process = subprocess.Popen(self.command(), stdout=output, stderr=output)
            try:
                self._wait(process)
                yield
            finally:
                process.terminate()
                process.wait(30)

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            if process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError("nginx did not start:\n" + (self.folder / "output.log").read_text())


def _children(process: int) -> set[int]:
    return set(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


def proxy(folder: Path, machines: Sequence[int]) -> Proxy:
    """Ready to run."""
    needed()
    made = Proxy(folder, machines, free_port())
    made.certify()
    made.write()
    return made
