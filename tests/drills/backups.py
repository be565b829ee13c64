"""Backups are made while the archive is written to, and brought back elsewhere: `python -m tests.drills.backups`.

In a database and a data folder of its own: SQLite, or a database of the server that DATABASE_URL names. It holds that each
backup comes back with every change that was committed before it began, each record as the log of that moment says, each
capture byte for byte; that a last one, of an archive at rest, is equal to it in all; and that one byte that is changed
anywhere in a backup is found, and its file named.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import django

from tests.bench.corpus import ROOT
from tests.drills.processes import in_a_process, prepare, start
from tests.servers.site import own_database

_WRITERS = 2


def main() -> int:
    options = _options()
    seed = SystemRandom().randrange(10**6) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory(prefix="archive-drill-") as name, own_database(Path(name)) as database_url:
        folder = Path(name)
        environ = _environ(folder, database_url)
        os.environ |= environ
        django.setup()
        print(f"{options.rounds} backups, {database_url.partition(':')[0]}, seed {seed}", flush=True)
        problems = _drill(folder, environ, options, Random(seed))
    for problem in problems:
        print(f"FAILED: {problem}")
    return 1 if problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.drills.backups", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--flips", type=int, default=20, help="single bytes that are changed in a backup")
    parser.add_argument("--articles", type=int, default=200, help="to begin with")
    parser.add_argument("--seed", type=int, help="what is changed; the moments vary all the same")
    return parser.parse_args()


def _environ(folder: Path, database_url: str) -> dict[str, str]:
    return {
        "ARCHIVE_DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "scosite.settings",
        "LOG_LEVEL": "WARNING",
        "SEARCH_URL": "whoosh://",
        "SECRET_KEY": "drills only",
    }


def _drill(folder: Path, environ: dict[str, str], options: argparse.Namespace, chance: Random) -> list[str]:
    bags, problems = folder / "bags", []
    in_a_process(folder, prepare, options.articles)
    restored: list[tuple[int, dict[str, Any]]] = []
    with _writing(folder, chance):
        for number in range(options.rounds):
            committed = in_a_process(folder, _last_change)
            begun = time.monotonic()
            bag = _manage(environ, "backup", str(bags)).split(":")[0]
            took = time.monotonic() - begun
            restored.append((committed, _brought_back(bag)))
            print(f"{number + 1}: {took:.1f} s, up to change {len(restored[-1][1]['log'])}", flush=True)
    now = _told(environ)
    for number, (committed, state) in enumerate(restored, 1):
        problems += [f"backup {number}: {problem}" for problem in _wrong(state, now, committed)]
    if len({len(state["log"]) for _, state in restored}) == 1 < options.rounds:
        problems.append("nothing was changed meanwhile")
    last = _manage(environ, "backup", str(bags)).split(":")[0]
    if _brought_back(last) != now:
        problems.append("the backup of the archive at rest is not equal to it")
    missed = [name for name in _flips(Path(last), options.flips, chance) if name]
    problems += [f"a changed byte of {name} was not named" for name in missed]
    print(f"{options.rounds} of {options.rounds} restored, {len(now['captures'])} captures, {len(now['log'])} changes")
    print(f"{options.flips - len(missed)} of {options.flips} changed bytes found and named")
    log = (folder / "log").read_text()
    return [*problems, *([f"processes complained:\n{log[-4000:]}"] if "Traceback" in log else [])]


def _wrong(state: dict[str, Any], now: dict[str, Any], committed: int) -> Iterator[str]:
    """What of a restored archive is not as the log of the living one says."""
    log = state["log"]
    if log != now["log"][: len(log)]:
        yield "its log is not the beginning of the archive's"
    if len(log) < committed:
        yield f"it ends with change {len(log)}, before it began {committed} were committed"
    if state["findings"]:
        yield f"records differ from the log: {state['findings']}"
    lost = [name for name, found in state["captures"].items() if name != found]
    if lost:
        yield f"captures are not as they were: {lost}"


def _flips(bag: Path, flips: int, chance: Random) -> Iterator[str]:
    """Change a byte somewhere, check, change it back; the file's name where the check did not tell it, else nothing."""
    from archive import backups

    files = [path for path in sorted(bag.rglob("*")) if path.is_file()]
    for _ in range(flips):
        path = chance.choice(files)
        data = bytearray(path.read_bytes())
        place = chance.randrange(len(data))
        data[place] ^= 1 << chance.randrange(8)
        before = path.read_bytes()
        path.write_bytes(data)
        try:
            backups.verify(bag)
            told = ""
        except backups.BackupError as error:
            told = str(error)
        path.write_bytes(before)
        # The list of the lists can't be checked by anything but itself: then it is one of those that it lists.
        yield "" if path.name in told or (path.name == "tagmanifest-sha256.txt" and told) else path.name


# Elsewhere ------------------------------------------------------------------------------------------------------------


def _manage(environ: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"FAILED: {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout


def _brought_back(bag: str) -> dict[str, Any]:
    """The state of the archive that a backup becomes in an empty place; its index is found true."""
    with tempfile.TemporaryDirectory(prefix="archive-restored-") as folder, own_database(Path(folder)) as database_url:
        environ = _environ(Path(folder), database_url)
        _manage(environ, "restore", bag)
        _manage(environ, "check_index")
        return _told(environ)


def _told(environ: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_manage(environ, "shell", "--verbosity=0", "--command", _TELL))
    return told


_TELL = "from tests.drills.backups import tell; tell()"


def tell() -> None:
    """Print the log, what each record and capture is, and where records differ from the log, as JSON."""

    from django.apps import apps

    from archive.curation.quality import check
    from archive.ingest import captures
    from archive.models import Capture, Change
    from archive.models.base import Record
    from archive.models.change import digest, versions_of

    models = [model for model in apps.get_app_config("archive").get_models() if issubclass(model, Record)]
    state = {
        "log": [list(entry) for entry in Change.objects.order_by("number").values_list("number", "sha256")],
        "records": {
            model.__name__: {
                record.pk: digest(version) for record, version in zip(found, versions_of(found), strict=True)
            }
            for model in models
            if (found := list(model.objects.order_by("pk")))
        },
        "captures": {
            sha256: captures.digest(sha256) for sha256 in sorted(set(Capture.objects.values_list("sha256", flat=True)))
        },
        "findings": [finding.message for finding in check(["log-broken", "version-differs"])],
    }
    print(json.dumps(state))


# Those who write ------------------------------------------------------------------------------------------------------


@contextmanager
def _writing(folder: Path, chance: Random) -> Iterator[None]:
    """Processes change the archive and take captures in until the block ends."""
    writers = [start(folder, _change_on, chance.randrange(2**32)) for _ in range(_WRITERS)]
    try:
        yield
    finally:
        for process, pipe in writers:
            # Of one that failed the log says why, and the drill fails by it.
            with contextlib.suppress(BrokenPipeError):
                pipe.send("stop")
            process.join(60)
            process.kill()


def _change_on(pipe: Connection, seed: int) -> None:
    from archive.ingest import captures
    from tests.drills.changes import change

    chance = Random(seed)
    while not pipe.poll():
        change(chance.randrange(2**32))
        data = chance.randbytes(chance.randrange(1, 20_000))
        captures.store(data)
        captures.record(data, address="https://example.org/drill", media_type="application/octet-stream")
        time.sleep(chance.random() / 10)


def _last_change(pipe: Connection) -> None:
    from archive.models import Change

    pipe.send(Change.objects.last_number())


if __name__ == "__main__":
    sys.exit(main())
