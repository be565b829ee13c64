"""Markup read in one pass, without a tree of it: its plain text, what its head says, and how large and deep it is."""

import re
from dataclasses import dataclass, field

from lxml import etree

# What starts a new paragraph, and what is no text.
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form h1 h2 h3"
        " h4 h5 h6 header hr li main nav ol option p pre section table td th title tr ul",
    )
)
_NO_TEXT = frozenset(
    re.findall(r"\w+", "head iframe math noscript object script select style svg template textarea title")
)
_VOID = frozenset(re.findall(r"\w+", "area base br col embed hr img input link meta source track wbr"))

# Each is looked for from where the last one ended, so that no text is gone through twice.
_prolog = re.compile(
    r"\s+|<\?[^>]*>|<!--(?:(?!-->).)*-->|<!DOCTYPE\s+(?P<doctype>\w*)[^>\[]*(?:\[[^\]]*\]\s*)?>",
    re.IGNORECASE | re.DOTALL,
)
_element = re.compile(r"<([A-Za-z][\w:.-]*)")


def root_of(text: str) -> str:
    """The name of the first element, in lower case, "html" where the document type says so; empty where text stands first."""
    text = text.lstrip("\ufeff")
    place = 0
    while match := _prolog.match(text, place):
        if (match["doctype"] or "").lower() == "html":
            return "html"
        place = match.end()
    first = _element.match(text, place)
    return first[1].lower() if first else ""


@dataclass(slots=True)
class Markup:
    """What a piece of HTML holds."""

    paragraphs: list[str] = field(default_factory=list)
    title: str = ""
    # The first heading, and the values of <meta> by name or property, lower case.
    heading: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    canonical: str = ""
    language: str = ""
    elements: int = 0
    depth: int = 0
    # The most that one element has.
    attributes: int = 0

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


def read_markup(text: str) -> Markup:
    """Read HTML or a piece of it. Nothing of it is run or fetched, and what is broken is read as far as it goes."""
    collector = _Collector()
    parser = etree.HTMLParser(target=collector, no_network=True, huge_tree=True)
    # Piece by piece: a parser that gets all at once takes a multiple of it.
    for start in range(0, len(text), 100_000):
        parser.feed(text[start : start + 100_000])
    try:
        parser.close()
    except etree.LxmlError:  # nothing but blanks or comments
        return Markup()
    collector.end_paragraph()
    return collector.found


class _Collector:
    """lxml's target: called for each tag and each run of text."""

    def __init__(self) -> None:
        self.found = Markup()
        self._open = 0
        self._hidden = 0
        self._inside: str = ""
        self._words: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        found = self.found
        found.elements += 1
        found.attributes = max(found.attributes, len(attributes))
        if tag not in _VOID:
            self._open += 1
            found.depth = max(found.depth, self._open)
        if tag in _BLOCKS:
            self.end_paragraph()
        if tag in _NO_TEXT:
            self._hidden += 1
        if tag in ("title", "h1"):
            self._inside = tag
        elif tag == "html":
            found.language = attributes.get("lang", "")
        elif tag == "link" and "canonical" in attributes.get("rel", "").lower().split():
            found.canonical = found.canonical or attributes.get("href", "")
        elif tag == "meta":
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
            found.meta.setdefault(name.lower(), attributes.get("content", ""))

    def end(self, tag: str) -> None:
        if tag not in _VOID:
            self._open -= 1
        if tag in _BLOCKS:
            self.end_paragraph()
        if tag in _NO_TEXT:
            self._hidden -= 1
        if tag == self._inside:
            self._inside = ""

    def data(self, text: str) -> None:
        if self._inside == "title":
            self.found.title = self.found.title or " ".join(text.split())
        elif self._inside == "h1" and not self._hidden:
            self.found.heading += text
        if not self._hidden:
            self._words.append(text)

    def comment(self, text: str) -> None:
        """Comments are no text."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nor are processing instructions."""

    def close(self) -> None:
        """lxml wants a result; it stands in `found`."""

    def end_paragraph(self) -> None:
        if words := " ".join("".join(self._words).split()):
            self.found.paragraphs.append(words)
        self._words = []
