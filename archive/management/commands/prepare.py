from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Make everything ready to serve: migrate, load the archive, build the index, collect static files. Repeatable."
    )

    # In one process: starting Django four times costs more than a second run has to do.
    requires_migrations_checks = False

    def handle(self, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_archive", stdout=self.stdout)
        call_command("rebuild_index", if_needed=True, stdout=self.stdout)
        call_command("collectstatic", interactive=False, verbosity=0)
