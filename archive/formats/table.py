"""A row of the export as one of a table: text in every cell, safe to open in a spreadsheet, and read back without loss.

Dots name what is nested (`published.edtf`), lists of slugs or codes have "; " between, other lists and values are JSON;
`archive.ingest.tables` reads it.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def cells(row: Mapping[str, Any]) -> dict[str, str]:
    """The row, flat. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    flat: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": _guarded(_cell(inner)) for key, inner in value.items()}
        else:
            flat[name] = _guarded(_cell(value))
    return flat


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows of one kind of record as CSV, with the names of the columns in the first line."""
    flat = [cells(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, names, restval="")
    writer.writeheader()
    writer.writerows(flat)
    return file.getvalue()


def lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The rows of one kind of record as CSV, a line at a time: all of them have the same columns."""
    file = io.StringIO(newline="")
    writer = None
    for row in map(cells, rows):
        if writer is None:
            writer = csv.DictWriter(file, row)
            # Spreadsheets take a table for UTF-8 only if it begins with this mark.
            file.write("\ufeff")
            writer.writeheader()
        writer.writerow(row)
        yield file.getvalue()
        file.seek(0)
        file.truncate()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value) and value:
        return "; ".join(value)
    return "" if value == [] else json.dumps(value, ensure_ascii=False)


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
