from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive import dumps
from archive.databases.locks import Busy
from archive.management.progress import counted


class Command(BaseCommand):
    help = "Write the files of /dumps/ anew, with sizes, checksums and the number of the last change. For every night."

    def handle(self, **options: Any) -> None:
        try:
            made = dumps.make_dumps(counted(self, "records written"))
        except OSError as error:
            raise CommandError(f"Can't write {error.filename or 'the files'}: {error.strerror or error}.") from error
        except Busy:
            raise CommandError("Another make_dumps is at work.") from None
        for file in made.files:
            self.stdout.write(f"{file.sha256}  {file.bytes:>12}  {made.place}/{file.name}")
        self.stdout.write(f"All changes up to {made.change} are in them.")
