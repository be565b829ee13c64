"""What operators should know of who comes in: one line in the log `archive.security` for each such event.

No line holds a password, an address or a name: accounts are told by their number, clients and names that no account may have
by a keyed hash, which is the same for the same client and leads back to nobody.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from simple_history.models import HistoricalRecords

from archive.ratelimit import client_of, keyed

log = logging.getLogger("archive.security")

# What is told → how much it matters.
EVENTS: Mapping[str, int] = {
    "login": logging.INFO,
    "logout": logging.INFO,
    "session-ended": logging.INFO,
    "password-changed": logging.INFO,
    "second-factor-set": logging.INFO,
    "login-failed": logging.WARNING,
    "login-throttled": logging.WARNING,
    "second-factor-failed": logging.WARNING,
    "second-factor-recovered": logging.WARNING,
    "second-factor-removed": logging.WARNING,
    "account-created": logging.WARNING,
    "account-disabled": logging.WARNING,
    "account-enabled": logging.WARNING,
    "superuser-changed": logging.WARNING,
    "role-changed": logging.WARNING,
    "permission-denied": logging.WARNING,
    "csrf-failure": logging.WARNING,
    "bad-host": logging.WARNING,
}


def tell(event: str, request: HttpRequest | None = None, **fields: Any) -> None:
    """Log it: as fields of the record (`event`, and those given), and in its text for whoever reads it plain.

    Of a request: `client`, `view` (the name of what it asked for) and `by`, the account that is logged in.
    """
    if request is not None:
        match = request.resolver_match
        fields.setdefault("client", keyed(client_of(request)))
        fields.setdefault("view", match.view_name if match else "")
        if (user := getattr(request, "user", None)) is not None and user.pk:
            fields.setdefault("by", user.pk)
    text = " ".join(f"{name}={value}" for name, value in fields.items() if value != "")
    log.log(EVENTS[event], "%s %s", event, text, extra={"event": event, **fields})


def name_hash(username: str) -> str:
    """By what a name is told: people type their passwords there."""
    return keyed(f"account {username}")


# Coming and going -----------------------------------------------------------------------------------------------------


@receiver(user_logged_in)
def _logged_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    tell("login", request, account=user.pk)


@receiver(user_logged_out)
def _logged_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        tell("logout", request, account=user.pk)


@receiver(user_login_failed)
def _login_failed(credentials: Mapping[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    tell("login-failed", request, account_hash=name_hash(str(credentials.get("username", ""))))


# Accounts, whoever changes them: the admin, a command, a shell ---------------------------------------------------------

_WATCHED = ("is_active", "is_superuser", "password")


@receiver(pre_save, sender=User)
def _before(instance: User, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    is_watched = update_fields is None or set(_WATCHED) & set(update_fields)
    known = User.objects.filter(pk=instance.pk).values(*_WATCHED).first() if is_watched and instance.pk else None
    instance._before = known if is_watched else {}  # type: ignore[attr-defined]


@receiver(post_save, sender=User)
def _after(instance: User, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    request = getattr(HistoricalRecords.context, "request", None)
    if created:
        tell("account-created", request, account=instance.pk, superuser=instance.is_superuser)
        return
    before = instance.__dict__.pop("_before", None) or {}
    changed = {name for name, value in before.items() if getattr(instance, name) != value}
    if "is_active" in changed:
        tell("account-enabled" if instance.is_active else "account-disabled", request, account=instance.pk)
    if "is_superuser" in changed:
        tell("superuser-changed", request, account=instance.pk, superuser=instance.is_superuser)
    # Alone it is saved where the same password is hashed anew, at a login.
    if "password" in changed and set(update_fields or ()) != {"password"}:
        tell("password-changed", request, account=instance.pk)


@receiver(m2m_changed, sender=User.groups.through)
def _roles_changed(instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any) -> None:
    if action not in ("post_add", "post_remove", "post_clear"):
        return
    request = getattr(HistoricalRecords.context, "request", None)
    # From the group's side it is the accounts that are given.
    for user in User.objects.filter(pk__in=pk_set or ()) if reverse else [instance]:
        roles = ",".join(sorted(user.groups.values_list("name", flat=True)))
        tell("role-changed", request, account=user.pk, roles=roles)
