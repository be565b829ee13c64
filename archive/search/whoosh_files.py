"""Reads the segments of a Whoosh index in pieces, as they are asked for.

Whoosh maps a segment into memory and then copies each file in it, for each reader once more: at 100 000 articles some
650 MB twice over, in every process. Here a piece is read where the operating system keeps it for all processes. It is read,
not mapped: a mapped file that is cut off by somebody takes the process with it, a short read is an error that is told.
"""

import os
import weakref
from array import array
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile

# What is read at once where little is asked for: most is asked for in a row.
_AHEAD = 4096


class Storage(FileStorage):
    """A folder with an index, as Whoosh's own."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), supports_mmap=False)

    def open_file(self, name: str, *args: Any, **options: Any) -> StructFile:
        if not name.endswith(".seg"):
            return super().open_file(name, *args, **options)
        file = _Descriptor(Path(self.folder) / name)
        return _Piece(file, 0, file.size, name)


class _Descriptor:
    """An open file, closed with the last piece that is read from it."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self.number)
        self.size = os.fstat(self.number).st_size


class _Piece(StructFile):
    """A stretch of an open file, with a position of its own. Not for two threads at once."""

    def __init__(self, file: _Descriptor, start: int, size: int, name: str) -> None:
        # Not StructFile's: it keeps what it reads from, and an object that keeps itself would keep its file open too.
        self._name, self.is_real, self.is_closed = name, False, False
        self._file, self._start, self._size = file, start, size
        self._position = 0
        self._ahead, self._ahead_from = b"", 0

    @property
    def file(self) -> "_Piece":
        """What is unpickled from."""
        return self

    def subset(self, offset: int, length: int, name: str | None = None) -> "_Piece":
        return _Piece(self._file, self._start + offset, length, name or self._name)

    def get(self, position: int, length: int) -> bytes:
        """Raises EOFError where the file ends before."""
        begin = position - self._ahead_from
        if begin >= 0 and begin + length <= len(self._ahead):
            return self._ahead[begin : begin + length]
        wanted = max(0, min(max(length, _AHEAD), self._size - position))
        found = os.pread(self._file.number, wanted, self._start + position)
        if len(found) < length:
            raise EOFError(f"{self._name} ends before {position + length}")
        if length >= _AHEAD:
            return found
        self._ahead, self._ahead_from = found, position
        return found[:length]

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._size - self._position)
        found = self.get(self._position, left if size < 0 else min(size, left))
        self._position += len(found)
        return found

    def readline(self) -> bytes:
        """The pickles of Whoosh have no long lines."""
        line = bytearray()
        while byte := self.read(1):
            line += byte
            if byte == b"\n":
                break
        return bytes(line)

    def seek(self, position: int, whence: int = 0) -> int:
        base = (0, self._position, self._size)[whence]
        self._position = base + position
        return self._position

    def tell(self) -> int:
        return self._position

    def get_array(self, position: int, typecode: str, length: int) -> "array[Any]":
        self.seek(position)
        return self.read_array(typecode, length)

    def close(self) -> None:
        self.is_closed = True
