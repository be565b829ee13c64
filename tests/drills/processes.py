"""The processes of a drill: forks of one that therefore never opens a database or an index itself."""

import os
import sys
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

FORK = get_context("fork")


def start(folder: Path, work: Callable[..., object], *arguments: object) -> tuple[Any, Connection]:
    """A process that does the work, with a pipe as its first argument; what it has to complain of is in the log."""
    ours, theirs = FORK.Pipe()

    def run() -> None:
        ours.close()
        log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, sys.stderr.fileno())
        work(theirs, *arguments)

    process = FORK.Process(target=run)
    process.start()
    theirs.close()
    return process, ours


def in_a_process(folder: Path, work: Callable[..., object], *arguments: object) -> Any:
    """What the work answers over its pipe."""
    process, pipe = start(folder, work, *arguments)
    try:
        return pipe.recv()
    except EOFError:
        raise SystemExit(f"FAILED: {work.__name__}\n{(folder / 'log').read_text()}") from None
    finally:
        process.join()


def prepare(pipe: Connection, articles: int) -> None:
    """An archive to begin with."""
    from django.core.management import call_command

    from tests.drills.changes import fill

    call_command("migrate", verbosity=0)
    fill(articles)
    pipe.send(True)


def write(pipe: Connection) -> None:
    """Make a random change for each seed that comes, and answer its kind and the head of the log: that much is committed."""
    from archive.models import Change
    from tests.drills.changes import change

    while True:
        try:
            seed = pipe.recv()
        except EOFError:
            return
        pipe.send((change(seed), Change.objects.head()))
