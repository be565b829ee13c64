"""Numbers that all processes count together, each by a key until its time is up: for limits (archive/ratelimit.py).

Two stores, with the same tests: a table of a PostgreSQL database, for all machines that share it; else a small SQLite file of the
data folder, for the processes of one machine.
"""

from archive.counters.base import Counters, Lost
from archive.counters.file import FileCounters
from archive.counters.table import TableCounters

__all__ = ["Counters", "FileCounters", "Lost", "TableCounters", "counters"]

_file, _table = FileCounters(), TableCounters()


def counters() -> Counters:
    """Those that all who serve the same database count with."""
    return _table if _table.is_there() else _file
