"""Sessions that can't be written."""

import pytest
from django.contrib.sessions.backends.base import UpdateError

from archive.databases.sessions import SessionStore

pytestmark = pytest.mark.django_db


def test_a_session_that_has_ended_is_told_from_a_database_at_fault() -> None:
    session = SessionStore()
    session["seen"] = 1
    session.save()
    session.get_model_class().objects.all().delete()
    session["seen"] = 2
    with pytest.raises(UpdateError):
        session.save()
