"""A digest page: under a title, headlines, each with a date line or none, and with bulleted excerpts, one, several or none.

Nothing is merged and nothing is left out: every line is the title, a headline, a date or an excerpt of some item. A line that
could be either begins an item of its own, which is then flagged as bare.
"""

import re
from dataclasses import dataclass, field

from archive.ingest.headlines import is_headline
from archive.ingest.items import Item
from archive.ingest.printed import PrintedDate, date_line
from archive.ingest.source import Contents, Source

_bullet = re.compile(r"[ \t]*[•·‣▪◦●*-][ \t]+")
# Longer lines are no headlines: an excerpt that lost its bullet.
_LONGEST_HEADLINE = 220


@dataclass(slots=True)
class _Lines:
    """The lines of one item while they are collected."""

    headline: str
    printed_date: str = ""
    date: PrintedDate | None = None
    # The lines of each.
    excerpts: list[list[str]] = field(default_factory=list)

    def item(self) -> Item:
        edtf = self.date.edtf if self.date else ""
        return Item(
            headline=self.headline,
            text="\n\n".join(map("\n".join, self.excerpts)),
            printed_date=self.printed_date,
            date=edtf,
            date_basis="printed" if edtf else "",
        )


def recognises(source: Source) -> bool:
    """Two or more headlines that stand directly above a date line or an excerpt, more than there are paragraphs besides.

    So an article with lists in it is none.
    """
    marks = "".join(_mark(line) for line in source.head.split("\n") if line.strip())
    return "b" in marks and len(re.findall("h(?=[db])", marks)) > max(1, marks.count("p"))


def _mark(line: str) -> str:
    """What a line looks like by itself: bulleted, a date, what goes on from the line before, a headline, or a paragraph."""
    if _bullet.match(line):
        return "b"
    if date_line(line):
        return "d"
    return "c" if _goes_on(line) else "h" if is_headline(line) else "p"


def read(source: Source) -> Contents:
    title, items = split(source.text)
    return Contents(tuple(lines.item() for lines in items), "text/plain", title)


def split(text: str) -> tuple[str, list[_Lines]]:
    """The title, empty where there is none, and the items."""
    lines = text.strip("\n").split("\n")
    title = _title(lines)
    items: list[_Lines] = []
    is_after_excerpt = False
    for line in lines[1:] if title else lines:
        words = line.strip()
        if not words:
            is_after_excerpt = False
            continue
        item = items[-1] if items else None
        bullet = _bullet.match(line)
        if item and bullet:
            item.excerpts.append([line[bullet.end() :].strip()])
        elif item and not item.printed_date and not item.excerpts and (printed := date_line(words)):
            item.printed_date, item.date = words, printed
        elif item and is_after_excerpt and _goes_on(line):
            item.excerpts[-1].append(words)
        elif item and len(words) > _LONGEST_HEADLINE:
            item.excerpts.append([words])
        else:
            items.append(_Lines(line[bullet.end() :].strip() if bullet else words))
        is_after_excerpt = bool(items[-1].excerpts)
    return title, items


def _title(lines: list[str]) -> str:
    """The first line, where the second is a headline as well: then nothing of an item stands below the first."""
    filled = [line for line in lines if line.strip()][:2]
    if len(filled) < 2 or any(_bullet.match(line) or date_line(line) for line in filled):
        return ""
    return filled[0].strip() if lines[0].strip() else ""


def _goes_on(line: str) -> bool:
    """Whether a line directly below an excerpt continues it."""
    return line[:1].isspace() or line.strip()[:1].islower()
