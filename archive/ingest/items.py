"""What readers hand on: a document, and the items it holds, as plain values.

Texts of an item are plain text, never markup; they have no control characters, and paragraphs are parted by an empty line.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from archive.ingest.text import text_sha256

# What a flag is about, and how it is called. A flag is a doubt for the curator; nothing was changed because of it.
FLAGS = {
    "date": _("contradiction in the date"),
    "caption": _("perhaps a caption"),
    "credit": _("perhaps a credit"),
    "cut-off": _("cut off"),
    "bare": _("neither text nor date"),
    "encoding": _("encoding guessed"),
    "shortened": _("shortened to what a field holds"),
    "link": _("address left out"),
}


# Of one document. Readers stop behind it: the rest would only take memory.
MAX_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class Flag:
    """A doubt about an item: its kind, a key of `FLAGS`, and the words that raised it or a sentence that explains it."""

    kind: str
    words: str

    def __str__(self) -> str:
        return f"{FLAGS.get(self.kind, self.kind)}: {self.words}"


@dataclass(frozen=True, slots=True)
class Item:
    """One news item of a document; an empty text is what the document does not say.

    `date` is EDTF and stands with its basis (`archive.models.base.DateBasis`); `printed_date` is the words of the source.
    Names are as printed, nothing is looked up. `position` counts from 1. `record` is the row of our own export, where the
    document is one: then it holds all there is, and the other fields only what is needed to show and match the item.
    """

    headline: str = ""
    headline_supplied: bool = False
    text: str = ""
    url: str = ""
    printed_date: str = ""
    date: str = ""
    date_basis: str = ""
    date_note: str = ""
    publisher_name: str = ""
    agency_name: str = ""
    site: str = ""
    author: str = ""
    dateline: str = ""
    language: str = ""
    kind: str = ""
    position: int = 1
    flags: tuple[Flag, ...] = ()
    record: Mapping[str, Any] | None = None

    @property
    def text_sha256(self) -> str:
        """By which the text is known again wherever it comes from; empty without a text."""
        return text_sha256(self.text)

    def to_json(self) -> dict[str, Any]:
        """As plain values for a JSON column; `from_json` gives the same item back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The item that `to_json` wrote; keys that are not known (any more) are left out."""
        known = {field.name for field in fields(cls)}
        given = {name: value for name, value in values.items() if name in known}
        given["flags"] = tuple(Flag(flag["kind"], flag["words"]) for flag in given.get("flags", ()))
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Document:
    """A file, page or pasted text, read.

    `name` is fit to be shown and stored, but never a path; `address` is where it came from (a URL, else the name);
    `format` the name of the reader; `kind` that of a SourceDocument; `sha256` that of the bytes, empty where there are
    none. `notes` says what was left out of the items and why.
    """

    name: str
    address: str = ""
    media_type: str = ""
    sha256: str = ""
    format: str = ""
    kind: str = "item"
    title: str = ""
    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, item: Item) -> Self:
        """A document of one item whose bytes are not at hand: a candidate that a curator takes."""
        return cls(name="", address=item.url, items=(item,))
