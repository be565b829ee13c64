"""What a record's page says of other records, without a query for each kind: most are small, and the overview keeps them.

What the overview doesn't know is not public, or was made or withdrawn while the page was put together: it is left out.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from archive.databases import replicas
from archive.overview import Overview


def link(record: Any, links: Mapping[str, Any], rows: Mapping[str, Prefetch], archive: Overview) -> None:
    """Load what a record is linked to, as `prefetch_related` leaves it at the record.

    `links` are its many-to-many fields with their models, whose records the overview keeps; `rows` are relations that
    lead back to it, and how to load what stands there: of most records there is nothing. One query, and those of the
    rows that there are.
    """
    keys = _keys(record, (*links, *rows))
    for name, model in links.items():
        known = archive.records(model)
        remember(record, name, model, sorted((known[key] for key in keys[name] if key in known), key=_name))
    for name in rows:
        if not keys[name]:
            remember(record, name, record._meta.get_field(name).related_model, ())
    prefetch_related_objects([record], *(loaded for name, loaded in rows.items() if keys[name]))


def _name(record: Any) -> str:
    return record.name


def fetch(rows: Iterable[Any], field: str, records: QuerySet) -> None:
    """Give each row the record that its field points to; a query where any points to one."""
    pointing = [(row, key) for row in rows if (key := getattr(row, f"{field}_id")) is not None]
    found = records.in_bulk({key for _row, key in pointing}) if pointing else {}
    for row, key in pointing:
        setattr(row, field, found.get(key))


def remember(record: Any, name: str, model: Any, records: Iterable[Any]) -> None:
    """`record.<name>.all()` has these records from now on, and asks nothing."""
    found: QuerySet = QuerySet(model)
    found._result_cache = list(records)
    vars(record).setdefault("_prefetched_objects_cache", {})[name] = found


def _keys(record: Any, names: tuple[str, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {name: [] for name in names}
    with connections[replicas.alias()].cursor() as cursor:
        cursor.execute(_statement(record._meta.model_name, names), [record.pk] * len(names))
        for name, key in cursor.fetchall():
            found[name].append(key)
    return found


@cache
def _statement(kind: str, names: tuple[str, ...]) -> str:
    """The keys of what a record of that kind is linked to, each with the name of the link."""
    model, selects = apps.get_model("archive", kind), []
    for name in names:
        field: Any = model._meta.get_field(name)
        if field.many_to_many:
            table, own, other = field.m2m_db_table(), field.m2m_column_name(), field.m2m_reverse_name()
        else:
            target = field.related_model._meta
            table, own, other = target.db_table, field.remote_field.column, target.pk.column
        selects.append(f"SELECT '{name}', {other} FROM {table} WHERE {own} = %s")  # noqa: S608  # names of ours
    return " UNION ALL ".join(selects)
