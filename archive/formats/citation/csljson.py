"""CSL-JSON, as citation processors read it: https://github.com/citation-style-language/schema (csl-data.json)."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from archive.dates import PartialDate, Point
from archive.formats.citation.citable import ARCHIVE, Citable
from archive.formats.text import clean


def write(citables: Iterable[Citable]) -> Iterator[str]:
    """One array, an item at a time."""
    before = "["
    for one in citables:
        yield before + "\n" + json.dumps(item(one), ensure_ascii=False)
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def item(one: Citable) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": one.key,
        "type": one.form.csl,
        "title": clean(one.title),
        "author": [{"literal": clean(one.author)}] if one.author else None,
        "container-title": clean(one.container),
        "issued": _issued(one),
        "accessed": {"date-parts": [_parts(one.accessed)]},
        "event-place" if one.form.csl == "webpage" else "publisher-place": clean(one.place),
        "language": one.language,
        "abstract": clean(one.abstract),
        "keyword": clean(", ".join(one.keywords)),
        "note": clean(one.note),
        "URL": one.permalink,
        "source": ARCHIVE,
        "archive": ARCHIVE,
        "archive_location": one.key,
    }
    # The address of the source has no variable of its own in CSL.
    if one.url:
        fields["custom"] = {"source_url": one.url}
    return {name: value for name, value in fields.items() if value}


def _issued(one: Citable) -> dict[str, Any] | None:
    """A point, or a span from first to last; what is not sure is `circa`, with its words as `literal`."""
    when = one.date
    if when is None:
        return None
    ends = [when.start] if when.kind == "point" else [when.start, when.end]
    points = [point for point in ends if point is not None]
    found: dict[str, Any] = {"date-parts": [_point(point) for point in points]}
    if _is_unsure(when) or len(points) < len(ends):
        found |= {"circa": True, "literal": one.date_text}
    return found


def _is_unsure(when: PartialDate) -> bool:
    return when.kind == "one-of" or any(point is not None and point.qualifier for point in (when.start, when.end))


def _point(point: Point) -> list[int]:
    return [part for part in (point.year, point.month, point.day) if part]


def _parts(day: date) -> list[int]:
    return [day.year, day.month, day.day]
