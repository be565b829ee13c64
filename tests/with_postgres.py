"""Run a command with DATABASE_URL set to a real PostgreSQL: `python -m tests.with_postgres pytest …`.

The server is TEST_DATABASE_URL, where set; else one that is made in a temporary folder and thrown away. Without
PostgreSQL on the machine nothing runs and the reason is printed, unless ARCHIVE_TEST_REQUIRE names it.
"""

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """A port on loopback that nothing listens on, and that the system gives to nobody.

    Of those that it gives to clients for their own end one may be taken while a server is stopped: by one that tries to reach it.
    """
    lowest = int(_EPHEMERAL.read_text().split()[0]) if _EPHEMERAL.exists() else 32_768
    ports = random.SystemRandom().sample(range(10_000, lowest), 100) if lowest > 11_000 else []
    for port in (*ports, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no port is free")


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs; None where it is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    # Debian keeps them off the PATH, one folder for each version.
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root: then a user without privileges runs it."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@dataclass(frozen=True, slots=True)
class Server:
    """A server of ours, found by its folder of data."""

    binaries: Path
    data: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgres://archive@127.0.0.1:{self.port}/postgres"

    def run(self, tool: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as the server's user. Exits with what it printed where it fails."""
        command = [str(self.binaries / tool), *arguments]
        done = subprocess.run(command, user=_server_user(), cwd="/", capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")

    def start(self) -> None:
        # Durability is not what these tests are about.
        folder = self.data.parent
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {folder} -c fsync=off -c synchronous_commit=off"
        log = f"{folder}/log"
        self.run("pg_ctl", "--pgdata", str(self.data), "--log", log, "--wait", "--options", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "--pgdata", str(self.data), "--mode", "immediate", "--wait", "stop")

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        self.start()
        try:
            yield
        finally:
            self.stop()

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Shut down; started again afterwards."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes are stopped where they are; its connections stay as they are."""
        main = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        processes = [main, *map(int, children)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in reversed(processes):
                os.kill(process, signal.SIGCONT)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="archive-postgres-") as folder:
        if user := _server_user():
            shutil.chown(folder, user)
        yield Path(folder)


@contextlib.contextmanager
def primary(binaries: Path) -> Iterator[Server]:
    """A PostgreSQL server on a free port of loopback; gone afterwards."""
    with _folder() as folder:
        made = Server(binaries, folder / "data", free_port())
        who = ("--auth", "trust", "--username", "archive")
        made.run("initdb", "--pgdata", str(made.data), *who, "--encoding", "UTF8", "--locale", "C")
        with made.running():
            yield made


@contextlib.contextmanager
def replica(of: Server) -> Iterator[Server]:
    """A standby that follows the server as it writes; gone afterwards."""
    with _folder() as folder:
        made = Server(of.binaries, folder / "data", free_port())
        source = ("--host", "127.0.0.1", "--port", str(of.port), "--username", "archive")
        made.run("pg_basebackup", *source, "--pgdata", str(made.data), "--write-recovery-conf", "--checkpoint", "fast")
        with made.running():
            yield made


@contextlib.contextmanager
def server(binaries: Path) -> Iterator[str]:
    """The address of a server as a database URL; gone afterwards."""
    with primary(binaries) as made:
        yield made.url


def main(command: list[str]) -> int:
    with contextlib.ExitStack() as stack:
        url = os.environ.get("TEST_DATABASE_URL")
        if not url:
            found = binaries()
            if found is None:
                # Here, not above: it takes the caller's settings away, which benchmarks on this server still need.
                from tests.environment import required

                print("PostgreSQL is not installed: the suite did not run on it (Debian: apt-get install postgresql).")
                return 1 if required("postgres") else 0
            url = stack.enter_context(server(found))
        print(f"Running on {url.split('@')[-1]} (PostgreSQL)", flush=True)
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
