from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from archive.databases.sqlite.base import DatabaseWrapper


class Command(migrate.Command):
    help = migrate.Command.help + " Makes the file of a SQLite database where there is none: nothing else does."

    # Not `handle`: the checks that come before it look into the database.
    def execute(self, *args: Any, **options: Any) -> str | None:
        connection = connections[options["database"]]
        if isinstance(connection, DatabaseWrapper) and (path := connection.path()):
            self._make(path)
        return super().execute(*args, **options)

    def _make(self, path: Path) -> None:
        if path.exists():
            return
        left = [name for name in ("captures", "index") if (settings.DATA_DIR / name).exists()]
        if left:
            raise CommandError(
                f"There is no database at {path}, but {' and '.join(left)} of one in {settings.DATA_DIR}: it was moved, or "
                "its disk is not there. Bring it back (`restore`, docs/operations.md); if a new archive is meant, move them away."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self.stdout.write(f"Made a new database at {path}.")
