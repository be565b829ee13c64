"""What several machines share in PostgreSQL: counters (archive/counters/table.py), files (archive/stored/rows.py).

SQLite has neither.
"""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE archive_hits (
    key text PRIMARY KEY,
    number integer NOT NULL,
    until double precision NOT NULL
);
CREATE INDEX archive_hits_until ON archive_hits (until);
CREATE TABLE archive_filepart (
    storage text NOT NULL,
    name text NOT NULL,
    part integer NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (storage, name, part)
);
"""
DROP = "DROP TABLE archive_filepart, archive_hits"


def _on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("archive", "0008_fixity")]

    operations = [migrations.RunPython(_on_postgresql(CREATE), _on_postgresql(DROP), elidable=False)]
