"""Who works on a record that is not public yet: nobody or one."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.curation.review import NotAllowed
from archive.models import Assignment, Status

# An assignment ends by itself when the record becomes public: then it stands for nothing any more.
OPEN = (Status.DRAFT, Status.IN_REVIEW)


def of(record: Any) -> Assignment | None:
    """The assignment of an open record."""
    if record.status not in OPEN:
        return None
    return _of(type(record)).filter(record_id=record.pk).select_related("user").first()


def assign(record: Any, user: User) -> None:
    """Give the record to the user, whoever had it before. Raises NotAllowed for what is or was public."""
    if record.status not in OPEN:
        raise NotAllowed(_("Only drafts and what is in review are assigned."))
    Assignment.objects.update_or_create(
        record_type=record._meta.model_name,
        record_id=record.pk,
        defaults={"user": user, "at": timezone.now()},
    )


def release(record: Any, user: User, *, of_anybody: bool = False) -> None:
    """Take the assignment back. Raises NotAllowed where it is somebody else's, unless `of_anybody`."""
    known = of(record)
    if known is None:
        raise NotAllowed(_("It is not assigned."))
    if known.user_id != user.pk and not of_anybody:
        raise NotAllowed(_("It is assigned to %(user)s.") % {"user": known.user})
    known.delete()


def username(model: type) -> Subquery:
    """Annotation: the name of who works on the outer record; for open records only where that is asked beside it."""
    return Subquery(_of(model).filter(record_id=OuterRef("pk")).values("user__username")[:1])


def assigned_to(user: Any, model: type) -> QuerySet:
    """Keys of the model's records that are assigned to the user."""
    return _of(model).filter(user=user).values("record_id")


def assigned(model: type) -> QuerySet:
    """Keys of the model's records that are assigned to anybody."""
    return _of(model).values("record_id")


def _of(model: Any) -> QuerySet:
    return Assignment.objects.filter(record_type=model._meta.model_name).order_by()
