"""The whole archive in files, for whoever takes all of it: how each is written, and the set that is made every night."""

import gzip
import hashlib
import io
import json
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.utils import timezone

from archive.databases.locks import alone
from archive.formats import geojson
from archive.formats.metadata import LICENCE
from archive.formats.outputs import OUTPUTS
from archive.formats.records import export_rows
from archive.formats.table import lines
from archive.models import Change, Event

Watch = Callable[[Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Whole:
    """The archive in one format. `write` takes a file, whether restricted records are wanted too, and who watches.

    Memory stays flat, however much there is.
    """

    label: str
    name: str
    media_type: str
    write: Callable[[BinaryIO, bool, Watch], None]


def _json_lines(file: BinaryIO, with_restricted: bool, watch: Watch) -> None:
    rows = watch(export_rows(with_restricted=with_restricted))
    file.writelines(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def _packed_json_lines(file: BinaryIO, with_restricted: bool, watch: Watch) -> None:
    # Neither name nor time inside: the same records give the same bytes.
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        _json_lines(packed, with_restricted, watch)  # type: ignore[arg-type]


def _tables(file: BinaryIO, with_restricted: bool, watch: Watch) -> None:
    """A zip with a table for each kind of record."""
    rows = watch(export_rows(with_restricted=with_restricted))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for kind, of_kind in groupby(rows, key=lambda row: row["type"]):
            # All entries of one time, so that the same records give the same bytes; read by everybody.
            entry = zipfile.ZipInfo(f"{kind}.csv")
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with packed.open(entry, "w", force_zip64=True) as table:
                for line in lines(of_kind):
                    table.write(line.encode())


def _places(file: BinaryIO, with_restricted: bool, watch: Watch) -> None:
    events = Event.objects.all() if with_restricted else Event.objects.published()
    found = OUTPUTS["geojson"].load(events).order_by("slug").iterator(chunk_size=200)
    file.writelines(part.encode() for part in geojson.write(watch(found), settings.SITE_URL))


FORMATS: Mapping[str, Whole] = {
    "jsonl": Whole("JSON lines", "archive.jsonl", "application/jsonl", _json_lines),
    "csv": Whole("CSV, a table for each kind of record (zip)", "archive-csv.zip", "application/zip", _tables),
    "geojson": Whole("GeoJSON of the events", "events.geojson", "application/geo+json", _places),
}
# What is made every night: the lines are packed, for they are long.
NIGHTLY = (
    Whole("JSON lines (gzip)", "archive.jsonl.gz", "application/gzip", _packed_json_lines),
    FORMATS["csv"],
    FORMATS["geojson"],
)


# The nightly set ------------------------------------------------------------------------------------------------------

_MANIFEST = "manifest.json"
# The one before stays, for those who are in the middle of a download.
_KEPT = 2


@dataclass(frozen=True, slots=True)
class DumpFile:
    name: str
    label: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DumpSet:
    """Files of one time. All changes up to `change` are in them; what was changed while they were written may be, too.

    `place` is its folder in the storage "dumps"; it is whole as soon as its manifest is there.
    """

    place: str
    made_at: datetime
    change: int
    change_sha256: str
    files: tuple[DumpFile, ...]


def make_dumps(watch: Watch) -> DumpSet:
    """Write the nightly set, and let the one before the last go. A broken run leaves what was there. Raises Busy, OSError."""
    with alone("make_dumps"):
        number, sha256 = Change.objects.head()
        made_at = timezone.now().astimezone(UTC).replace(microsecond=0)
        # Names sort by time, those of one second by their change; a set is never written over another.
        place = f"{made_at:%Y%m%dT%H%M%SZ}-{number}-{secrets.token_hex(3)}"
        try:
            files = tuple(_written(place, whole, watch) for whole in NIGHTLY)
            made = DumpSet(place, made_at, number, sha256, files)
            told = json.dumps(manifest(made), indent=1) + "\n"
            _storage().save(f"{place}/{_MANIFEST}", ContentFile(told.encode()))
        except BaseException:
            _take_away(place)
            raise
        kept = [one.place for one in islice(_sets(), _KEPT)]
        for old in _storage().listdir("")[0]:
            if old not in kept:
                _take_away(old)
    return made


def _written(place: str, whole: Whole, watch: Watch) -> DumpFile:
    """Made in the data folder, then taken over: a storage wants a file at once."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
        whole.write(cast(BinaryIO, file), False, watch)
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        _storage().save(f"{place}/{whole.name}", File(file))
    return DumpFile(whole.name, whole.label, whole.media_type, size, sha256)


def _take_away(place: str) -> None:
    """Its manifest first: without it, it is none."""
    names = _storage().listdir(place)[1]
    for name in sorted(names, key=lambda name: name != _MANIFEST):
        _storage().delete(f"{place}/{name}")
    _storage().delete(place)


def manifest(made: DumpSet) -> dict[str, Any]:
    """What a program has to know of a set."""
    return {
        "archive": settings.SITE_URL,
        "licence": LICENCE,
        "made_at": made.made_at.isoformat().replace("+00:00", "Z"),
        "change": {"number": made.change, "sha256": made.change_sha256},
        "files": [{name: getattr(file, name) for name in DumpFile.__slots__} for file in made.files],
    }


def newest() -> DumpSet | None:
    """The newest whole set; None where none was made yet."""
    return next(_sets(), None)


def _sets() -> Iterator[DumpSet]:
    """The whole sets, the newest first."""
    for place in sorted(_storage().listdir("")[0], reverse=True):
        try:
            with _storage().open(f"{place}/{_MANIFEST}") as file:
                told = json.loads(file.read())
        except FileNotFoundError:
            continue  # in the making, or just taken away
        change = told["change"]
        files = tuple(DumpFile(**file) for file in told["files"])
        yield DumpSet(place, datetime.fromisoformat(told["made_at"]), change["number"], change["sha256"], files)


def _storage() -> Storage:
    return storages["dumps"]


def opened(name: str) -> tuple[DumpFile, datetime, BinaryIO] | None:
    """A file of the newest set, by the name that its manifest gives, and when it was made; None where there is none."""
    made = newest()
    # Never a path of the reader's: only what the manifest names can be opened.
    file = next((file for file in made.files if file.name == name), None) if made else None
    if made is None or file is None:
        return None
    return file, made.made_at, cast(BinaryIO, _storage().open(f"{made.place}/{file.name}", "rb"))
