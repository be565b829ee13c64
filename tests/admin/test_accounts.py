"""`create_curator`: an account, and its password once."""

import re
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from archive.curation.roles import Role

pytestmark = pytest.mark.django_db


def created(*arguments: str) -> tuple[User, str]:
    """The account that the command made, and the password that it printed."""
    known = set(User.objects.values_list("pk", flat=True))
    out = StringIO()
    call_command("create_curator", *arguments, stdout=out)
    found = re.search(r"^Password: (\S+)$", out.getvalue(), re.MULTILINE)
    assert found
    return User.objects.exclude(pk__in=known).get(), found[1]


@pytest.mark.parametrize("role", Role.values)
def test_an_account_with_its_role(role: str) -> None:
    user, password = created("--role", role, "--username", "anna")
    assert user.username == "anna"
    assert user.is_staff
    assert not user.is_superuser
    assert [group.name for group in user.groups.all()] == [role]
    assert authenticate(username="anna", password=password) == user
    client = Client()
    client.post("/admin/login/?next=/admin/", {"username": "anna", "password": password})
    assert client.get("/admin/").status_code == 200


def test_by_default_a_curator_with_a_free_name() -> None:
    names = [created()[0].username for _ in range(3)]
    assert names == ["curator", "curator-2", "curator-3"]


def test_passwords_are_strong_and_differ() -> None:
    one, other = created()[1], created()[1]
    assert one != other
    assert len(set(one)) > 8
    assert len(one) >= 24


@pytest.mark.parametrize("username", ["anna", "not a name", "x" * 151])
def test_a_name_that_is_taken_or_none_is_refused(username: str) -> None:
    created("--username", "anna")
    with pytest.raises(CommandError, match="No account"):
        created("--username", username)
    assert User.objects.count() == 1


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        created("--role", "king")
