"""A record's way to the public and back: publish, send to review, withdraw. Each is one transaction with its reason in the log."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.models import Article, Change, Event, Participant, Status, recording

Reviewable = Article | Event | Participant


class NotAllowed(ValidationError):
    """The record can't take that step from where it stands; the message says why."""


def send_to_review(record: Reviewable, *, by: str, why: str = "") -> None:
    """Hand a draft to an editor. Raises NotAllowed for what is not a draft."""
    if record.status != Status.DRAFT:
        raise NotAllowed(_("Only a draft can be sent to review."))
    _save(record, by=by, why=why, status=Status.IN_REVIEW)


def publish(record: Reviewable, *, by: str, why: str = "") -> None:
    """Make a record public, for the first time or again after a withdrawal.

    Raises NotAllowed where it is public already, and ValidationError where a field is wrong.
    """
    if record.status == Status.PUBLISHED:
        raise NotAllowed(_("It is published already."))
    _save(
        record,
        by=by,
        why=why,
        status=Status.PUBLISHED,
        first_public_at=record.first_public_at or timezone.now(),
        withdrawn_at=None,
        withdrawal_reason="",
    )


def withdraw(record: Reviewable, *, by: str, why: str) -> None:
    """Take a published record down. Its address then answers 410 with the reason; nothing is lost.

    Raises NotAllowed for what is not public, and without a reason.
    """
    if record.status != Status.PUBLISHED:
        raise NotAllowed(_("Only a published record can be withdrawn; a draft can be deleted."))
    if not why.strip():
        raise NotAllowed(_("Say why: the reason is shown at the record's address."))
    _save(
        record,
        by=by,
        why=why,
        status=Status.WITHDRAWN,
        withdrawn_at=timezone.now(),
        withdrawal_reason=why.strip(),
    )


def _save(record: Reviewable, *, by: str, why: str, **fields: object) -> None:
    before = {name: getattr(record, name) for name in fields}
    try:
        with transaction.atomic(), recording(by=by, why=why):
            Change.objects.lock()  # so that nobody else takes a step between the look and the save
            _refuse_stale(record)
            for name, value in fields.items():
                setattr(record, name, value)
            record.full_clean()
            record.save()
    except BaseException:
        # The caller's object must not claim what the database refused.
        for name, value in before.items():
            setattr(record, name, value)
        raise


def _refuse_stale(record: Reviewable) -> None:
    """Raise NotAllowed where somebody else took a step since the record was read, or deleted it: saving it would undo theirs."""
    stored = type(record)._base_manager.filter(pk=record.pk).values_list("status", flat=True).first()
    if stored != record.status and not record._state.adding:
        raise NotAllowed(_("Somebody else changed its status meanwhile: load it again."))
