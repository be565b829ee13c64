"""Finished pages that the workers of one machine have in common: what one made, the others need not make as well.

Files in memory, in a folder for each state of the archive; without one (`SHARED_PAGES` names it, scosite/gunicorn.py sets it up)
each worker has its own alone. Whatever fails here costs time and no more: the page is made.
"""

import hashlib
import logging
import os
import shutil
import threading
from pathlib import Path

logger = logging.getLogger(__name__)

# So much is left free: metrics are in that memory, too, and a worker that finds no room for those is killed.
_RESERVE = 16 * 1024 * 1024
# Of a state's number, in the name of its folder.
_DIGITS = 15


class SharedPages:
    """Content by state and key. A file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._state = ""
        # By this process, of this state.
        self._written = 0
        self._has_failed = False

    def get(self, number: int, state: str, key: str) -> bytes | None:
        """What any worker has put there for that state, whose number says which is the later of two."""
        try:
            return self._file(number, state, key).read_bytes()
        except OSError:
            return None

    def put(self, number: int, state: str, key: str, content: bytes, most: int) -> None:
        """Leave it for the others, if it is among the first `most` bytes of this process; earlier states are removed."""
        file = self._file(number, state, key)
        with self._lock:
            is_first = state != self._state
            if is_first:
                self._state, self._written = state, 0
            self._written += len(content)
            if self._written > most:
                return
        try:
            if is_first:
                file.parent.mkdir(mode=0o700, exist_ok=True)
                self._remove_before(file.parent.name)
            free = os.statvfs(self._folder)
            if free.f_bavail * free.f_frsize < _RESERVE + len(content):
                return
            half = file.with_name(f"{file.name}.{os.getpid()}-{threading.get_ident()}")
            half.write_bytes(content)
            half.replace(file)
        except FileNotFoundError:
            # The state is past: another worker has removed its folder.
            return
        except OSError as error:
            if not self._has_failed:
                self._has_failed = True
                logger.warning("pages are not shared among workers: %s", error.strerror)

    def _file(self, number: int, state: str, key: str) -> Path:
        return self._folder / f"{number:0{_DIGITS}d}-{_digest(state)}" / _digest(key)

    def _remove_before(self, name: str) -> None:
        """Folders of other states, later ones left: who is late must not remove what others are using."""
        for other in self._folder.iterdir():
            if other.name != name and other.name[:_DIGITS] <= name[:_DIGITS]:
                shutil.rmtree(other, ignore_errors=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]
