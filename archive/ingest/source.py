"""What a reader gets and what it gives back."""

from dataclasses import dataclass
from functools import cached_property

from archive.ingest.decoding import Encoding, decode, encoding_of
from archive.ingest.items import Flag, Item

# Enough to tell a format by, and little enough to look at for each of them.
HEAD = 64_000


@dataclass(frozen=True)
class Source:
    """The bytes of a document, with what was said of them when they were got."""

    data: bytes
    media_type: str = ""
    address: str = ""

    @cached_property
    def encoding(self) -> Encoding | None:
        """None where the bytes are no text."""
        return encoding_of(self.data, self.media_type)

    @cached_property
    def head(self) -> str:
        """The beginning as text; empty where the bytes are no text. The last character may be broken."""
        return decode(self.data[:HEAD], self.encoding) if self.encoding else ""

    @property
    def doubts(self) -> tuple[Flag, ...]:
        """What holds of all that is read from it."""
        is_guessed = self.encoding is not None and self.encoding.is_guessed
        return (Flag("encoding", self.encoding.codec),) if is_guessed and self.encoding else ()

    @property
    def text(self) -> str:
        """All of it as text, with line feeds only. Raises Refused where it is none."""
        return decode(self.data, self.encoding)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a reader found. `media_type` is what the content is, whatever was said of it."""

    items: tuple[Item, ...]
    media_type: str
    title: str = ""
    notes: tuple[str, ...] = ()
