from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive import backups
from archive.outcomes import tell


class Command(BaseCommand):
    help = "Copy database and captures into a new folder with checksums (BagIt), while the archive is in use. For every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where backups are kept; each is a folder of its own in it")
        parser.add_argument("--keep", type=int, default=0, metavar="N", help="let go all but the newest N; 0 keeps all")

    def handle(self, *, folder: Path, keep: int, **options: Any) -> None:
        if keep < 0:
            raise CommandError("--keep is how many backups stay: 1 or more, or 0 for all.")
        try:
            made = backups.make(folder, keep=keep)
        except backups.BackupError as error:
            tell("backup", "failed")
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made.folder}: {made.files} files, {made.bytes} bytes, up to change {made.number}.")
        tell("backup", "made" if made.has_all else "damaged")
        if not made.has_all:
            raise CommandError(_wrong(made) + (" Therefore no older backup was let go." if keep else ""))


def _wrong(made: backups.Backup) -> str:
    kinds = {
        "Captures were copied that are not what their name says": made.damaged,
        "Captures have no file, and are not in the backup": made.missing,
    }
    return " ".join(f"{what}: {_some(names)}." for what, names in kinds.items() if names)


def _some(names: tuple[str, ...], most: int = 20) -> str:
    """Where a disk is not mounted it is all of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
