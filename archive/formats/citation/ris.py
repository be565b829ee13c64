"""RIS, as reference managers read it. Tags: https://refdb.sourceforge.net/manual-0.9.6/sect1-ris-format.html"""

from collections.abc import Iterable, Iterator

from archive.dates import PartialDate
from archive.formats.citation.citable import ARCHIVE, Citable
from archive.formats.text import one_line

# Lines end as the format wants it.
_END = "\r\n"


def write(citables: Iterable[Citable]) -> Iterator[str]:
    """A record at a time. A value stands on one line: a line break in it would begin a tag of its own."""
    for one in citables:
        lines = (f"{tag}  - {one_line(value)}".rstrip() for tag, value in _fields(one) if value)
        yield _END.join(("TY  - " + one.form.ris, *lines, "ER  - ", "", ""))


def _fields(one: Citable) -> Iterator[tuple[str, str]]:
    yield "ID", one.key
    yield "TI", one.title
    yield "AU", one.author
    yield "T2", one.container
    yield "DA", _day(one.date)
    yield "PY", f"{one.date.start.year}" if one.date and one.date.kind == "point" and one.date.start else ""
    yield "CY", one.place
    yield "LA", one.language
    yield "AB", one.abstract
    for word in one.keywords:
        yield "KW", word
    yield "N1", one.note
    if one.date is not None and not one.date.is_day:
        yield "N1", f"Date: {one.date_text}"
    yield "DB", ARCHIVE
    yield "AN", one.key
    yield "UR", one.permalink
    yield "L2", one.url
    yield "Y2", f"{one.accessed:%Y/%m/%d/}"


def _day(when: PartialDate | None) -> str:
    """`YYYY/MM/DD/other`: what is not known is left empty; what is no point in time stands as words in a note."""
    if when is None or when.kind != "point" or when.start is None:
        return ""
    start = when.start
    month, day = (f"{part:02}" if part else "" for part in (start.month, start.day))
    return f"{start.year:04}/{month}/{day}/" + ("uncertain" if start.qualifier else "")
