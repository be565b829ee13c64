"""Files as rows of a PostgreSQL database, `archive_filepart`: nothing beside it has to be shared, copied or mounted.

A file is there with the commit of the transaction in which it was saved. It is kept in parts, so that none is ever in memory as a
whole. Always on the primary: nobody is told of a file that a replica does not have yet.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils.deconstruct import deconstructible

PART = 2**20


@deconstructible
class Rows(Storage):
    """The files of one name. What is saved under a name that is there takes its place."""

    def __init__(self, *, name: str) -> None:
        self._name = name

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def exists(self, name: str) -> bool:
        with self._asked("SELECT 1 FROM archive_filepart WHERE storage = %s AND name = %s LIMIT 1", name) as cursor:
            return cursor.fetchone() is not None

    def size(self, name: str) -> int:
        statement = "SELECT sum(octet_length(data)) FROM archive_filepart WHERE storage = %s AND name = %s"
        with self._asked(statement, name) as cursor:
            (found,) = cursor.fetchone()
        if found is None:
            raise FileNotFoundError(name)
        return int(found)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files below; none where there is nothing."""
        prefix = f"{path.strip('/')}/" if path.strip("/") else ""
        statement = """
            SELECT DISTINCT split_part(rest, '/', 1), rest LIKE '%%/%%'
            FROM (SELECT substr(name, %s) AS rest FROM archive_filepart
                  WHERE part = 0 AND storage = %s AND starts_with(name, %s)) AS below
        """
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(statement, [len(prefix) + 1, self._name, prefix])
            found = cursor.fetchall()
        return [name for name, is_folder in found if is_folder], [name for name, is_folder in found if not is_folder]

    def delete(self, name: str) -> None:
        with self._asked("DELETE FROM archive_filepart WHERE storage = %s AND name = %s", name):
            pass

    def _open(self, name: str, mode: str = "rb") -> File:
        return File(io.BufferedReader(_Parts(self, name, self.size(name)), PART), name=name)

    def _save(self, name: str, content: File) -> str:
        statement = "INSERT INTO archive_filepart (storage, name, part, data) VALUES (%s, %s, %s, %s)"
        content.seek(0)
        with transaction.atomic(using=DEFAULT_DB_ALIAS), connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            # Of two who save under one name one waits here, and his is what stays.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{self._name}/{name}"])
            cursor.execute("DELETE FROM archive_filepart WHERE storage = %s AND name = %s", [self._name, name])
            part = 0
            # An empty file has one part, too.
            while (data := content.read(PART)) or not part:
                cursor.execute(statement, [self._name, name, part, data])
                part += 1
        return name

    def part(self, name: str, number: int) -> bytes:
        """PART bytes, of the last part what is left."""
        statement = "SELECT data FROM archive_filepart WHERE storage = %s AND name = %s AND part = %s"
        with self._asked(statement, name, number) as cursor:
            found = cursor.fetchone()
        if found is None:
            raise FileNotFoundError(name)
        return bytes(found[0])

    @contextmanager
    def _asked(self, statement: str, *values: Any) -> Iterator[Any]:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(statement, [self._name, *values])
            yield cursor


class _Parts(io.RawIOBase):
    """A file read part by part."""

    def __init__(self, rows: Rows, name: str, size: int) -> None:
        self._rows, self._file, self._size, self._at = rows, name, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, PART)
        data = self._rows.part(self._file, number)[start : start + len(buffer)]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
