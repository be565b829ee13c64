"""Writes `seed_word_runs.bin`: what tells whether a text of ours copies the sources, without shipping the sources.

Usage: `python -m tests.data.make_word_runs FOLDER`, with the folder of the five source documents.

The file holds, sorted, the first eight bytes of the SHA-256 of every run of eight consecutive words of each item's text
(not of its headline, which our records keep as printed). Words are compared without case and punctuation.
"""

import bisect
import hashlib
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.data.source_items import items_of

LENGTH, SIZE = 8, 8
FILE = Path(__file__).parent / "seed_word_runs.bin"


def words(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation ("China’s" is one word)."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.findall(r"[^\W_]+", re.sub("['’]", "", text))


def runs(text: str) -> Iterator[str]:
    """Every eight consecutive words, joined by blanks."""
    found = words(text)
    for start in range(len(found) - LENGTH + 1):
        yield " ".join(found[start : start + LENGTH])


def hash_of(run: str) -> bytes:
    return hashlib.sha256(run.encode()).digest()[:SIZE]


def packed(texts: Iterable[str]) -> bytes:
    """The hashes of all runs of the texts, sorted, each once."""
    return b"".join(sorted({hash_of(run) for text in texts for run in runs(text)}))


class WordRuns:
    """The packed hashes, to look runs up in."""

    def __init__(self, content: bytes) -> None:
        self.hashes = [content[start : start + SIZE] for start in range(0, len(content), SIZE)]

    def shared(self, text: str) -> list[str]:
        """The runs of the text that stand in the sources too."""
        return [run for run in runs(text) if self._has(hash_of(run))]

    def _has(self, wanted: bytes) -> bool:
        place = bisect.bisect_left(self.hashes, wanted)
        return place < len(self.hashes) and self.hashes[place] == wanted


def main(folder: Path) -> None:
    content = packed(item.text for path in sorted(folder.glob("*.txt")) for item in items_of(path))
    FILE.write_bytes(content)
    print(f"{len(content) // SIZE} runs of {LENGTH} words: {FILE}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
