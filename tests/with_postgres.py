"""Run a command with DATABASE_URL set to a real PostgreSQL: `python -m tests.with_postgres pytest …`.

The server is TEST_DATABASE_URL, where set; else one that is made in a temporary folder and thrown away. Without
PostgreSQL on the machine nothing runs and the reason is printed, unless ARCHIVE_TEST_REQUIRE names it.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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


@contextlib.contextmanager
def server(binaries: Path) -> Iterator[str]:
    """A PostgreSQL server on a free port of loopback, as a database URL; gone afterwards."""
    user = _server_user()
    with tempfile.TemporaryDirectory(prefix="archive-postgres-") as folder:
        if user:
            shutil.chown(folder, user)
        data, port = Path(folder) / "data", free_port()

        def run(tool: str, *arguments: str) -> None:
            command = [str(binaries / tool), *arguments]
            done = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")

        run(
            "initdb",
            "--pgdata",
            str(data),
            "--auth",
            "trust",
            "--username",
            "archive",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
        )
        # Durability is not what these tests are about.
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off -c synchronous_commit=off"
        run("pg_ctl", "--pgdata", str(data), "--log", f"{folder}/log", "--wait", "--options", options, "start")
        try:
            yield f"postgres://archive@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "--pgdata", str(data), "--mode", "immediate", "--wait", "stop")


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
