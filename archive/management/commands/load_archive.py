from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.curation.loading import FixtureError, load
from archive.curation.restoring import restore
from archive.management.progress import counted


class Command(BaseCommand):
    help = "Load the fixtures, or an export: validate all, add what is new, update what nobody edited, report."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fixtures", type=Path, default=settings.FIXTURES_DIR, help="folder of the fixtures")
        parser.add_argument(
            "--export", type=Path, metavar="FILE", help="instead: put back an export (JSON lines, also in gzip)"
        )
        parser.add_argument("--force", action="store_true", help="overwrite records that were edited since loading")

    def handle(self, *, fixtures: Path, export: Path | None, force: bool, **options: Any) -> None:
        read, source = (restore, export) if export else (load, fixtures)
        try:
            report = read(source, force=force, progress=counted(self, "records read"))
        except FixtureError as error:
            raise CommandError(f"Nothing was loaded. {len(error.problems)} problem(s):\n{error}") from error
        if report.is_known:
            self.stdout.write(f"{'This export is' if export else 'These fixtures are'} loaded already.")
            return
        for label in report.kept:
            self.stdout.write(f"kept: {label}")
        self.stdout.write(
            f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, {len(report.kept)} kept."
        )
