from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from archive.curation.accounts import give_role
from archive.curation.roles import Role


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def logged_in(db: None) -> Any:
    """`logged_in(role)`: a client of a fresh account with that role, or of a superuser."""

    def log_in(role: str) -> Client:
        user = User.objects.create_user(username=f"a-{role}", is_staff=True, is_superuser=role == "superuser")
        if role != "superuser":
            give_role(user, Role(role))
        client = Client()
        client.force_login(user)
        return client

    return log_in
