from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from archive.curation.accounts import create_account, free_username
from archive.curation.roles import Role


class Command(BaseCommand):
    help = "Create an account for the admin and print its password, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--role", choices=Role.values, default=Role.CURATOR.value, help="curator drafts, editor publishes, …"
        )
        parser.add_argument("--username", default="", help="default: the role, numbered where it is taken")

    def handle(self, *, role: str, username: str, **options: Any) -> None:
        username = username or free_username(Role(role))
        try:
            password = create_account(username=username, role=Role(role))
        except ValidationError as error:
            raise CommandError(f"No account “{username}” was made: {' '.join(error.messages)}") from error
        self.stdout.write(f"Account:  {username} ({role})")
        self.stdout.write(f"Password: {password}")
        self.stdout.write(f"Log in at {settings.SITE_URL}{reverse('admin:index')}. The password is not shown again.")
