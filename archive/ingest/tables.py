"""Tables of items, CSV and JSON lines. Our own export is one of each: its rows come back as they were, in `Item.record`."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from archive import dates
from archive.ingest.decoding import decode
from archive.ingest.items import MAX_ITEMS, Item
from archive.ingest.printed import date_line
from archive.ingest.refusal import Refused
from archive.ingest.source import Contents, Source

# What other people call the columns, in lower case, for each field of an item.
_ALIASES: Mapping[str, tuple[str, ...]] = {
    "headline": ("headline", "title", "heading", "заголовок", "标题"),
    "text": ("text", "body", "content", "full text", "excerpt", "текст", "正文"),
    "url": ("url", "link", "address", "source url", "ссылка", "网址"),
    "printed_date": ("date", "printed_date", "published", "publication date", "pubdate", "дата", "日期"),
    "publisher_name": ("publisher", "site", "source", "newspaper", "издание", "媒体"),
    "agency_name": ("agency", "news agency"),
    "author": ("author", "byline", "автор", "作者"),
    "language": ("language", "lang"),
    "dateline": ("dateline",),
}
_FIELDS = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}
# The flat form of a row of our export: dots for what is nested, lists with "; " between, links with JSON (`archive.formats.table`).
_NESTED = ("published",)
_LISTS = ("countries", "participants", "topics", "syndicated_with")
_RECORDS = ("events", "corrections")
_VALUES = ("headline_supplied", "source_position")
_NULLABLE = ("publisher", "agency", "dateline_city", "source_document", "first_public_at", "withdrawn_at")
_OWN = {"slug", "headline", "published.edtf", "published.basis"}
_DELIMITERS = ",;\t"
_MOST_DEPTH = 20
csv.field_size_limit(5_000_000)


def is_json_lines(source: Source) -> bool:
    """The first line is a JSON object; one that is longer than what is looked at is taken for one by its beginning."""
    first = source.head.lstrip("\ufeff \n").partition("\n")[0].strip()
    if not first.startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return first.startswith(('{"', '{ "'))


def read_json_lines(source: Source) -> Contents:
    items: list[Item] = []
    others: Counter[str] = Counter()
    for n, line in enumerate(_lines(source), 1):
        if not line.strip():
            continue
        row = _row(line, n)
        kind = row.get("type", "article")
        if kind == "article":
            items.append(_item(row, n))
            if len(items) > MAX_ITEMS:
                break
        else:
            others[str(kind)[:40]] += 1
    counts = ", ".join(f"{kind}: {count}" for kind, count in sorted(others.items())[:20])
    notes = (_("Only articles are imported; left out: %(counts)s.") % {"counts": counts},) if others else ()
    return Contents(tuple(items), "application/x-ndjson", notes=notes)


def is_csv(source: Source) -> bool:
    """The first line names columns that we know: that of the headline or of the text, and one more."""
    columns = [name.strip().lower() for name in _header(source)[0]]
    known = {_FIELDS[name] for name in columns if name in _FIELDS}
    return len(known) > 1 and bool(known & {"headline", "text"})


def read_csv(source: Source) -> Contents:
    columns, delimiter = _header(source)
    names = [name.strip() for name in columns]
    is_own = set(names) >= _OWN
    rows = csv.reader(io.StringIO(source.text.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    items = []
    try:
        next(rows)
        for n, values in enumerate(rows, 2):
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(names):
                raise Refused(
                    _("Line %(line)d has %(count)d values; the first line names %(wanted)d columns.")
                    % {"line": rows.line_num, "count": len(values), "wanted": len(names)}
                )
            cells = dict(zip(names, map(_without_guard, values), strict=True))
            items.append(_item(_nested(cells) if is_own else cells, n))
            if len(items) > MAX_ITEMS:
                break
    except csv.Error as error:
        raise Refused(_("Line %(line)d is no CSV: %(problem)s.") % {"line": rows.line_num, "problem": error}) from error
    return Contents(tuple(items), "text/csv")


def _item(row: Mapping[str, Any], n: int) -> Item:
    """A row of our export, or one of anybody's with columns that we know."""
    published = row.get("published")
    if isinstance(published, Mapping) and isinstance(row.get("slug"), str):
        return Item(
            headline=_text(row.get("headline")),
            headline_supplied=row.get("headline_supplied") is True,
            text=_text(row.get("body")),
            url=_text(row.get("url")),
            printed_date=_text(published.get("printed")),
            date=_text(published.get("edtf")),
            date_basis=_text(published.get("basis")),
            language=_text(row.get("language")),
            position=n,
            record=row,
        )
    values: dict[str, Any] = {
        _FIELDS[name.strip().lower()]: _text(value) for name, value in row.items() if name.strip().lower() in _FIELDS
    }
    if not (values.get("headline") or values.get("text")):
        raise Refused(_("Line %(line)d has neither a headline nor a text.") % {"line": n})
    day = _edtf(values.get("printed_date", ""))
    return Item(**values, date=day, date_basis="printed" if day else "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None or isinstance(value, list | dict) else str(value)


def _edtf(words: str) -> str:
    try:
        return str(dates.parse(words)) if words else ""
    except dates.DateError:
        printed = date_line(words)
        return printed.edtf if printed else ""


def _nested(cells: Mapping[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {name: {} for name in _NESTED}
    for name, value in cells.items():
        group, dot, key = name.partition(".")
        if dot and group in _NESTED:
            row[group][key] = value
        elif name in _LISTS:
            row[name] = [part.strip() for part in value.split(";") if part.strip()]
        elif name in _RECORDS:
            row[name] = _loads(value, name) if value else []
        elif name in _VALUES:
            row[name] = _loads(value, name) if value else None
        else:
            row[name] = None if name in _NULLABLE and not value else value
    return row


def _loads(value: str, name: str) -> Any:
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise Refused(_("“%(name)s” is no JSON: %(value)s") % {"name": name, "value": value[:100]}) from error


def _without_guard(value: str) -> str:
    """The cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return value[1:] if value[:1] == "'" and value[1:2] in ("=", "+", "-", "@", "\t", "\r", "'") else value


def _header(source: Source) -> tuple[list[str], str]:
    """The names in the first line, and what stands between them."""
    first = source.head.lstrip("\ufeff").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        return next(csv.reader([first], delimiter=delimiter), []), delimiter
    except csv.Error:
        return [], delimiter


def _lines(source: Source) -> Iterator[str]:
    """The lines one by one: the whole as text would take a multiple of its bytes."""
    if source.encoding is None or not source.encoding.codec.startswith("utf-8"):
        yield from source.text.split("\n")
        return
    for line in io.BytesIO(source.data):
        yield decode(line, source.encoding)


def _row(line: str, n: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        problem = str(error) if isinstance(error, ValueError) else _("it is nested too deep")
        raise Refused(_("Line %(line)d is no JSON: %(problem)s.") % {"line": n, "problem": problem}) from error
    if not isinstance(row, dict) or _depth(row) > _MOST_DEPTH:
        raise Refused(_("Line %(line)d is no record.") % {"line": n})
    return row


def _depth(value: Any) -> int:
    """How deep lists and objects are nested, without recursion."""
    depth, level = 0, [value]
    while level := [one for value in level for one in _within(value)]:
        depth += 1
    return depth


def _within(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
