"""How often things that run by themselves went well or badly, and when: kept over restarts, told by any process.

A small file in the data folder (`outcomes.json`), for commands are gone before a monitor can ask them.
"""

import fcntl
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, how it ended (one of a few words), how often so far, and when last (seconds since 1970)."""

    name: str
    result: str
    number: int
    last_at: float


def tell(name: str, result: str, number: int = 1) -> None:
    """Count so many more. Never fails: what was done is done, whether it can be counted or not."""
    try:
        with _locked():
            known = _read()
            before = known.get(name, {}).get(result, [0, 0])[0]
            known.setdefault(name, {})[result] = [before + number, time.time()]
            fresh = _path().with_suffix(".new")
            fresh.write_text(json.dumps(known))
            fresh.replace(_path())
    except OSError:
        log.exception("%s: %s can't be counted", name, result)


def outcomes() -> Iterator[Outcome]:
    """All that were ever told."""
    for name, results in _read().items():
        for result, (number, last_at) in results.items():
            yield Outcome(name, result, number, last_at)


def _path() -> Path:
    return Path(settings.DATA_DIR) / "outcomes.json"


@contextmanager
def _locked() -> Iterator[None]:
    with _path().with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read() -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(_path().read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
