"""What goes into the log, and what never does: lines of JSON for programs, or plain ones for people, without personal data.

Each line of a request carries the request's id. Addresses of people (e-mail, network), what they searched for and the secret
links of alerts are taken out of whole lines, traces too, whoever wrote them: no logger has to think of it.
"""

import ipaddress
import json
import logging
import re
import secrets
import sys
import threading
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# Of the request at hand. It is not reset at its end: what a server logs of an answer that broke off comes after that.
_request_id: ContextVar[str] = ContextVar("request_id", default="")
_GIVEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

# What a record has by itself; all else was given as `extra`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "taskName"}

# Whoever asks for something long must not wait for its log line: each of these passes over a text once.
# The links of alerts, which let anybody end them (archive/urls.py).
_LINKS_OF_ALERTS = re.compile(r"(/follow/(?:confirm|stop)/)[^/\s\"'<>]+")
# What may be a path or an address, with what was asked for in its query string.
_RUNS = re.compile(r"[^\s\"'<>]+")
# A run that may be the name before an @, and what comes then if it is.
_NAMES = re.compile(r"[\w.+-]++(@[\w-]++(?:\.[\w-]++)+)?")
# What may be a network address, perhaps with a port.
_NUMBERS = re.compile(r"(?<![\w.:])[0-9a-f]*[.:][0-9a-f.:]+", re.IGNORECASE)


def masked(text: str) -> str:
    """The text without what is nobody's business."""
    text = _LINKS_OF_ALERTS.sub(r"\1…", text)
    text = _RUNS.sub(_without_query, text)
    text = _NAMES.sub(lambda found: "(e-mail)" if found[1] else found[0], text)
    return _NUMBERS.sub(_unless_address, text)


def _without_query(found: re.Match[str]) -> str:
    run = found[0]
    path = run.find("/")
    query = run.find("?", path) + 1 if path >= 0 else 0
    return f"{run[:query]}…" if 0 < query < len(run) else run


def _unless_address(found: re.Match[str]) -> str:
    """Loopback and 0.0.0.0 are nobody's: what listens where has to be told."""
    text = found[0].rstrip(".:")
    for candidate in (text, text.rpartition(":")[0]):
        with suppress(ValueError):
            address = ipaddress.ip_address(candidate)
            is_ours = address.is_loopback or address.is_unspecified
            return found[0] if is_ours else "(address)" + found[0][len(candidate) :]
    return found[0]


# Requests -------------------------------------------------------------------------------------------------------------


def begin_request(given: str = "") -> str:
    """Give the request at hand an id: the one that a trusted proxy gave, where it is well-formed, else a new one."""
    request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
    _request_id.set(request_id)
    return request_id


def request_id() -> str:
    """The id of the request at hand; empty where there is none."""
    return _request_id.get()


# Lines ----------------------------------------------------------------------------------------------------------------


class PlainFormatter(logging.Formatter):
    """A line for people; the trace below it."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return masked(f"{line} [{request_id()}]" if request_id() and not record.exc_info else line)


class JsonFormatter(logging.Formatter):
    """A line of JSON: `at`, `level`, `logger`, `message`, `request_id`, what was given as `extra`, and `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(_message(record)),
        }
        if request_id():
            line["request_id"] = request_id()
        line |= {name: _plain(value) for name, value in vars(record).items() if name not in _OWN}
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        elif record.exc_text:
            line["trace"] = masked(record.exc_text)
        if record.stack_info:
            line["stack"] = masked(record.stack_info)
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001  # a wrong number of arguments must not cost the trace that comes with them
        return f"{record.msg!s} {record.args!r}"


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    try:
        return masked(str(value))
    except Exception:  # noqa: BLE001  # anything can be given, and anything can fail
        return f"({type(value).__name__})"


def catch_uncaught() -> None:
    """What nobody catches, in whatever thread, becomes a line of the log like all else; also warnings."""
    log = logging.getLogger("archive.uncaught")

    def of_process(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.critical("uncaught: %s", kind.__name__, exc_info=(kind, error, trace))

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            told = (args.exc_type, args.exc_value, args.exc_traceback)
            name = args.thread.name if args.thread else "?"
            log.critical("uncaught in thread %s: %s", name, args.exc_type.__name__, exc_info=told)

    sys.excepthook = of_process
    threading.excepthook = of_thread
    logging.captureWarnings(True)
