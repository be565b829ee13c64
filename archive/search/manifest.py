"""What the files of a Whoosh index were when they were written, for Whoosh opens damaged ones without a word.

`manifest.json` beside them holds size and CRC-32 of each. Segments are immutable, so each is read for it once when it is
written, and once by each process that opens it (some 1 GB a second). What was written after the manifest by a process that
was killed in between is taken as it is; the next writer seals it.
"""

import fcntl
import json
import os
import zlib
from collections.abc import Container
from contextlib import suppress
from pathlib import Path

from django.utils.translation import gettext as _
from whoosh import index

from archive.search.query import IndexUnusable

_NAME = "manifest.json"
_CHUNK = 1 << 20


def seal(folder: Path) -> None:
    """Note what is new in the folder and forget what is gone. Safe to call from several processes."""
    with (folder / "manifest.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = _read(folder)
        present = _present(folder)
        if present is None:
            return
        sums = {}
        for name in present:
            try:
                sums[name] = known.get(name) or _sum(folder / name, to_disk=True)
            except FileNotFoundError:
                continue  # a later commit merged it away
        if sums != known:
            fresh = folder / f"{_NAME}.new"
            with fresh.open("w") as file:
                json.dump(sums, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(folder / _NAME)


def _committed(folder: Path) -> list[str] | None:
    """The segments of the last commit: others may be half written, by a process that commits next."""
    try:
        files = index.open_dir(str(folder))
        return [segment.segment_id() for segment in files._segments()]
    except (OSError, index.EmptyIndexError):
        return None  # a commit is under way, and seals them in its turn


def verify(folder: Path, verified: Container[str]) -> set[str]:
    """Raise IndexUnusable where a file that is not among the verified ones is not what was written; the names of all."""
    sums = _read(folder)
    for name, expected in sums.items():
        if name in verified:
            continue
        try:
            found = _sum(folder / name)
        except FileNotFoundError:
            continue  # a commit merged it away; what is missing and needed, Whoosh misses too
        if found != expected:
            raise _damaged(name)
    return set(sums)


def damages(folder: Path) -> list[str]:
    """Names of files that are not what was written; the manifest's own, where it is not byte by byte what `seal` writes.

    A commit that is not sealed yet looks like that too: ask again a moment later.
    """
    try:
        sums = _read(folder)
    except IndexUnusable:
        return [_NAME]
    found = [] if not sums or (folder / _NAME).read_text() == json.dumps(sums) else [_NAME]
    for name, expected in sums.items():
        # What is missing is told of the manifest: it lists what is there.
        with suppress(FileNotFoundError):
            if _sum(folder / name) != expected:
                found.append(name)
    # Asked of whole files only: Whoosh unpickles what it opens.
    present = _present(folder) if sums and not found else None
    return found if present is None or sums.keys() == {*present} else [_NAME]


def _present(folder: Path) -> list[str] | None:
    """The files of the last commit; None while one is under way."""
    committed = _committed(folder)
    if committed is None:
        return None
    return [
        path.name
        for path in folder.iterdir()
        if path.suffix == ".toc" or (path.suffix == ".seg" and any(segment in path.name for segment in committed))
    ]


def _read(folder: Path) -> dict[str, list[int]]:
    try:
        found = json.loads((folder / _NAME).read_text())
    except FileNotFoundError:
        return {}
    except ValueError:  # no JSON, or no UTF-8
        found = None
    if not isinstance(found, dict):
        raise _damaged(_NAME)
    return found


def _damaged(name: str) -> IndexUnusable:
    return IndexUnusable(_("The search index is damaged (%(file)s): run `manage.py rebuild_index`.") % {"file": name})


def _sum(path: Path, *, to_disk: bool = False) -> list[int]:
    """Size and CRC-32. With `to_disk` the file is on disk afterwards: Whoosh does not see to that."""
    size = crc = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            size, crc = size + len(chunk), zlib.crc32(chunk, crc)
        if to_disk:
            os.fsync(file.fileno())
    return [size, crc]
