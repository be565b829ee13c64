import smtplib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from archive.management.progress import counted
from archive.outcomes import tell
from archive.views.digests import send_due


class Command(BaseCommand):
    help = (
        "Send what is new to those who follow a page by e-mail, and forget requests that nobody confirmed. "
        "Run it every day; again on the same day, it sends nothing. The exit code is 1 where an e-mail was not sent."
    )

    def handle(self, **options: Any) -> None:
        if not settings.SENDS_MAIL:
            raise CommandError("EMAIL_URL says how e-mails are sent; it is not set.")
        try:
            done = send_due(timezone.now(), counted(self, "alerts looked at"))
        except (smtplib.SMTPException, OSError) as error:
            tell("alert", "no server")
            raise CommandError(
                f"The mail server can't be used, and nothing was sent: {type(error).__name__}."
            ) from error
        for result in ("sent", "failed"):
            if number := getattr(done, result):
                tell("alert", result, number)
        self.stdout.write(
            f"{done.sent} sent, {done.nothing_new} with nothing new, {done.failed} failed, {done.forgotten} forgotten."
        )
        if done.failed:
            raise CommandError(f"{done.failed} alerts failed; they are tried again next time.")
