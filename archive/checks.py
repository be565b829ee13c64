"""System checks: wrong configuration is told at start, with what to do about it."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Doubt
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS

from archive.databases.replicas import ALIAS
from archive.search.engine import engine


@register()
def replica(**kwargs: Any) -> list[CheckMessage]:
    kinds = {settings.DATABASES[alias]["ENGINE"] for alias in (DEFAULT_DB_ALIAS, ALIAS) if alias in settings.DATABASES}
    if ALIAS not in settings.DATABASES or kinds == {"archive.databases.postgresql"}:
        return []
    hint = "Set DATABASE_URL and DATABASE_REPLICA_URL to a PostgreSQL server and to one that follows it, or unset the latter."
    return [Error("Only PostgreSQL has replicas.", hint=hint, id="archive.E002")]


@register()
def search_engine(**kwargs: Any) -> list[CheckMessage]:
    try:
        engine()
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="Set SEARCH_URL=whoosh:// for the embedded index.", id="archive.E001")]
    return []


@register()
def files(**kwargs: Any) -> list[CheckMessage]:
    if settings.FILES_URL != "database" or settings.DATABASES[DEFAULT_DB_ALIAS]["ENGINE"].endswith("postgresql"):
        return []
    hint = "Leave FILES_URL out: they stand in the data folder then."
    return [Error("Only PostgreSQL keeps files in the database.", hint=hint, id="archive.E003")]


@register(deploy=True)
def secret_key(**kwargs: Any) -> list[CheckMessage]:
    if settings.SECRET_KEY_IS_GIVEN or not settings.DATABASES[DEFAULT_DB_ALIAS]["ENGINE"].endswith("postgresql"):
        return []
    hint = "Set SECRET_KEY, the same on all machines, where there is more than this one."
    return [Doubt("The secret key is this machine's own: another one ends its sessions.", hint=hint, id="archive.W001")]
