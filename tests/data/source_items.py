"""The items of the five source documents, for whoever holds them: they are not shipped.

Four are single items; two of those begin with their headline. The fifth is a digest page: after its title, headlines,
date lines, and excerpts, each of these marked by a bullet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

DIGEST = "004_8a781693025f0133.txt"
WITH_HEADLINE = {"001_73dd5daab1818654.txt", "003_4e637def12ef4164.txt"}

# "June 25, 2016", "May, 25, 2016", "24 September 2015", "Apr. 18 2014", "Published on Aug 29, 2014", "May 2014"
_DATE = re.compile(r"(?:Published on )?(?:\d{1,2} )?[A-Z][a-z]{2,8}[.,]?(?: \d{1,2})?,? \d{4}")


@dataclass(slots=True)
class SourceItem:
    """One item as printed; `position` counts from 1 within its document, `headline` is empty where it has none."""

    document: str
    position: int
    headline: str = ""
    printed_date: str = ""
    excerpts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.excerpts)


def items_of(path: Path) -> Iterator[SourceItem]:
    """The items of one document, in the order in which they are printed."""
    text = path.read_text(encoding="utf-8")
    if path.name == DIGEST:
        yield from _items_of_digest(path.name, text)
    elif path.name in WITH_HEADLINE:
        headline, _, rest = text.partition("\n")
        yield SourceItem(path.name, 1, headline.strip(), excerpts=[rest])
    else:
        yield SourceItem(path.name, 1, excerpts=[text])


def _items_of_digest(name: str, text: str) -> Iterator[SourceItem]:
    item, position = None, 0
    for line in [line.strip() for line in text.splitlines() if line.strip()][1:]:
        if item and line.startswith("•"):
            item.excerpts.append(line)
        elif item and _DATE.fullmatch(line):
            item.printed_date = line
        else:
            if item:
                yield item
            position += 1
            item = SourceItem(name, position, line)
    if item:
        yield item
