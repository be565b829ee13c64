"""Django's sessions in the database, but for one word of it: it takes every error of the database for a session that is gone."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError

from archive.databases.faults import fault_of


class SessionStore(db.SessionStore):
    def save(self, must_create: bool = False) -> None:
        """As Django's. Raises what the database said where that is at fault, and UpdateError only where the session has ended."""
        try:
            super().save(must_create)
        except UpdateError as error:
            cause = error.__context__
            if isinstance(cause, DatabaseError) and fault_of(cause):
                raise cause from cause.__cause__
            raise
