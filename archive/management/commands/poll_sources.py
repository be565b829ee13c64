from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.curation.inbox import Polled, poll
from archive.databases.locks import Busy, alone
from archive.models import PolledSource


class Command(BaseCommand):
    help = (
        "Read the active feeds, pages and folders, and put what is new into the curators' inbox. "
        "The exit code is 1 where a source could not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", metavar="NAME", help="only this one, active or not")
        parser.add_argument("--dry-run", action="store_true", help="say what would be new, and keep nothing")

    def handle(self, *, source: str | None, dry_run: bool, **options: Any) -> None:
        sources = PolledSource.objects.filter(name=source) if source else PolledSource.objects.filter(is_active=True)
        if source and not sources:
            raise CommandError(f"There is no source named {source!r}.")
        try:
            with alone("poll_sources"):
                done = [self._report(poll(one, dry_run=dry_run), dry_run) for one in sources]
        except Busy:
            raise CommandError("Another poll_sources is at work.") from None
        end = " Nothing was kept: this was a dry run." if dry_run else ""
        self.stdout.write(f"{len(done)} sources, {sum(len(one.new) for one in done)} new candidates.{end}")
        if failed := sum(bool(one.problem) for one in done):
            raise CommandError(f"{failed} sources could not be read, or not all of them.")

    def _report(self, polled: Polled, dry_run: bool) -> Polled:
        what = "unchanged" if polled.is_unchanged else f"{polled.found} items, {len(polled.new)} new"
        self.stdout.write(f"{polled.source.name}: {what}")
        if dry_run:
            for candidate in polled.new:
                self.stdout.write(f"  {candidate.date or '–'} {candidate.headline}")
        for line in polled.problem.splitlines():
            self.stderr.write(f"{polled.source.name}: {line}")
        return polled
