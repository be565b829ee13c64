"""What the database's planner knows of the tables."""

from django.db import connection


def refresh_statistics() -> None:
    """Count the rows anew, after many were written at once; those of the transaction at hand are counted, too.

    Where a table was emptied and filled again, PostgreSQL takes it for empty until autovacuum comes by, and plans joins that
    take seconds: https://www.postgresql.org/docs/current/populate.html#POPULATE-ANALYZE. SQLite plans without.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            tables = connection.introspection.django_table_names(only_existing=True)
            cursor.execute(f"ANALYZE {', '.join(map(connection.ops.quote_name, sorted(tables)))}")
