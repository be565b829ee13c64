"""The normal form of a source text, by which the same text is known wherever it comes from."""

import hashlib
import re
import unicodedata


def normalise(text: str) -> str:
    """NFKC, list bullets dropped, every run of white space one blank, none at the ends. Letter case and punctuation stay."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"(?m)^[ \t]*[•·‣▪*-][ \t]+", "", text)
    return " ".join(text.split())


def text_sha256(text: str) -> str:
    """SHA-256 of the normal form in UTF-8, as 64 hexadecimal digits; empty for an empty text."""
    normal = normalise(text)
    return hashlib.sha256(normal.encode()).hexdigest() if normal else ""
