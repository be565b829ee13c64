"""The bytes of what was taken in, kept as they came: `captures/` in the data folder, named by their SHA-256.

A file is whole or not there: it is written beside its place, forced to disk and then renamed. Its row says when it came, from
where and as what.
"""

import hashlib
import os
import secrets
import time
from pathlib import Path

from django.conf import settings

from archive.ingest.safety import clean_line
from archive.models import Capture, SourceDocument

_PART = ".part"
# Older unfinished files are of a process that died.
_STALE_SECONDS = 3600


def path_of(sha256: str) -> Path:
    """Where the bytes of that hash stand, or would."""
    return settings.DATA_DIR / "captures" / sha256[:2] / sha256


def store(data: bytes) -> str:
    """Put the bytes where they belong and return their SHA-256. What stands there already stays."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = path_of(sha256)
    if path.exists() and path.stat().st_size == len(data):
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    part = path.with_name(f"{sha256}.{secrets.token_hex(4)}{_PART}")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    _sync(path.parent)
    return sha256


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


def _sweep(folder: Path) -> None:
    for part in folder.glob(f"*{_PART}"):
        try:
            if time.time() - part.stat().st_mtime > _STALE_SECONDS:
                part.unlink()
        except FileNotFoundError:
            continue  # its writer was quicker


def _sync(folder: Path) -> None:
    """Force the new name to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
