from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.curation import second_factor


class Command(BaseCommand):
    help = "Say who that may log in has a second factor, or take somebody's away who has lost phone and recovery codes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", metavar="USER", default="", help="the account's name")

    def handle(self, *, remove: str, **options: Any) -> None:
        if remove:
            self._remove(remove)
            return
        for user in User.objects.filter(is_active=True, is_staff=True).order_by("username"):
            standing = second_factor.standing_of(user)
            text = f"{standing.codes} recovery codes left" if standing else "none"
            self.stdout.write(f"{user.get_username()}: {text}")

    def _remove(self, name: str) -> None:
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no account “{name}”.")
        if not second_factor.remove(user):
            raise CommandError(f"“{name}” has no second factor.")
        self.stdout.write(f"“{name}” logs in with the password alone, and is to set up a new second factor.")
