from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from archive.curation.accounts import give_role
from archive.curation.roles import Role


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any, tmp_path: Path) -> None:
    """Without collectstatic there is neither a manifest nor a folder to serve."""
    settings.STATIC_ROOT = tmp_path
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


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
