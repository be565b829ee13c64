"""What the conversion reads and writes: the fixture files, the tables of the authority file, the decisions on them."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps

from archive.curation.loading import LOAD_ORDER, key_of

Row = dict[str, str]
Fields = dict[str, Any]

# Rows that belong to events.
STATEMENTS = ("delegation", "figure", "reading", "eventsource")
CONFIDENT = ("high", "medium")

REVIEWED = {
    "status": "published",
    "first_public_at": "2026-11-21T00:00:00Z",
    "withdrawn_at": None,
    "withdrawal_reason": "",
}


class AuthorityError(Exception):
    """The authority file or the decisions on it don't fit together; nothing was written. One line for each problem."""


class Tables:
    """The fixture files as rows by natural key, in the order of the files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: dict[str, dict[tuple, Fields]] = {}
        for name in LOAD_ORDER:
            model = apps.get_model("archive", name)
            rows = json.loads((folder / f"{name}.json").read_text())
            self._rows[name] = {key_of(model, row["fields"]): row["fields"] for row in rows}

    def __getitem__(self, name: str) -> dict[tuple, Fields]:
        return self._rows[name]

    def put(self, name: str, fields: Fields) -> None:
        self._rows[name][key_of(apps.get_model("archive", name), fields)] = fields

    def add(self, name: str, fields: Fields) -> None:
        """As `put`, where there is no such row yet."""
        self._rows[name].setdefault(key_of(apps.get_model("archive", name), fields), fields)

    def drop_of_event(self, slug: str) -> None:
        """Forget the rows that belong to an event."""
        for name in STATEMENTS:
            self._rows[name] = {key: row for key, row in self._rows[name].items() if row["event"] != [slug]}

    def sort_statements(self) -> None:
        """Put the rows that belong to events into the order of the events, so that a second run finds them so."""
        place = {slug: number for number, (slug,) in enumerate(self._rows["event"])}
        for name in STATEMENTS:
            rows = self._rows[name].items()
            self._rows[name] = dict(sorted(rows, key=lambda item: place[item[1]["event"][0]]))

    def write(self) -> list[str]:
        changed = []
        for name, rows in self._rows.items():
            path = self._folder / f"{name}.json"
            data = [{"model": f"archive.{name}", "fields": fields} for fields in rows.values()]
            text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
            if json.loads(path.read_text()) != data:
                path.write_text(text)
                changed.append(path.name)
        return changed


@dataclass
class Authority:
    """The tables of the authority file and the decisions, read once."""

    folder: Path
    decisions_folder: Path
    tables: Tables
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        documents = sorted(row["name"] for row in self.tables["sourcedocument"].values())
        self._documents = {str(number): name for number, name in enumerate(documents)}
        self.decisions = {row["row"]: row for row in read_table(self.decisions_folder / "events.csv")}
        self.country_codes = {row["name"]: row["iso2"] for row in self.rows("countries")}
        self.slugs = {row: decision["event"] for row, decision in self.decisions.items()}

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of a table that are sure enough."""
        return (row for row in read_table(self.folder / f"{name}.csv") if row["confidence"] in CONFIDENT)

    def decided(self, name: str) -> Iterable[Row]:
        return read_table(self.decisions_folder / f"{name}.csv")

    def sources(self, text: str) -> str:
        """Addresses and descriptions as the archive writes them; its own documents by their names."""
        text = re.sub(r" \(as cited in stored file[^)]*\)", "", text)
        return re.sub(r"\bseed file (\d)", lambda found: f"source document {self._documents[found[1]]}", text)


def read_table(path: Path) -> list[Row]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise AuthorityError(f"{path}: {error.strerror}") from error
