import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.dumps import FORMATS
from archive.management.progress import counted


class Command(BaseCommand):
    help = "Write every published record to a file: JSON lines, tables in a zip, or the events for a map."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", required=True, metavar="FILE", help="where to write; - for standard output")
        parser.add_argument(
            "--format",
            choices=FORMATS,
            default="jsonl",
            help="; ".join(f"{key}: {one.label}" for key, one in FORMATS.items()),
        )
        parser.add_argument(
            "--with-restricted", action="store_true", help="also drafts, withdrawn records and restricted texts"
        )

    def handle(self, *, output: str, format: str, with_restricted: bool, **options: Any) -> None:  # noqa: A002  # the option's name
        whole, watch = FORMATS[format], counted(self, "records written")
        if output == "-":
            whole.write(sys.stdout.buffer, with_restricted, watch)
            sys.stdout.buffer.flush()
            return
        path = Path(output)
        try:
            # In a folder beside its place first: a broken run leaves neither half an export nor anything else.
            with tempfile.TemporaryDirectory(dir=path.parent) as folder:
                written = Path(folder) / path.name
                with written.open("wb") as file:
                    whole.write(file, with_restricted, watch)
                written.replace(path)
        except OSError as error:
            raise CommandError(f"Can't write {output}: {error.strerror}.") from error
