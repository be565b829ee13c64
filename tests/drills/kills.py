"""Random changes by processes that are killed at random moments, while another searches: `python -m tests.drills.kills`.

In a database and an index folder of its own: SQLite, or a database of the server that DATABASE_URL names. It holds that
nothing unpublished is shown by any search, that nothing is lost of what a process was told is committed, and that index and
records agree soon afterwards, after one repair at most.
"""

import argparse
import importlib
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection as pipes
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import django

from tests.drills.processes import in_a_process, prepare, start, write
from tests.servers.site import own_database

_WRITERS = 2
# How long a change may take, and the searching process to say what it saw.
_PATIENCE = 120.0
# Seconds after which index and records agree.
_AGREE_WITHIN = 10.0


@dataclass(slots=True)
class _Writer:
    """A process that makes changes, one for each seed it is sent; `busy`: since when it is at one; `kill_at`: when it dies."""

    process: Any
    pipe: Connection
    busy: float | None = None
    kill_at: float | None = None


@dataclass(slots=True)
class Seen:
    """What the searching process saw. `leaks` must stay empty; answers from an older state are allowed for half a second."""

    searches: int = 0
    behind: int = 0
    leaks: list[str] = field(default_factory=list)


def main() -> int:
    options = _options()
    seed = SystemRandom().randrange(10**6) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory(prefix="archive-drill-") as folder, own_database(Path(folder)) as database_url:
        os.environ |= {
            "ARCHIVE_DATA_DIR": folder,
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "scosite.settings",
            "LOG_LEVEL": "WARNING",
            "SEARCH_URL": options.search,
            "SECRET_KEY": "drills only",
        }
        django.setup()
        # Once here rather than in each of the processes.
        importlib.import_module("tests.drills.changes")
        importlib.import_module(f"archive.search.{options.search.partition(':')[0]}_engine")
        where = f"{database_url.partition(':')[0]}, {options.search}"
        print(f"{options.changes} changes, {options.kills} kills, {where}, seed {seed}", flush=True)
        return _drill(Path(folder), options, Random(seed))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.drills.kills", description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--articles", type=int, default=40, help="to begin with")
    parser.add_argument("--seed", type=int, help="what is changed and when is killed; the moments vary all the same")
    parser.add_argument("--search", default="whoosh://", choices=["whoosh://", "postgres://"])
    return parser.parse_args()


def _drill(folder: Path, options: argparse.Namespace, chance: Random) -> int:
    begun, kills = time.monotonic(), options.kills
    in_a_process(folder, prepare, options.articles)
    with _searching(folder) as seen:
        made, killed, committed = _change_and_kill(folder, options.changes, kills, chance)
    changed, restarted = time.monotonic() - begun, time.monotonic()
    checks = [in_a_process(folder, _check, False)]
    if not checks[0]:
        checks += [in_a_process(folder, _check, is_repair) for is_repair in (True, False)]
    took = time.monotonic() - restarted
    lost = in_a_process(folder, _lost, committed)
    log = (folder / "log").read_text()
    print(f"changes: {_counted(made)}; killed in: {_counted(killed)}; {changed:.0f} s")
    print(f"searches meanwhile: {seen.searches}, of these from a state that was just over: {seen.behind}")
    print(
        f"index afterwards: {'true' if checks[0] else 'different, repaired' if checks[-1] else 'DIFFERENT'}, {took:.1f} s"
    )
    print(f"committed: {len(committed)} heads of the log were told, {len(lost)} of them are lost")
    problems = [*seen.leaks, *lost, *([] if checks[-1] else ["index and records differ"])]
    if took > _AGREE_WITHIN:
        problems.append(f"it took {took:.0f} s until index and records agreed")
    if "Traceback" in log:
        problems.append(f"processes complained:\n{log[-6000:]}")
    if killed.total() < kills:
        problems.append(f"only {killed.total()} of {kills} kills")
    if not seen.searches:
        problems.append("nothing was searched meanwhile")
    for problem in problems:
        print(f"FAILED: {problem}")
    return 1 if problems else 0


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in kinds.most_common())


# Processes ------------------------------------------------------------------------------------------------------------


@contextmanager
def _searching(folder: Path) -> Iterator[Seen]:
    """Another process searches until the block ends; what it saw is there afterwards."""
    seen = Seen()
    process, pipe = start(folder, _search)
    try:
        yield seen
        pipe.send("stop")
        if not pipe.poll(_PATIENCE):
            seen.leaks.append("the searching process does not answer")
            return
        try:
            told = pipe.recv()
        except EOFError:
            seen.leaks.append("the searching process failed")
            return
        seen.searches, seen.behind, seen.leaks = told
    finally:
        process.kill()
        process.join()


def _change_and_kill(
    folder: Path, changes: int, kills: int, chance: Random
) -> tuple[Counter[str], Counter[str], set[tuple[int, str]]]:
    """How many changes of each kind were made, and how many processes were killed in the middle of one or between two.

    And what was committed then, as far as a process came to tell: numbers and hashes of entries of the log.

    At least so many changes: as many more as it takes until all the kills are done.
    """
    deadly = set(chance.sample(range(changes), kills))
    made, killed, taken = Counter[str](), Counter[str](), [0.1]
    committed: set[tuple[int, str]] = set()
    writers = [_Writer(*start(folder, write)) for _ in range(_WRITERS)]
    number = to_kill = 0
    try:
        while (goes_on := number < changes or to_kill or any(writer.kill_at for writer in writers)) or any(
            writer.busy for writer in writers
        ):
            for writer in writers:
                if goes_on and writer.busy is None:
                    writer.pipe.send(chance.randrange(2**32))
                    writer.busy = time.monotonic()
                    to_kill += number in deadly
                    number += 1
                    if to_kill and writer.kill_at is None:
                        # Somewhere in it, or soon after: two changes long at most.
                        writer.kill_at = writer.busy + chance.uniform(0, 2 * sum(taken) / len(taken))
                        to_kill -= 1
            due = min((writer.kill_at for writer in writers if writer.kill_at), default=time.monotonic() + _PATIENCE)
            ready = pipes.wait([writer.pipe for writer in writers], max(0.0, due - time.monotonic()))
            if not ready and time.monotonic() > due + _PATIENCE:
                raise SystemExit("FAILED: a change does not come to its end")
            for place, writer in enumerate(writers):
                if writer.kill_at and time.monotonic() >= writer.kill_at:
                    killed["between two" if writer.pipe.poll() else "a change"] += 1
                    writer.process.kill()
                    writer.process.join()
                    writer.pipe.close()
                    writers[place] = _Writer(*start(folder, write))
                elif writer.pipe in ready and writer.busy:
                    try:
                        kind, head = writer.pipe.recv()
                    except EOFError:
                        raise SystemExit(f"FAILED: a change\n{(folder / 'log').read_text()}") from None
                    made[kind] += 1
                    committed.add(head)
                    taken.append(time.monotonic() - writer.busy)
                    writer.busy = None
    finally:
        for writer in writers:
            writer.process.kill()
            writer.process.join()
    return made, killed, committed


# What they do ---------------------------------------------------------------------------------------------------------


def _check(pipe: Connection, is_repair: bool) -> None:
    from django.core.management import CommandError, call_command

    try:
        call_command("check_index", repair=is_repair)
    except CommandError:
        pipe.send(False)
    else:
        pipe.send(True)


def _lost(pipe: Connection, committed: set[tuple[int, str]]) -> None:
    from archive.curation.quality import check
    from archive.models import Change

    log = set(Change.objects.values_list("number", "sha256"))
    broken = [finding.message for finding in check(["log-broken", "version-differs"])]
    pipe.send([*(f"entry {number} of the log is lost" for number, _ in sorted(committed - log)), *broken])


def _search(pipe: Connection) -> None:
    """Search until told to stop."""
    from archive.search import Query, search
    from tests.drills.changes import SECRET, WORD

    searches, behind, leaks = 0, 0, []
    while not pipe.poll():
        number, before = _last_change(), _public()
        answer = search(Query(WORD, page_size=10_000))
        after, touched = _public(), _touched_after(number)
        shown = {hit.record.pk for hit in answer.hits}  # type: ignore[attr-defined]
        # What was not public at any time between the two looks.
        if leaked := shown - before - after - touched:
            leaks.append(f"{sorted(leaked)} shown, not public")
        behind += bool(before & after - touched - shown)
        secret = search(Query(SECRET))
        if any(secret.totals.values()) or secret.hits:
            leaks.append(f"{dict(secret.totals)} found, never public")
        searches += 2
    pipe.recv()
    pipe.send((searches, behind, leaks))


def _last_change() -> int:
    from archive.models import Change

    return Change.objects.last_number()


def _touched_after(number: int) -> set[int]:
    from archive.models import Change

    return set(Change.objects.after(number).filter(record_type="article").values_list("record_id", flat=True))


def _public() -> set[int]:
    from archive.models import Article

    return set(Article.objects.published().filter(slug__startswith="drill").values_list("pk", flat=True))


if __name__ == "__main__":
    sys.exit(main())
