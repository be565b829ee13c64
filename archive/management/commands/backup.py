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
            raise CommandError(made.lacking() + (" Therefore no older backup was let go." if keep else ""))
