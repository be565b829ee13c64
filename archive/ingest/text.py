"""The normal form of a source text, by which the same text is known wherever it comes from."""

import hashlib
import re
import unicodedata

# What stands on a letter. No writing has more than 30 of it in a row (UAX #15, "Stream-Safe Text Format"), and to put it in
# order takes time that grows with the square of their number. A few letters come apart into nothing else (U+FF9E).
_MARKS = "".join(
    char for char in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(unicodedata.normalize("NFKD", char)[0])
)
_TOO_MANY = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")


def normalise(text: str) -> str:
    """NFKC, list bullets dropped, every run of white space one blank, none at the ends. Letter case and punctuation stay.

    Of more than 30 accents on a letter the first 30 count.
    """
    text = unicodedata.normalize("NFKC", _TOO_MANY.sub(r"\1", text))
    text = re.sub(r"(?m)^[ \t]*[•·‣▪*-][ \t]+", "", text)
    return " ".join(text.split())


def text_sha256(text: str) -> str:
    """SHA-256 of the normal form in UTF-8, as 64 hexadecimal digits; empty for an empty text."""
    normal = normalise(text)
    return hashlib.sha256(normal.encode()).hexdigest() if normal else ""
