"""The bytes of what was taken in, kept as they came: the storage "captures", in which they are named by their SHA-256.

A file is whole or not there, and never changes. Its row says when it came, from where and as what.
"""

import hashlib
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO, cast

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from archive.ingest.safety import clean_line
from archive.models import Capture, SourceDocument


def name_of(sha256: str) -> str:
    """Under what name the bytes of that hash stand, or would."""
    return f"{sha256[:2]}/{sha256}"


def store(data: bytes) -> str:
    """Put the bytes where they belong and return their SHA-256. What stands there already stays. Raises OSError."""
    sha256 = hashlib.sha256(data).hexdigest()
    if not (_storage().exists(name_of(sha256)) and size(sha256) == len(data)):
        _storage().save(name_of(sha256), ContentFile(data))
    return sha256


def put_back(sha256: str, file: BinaryIO) -> None:
    """Put a file of a backup where it was, whatever is in it."""
    _storage().save(name_of(sha256), File(file))


def opened(sha256: str) -> BinaryIO:
    """The bytes of that hash. Raises FileNotFoundError."""
    return cast(BinaryIO, _storage().open(name_of(sha256), "rb"))


def size(sha256: str) -> int:
    """How many bytes stand there. Raises FileNotFoundError."""
    return int(_storage().size(name_of(sha256)))


def digest(sha256: str) -> str:
    """The hash of what stands there now. Raises FileNotFoundError."""
    with opened(sha256) as file:
        return hashlib.file_digest(cast(BufferedReader, file), "sha256").hexdigest()


def kept() -> Iterator[str]:
    """The hashes of all that stand there, in order, with a row or without."""
    for folder in sorted(_storage().listdir("")[0]):
        yield from sorted(name for name in _storage().listdir(folder)[1] if is_hash(name))


def is_hash(name: str) -> bool:
    """Whether a file of that name could be a capture."""
    return len(name) == 64 and set(name) <= set("0123456789abcdef")


def record(data: bytes, *, address: str, media_type: str, source_document: SourceDocument | None = None) -> Capture:
    """The row of the bytes from that address; the same bytes from there again are the same row. Call after `store`."""
    capture, _is_new = Capture.objects.get_or_create(
        sha256=hashlib.sha256(data).hexdigest(),
        address=clean_line(address)[:1000],
        defaults={
            "size": len(data),
            "media_type": clean_line(media_type)[:100],
            "source_document": source_document,
        },
    )
    if source_document is not None and capture.source_document_id is None:
        capture.source_document = source_document
        capture.save(update_fields=["source_document"])
    return capture


def _storage() -> Storage:
    return storages["captures"]
