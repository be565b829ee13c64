"""Accounts for people who curate."""

import secrets
from itertools import count

from django.contrib.auth.models import Group, User
from django.db import transaction

from archive.curation.roles import Role

# Without what looks alike in many fonts (0 o, 1 l i): 24 of 31 characters are 118 bits.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def create_account(*, username: str, role: Role) -> str:
    """Make an account with that role and return its password, which is kept nowhere in the clear.

    Raises ValidationError where the name is taken or no user name.
    """
    password = generate_password()
    user = User(username=username, is_staff=True)
    user.set_password(password)
    user.full_clean()
    with transaction.atomic():
        user.save()
        give_role(user, role)
    return password


def give_role(user: User, role: Role) -> None:
    """Make it the account's only role."""
    user.groups.remove(*Group.objects.filter(name__in=Role.values))
    user.groups.add(Group.objects.get(name=role.value))


def free_username(role: Role) -> str:
    """A name that no account has: "editor", "editor-2", …"""
    names = (role.value if n == 1 else f"{role.value}-{n}" for n in count(1))
    return next(name for name in names if not User.objects.filter(username=name).exists())


def generate_password(groups: int = 6) -> str:
    """A random password in groups of four, easy to copy by hand."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))


def has_role(user: User) -> bool:
    return user.groups.filter(name__in=Role.values).exists()
