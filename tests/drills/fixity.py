"""One byte of an archive is changed, and `check_archive --fixity` has to find and name it: `python -m tests.drills.fixity`.

In a database and a data folder of its own: on SQLite a byte of what is stored in the pages of the log, of kept versions and
of captures' rows; on PostgreSQL a value of those rows, past triggers; and bytes of captures and of the index. Before and
after nothing may be found.
"""

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import django
import psycopg

from tests.drills.processes import in_a_process, prepare
from tests.servers.site import own_database

_CHANGES = 60


@dataclass(frozen=True)
class Flip:
    """What was changed, and the words of which one has to stand in what is found."""

    what: str
    names: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.drills.fixity", description=__doc__.splitlines()[0])
    parser.add_argument("--flips", type=int, default=20)
    parser.add_argument("--articles", type=int, default=100)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    seed = SystemRandom().randrange(10**6) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory(prefix="archive-drill-") as name, own_database(Path(name)) as database_url:
        folder = Path(name)
        os.environ |= {
            "ARCHIVE_DATA_DIR": name,
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "scosite.settings",
            "LOG_LEVEL": "CRITICAL",
            "SEARCH_URL": "whoosh://",
            "SECRET_KEY": "drills only",
        }
        django.setup()
        print(f"{options.flips} bytes, {database_url.partition(':')[0]}, seed {seed}", flush=True)
        problems = list(_drill(folder, database_url, options, Random(seed)))
    for problem in problems:
        print(f"FAILED: {problem}")
    return 1 if problems else 0


def _drill(folder: Path, database_url: str, options: argparse.Namespace, chance: Random) -> Iterator[str]:
    in_a_process(folder, prepare, options.articles)
    in_a_process(folder, _change, chance.randrange(2**32))
    # The second check has seals to compare with.
    for _ in range(2):
        if found := in_a_process(folder, _check):
            yield f"nothing was changed, and found: {found}"
    found_and_named = 0
    for number in range(options.flips):
        kind = (_database, _capture, _index)[number % 3]
        with kind(folder, database_url, chance) as flip:
            told = in_a_process(folder, _check)
        if any(name in line for line in told for name in flip.names):
            found_and_named += 1
        else:
            yield f"{flip.what} was not named {flip.names}: {told}"
        print(f"{number + 1}: {flip.what}: {told[:1]}", flush=True)
    if found := in_a_process(folder, _check):
        yield f"all was put back, and found: {found}"
    print(f"{found_and_named} of {options.flips} changed bytes found and named")


# In processes of their own --------------------------------------------------------------------------------------------


def _change(pipe: Connection, seed: int) -> None:
    """An archive with a past: all kinds of changes, and captures of some time ago."""
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    from archive import search
    from archive.curation.fixity.addresses import lost_addresses
    from archive.curation.fixity.base import Tally
    from archive.ingest import captures
    from archive.models import Capture, Redirect
    from tests.drills.changes import change

    chance = Random(seed)
    search.rebuild_index()
    for _ in range(_CHANGES):
        change(chance.randrange(2**32))
    for number in range(12):
        data = chance.randbytes(chance.randrange(1, 20_000))
        captures.store(data)
        captures.record(data, address=f"https://example.org/{number}", media_type="text/plain")
    Capture.objects.update(captured_at=timezone.now() - timedelta(days=1))
    # The drills delete what was public, which nothing of the archive's own does.
    for lost in lost_addresses(Tally()):
        Redirect.objects.create(record_type="article", old_slug=lost.subject.pk, why="Deleted by a drill.")
    connection.close()
    pipe.send(True)


def _check(pipe: Connection) -> None:
    """What is found, a line for each."""
    from django.db import connection

    from archive.curation.fixity import check, damages_of

    run = check()
    # Only then all of it is in the one file that is copied and changed.
    connection.close()
    pipe.send([f"{one.part}: {one.record_type} {one.record_key} {one.label}: {one.message}" for one in damages_of(run)])


# What is changed ------------------------------------------------------------------------------------------------------


@contextmanager
def _capture(folder: Path, database_url: str, chance: Random) -> Iterator[Flip]:
    path = chance.choice([path for path in sorted((folder / "captures").rglob("*")) if path.is_file()])
    with _flipped(path, chance.randrange(path.stat().st_size), chance):
        yield Flip(f"a byte of the capture {path.name[:12]}", (path.name,))


@contextmanager
def _index(folder: Path, database_url: str, chance: Random) -> Iterator[Flip]:
    files = [
        path for path in sorted((folder / "index" / "current").iterdir()) if path.suffix in (".seg", ".toc", ".json")
    ]
    path = chance.choice([path for path in files if path.stat().st_size])
    with _flipped(path, chance.randrange(path.stat().st_size), chance):
        # Of a sum and the file that it is of nobody can tell which one was changed: the file is named.
        names = tuple(one.name for one in files) if path.suffix == ".json" else (path.name,)
        yield Flip(f"a byte of the index's {path.name}", names)


@contextmanager
def _database(folder: Path, database_url: str, chance: Random) -> Iterator[Flip]:
    if database_url.startswith("postgres"):
        with _other_value(database_url, chance) as flip:
            yield flip
        return
    path = folder / "archive.sqlite3"
    kept = path.with_name("kept")
    # The check writes its outcome: a byte alone can't be put back.
    shutil.copyfile(path, kept)
    try:
        table, rowid, place = chance.choice(list(_stored(path, _tables(), chance)))
        with path.open("r+b") as file:
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ 1 << chance.randrange(8)]))
        yield Flip(f"byte {place} of the database, in row {rowid} of {table}", (f"{table} {rowid}", table))
    finally:
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        kept.replace(path)


def _tables() -> list[str]:
    from archive.curation.fixity.seals import tables

    return [sealed.table for sealed in tables()]


def _stored(path: Path, tables: list[str], chance: Random) -> Iterator[tuple[str, int, int]]:
    """A byte of each row of the tables that is in its page: table, row, place in the file."""
    data = path.read_bytes()
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as base:
        (size,) = base.execute("PRAGMA page_size").fetchone()
        for table in tables:
            columns = base.execute("SELECT name, type, pk FROM pragma_table_info(?)", [table]).fetchall()
            # An INTEGER PRIMARY KEY is the rowid; in the row itself stands a placeholder that nobody reads.
            unread = [place for place, (_, kind, pk) in enumerate(columns) if pk and kind.upper() == "INTEGER"]
            pages = base.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", [table]).fetchall()
            for start in ((page - 1) * size for (page,) in pages):
                for cell in range(int.from_bytes(data[start + 3 : start + 5])):
                    pointer = start + 8 + 2 * cell
                    begin = start + int.from_bytes(data[pointer : pointer + 2])
                    payload, header = _varint(data, begin)
                    rowid, more = _varint(data, begin + header)
                    row = begin + header + more
                    places = set(range(begin, row + _local(payload, size)))
                    for column in unread:
                        places -= set(_type_of(data, row, column))
                    yield table, rowid, chance.choice(sorted(places))


def _type_of(data: bytes, row: int, column: int) -> range:
    """Where the header of a row says of which type a column is."""
    place = row + _varint(data, row)[1]
    for _ in range(column):
        place += _varint(data, place)[1]
    return range(place, place + _varint(data, place)[1])


def _local(payload: int, size: int) -> int:
    """How much of a row stands in its own page: https://www.sqlite.org/fileformat2.html#b_tree_pages."""
    if payload <= size - 35:
        return payload
    least = (size - 12) * 32 // 255 - 23
    fitting = least + (payload - least) % (size - 4)
    return fitting if fitting <= size - 35 else least


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for length in range(1, 9):
        byte = data[place + length - 1]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, length
    return value << 8 | data[place + 8], 9


@contextmanager
def _other_value(database_url: str, chance: Random) -> Iterator[Flip]:
    """A sign of a value of a row, past all triggers, as a superuser may."""
    from django.db import models

    from archive.curation.fixity.seals import tables

    def columns(model: Any) -> list[str]:
        texts = (models.CharField, models.TextField)
        return [
            field.column for field in model._meta.concrete_fields if isinstance(field, texts) and not field.primary_key
        ]

    with psycopg.connect(database_url, autocommit=True) as base:
        base.execute("SET session_replication_role = replica")
        rows = []
        for sealed in tables():
            for column in columns(sealed.model):
                key = sealed.model._meta.pk.column
                found = base.execute(
                    f'SELECT "{key}", "{column}" FROM "{sealed.table}" WHERE "{column}" <> \'\' LIMIT 50'
                ).fetchall()
                rows += [(sealed.table, key, column, *one) for one in found]
        table, key, column, pk, value = chance.choice(rows)
        place = chance.randrange(len(value))
        other = value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
        change = f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" = %s'
        base.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER ALL')
        base.execute(change, [other, pk])
        try:
            yield Flip(f"a sign of {column} in row {pk} of {table}", (f"{table} {pk}",))
        finally:
            base.execute(change, [value, pk])
            base.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER ALL')


@contextmanager
def _flipped(path: Path, place: int, chance: Random) -> Iterator[None]:
    before = path.read_bytes()
    data = bytearray(before)
    data[place] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(before)


if __name__ == "__main__":
    sys.exit(main())
