"""Files in a folder, whole or not there: each is written beside its place, forced to disk and then renamed."""

import os
import secrets
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage

_PART = ".part"
# Older unfinished files are of a process that died.
_STALE_SECONDS = 3600


class Folder(FileSystemStorage):
    """A folder of FILES_DIR. What is saved under a name that is there takes its place."""

    def __init__(self, *, name: str, **options: Any) -> None:
        super().__init__(allow_overwrite=True, **options)
        self._name = name

    # Asked each time, as the settings are everywhere else.
    @property
    def base_location(self) -> str:
        return str(Path(settings.FILES_DIR or settings.DATA_DIR) / self._name)

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)  # noqa: PTH100  # without following links, as Django has it

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{_PART}")
        try:
            with part.open("xb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        _sync(path.parent)
        return name

    def delete(self, name: str) -> None:
        path = Path(self.path(name))
        for part in path.glob(f"*{_PART}") if path.is_dir() else ():
            part.unlink(missing_ok=True)
        super().delete(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files; none where nothing was saved yet, and nothing that is half written."""
        try:
            folders, files = super().listdir(path)
        except FileNotFoundError:
            return [], []
        return folders, [name for name in files if not name.endswith(_PART)]


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
