from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.curation.authority import AuthorityError, convert


class Command(BaseCommand):
    help = "A development step: bring the tables of the authority file into the fixtures (docs/data.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="folder of the authority file's tables")
        parser.add_argument("--fixtures", type=Path, default=settings.FIXTURES_DIR, help="folder of the fixtures")

    def handle(self, *, folder: Path, fixtures: Path, **options: Any) -> None:
        try:
            changed = convert(folder, fixtures)
        except AuthorityError as error:
            raise CommandError(f"Nothing was written.\n{error}") from error
        self.stdout.write(f"Changed: {', '.join(changed)}." if changed else "The fixtures are up to date.")
