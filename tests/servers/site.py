"""The whole site as an operator runs it: commands and gunicorn in processes of their own."""

import atexit
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
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
def own_database(data_dir: Path, like: str = "") -> Iterator[str]:
    """A database of the suite's kind for one site alone: a file of its folder, or one of DATABASE_URL's server.

    On a server it is a copy of the database at the address `like`; a file is copied with the folder.
    """
    server, _, _ = os.environ.get("DATABASE_URL", "").rpartition("/")
    if not server.startswith("postgres"):
        yield f"sqlite:///{data_dir / 'archive.sqlite3'}"
        return
    name = f"site_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        template = f'TEMPLATE "{like.rpartition("/")[2]}"' if like else ""
        admin.execute(f'CREATE DATABASE "{name}" {template}')
        try:
            yield f"{server}/{name}"
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def prepared_site(data_dir: Path, **environment: str) -> Iterator[Site]:
    """A site in an empty folder, as `make prepare` leaves it; nothing is served yet.

    Prepared once in each process of the suite, and copied; but one that is to share another's database prepares itself.
    """
    if "DATABASE_URL" in environment:
        site = site_in(data_dir, **environment)
        site.manage("prepare")
        yield site
        return
    made = _prepared(environment.get("SEARCH_URL", os.environ.get("SEARCH_URL", "")))
    shutil.copytree(made.data_dir, data_dir, symlinks=True, dirs_exist_ok=True)
    with own_database(data_dir, made.environment["DATABASE_URL"]) as database_url:
        yield site_in(data_dir, **{"DATABASE_URL": database_url, **environment})


@cache
def _prepared(search_url: str) -> Site:
    """The site that others are copies of. Gone when the process ends."""
    kept = contextlib.ExitStack()
    atexit.register(kept.close)
    folder = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="prepared-")))
    settings_of_it = {"SEARCH_URL": search_url} if search_url else {}
    site = site_in(folder, DATABASE_URL=kept.enter_context(own_database(folder)), **settings_of_it)
    site.manage("prepare")
    return site


def site_in(data_dir: Path, **environment: str) -> Site:
    """A site whose folder and database are there."""
    port = environment.get("PORT") or str(free_port())
    environ = {
        **os.environ,
        "ARCHIVE_DATA_DIR": str(data_dir),
        "HOST": "127.0.0.1",
        "PORT": port,
        "EMAIL_URL": "dummymail://",
        "PAGE_CACHE_MB": "32",
        **environment,
    }
    return Site(f"http://127.0.0.1:{port}", data_dir, environ)


@contextlib.contextmanager
def served(site: Site, log: Path | None = None, sign: str = "/readyz") -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn's main process until the block ends; its log is in the site's folder, if nowhere else.

    It has begun when the page `sign` answers.
    """
    log = log or site.data_dir / "gunicorn.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "scosite/gunicorn.py", "scosite.wsgi"],
            cwd=settings.BASE_DIR,
            env=site.environment,
            stdout=output,
            stderr=output,
        )
        try:
            _wait(f"{site.url}{sign}", process, log)
            yield process
        finally:
            process.terminate()
            process.wait(30)


@contextlib.contextmanager
def running_site(data_dir: Path, **environment: str) -> Iterator[Site]:
    """Prepare a site in an empty folder, as `make prepare` does, and serve it with gunicorn until the block ends."""
    with prepared_site(data_dir, **environment) as site, served(site):
        yield site


def _wait(sign: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(sign, timeout=5),
        ):
            return
        time.sleep(0.1)
    raise AssertionError("the site did not start:\n" + log.read_text())
