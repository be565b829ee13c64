"""The three roles, as groups: what each may do stands here, and every `migrate` brings the groups to it.

A curator drafts, an editor publishes, an administrator manages users; each may do all that the one before may.
Records without a status (countries, cities, topics …) are public at once: a curator may add them while drafting, an
editor changes them. Whether a draft or a published record is at hand is the admin's question (`archive.admin.review`).
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, PermissionsMixin, User
from django.db import models
from django.utils.translation import gettext_lazy as _

from archive.models import (
    AcceptedFinding,
    Alert,
    Article,
    Assignment,
    Attendance,
    Candidate,
    Capture,
    Change,
    City,
    CorrectionNote,
    Country,
    CountryStatus,
    Coverage,
    Delegation,
    DuplicateDecision,
    Event,
    EventSeries,
    EventSource,
    Figure,
    FixityRun,
    Merge,
    Office,
    Participant,
    PolledSource,
    Publisher,
    Reading,
    Redirect,
    SourceDocument,
    SuggestionDecision,
    Term,
    Tip,
    Topic,
)


class Role(models.TextChoices):
    """In the order of what they may do. The value is the name of the group."""

    CURATOR = "curator", _("curator: drafts")
    EDITOR = "editor", _("editor: publishes")
    ADMINISTRATOR = "administrator", _("administrator: manages users")


REVIEWED = (Article, Event, Participant)
# What curators work through: their queues, and what they decided.
QUEUES = (Assignment, Candidate, DuplicateDecision, SuggestionDecision, Tip)
ROWS = (Coverage, Attendance, Delegation, Figure, Reading, EventSource, Office)
SHARED = (Country, City, Topic, Term, EventSeries, Publisher, SourceDocument)

# Role, what it may do beyond the role before it, to what.
GRANTS: tuple[tuple[Role, tuple[str, ...], tuple[type[models.Model], ...]], ...] = (
    (Role.CURATOR, ("view",), (*REVIEWED, *ROWS, *SHARED, CountryStatus, AcceptedFinding, Change, Redirect)),
    (Role.CURATOR, ("view",), (*QUEUES, Capture, CorrectionNote, FixityRun, Merge, PolledSource)),
    (Role.CURATOR, ("add", "change", "delete"), (*REVIEWED, *ROWS)),
    (Role.CURATOR, ("add", "change"), QUEUES),
    (Role.CURATOR, ("add",), SHARED),
    (Role.EDITOR, ("publish",), REVIEWED),
    (Role.EDITOR, ("change", "delete"), SHARED),
    (Role.EDITOR, ("add", "change", "delete"), (CountryStatus, AcceptedFinding)),
    (Role.EDITOR, ("add", "change", "delete"), (CorrectionNote, PolledSource)),
    (Role.EDITOR, ("add", "change"), (Merge,)),
    (Role.EDITOR, ("add",), (Redirect,)),
    # Accounts are switched off, not deleted: their names stand in the log.
    (Role.ADMINISTRATOR, ("view",), (Alert,)),
    (Role.ADMINISTRATOR, ("view", "add", "change"), (User,)),
    (Role.ADMINISTRATOR, ("view", "add", "change", "delete"), (Group,)),
)


def permissions_of(role: Role) -> Iterator[tuple[str, str]]:
    """App label and codename of everything the role may do."""
    ranks = list(Role)
    for granted, actions, granted_models in GRANTS:
        if ranks.index(granted) <= ranks.index(role):
            for model in granted_models:
                for action in actions:
                    yield model._meta.app_label, f"{action}_{model._meta.model_name}"


def set_up_groups(sender: Any, *, using: str, apps: Apps = current_apps, **kwargs: Any) -> None:
    """Receiver of `post_migrate`: make the groups, with exactly the permissions of their roles."""
    # Django makes them app by app, and `auth` comes after `archive`.
    for label in ("archive", "auth"):
        create_permissions(current_apps.get_app_config(label), verbosity=0, using=using, apps=apps)
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    ids = {
        (app_label, codename): pk
        for app_label, codename, pk in permissions.filter(content_type__app_label__in=["archive", "auth"])
        .order_by()
        .values_list("content_type__app_label", "codename", "pk")
    }
    for role in Role:
        group, _created = apps.get_model("auth", "Group").objects.using(using).get_or_create(name=role.value)
        group.permissions.set([ids[key] for key in permissions_of(role)])


def may_publish(user: AbstractBaseUser | AnonymousUser, model: type[models.Model]) -> bool:
    """True where the user may publish and withdraw records of the model, and so change what is public."""
    opts = model._meta
    return isinstance(user, PermissionsMixin) and user.has_perm(f"{opts.app_label}.publish_{opts.model_name}")
