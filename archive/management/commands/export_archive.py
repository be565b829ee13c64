import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.formats.records import export_rows
from archive.management.progress import counted


class Command(BaseCommand):
    help = "Write every published record as a line of JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", required=True, metavar="FILE", help="where to write; - for standard output")
        parser.add_argument(
            "--with-restricted", action="store_true", help="also drafts, withdrawn records and restricted texts"
        )

    def handle(self, *, output: str, with_restricted: bool, **options: Any) -> None:
        rows = counted(self, "records written")(export_rows(with_restricted=with_restricted))
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        if output == "-":
            sys.stdout.writelines(lines)
            return
        path = Path(output)
        try:
            # In a folder beside its place first: a broken run leaves neither half an export nor anything else.
            with tempfile.TemporaryDirectory(dir=path.parent) as folder:
                written = Path(folder) / path.name
                with written.open("w", encoding="utf-8") as file:
                    file.writelines(lines)
                written.replace(path)
        except OSError as error:
            raise CommandError(f"Can't write {output}: {error.strerror}.") from error
