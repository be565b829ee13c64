"""E-mails to those who follow a result page: the one that asks for confirmation, and what is new.

What is new follows from the change log: a record is new to an alert if it became public with a later change than the last one
that the alert was told of. An alert is moved on before its e-mail is sent, and back if that fails: two runs at once never send
twice, and a run that is killed loses one e-mail at most. Addresses stand in no log.
"""

import logging
import smtplib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import mail, signing
from django.db.models import Exists, F, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.formats.text import one_line
from archive.models import Alert, Article, Change
from archive.models.alert import DAYS_TO_CONFIRM
from archive.search import SearchError
from archive.views.followed import Followed, NotFollowed

log = logging.getLogger(__name__)

# Most records of one e-mail; the rest is a link away.
MOST = 30
_LONGEST_TEXT = 300
_LONGEST_SUBJECT = 120
# An address that was refused so often in a row is given up.
_MOST_FAILURES = 10
_CONFIRM, _STOP = "archive.alerts.confirm", "archive.alerts.stop"
# After so many e-mails in a row that were not sent, it is the server.
_MOST_IN_A_ROW = 5
# ValueError: what can't be a header, or an address.
_UNSENT = (smtplib.SMTPException, OSError, ValueError)


# Links ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What is confirmed: which alert, how often and in which language its e-mails come from then on."""

    alert: int
    frequency: str
    language: str


def confirmation(wish: Wish) -> str:
    """The address by which a wish is confirmed; it expires."""
    token = signing.dumps([wish.alert, wish.frequency, wish.language], salt=_CONFIRM)
    return settings.SITE_URL + reverse("archive:follow-confirm", args=[token])


def confirmed(token: str) -> Wish | None:
    """What the token of `confirmation` stands for; None where it is none, or too old."""
    try:
        return Wish(*signing.loads(token, salt=_CONFIRM, max_age=DAYS_TO_CONFIRM * 24 * 60 * 60))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def farewell(alert: Alert) -> str:
    """The address by which an alert is ended; it holds as long as the alert."""
    return settings.SITE_URL + reverse("archive:follow-stop", args=[signing.dumps(alert.pk, salt=_STOP)])


def parted(token: str) -> int | None:
    """The key of the alert that the token of `farewell` stands for; None where it is none."""
    try:
        return int(signing.loads(token, salt=_STOP))
    except (signing.BadSignature, TypeError, ValueError):
        return None


# The e-mails ----------------------------------------------------------------------------------------------------------


def ask(alert: Alert, wish: Wish) -> bool:
    """Send the e-mail that asks for confirmation, in the language at hand; False where it could not be sent."""
    followed = Followed(alert.page, alert.query)
    context = {
        "words": followed.words(),
        "page": settings.SITE_URL + followed.path,
        "confirm": confirmation(wish),
        "days": DAYS_TO_CONFIRM,
        "is_daily": wish.frequency == Alert.Frequency.DAILY,
        "site": settings.SITE_URL,
    }
    message = _message(alert, _("Please confirm: SCO security archive"), "confirm", context)
    try:
        return bool(message.send())
    except _UNSENT as error:
        log.error("alert %d: the confirmation was not sent (%s)", alert.pk, type(error).__name__)
        return False


def _digest(alert: Alert, followed: Followed, keys: set[int]) -> mail.EmailMessage:
    """In the language at hand."""
    words = followed.words()
    records = list(followed.model.objects.published().filter(pk__in=keys).order_by("-first_public_at", "slug")[:MOST])
    subject = ngettext("%(n)d new: %(words)s", "%(n)d new: %(words)s", len(keys)) % {"n": len(keys), "words": words}
    context = {
        "words": words,
        "page": settings.SITE_URL + followed.path,
        "items": [_item(record) for record in records],
        "more": len(keys) - len(records),
        "stop": farewell(alert),
        "site": settings.SITE_URL,
    }
    headers = {
        # RFC 8058: a program ends it by one POST to the first.
        "List-Unsubscribe": f"<{farewell(alert)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return _message(alert, subject, "digest", context, headers)


def _item(record: Any) -> dict[str, str]:
    text = next((value for name in ("abstract", "summary", "description") if (value := getattr(record, name, ""))), "")
    return {
        "title": one_line(record.shown_headline if isinstance(record, Article) else str(record)),
        "when": getattr(record, "date_text", ""),
        "text": Truncator(one_line(text)).chars(_LONGEST_TEXT),
        "url": settings.SITE_URL + record.get_absolute_url(),
    }


def _message(
    alert: Alert, subject: str, name: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> mail.EmailMessage:
    return mail.EmailMessage(
        subject=Truncator(one_line(subject)).chars(_LONGEST_SUBJECT),
        body=render_to_string(f"archive/mail/{name}.txt", context),
        to=[alert.email],
        # So that no absence notice answers.
        headers={"Auto-Submitted": "auto-generated", "Precedence": "bulk", **(headers or {})},
    )


# A run ----------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Report:
    """What a run did; `forgotten` are requests that nobody confirmed, and addresses that were given up."""

    sent: int = 0
    nothing_new: int = 0
    failed: int = 0
    forgotten: int = 0


def send_due(now: datetime, watch: Any = iter) -> Report:
    """Send what is due. Raises OSError or SMTPException where the mail server can't be reached; then nothing was sent.

    One that fails keeps none of the others waiting, unless many fail in a row: then the run ends, and the next goes on.
    """
    report = Report()
    report.forgotten, _rows = Alert.objects.forgotten(now).delete()
    due = list(Alert.objects.due(now).values_list("pk", flat=True))
    if not due:
        return report
    run = _Run(now, mail.get_connection())
    run.connection.open()
    try:
        for alert in watch(_one_by_one(due)):
            run.tell(alert, report)
            if run.failed_in_a_row >= _MOST_IN_A_ROW:
                break
    finally:
        run.connection.close()
    gone, _rows = Alert.objects.filter(failures__gte=_MOST_FAILURES).delete()
    report.forgotten += gone
    return report


def _one_by_one(keys: Iterable[int]) -> Iterator[Alert]:
    """As they are now: who stopped following while others were told gets nothing more."""
    for key in keys:
        yield from Alert.objects.filter(pk=key)


class _Run:
    def __init__(self, now: datetime, connection: Any) -> None:
        self.now = now
        self.connection = connection
        self.head = Change.objects.last_number()
        self.failed_in_a_row = 0
        self._new: dict[tuple[Any, int], set[int]] = {}

    def tell(self, alert: Alert, report: Report) -> None:
        """Send one alert what is new to it."""
        with translation.override(alert.language):
            try:
                message = self._message(alert)
            except (NotFollowed, SearchError) as error:
                # Later it may do: a topic that is gone comes back, a search that is out of order is mended.
                log.warning("alert %d: %s", alert.pk, error)
                report.failed += 1
                return
        if not self._claim(alert):
            return
        if message is None:
            report.nothing_new += 1
            return
        message.connection = self.connection
        try:
            message.send()
        except _UNSENT as error:
            # Its text has the address.
            log.error("alert %d: not sent (%s)", alert.pk, type(error).__name__)
            self._give_back(alert, is_refused=isinstance(error, smtplib.SMTPRecipientsRefused))
            self.connection.close()
            self.failed_in_a_row += 1
            report.failed += 1
            return
        self.failed_in_a_row = 0
        Alert.objects.filter(pk=alert.pk).update(failures=0)
        report.sent += 1

    def _message(self, alert: Alert) -> mail.EmailMessage | None:
        followed = Followed(alert.page, alert.query)
        new = self._new_since(followed.model, alert.last_change)
        keys = new & set(followed.keys()) if new else set()
        return _digest(alert, followed, keys) if keys else None

    def _new_since(self, model: Any, number: int) -> set[int]:
        """The keys of what became public with a later change; asked once for all who were told of the same."""
        if (model, number) not in self._new:
            self._new[model, number] = published_since(model, number, self.head)
        return self._new[model, number]

    def _claim(self, alert: Alert) -> bool:
        """Move the alert on; False where another run did so first, or it is gone."""
        as_it_was = Alert.objects.filter(pk=alert.pk, last_change=alert.last_change, checked_at=alert.checked_at)
        return bool(as_it_was.update(last_change=self.head, checked_at=self.now))

    def _give_back(self, alert: Alert, *, is_refused: bool) -> None:
        Alert.objects.filter(pk=alert.pk, checked_at=self.now).update(
            last_change=alert.last_change, checked_at=alert.checked_at, failures=F("failures") + int(is_refused)
        )


def published_since(model: Any, number: int, head: int) -> set[int]:
    """The keys of the published records that became public after the change of that number, and not after that of `head`."""
    touched = Change.objects.filter(
        number__gt=number, number__lte=head, record_type=model._meta.model_name
    ).values_list("record_id", flat=True)
    found = model.objects.published().filter(pk__in=touched)
    last = Change.objects.filter(number=number).first()
    if last is not None:
        before = model.history.filter(id=OuterRef("pk"), first_public_at__isnull=False, history_date__lte=last.at)
        found = found.exclude(Exists(before))
    return set(found.values_list("pk", flat=True))
