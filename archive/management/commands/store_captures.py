from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive import backups


class Command(BaseCommand):
    help = (
        "Put the captures of a folder (captures/ of a data folder) where FILES_URL says. For a change of that setting, and for "
        "machines that kept captures of their own; repeatable. The folder stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        try:
            number = backups.put_captures(folder)
        except OSError as error:
            raise CommandError(f"Captures can't be kept: {error}.") from error
        self.stdout.write(f"{number} captures are kept.")
