from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive import moving
from archive.management.progress import counted


class Command(BaseCommand):
    help = (
        "Copy the archive from another database, of any kind, into the new one that the settings name: records, history, "
        "change log, accounts and all. Then build the index that SEARCH_URL names."
    )
    # They look into a database that has no tables yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from",
            dest="source",
            required=True,
            metavar="URL",
            help="as DATABASE_URL is written; nobody should write there meanwhile. A password may stand in PGPASSWORD or .pgpass",
        )
        parser.add_argument(
            "--captures",
            type=Path,
            metavar="FOLDER",
            help="its captures/, where ARCHIVE_DATA_DIR is now another folder: what is not here yet is copied",
        )

    def handle(self, *, source: str, captures: Path | None, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        try:
            copied = moving.copy(source, captured=captures, progress=counted(self, "rows copied", every=1000))
        except moving.MoveError as error:
            raise CommandError(f"Nothing was copied. {error}") from error
        self.stdout.write(
            f"{sum(copied.rows.values())} rows of {len(copied.rows)} tables copied and compared, up to change {copied.number}."
        )
        for path in copied.damaged:
            self.stdout.write(f"damaged, not copied: {path}")
        for sha256 in copied.missing:
            self.stdout.write(f"no capture is here of {sha256}")
        call_command("rebuild_index", stdout=self.stdout)
        if copied.missing:
            raise CommandError("The database is copied, but captures are missing: see --captures.")
