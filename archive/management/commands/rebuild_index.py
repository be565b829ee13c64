from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive import search
from archive.management.progress import counted


class Command(BaseCommand):
    help = "Write the search index anew from the records; searches use the old one until it is done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-needed", action="store_true", help="only where the index is missing or unusable")

    def handle(self, *, if_needed: bool, **options: Any) -> None:
        if if_needed:
            try:
                state = search.ensure_fresh()
            except search.IndexUnusable:
                pass
            else:
                self.stdout.write(f"The index is usable: {state.documents} documents, change {state.number}.")
                return
        try:
            state = search.rebuild_index(progress=counted(self, "records indexed"))
        except OSError as error:
            raise CommandError(f"Can't write the index: {error}.") from error
        self.stdout.write(f"{state.documents} documents indexed, up to change {state.number}.")
