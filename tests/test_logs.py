"""What stands in the log: lines that programs read, traces, ids of requests; and what never does."""

import json
import logging
import os
import subprocess
import sys
import threading
from typing import Any

import pytest
from django.conf import settings as project

from archive import logs
from archive.logs import JsonFormatter, PlainFormatter, masked


def line(
    message: str,
    *arguments: Any,
    formatter: logging.Formatter | None = None,
    exc_info: Exception | None = None,
    extra: dict[str, Any] | None = None,
) -> str:
    """What a handler writes of one record."""
    trace = (type(exc_info), exc_info, exc_info.__traceback__) if exc_info else None
    logger = logging.getLogger("archive.test")
    record = logger.makeRecord(logger.name, logging.ERROR, __file__, 1, message, arguments, trace, extra=extra)
    return (formatter or JsonFormatter()).format(record)


def failed() -> Exception:
    try:
        raise ValueError("no <good> for reader@example.org")
    except ValueError as error:
        return error


def test_a_line_is_json_with_what_was_given() -> None:
    told = json.loads(line("%s of %d", "one", 2, extra={"event": "login", "number": 3, "of": {"a"}}))
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "archive.test", "one of 2")
    assert (told["event"], told["number"], told["of"]) == ("login", 3, "{'a'}")
    assert told["at"].endswith("+00:00")


@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_traces_are_whole_and_masked(formatter: logging.Formatter) -> None:
    text = line("failed", exc_info=failed(), formatter=formatter)
    assert "ValueError: no <good> for (e-mail)" in text
    assert "in failed" in text


def test_what_can_not_be_written_as_it_is_costs_no_line() -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError

    told = json.loads(line("%d %d", "one", extra={"broken": Broken()}, exc_info=failed()))
    assert told["message"] == "%d %d ('one',)"
    assert told["broken"] == "(Broken)"
    assert "ValueError" in told["trace"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /search/?q=secret&x=1 HTTP/1.1", "GET /search/?… HTTP/1.1"),
        ("see https://archive.example/events/?year=2014.", "see https://archive.example/events/?…"),
        ("/ru/follow/stop/eyJ.1x:AbC-_/ and more", "/ru/follow/stop/…/ and more"),
        ("/follow/confirm/eyJ.1x:AbC-_", "/follow/confirm/…"),
        ("Key (email)=(a.b+c@mail.example.org) exists", "Key (email)=((e-mail)) exists"),
        ("from 192.0.2.7:4711, 2001:db8::1 and [2001:db8::2]:80", "from (address):4711, (address) and [(address)]:80"),
        ("at 12:30:45.678 version 5.2.1, 127.0.0.1:8000, ::1", "at 12:30:45.678 version 5.2.1, 127.0.0.1:8000, ::1"),
        ("2026-11-22 11:00:00 archive.search: ok?", "2026-11-22 11:00:00 archive.search: ok?"),
    ],
)
def test_what_is_nobodys_business_is_taken_out(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize("unit", ["/", "/a", "-a1", "a", "a@", "a@a", "a@a.", "?/", "1:", "/follow/stop/", "http://"])
def test_what_is_asked_for_can_be_long(unit: str) -> None:
    """Each pattern passes over it once: with a square of so many characters this test would take hours."""
    assert masked(f"{unit * (1_000_000 // len(unit))} /x?secret").endswith(" /x?…")


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("a1b2c3d4-0000", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("short", False),
        ("a b c d e f g", False),
        ("a\nb" * 5, False),
    ],
)
def test_an_id_is_taken_where_it_is_well_formed(given: str, is_taken: bool) -> None:
    taken = logs.begin_request(given)
    assert (taken == given) is is_taken
    assert json.loads(line("x"))["request_id"] == taken
    assert f"[{taken}]" in line("x", formatter=PlainFormatter())


def test_ids_are_of_one_request_each() -> None:
    first = logs.begin_request()
    seen: list[str] = []
    other = threading.Thread(target=lambda: seen.append(logs.begin_request()))
    other.start()
    other.join()
    assert logs.request_id() == first != seen[0]


UNCAUGHT = """
import threading, warnings
import django
django.setup()
thread = threading.Thread(target=lambda: 1 / 0, name="worker")
thread.start()
thread.join()
warnings.warn("mind this")
raise RuntimeError("of the process: reader@example.org")
"""


def test_what_nobody_catches_is_a_line_too() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", UNCAUGHT],
        cwd=project.BASE_DIR,
        env={**os.environ, "LOG_FORMAT": "json", "DJANGO_SETTINGS_MODULE": "scosite.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    told = [json.loads(one) for one in done.stderr.splitlines()]
    assert "ZeroDivisionError" in told[0]["trace"]
    assert "worker" in told[0]["message"]
    assert any("mind this" in one["message"] for one in told)
    assert "RuntimeError: of the process: (e-mail)" in told[-1]["trace"]


def test_an_unknown_form_is_refused_at_start() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=project.BASE_DIR,
        env={**os.environ, "LOG_FORMAT": "xml"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "there are plain and json" in done.stderr
