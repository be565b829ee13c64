"""What an address of a database says beside host and name: it is kept, beside what the settings say themselves."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from archive import backups, moving

_TELL = """
import json; from scosite.settings import DATABASES
print(json.dumps({name: one["OPTIONS"] for name, one in DATABASES.items()}, default=str))
"""


def _options(data_dir: Path, **urls: str) -> dict[str, Any]:
    """OPTIONS of each database in a process that has these addresses."""
    environ = {**os.environ, "ARCHIVE_DATA_DIR": str(data_dir), "DATABASE_REPLICA_URL": "", **urls}
    done = subprocess.run(
        [sys.executable, "-c", _TELL], cwd=settings.BASE_DIR, env=environ, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_options_of_an_address_stand_beside_ours(data_dir: Path) -> None:
    found = _options(
        data_dir,
        DATABASE_URL="postgres://me@one/name?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=7",
        DATABASE_REPLICA_URL="postgres://me@two/name?sslmode=require&options=-c%20work_mem%3D8MB",
    )
    primary, replica = found["default"], found["replica"]
    assert (primary["sslmode"], primary["sslrootcert"]) == ("verify-full", "/ca.pem")
    assert (primary["connect_timeout"], replica["connect_timeout"]) == (7, 2)
    assert (replica["sslmode"], replica.get("sslrootcert")) == ("require", None)
    assert primary["pool"] == replica["pool"]
    assert replica["options"] == f"{primary['options']} -c work_mem=8MB"
    assert "statement_timeout" in primary["options"]


def test_an_address_without_any_has_ours(data_dir: Path) -> None:
    found = _options(data_dir, DATABASE_URL="postgres://me@one/name", DATABASE_REPLICA_URL="postgres://me@two/name")
    assert found["default"] == found["replica"]


def test_options_of_a_file_stand_beside_ours(data_dir: Path) -> None:
    found = _options(data_dir, DATABASE_URL=f"sqlite:///{data_dir / 'a.sqlite3'}?cached_statements=9")
    assert found["default"]["cached_statements"] == 9
    assert found["default"]["transaction_mode"] == "IMMEDIATE"


def test_an_archive_is_copied_over_the_connection_that_its_address_asks_for() -> None:
    found = moving._configuration("postgres://me@one/name?sslmode=verify-full")
    assert found["OPTIONS"] == {"connect_timeout": 5, "sslmode": "verify-full"}


def test_the_programs_of_postgresql_are_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(f"#!/bin/sh\nenv > {tmp_path / 'told'}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    options = {"sslmode": "verify-full", "sslrootcert": "/ca.pem", "connect_timeout": 2}
    given = {"HOST": "one", "NAME": "name", "USER": "me", "PASSWORD": "secret", "PORT": "", "OPTIONS": options}
    for name, value in given.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    backups._run("pg_dump")
    told = set((tmp_path / "told").read_text().splitlines())
    assert {"PGHOST=one", "PGPASSWORD=secret", "PGSSLMODE=verify-full", "PGSSLROOTCERT=/ca.pem"} <= told
