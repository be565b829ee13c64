"""The whole site as an operator runs it: commands and gunicorn in processes of their own."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings

from tests.with_postgres import free_port


@dataclass(frozen=True)
class Site:
    """A running site: its address, its data folder, and its command line."""

    url: str
    data_dir: Path
    environment: dict[str, str]

    def manage(self, *arguments: str, stdin: str | None = None) -> str:
        """Output of `manage.py …`; raises where it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout


@contextlib.contextmanager
def own_database(data_dir: Path) -> Iterator[str]:
    """A database of the suite's kind for one site alone: a file of its folder, or one of DATABASE_URL's server."""
    server, _, _ = os.environ.get("DATABASE_URL", "").rpartition("/")
    if not server.startswith("postgres"):
        yield f"sqlite:///{data_dir / 'archive.sqlite3'}"
        return
    name = f"site_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{server}/{name}"
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def running_site(data_dir: Path, **environment: str) -> Iterator[Site]:
    """Prepare a site in an empty folder, as `make prepare` does, and serve it with gunicorn until the block ends."""
    with own_database(data_dir) as database_url:
        port = free_port()
        environ = {
            **os.environ,
            "ARCHIVE_DATA_DIR": str(data_dir),
            "DATABASE_URL": database_url,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "EMAIL_URL": "dummymail://",
            "PAGE_CACHE_MB": "32",
            **environment,
        }
        site = Site(f"http://127.0.0.1:{port}", data_dir, environ)
        site.manage("prepare")
        with (data_dir / "gunicorn.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--config", "scosite/gunicorn.py", "scosite.wsgi"],
                cwd=settings.BASE_DIR,
                env=environ,
                stdout=log,
                stderr=log,
            )
            try:
                _wait(site, process)
                yield site
            finally:
                process.terminate()
                process.wait(30)


def _wait(site: Site, process: subprocess.Popen) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(f"{site.url}/readyz", timeout=5),
        ):
            return
        time.sleep(0.1)
    raise AssertionError("the site did not start:\n" + (site.data_dir / "gunicorn.log").read_text())
