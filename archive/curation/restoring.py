"""The archive's own export put back: its rows as rows of fixtures, which the loader takes, and what only an export has.

What is edited here since is left alone, as with fixtures. All rows are in memory at once.
"""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.dateparse import parse_datetime

from archive.curation.loading import LOAD_ORDER, LOADER, FixtureError, LoadReport, load_rows
from archive.models import Article, CorrectionNote, DuplicateDecision, recording
from archive.models.base import Record

Row = Mapping[str, Any]
# What the value of a field is where it is the record that a row belongs to.
_OWNER = "<owner>"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where rows of a model stand in the export: in records of a type, or in a list of theirs.

    `keys` names the key of a field where it has another name; a dot leads into what is nested.
    """

    type: str
    rows: str = ""
    keys: Mapping[str, str] | None = None


def _dated(key: str) -> dict[str, str]:
    return {"date": f"{key}.edtf", "date_basis": f"{key}.basis", "date_note": f"{key}.note"}


_SPAN = {"start": "from", "end": "to"}
_PLACES: Mapping[str, _Place] = {
    "country": _Place("country"),
    "city": _Place("city"),
    "sourcedocument": _Place("source_document"),
    "topic": _Place("topic"),
    "eventseries": _Place("series"),
    "participant": _Place("participant"),
    "publisher": _Place("publisher"),
    "event": _Place("event", keys=_dated("dates")),
    "article": _Place("article", keys={**_dated("published"), "printed_date": "published.printed"}),
    "office": _Place("participant", "offices", {"participant": _OWNER, **_SPAN}),
    "countrystatus": _Place("country", "sco_status", {"country": _OWNER, **_SPAN}),
    "coverage": _Place("article", "events", {"article": _OWNER, "event": "slug"}),
    "attendance": _Place("event", "participants", {"event": _OWNER, "participant": "slug"}),
    "delegation": _Place("event", "delegations", {"event": _OWNER}),
    "figure": _Place("event", "figures", {"event": _OWNER}),
    "reading": _Place("event", "readings", {"event": _OWNER}),
    "eventsource": _Place("event", "sources", {"event": _OWNER}),
    "term": _Place("term"),
}
_KEYS = {"country": "iso2", "source_document": "name"}


def restore(
    path: Path, *, force: bool = False, progress: Callable[[Iterable[dict]], Iterable[dict]] = iter
) -> LoadReport:
    """Load an export (JSON lines, or such in gzip), in one transaction: every record that it has, as it was.

    As `archive.curation.loading.load` otherwise. Raises FixtureError; then nothing changed.
    """
    sha256, by_type = _read(path)
    why = f"export {sha256}"
    with transaction.atomic():
        report = load_rows(list(_fixtures(by_type)), why, force=force, progress=progress)
        if not report.is_known:
            with recording(by=LOADER, why=why):
                _note(by_type)
                _join(by_type.get("article", ()))
    return report


def _read(path: Path) -> tuple[str, dict[str, list[Row]]]:
    types = {place.type for place in _PLACES.values()}
    found: defaultdict[str, list[Row]] = defaultdict(list)
    try:
        data = path.read_bytes()
        text = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (OSError, EOFError) as error:
        raise FixtureError([f"{path}: {error}"]) from error
    for number, line in enumerate(text.splitlines(), 1):
        try:
            # Numbers with a point stay as they are written: no binary fraction is exactly that.
            row = json.loads(line, parse_float=str)
        except (ValueError, RecursionError) as error:
            raise FixtureError([f"{path}, line {number}: {error}"]) from error
        if not isinstance(row, dict) or row.get("type") not in types:
            raise FixtureError([f"{path}, line {number}: that is no record of an export."])
        found[row["type"]].append(row)
    return hashlib.sha256(data).hexdigest(), dict(found)


def _fixtures(by_type: Mapping[str, list[Row]]) -> Iterator[dict[str, Any]]:
    """The rows as fixtures have them, in the order in which they are loaded."""
    for name in LOAD_ORDER:
        if name not in _PLACES:
            continue
        place, model = _PLACES[name], apps.get_model("archive", name)
        for record in by_type.get(place.type, ()):
            rows = record.get(place.rows) if place.rows else [record]
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict):
                    yield {"model": model._meta.label_lower, "fields": dict(_fields(model, place, row, record))}


def _fields(model: Any, place: _Place, row: Row, record: Row) -> Iterator[tuple[str, Any]]:
    keys = place.keys or {}
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        if field.primary_key or (field.many_to_many and not field.remote_field.through._meta.auto_created):
            continue
        key = keys.get(field.name, field.name)
        if key == _OWNER:
            yield field.name, [_key(record)]
        elif model._meta.model_name == "attendance" and field.name == "office":
            # Named by three things; the export has the title, and since when.
            office = [row.get("slug"), row.get("office"), row.get("office_from", "")]
            yield field.name, office if row.get("office") else None
        elif (value := _at(row, key)) is not _MISSING:
            yield field.name, _reference(value) if field.is_relation else value


_MISSING = object()


def _at(row: Row, key: str) -> Any:
    first, _dot, rest = key.partition(".")
    value = row.get(first, _MISSING)
    if not rest or value is _MISSING:
        return value
    return value.get(rest, _MISSING) if isinstance(value, dict) else _MISSING


def _reference(value: Any) -> Any:
    if isinstance(value, list):
        return [[one] for one in value]
    return None if value is None else [value]


def _key(record: Row) -> Any:
    return record.get(_KEYS.get(str(record.get("type")), "slug"))


# What fixtures don't have ---------------------------------------------------------------------------------------------


def _note(by_type: Mapping[str, list[Row]]) -> None:
    """The correction notes that are not there yet."""
    for kind, rows in by_type.items():
        wanted = {_key(row): row["corrections"] for row in rows if isinstance(row.get("corrections"), list)}
        wanted = {key: notes for key, notes in wanted.items() if notes}
        if not wanted:
            continue
        name = next(name for name, place in _PLACES.items() if place.type == kind and not place.rows)
        model: type[Record] = apps.get_model("archive", name)
        field = model.natural_key_fields[0]
        keys = dict(model._base_manager.filter(**{f"{field}__in": wanted}).values_list(field, "pk"))
        known = set(CorrectionNote.objects.filter(record_type=name).values_list("record_id", "at"))
        notes = [_noted(name, keys[key], one) for key, found in wanted.items() if key in keys for one in found]
        CorrectionNote.objects.bulk_create(note for note in notes if (note.record_id, note.at) not in known)


def _noted(name: str, key: int, row: Any) -> CorrectionNote:
    note = CorrectionNote(record_type=name, record_id=key)
    try:
        note.text, note.at = row["text"], parse_datetime(row["at"])  # type: ignore[assignment]  # None is refused
        note.clean_fields(exclude=["tip"])
    except (TypeError, KeyError, ValueError, ValidationError) as error:
        raise FixtureError([f"{name}: a correction note without its text or time: {str(row)[:200]}"]) from error
    return note


def _join(articles: Iterable[Row]) -> None:
    """Copies of one text, as curators decided."""
    pairs = {
        tuple(sorted((_key(row), other)))
        for row in articles
        if isinstance(others := row.get("syndicated_with"), list)
        for other in others
        if isinstance(other, str)
    }
    slugs = {slug for pair in pairs for slug in pair}
    keys = dict(Article._base_manager.filter(slug__in=slugs).values_list("slug", "pk"))
    wanted = {tuple(sorted((keys[one], keys[other]))) for one, other in pairs if one in keys and other in keys}
    wanted -= set(DuplicateDecision.objects.values_list("first_id", "second_id"))
    DuplicateDecision.objects.bulk_create(
        DuplicateDecision(first_id=first, second_id=second, outcome=DuplicateDecision.Outcome.SYNDICATED)
        for first, second in sorted(wanted)
    )
