"""An archive copied from one database into another of any kind, with everything in it: SQLite to PostgreSQL, and back.

Rows are copied as they are: keys, history, and the log of changes with its numbers and hashes stay the same, so indexes,
feeds, harvesters and caches go on where they were. All of it is one transaction, which ends only when each row was read
again and is equal.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import environ
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import AutoField, Max, Model, QuerySet

from archive.databases.statistics import refresh_statistics
from archive.ingest import captures
from archive.models import Capture, Change
from archive.models.change import columns_of, digest

_SOURCE = "source"
# Rows that are read, and written, at once.
_BATCH = 500
# What `migrate` writes by itself: in a new database these rows are taken for none, and go. When a migration was applied says
# which entries of the log know of its columns.
_OF_MIGRATE = (Group.permissions.through, Group, Permission, ContentType, MigrationRecorder.Migration)

Progress = Callable[[Iterable[Any]], Iterable[Any]]


class MoveError(Exception):
    """What stood in the way, in words for the operator. Nothing was written then."""


@dataclass(frozen=True, slots=True)
class Copied:
    """Rows of each table that has any; the last change; captures without a file; files that are not what their name says."""

    rows: Mapping[str, int]
    number: int
    sha256: str
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sum:
    """Rows and the sum of their hashes: equal for equal tables, in whatever order a database sorts its text."""

    rows: int = 0
    total: int = 0

    def add(self, row: Any) -> None:
        self.rows += 1
        self.total += int(digest(columns_of(row)), 16)


def copy(url: str, *, captured: Path | None = None, progress: Progress = iter) -> Copied:
    """Copy the archive at a database URL into the empty, migrated database of the settings; the captures of a folder, too.

    Of the other database nothing is changed, and what is copied is its state at one moment. Raises MoveError.
    """
    damaged = _copy_captures(captured) if captured else ()
    with _source(url):
        rows = _copy_tables(progress)
    number, sha256 = Change.objects.head()
    named = Capture.objects.order_by("sha256").values_list("sha256", flat=True).distinct()
    kept = set(captures.kept())
    missing = tuple(one for one in named if one not in kept)
    return Copied(rows, number, sha256, missing, damaged)


@contextmanager
def _source(url: str) -> Iterator[None]:
    """A further connection, to the other database, for reading only: in a transaction that sees one moment of it."""
    connections.settings[_SOURCE] = _configuration(url)
    connections.configure_settings(connections.settings)
    source = connections[_SOURCE]
    try:
        with transaction.atomic(using=_SOURCE):
            if source.vendor == "postgresql":
                with source.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    except DatabaseError as error:
        raise MoveError(f"The database can't be copied: {str(error).strip()}") from error
    finally:
        source.close()
        del connections[_SOURCE], connections.settings[_SOURCE]


def _configuration(url: str) -> dict[str, Any]:
    try:
        found = dict(environ.Env.db_url_config(url))
    except (ImproperlyConfigured, ValueError):
        found = {}
    match found.get("ENGINE"):
        case "django.db.backends.sqlite3":
            path = Path(found["NAME"]).absolute()
            if not path.is_file():
                raise MoveError(f"There is no database at {path}.")
            # Read as it lies there, also in a backup.
            found["NAME"] = f"{path.as_uri()}?mode=ro"
        case "django.db.backends.postgresql":
            found["OPTIONS"] = {"connect_timeout": 5, **found.get("OPTIONS", {})}
        case _:
            # Not repeated: there may be a password in it.
            raise MoveError(
                "The address of the other database is sqlite:////absolute/file or postgres://user@host/name."
            )
    return found


# Tables ---------------------------------------------------------------------------------------------------------------


def _copy_tables(progress: Progress) -> Mapping[str, int]:
    _check_versions()
    models: list[type[Model]] = [*apps.get_models(include_auto_created=True), MigrationRecorder.Migration]
    copied: dict[str, int] = {}
    with transaction.atomic():
        _be_patient()
        _make_room(models)
        for model in models:
            read, written = _Sum(), _Sum()
            rows = iter(progress(_rows(model, _SOURCE)))
            while batch := list(islice(rows, _BATCH)):
                for row in batch:
                    read.add(row)
                try:
                    # A plain one: no signal, no history, no entry in the log.
                    QuerySet(model, using=DEFAULT_DB_ALIAS).bulk_create(batch)
                except DatabaseError as error:
                    raise MoveError(f"{model._meta.db_table} can't be written: {str(error).strip()}") from error
            for row in _rows(model, DEFAULT_DB_ALIAS):
                written.add(row)
            if read != written:
                raise MoveError(
                    f"{model._meta.db_table} is not equal afterwards ({read.rows} and {written.rows} rows)."
                )
            _go_on_counting(model)
            if read.rows:
                copied[model._meta.db_table] = read.rows
        refresh_statistics()
    return copied


def _rows(model: type[Model], alias: str) -> Iterator[Any]:
    """All, by key: entries of the log are written in their order."""
    return QuerySet(model, using=alias).order_by("pk").iterator(chunk_size=_BATCH)


def _check_versions() -> None:
    """Both have the same tables."""
    ours, theirs = (
        set(MigrationRecorder(connections[alias]).applied_migrations()) for alias in (DEFAULT_DB_ALIAS, _SOURCE)
    )
    differing = ", ".join(sorted(f"{app} {name}" for app, name in ours ^ theirs))
    if not theirs:
        raise MoveError("There is no archive in the other database.")
    if differing:
        raise MoveError(
            f"The two databases are of different versions ({differing}): run `manage.py migrate` of this version on both."
        )


def _be_patient() -> None:
    """The limits of the site's statements are not for this one's."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute(f"SET LOCAL {limit} = 0")


def _make_room(models: Iterable[type[Model]]) -> None:
    """Take away what `migrate` wrote. Raises MoveError where there is anything else."""
    held = Counter({model._meta.db_table: _count(model) for model in models if model not in _OF_MIGRATE})
    if +held:
        raise MoveError(
            "The database is not empty: " + ", ".join(f"{rows} rows in {table}" for table, rows in (+held).items())
        )
    for model in _OF_MIGRATE:
        QuerySet(model, using=DEFAULT_DB_ALIAS)._raw_delete(DEFAULT_DB_ALIAS)


def _count(model: type[Model]) -> int:
    return QuerySet(model, using=DEFAULT_DB_ALIAS).count()


# Keys are given once ---------------------------------------------------------------------------------------------------


def _go_on_counting(model: type[Model]) -> None:
    """The next key is the one that the other database would have given: those of rows that are gone are not given again."""
    key = model._meta.pk
    if not isinstance(key, AutoField) or key.column is None:
        return
    table, column = model._meta.db_table, key.column
    highest = QuerySet(model, using=DEFAULT_DB_ALIAS).aggregate(highest=Max("pk"))["highest"] or 0
    with connections[_SOURCE].cursor() as cursor:
        cursor.execute(*_LAST_GIVEN[connections[_SOURCE].vendor](table, column))
        (given,) = cursor.fetchone() or (None,)
    if last := max(highest, given or 0):
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            for statement in _GO_ON_AFTER[connections[DEFAULT_DB_ALIAS].vendor](table, column, last):
                cursor.execute(*statement)


_Statement = tuple[str, list[Any]]

_LAST_GIVEN: Mapping[str, Callable[[str, str], _Statement]] = {
    # https://www.sqlite.org/autoinc.html
    "sqlite": lambda table, _column: ("SELECT seq FROM sqlite_sequence WHERE name = %s", [table]),
    "postgresql": lambda table, column: (
        "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)",
        [table, column],
    ),
}
_GO_ON_AFTER: Mapping[str, Callable[[str, str, int], list[_Statement]]] = {
    "sqlite": lambda table, _column, last: [
        ("DELETE FROM sqlite_sequence WHERE name = %s", [table]),
        ("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last]),
    ],
    "postgresql": lambda table, column, last: [
        ("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, column, last])
    ],
}


# Captures -------------------------------------------------------------------------------------------------------------


def _copy_captures(folder: Path) -> tuple[str, ...]:
    """Copy the files of a folder of captures that are not here yet; those that are not what their name says stay behind."""
    if not folder.is_dir():
        raise MoveError(f"There is no folder {folder}.")
    damaged, kept = [], set(captures.kept())
    for path in sorted(folder.glob("??/*")):
        if not captures.is_hash(path.name) or path.name in kept:
            continue
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() == path.name:
            captures.store(data)
        else:
            damaged.append(str(path))
    return tuple(damaged)
