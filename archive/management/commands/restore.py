from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from archive import backups


class Command(BaseCommand):
    help = "Bring a backup back into an empty place: the database and the data folder that the settings name."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="one backup: a folder that `backup` made")
        parser.add_argument("--check", action="store_true", help="only read it and compare the checksums")

    def handle(self, *, folder: Path, check: bool, **options: Any) -> None:
        try:
            if check:
                found = backups.verify(folder)
                self.stdout.write(f"Whole: {found.files} files, {found.bytes} bytes, up to change {found.number}.")
                _tell_lacking(self, found)
                return
            found = backups.restore(folder)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored: {found.files} files, up to change {found.number}.")
        _tell_lacking(self, found)
        # The backup may be of an earlier version.
        call_command("migrate", verbosity=0, interactive=False)
        if backups.has_files_in_database():
            _put_captures(folder / "data" / "captures")
        call_command("rebuild_index", stdout=self.stdout)


def _tell_lacking(command: BaseCommand, found: backups.Backup) -> None:
    if not found.has_all:
        command.stderr.write(f"So it was when it was made: {found.lacking()} An older backup may have them.")


def _put_captures(folder: Path) -> None:
    try:
        backups.put_captures(folder)
    except (OSError, DatabaseError) as error:
        raise CommandError(
            f"The database is restored, its captures are not: {str(error).strip()}. "
            f"Go on with `store_captures {folder}` and `rebuild_index`."
        ) from error
