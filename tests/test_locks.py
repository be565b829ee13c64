"""What only one process may do at a time: in another process nobody gets in, and whoever dies inside leaves."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from archive.databases.locks import Busy, alone

pytestmark = pytest.mark.django_db(transaction=True)

_INSIDE = """
import sys, time, django
django.setup()
from archive.databases.locks import alone
with alone("polling"):
    print("inside", flush=True)
    sys.stdin.read()
"""


@contextmanager
def _another(data_dir: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process on the same database (of PostgreSQL from another data folder, else of the same) that is inside."""
    is_shared = connection.vendor == "postgresql"
    name = connection.settings_dict["NAME"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "scosite.settings",
        "ARCHIVE_DATA_DIR": str(data_dir / "other" if is_shared else data_dir),
    }
    if is_shared:
        environment["DATABASE_URL"] = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    process = subprocess.Popen(
        [sys.executable, "-c", _INSIDE],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "inside\n"
        try:
            yield process
        finally:
            process.kill()


def test_one_at_a_time_in_all_processes(data_dir: Path) -> None:
    with _another(data_dir) as process:
        with pytest.raises(Busy), alone("polling"):
            pass
        with alone("something else"):
            pass
        process.kill()
        process.wait()
        # The server notices a moment later.
        with alone("polling", patience=10):
            pass


def test_who_waits_gets_in_when_the_other_is_done(data_dir: Path) -> None:
    with _another(data_dir) as process:
        assert process.stdin is not None
        begun = time.monotonic()
        with pytest.raises(Busy), alone("polling", patience=1):
            pass
        assert time.monotonic() - begun >= 1
        process.stdin.close()
        with alone("polling", patience=10):
            pass


def test_it_is_given_back_after_an_error_and_outlives_the_connection_beside_it(data_dir: Path) -> None:
    with pytest.raises(ZeroDivisionError), alone("polling"):
        1 / 0  # noqa: B018
    with alone("polling"):
        connection.close()
        with pytest.raises(Busy), alone("polling"):
            pass
    with alone("polling"):
        pass
