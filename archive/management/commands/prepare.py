from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from archive.databases.locks import Busy, alone

# Longer than any migration should take; systemd waits as long (docs/deploy/archive.service).
_PATIENCE = 600


class Command(BaseCommand):
    help = (
        "Make everything ready to serve: migrate, load the archive, build the index, collect static files. Repeatable."
    )

    # In one process: starting Django four times costs more than a second run has to do.
    requires_migrations_checks = False

    def handle(self, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        # Machines that start together: the first does it for all, the others find it done.
        try:
            with alone("prepare", patience=_PATIENCE):
                call_command("migrate", verbosity=0, interactive=False)
                call_command("load_archive", stdout=self.stdout)
        except Busy:
            raise CommandError("Another prepare is at work, and has been for ten minutes.") from None
        call_command("rebuild_index", if_needed=True, stdout=self.stdout)
        call_command("collectstatic", interactive=False, verbosity=0)
