"""The database file by itself, as SQLite checks it. PostgreSQL checks the pages that it reads (data checksums)."""

import re
from collections.abc import Iterator

from django.db import connection
from django.utils.translation import gettext_noop

from archive.curation.fixity.base import UNREADABLE, Row, Tally, Trace

_MOST = 100
# "On tree page 12 cell 3: …", "Tree 12 page 13 cell 1: …"
_ROOT = re.compile(r"tree (?:page )?(\d+)", re.IGNORECASE)


def damaged_file(tally: Tally) -> Iterator[Trace]:
    """Pages, indexes and constraints. Of a damaged page the table is named, of a damaged index the row."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        try:
            cursor.execute("PRAGMA page_count")
            (tally.looked_at,) = cursor.fetchone()
            cursor.execute(f"PRAGMA integrity_check({_MOST})")
            found = [str(line) for (text,) in cursor.fetchall() for line in str(text).splitlines()]
        except UNREADABLE as error:
            found = [str(error)]
        roots: dict[int, str] = {}
        try:
            cursor.execute("SELECT rootpage, tbl_name FROM sqlite_master WHERE rootpage > 0")
            roots = dict(cursor.fetchall())
        except UNREADABLE as error:
            found.append(str(error))
    for line in found:
        if line != "ok" and not line.startswith("***"):
            root = _ROOT.search(line)
            table = roots.get(int(root[1]), "") if root else ""
            text = gettext_noop("SQLite finds the database damaged: %(error)s. Restore the newest backup.")
            yield Trace(Row(table or "database", ""), text, {"error": line.rstrip(".")})
