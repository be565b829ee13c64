"""Safety copies of the archive, and bringing one back: its database and its captures in a BagIt bag (RFC 8493).

A bag is a folder whose manifests give the SHA-256 of each file, so that anybody can check one without this project:
`sha256sum --check manifest-sha256.txt tagmanifest-sha256.txt`. Index, static files and dumps are made of the rest, and the
secret key is no part of the archive: they are not in it.
"""

import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import connection
from django.utils import timezone

from archive.ingest import captures
from archive.models import Capture, Change

_PREFIX = "archive-"
# As `make` names them; of folders that anybody else named, none is a backup of ours.
_NAME = re.compile(rf"{_PREFIX}[0-9]{{8}}T[0-9]{{12}}Z")
_HALF = ".half-"
# Older unfinished bags are of a process that died.
_STALE_SECONDS = 24 * 3600
_BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_MANIFEST, _TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_TAGS = ("bagit.txt", "bag-info.txt", _MANIFEST)
# Asked of copies, too, which are none of Django's.
_NAMED = f"SELECT DISTINCT sha256 FROM {Capture._meta.db_table}"  # noqa: S608  # no value in it
# Labels of bag-info.txt, one for each capture.
_DAMAGED, _MISSING = "Archive-Capture-Damaged", "Archive-Capture-Missing"
_DUMPS = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class BackupError(Exception):
    """What stood in the way, in words for the operator."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A bag: which database, up to which change of the log; captures that were copied as they are and are not what their name
    says; captures that the database names and that have no file."""

    folder: Path
    vendor: str
    number: int
    sha256: str
    files: int
    bytes: int
    damaged: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def has_all(self) -> bool:
        """Whether every capture is in it as it came."""
        return not (self.damaged or self.missing)

    def lacking(self) -> str:
        """What is not in it as it came, in words for the operator; nothing where all is."""
        kinds = {
            "Captures were copied that are not what their name says": self.damaged,
            "Captures have no file, and are not in the backup": self.missing,
        }
        return " ".join(f"{what}: {_some(names)}." for what, names in kinds.items() if names)


def _some(names: tuple[str, ...], most: int = 20) -> str:
    """Where a disk is not mounted it is all of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


# Making ---------------------------------------------------------------------------------------------------------------


def make(into: Path, *, keep: int = 0) -> Backup:
    """Copy database and captures into a new bag in the folder while the archive is in use; then let go all but `keep` bags.

    The database is copied at one moment of its history. Captures are written before their rows and never changed, so
    those of that moment are all there afterwards. 0 keeps every bag, and so does a capture that is damaged or missing: the
    bags from before may be the only ones that have it. Raises BackupError.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
        _sweep(into)
        half = Path(tempfile.mkdtemp(prefix=_HALF, dir=into))
        try:
            made = _fill(half, into)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)
            raise
    except OSError as error:
        raise BackupError(f"Can't write {error.filename or into}: {error.strerror}.") from error
    if keep and made.has_all:
        _let_go(into, made, keep)
    return made


def _let_go(into: Path, made: Backup, keep: int) -> None:
    """All but the newest so many. The one just made stays, whatever a clock that was set back says of it."""
    before = [bag for bag in bags(into) if bag != made.folder]
    for old in before[keep - 1 :]:
        # Of one that is half gone the next run takes the rest.
        shutil.rmtree(old.rename(into / f"{_HALF}{old.name}"))


def _fill(half: Path, into: Path) -> Backup:
    data = half / "data"
    data.mkdir()
    vendor = connection.vendor
    number, sha256, named = _COPY[vendor](data / _DUMPS[vendor])
    files = {f"data/{_DUMPS[vendor]}": _sha256(data / _DUMPS[vendor])}
    damaged = []
    for capture in captures.kept():
        name = f"data/captures/{captures.name_of(capture)}"
        (half / name).parent.mkdir(parents=True, exist_ok=True)
        with captures.opened(capture) as kept, (half / name).open("wb") as copy:
            shutil.copyfileobj(kept, copy, 2**20)
        files[name] = _sha256(half / name)
        if files[name] != capture:
            damaged.append(f"captures/{captures.name_of(capture)}")
        named.discard(capture)
    size = sum((half / name).stat().st_size for name in files)
    made_at = timezone.now().astimezone(UTC)
    missing = tuple(f"captures/{captures.name_of(capture)}" for capture in sorted(named))
    info = [("Payload-Oxum", f"{size}.{len(files)}"), *_told(vendor, number, sha256).items()]
    info += [*((_DAMAGED, name) for name in damaged), *((_MISSING, name) for name in missing)]
    _write(half, files, made_at, info)
    final = into / f"{_PREFIX}{made_at:%Y%m%dT%H%M%S%fZ}"
    half.chmod(0o700)
    half.rename(final)
    return Backup(final, vendor, number, sha256, len(files), size, tuple(damaged), missing)


def _write(half: Path, files: Mapping[str, str], made_at: datetime, told: Iterable[tuple[str, str]]) -> None:
    """The tag files; everything on disk afterwards."""
    info = [("Source-Organization", "SCO security archive"), ("Bagging-Date", f"{made_at:%Y-%m-%d}"), *told]
    tags = {
        "bagit.txt": _BAGIT,
        "bag-info.txt": "".join(f"{name}: {value}\n" for name, value in info),
        _MANIFEST: _lines(files),
    }
    tags[_TAG_MANIFEST] = _lines({name: hashlib.sha256(tags[name].encode()).hexdigest() for name in _TAGS})
    for name, text in tags.items():
        (half / name).write_text(text)
    for path in (*half.rglob("*"), half):
        _sync(path)


def _lines(files: Mapping[str, str]) -> str:
    """A manifest: file names and their hashes."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in files.items())


def _told(vendor: str, number: int, sha256: str) -> dict[str, str]:
    return {"Archive-Database": vendor, "Archive-Change-Number": str(number), "Archive-Change-SHA256": sha256 or "none"}


# What a copy ends with: the head of the log, and the captures that its rows name.
_Copied = tuple[int, str, set[str]]


def _copy_sqlite(path: Path) -> _Copied:
    """A copy in one step, in which a reader's view of the database is held: https://www.sqlite.org/backup.html."""
    source = Path(settings.DATABASES["default"]["NAME"])
    if not source.exists():
        raise BackupError(f"There is no database at {source}.")
    with (
        contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=60)) as live,
        contextlib.closing(sqlite3.connect(path)) as copy,
    ):
        # The check reads the tables' own conditions, too, and Django's are written with it.
        copy.create_function("REGEXP", 2, lambda form, text: text is not None and bool(re.search(form, str(text))))
        try:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
            number, sha256 = copy.execute(Change.objects.head_statement).fetchone() or (0, "")
            named = {capture for (capture,) in copy.execute(_NAMED)}
        except sqlite3.Error as error:
            raise BackupError(f"{source} can't be copied: {error}.") from error
    if verdict != "ok":
        raise BackupError(f"{source} is damaged: {verdict}.")
    return number, sha256, named


def _copy_postgresql(path: Path) -> _Copied:
    """`pg_dump` of one snapshot, in which the head of the log and the names of captures are read, too."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            # Longer than the site's own statements may take: the dump lives on this snapshot.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            number, sha256 = Change.objects.head()
            cursor.execute(_NAMED)
            named = {capture for (capture,) in cursor.fetchall()}
            _run(
                "pg_dump",
                f"--snapshot={snapshot}",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                # Who asked how often today; files, which are copied as files.
                "--exclude-table-data=archive_hits",
                "--exclude-table-data=archive_filepart",
                f"--file={path}",
            )
        finally:
            cursor.execute("ROLLBACK")
    return number, sha256, named


_COPY = {"sqlite": _copy_sqlite, "postgresql": _copy_postgresql}


def bags(folder: Path) -> list[Path]:
    """The whole bags of a folder, the newest first."""
    found = (path for path in folder.iterdir() if _NAME.fullmatch(path.name) and (path / "bagit.txt").is_file())
    return sorted(found, reverse=True)


def _sweep(into: Path) -> None:
    for half in into.glob(f"{_HALF}*"):
        if time.time() - half.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(half, ignore_errors=True)


# Checking -------------------------------------------------------------------------------------------------------------


def verify(folder: Path) -> Backup:
    """Read every byte of a bag. Raises BackupError that names each file which is not as it was written."""
    wrong: list[str] = []
    try:
        written = (folder / _TAG_MANIFEST).read_bytes()
        tags = _lines({name: _sha256(folder / name) for name in _TAGS})
        wrong = [line.split("  ")[1] for line in tags.splitlines() if line.encode() not in written.split(b"\n")]
        if not wrong and written != tags.encode():
            wrong = [_TAG_MANIFEST]
        files = dict(_listed(folder / _MANIFEST))
        info = [line.split(": ", 1) for line in (folder / "bag-info.txt").read_text().splitlines()]
        told = dict(info)
        vendor, number = told["Archive-Database"], int(told["Archive-Change-Number"])
        sha256, oxum = told["Archive-Change-SHA256"], told["Payload-Oxum"]
    except FileNotFoundError as error:
        raise BackupError(f"{folder} is no whole backup: {Path(error.filename).name} is missing.") from error
    except (OSError, ValueError, KeyError) as error:
        damaged = f" ({', '.join(wrong)} is damaged)" if wrong else ""
        raise BackupError(
            f"{folder} is no whole backup{damaged}: its list of files can't be read ({error})."
        ) from error
    there = {path.relative_to(folder).as_posix(): path for path in (folder / "data").rglob("*") if path.is_file()}
    wrong += [f"{name} (missing)" for name in files if name not in there]
    wrong += [f"{name} (not listed)" for name in there if name not in files]
    wrong += [name for name, path in there.items() if name in files and files[name] != _sha256(path)]
    if wrong:
        raise BackupError(f"{folder} is damaged: {', '.join(sorted(wrong))}.")
    size = sum(path.stat().st_size for path in there.values())
    if oxum != f"{size}.{len(there)}":
        raise BackupError(f"{folder} is damaged: bag-info.txt tells of {oxum}, there is {size}.{len(there)}.")
    lacking = {label: tuple(value for name, value in info if name == label) for label in (_DAMAGED, _MISSING)}
    head = "" if sha256 == "none" else sha256
    return Backup(folder, vendor, number, head, len(there), size, lacking[_DAMAGED], lacking[_MISSING])


def _listed(manifest: Path) -> Iterator[tuple[str, str]]:
    """File names and their hashes; nothing that leads out of the bag."""
    for line in manifest.read_text().splitlines():
        sha256, name = line.split("  ", 1)
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(name)
        yield name, sha256


# Bringing back --------------------------------------------------------------------------------------------------------


def restore(folder: Path) -> Backup:
    """Put a bag's database and captures into the empty place that the settings name. The index is the caller's to rebuild.

    Captures that are to be rows of the database are the caller's to put there, once it has their table.

    Everything is checked before anything is written. Raises BackupError where the bag is damaged, is of another kind of
    database, or the place is not empty. Captures of this bag may be there: after a restore that failed it is repeatable.
    """
    _check_no_database()
    found = verify(folder)
    vendor = connection.vendor
    if found.vendor != vendor:
        raise BackupError(
            f"{folder} is of a {found.vendor} database and the settings name a {vendor} one. "
            "From one kind to the other it is `copy_archive` (docs/scaling.md)."
        )
    _check_captures(folder)
    try:
        # First what may lie about unused; the database, whose coming makes it an archive, last.
        if not has_files_in_database():
            put_captures(folder / "data" / "captures")
        _PUT[vendor](folder / "data" / _DUMPS[vendor])
    except OSError as error:
        raise BackupError(f"Can't write {error.filename or settings.DATA_DIR}: {error.strerror}.") from error
    if Change.objects.head() != (found.number, found.sha256):
        raise BackupError("The database does not end with the change that the backup tells of.")
    return found


def put_captures(folder: Path) -> int:
    """Put the captures of a folder (of a backup, or of a data folder) where they belong; how many there are."""
    number = 0
    for path in sorted(folder.rglob("*")):
        if path.is_file() and captures.is_hash(path.name):
            with path.open("rb") as file:
                captures.put_back(path.name, file)
            number += 1
    return number


def has_files_in_database() -> bool:
    """Whether captures are rows: then they come after the tables."""
    return bool(settings.FILES_URL == "database")


def _check_captures(folder: Path) -> None:
    """None is there that the bag does not have just so: nothing else is ever written over, or mixed with an archive not its own."""
    if has_files_in_database():
        return
    listed = dict(_listed(folder / _MANIFEST))
    for capture in captures.kept():
        if listed.get(f"data/captures/{captures.name_of(capture)}") != captures.digest(capture):
            raise BackupError(
                f"There are captures already, {capture} is not so in the backup: "
                f"captures/ in {settings.FILES_URL or settings.DATA_DIR}."
            )


def _check_no_database() -> None:
    """Nothing that is there is ever written over."""
    if connection.vendor == "sqlite":
        path = Path(settings.DATABASES["default"]["NAME"])
        if path.exists() and path.stat().st_size:
            raise BackupError(f"There is a database at {path} already.")
    elif names := connection.introspection.table_names():
        raise BackupError(f"The database is not empty: it has {len(names)} tables.")


def _put_sqlite(dump: Path) -> None:
    path = Path(settings.DATABASES["default"]["NAME"])
    path.parent.mkdir(parents=True, exist_ok=True)
    # Nobody else may read it, from the first byte on.
    handle, name = tempfile.mkstemp(prefix=f"{path.name}{_HALF}", dir=path.parent)
    half = Path(name)
    try:
        with dump.open("rb") as file, os.fdopen(handle, "wb") as copy:
            shutil.copyfileobj(file, copy, 2**20)
        _sync(half)
        connection.close()
        for left in ("-wal", "-shm"):
            path.with_name(path.name + left).unlink(missing_ok=True)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    _sync(path.parent)


def _put_postgresql(dump: Path) -> None:
    _run(
        "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "--dbname=", str(dump)
    )


_PUT = {"sqlite": _put_sqlite, "postgresql": _put_postgresql}


# Files and programs ---------------------------------------------------------------------------------------------------


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Force a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# What PostgreSQL's programs read from the environment, by its name in the settings and in their OPTIONS:
# https://www.postgresql.org/docs/current/libpq-envars.html
_REACHED = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
_SECURED = {"PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert", "PGSSLCERT": "sslcert", "PGSSLKEY": "sslkey"}


def _run(program: str, *arguments: str) -> None:
    """A program of PostgreSQL's on the database of the settings; the password is in no list of processes."""
    given = connection.settings_dict
    values = {
        **{name: given.get("OPTIONS", {}).get(key) for name, key in _SECURED.items()},
        **{name: given.get(key) for name, key in _REACHED.items()},
    }
    environ = {**os.environ, **{name: str(value) for name, value in values.items() if value}}
    command = [f"--dbname={given['NAME']}" if one == "--dbname=" else one for one in arguments]
    try:
        done = subprocess.run([program, *command], env=environ, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise BackupError(f"{program} is not installed: it comes with PostgreSQL's client programs.") from None
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")
