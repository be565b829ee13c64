"""The tables of the search engine ``postgres://`` (archive/search/postgres_engine.py). SQLite has none of them."""

from django.db import migrations

CREATE = """
CREATE TABLE archive_searchstate (
    the_only boolean PRIMARY KEY DEFAULT true CHECK (the_only),
    generation bigint NOT NULL,
    version integer NOT NULL,
    number bigint NOT NULL,
    sha256 text NOT NULL,
    documents bigint NOT NULL
);
CREATE TABLE archive_searchdocument (
    generation bigint NOT NULL,
    id text NOT NULL,
    scope text NOT NULL,
    pk bigint NOT NULL,
    digest bigint NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    facets text[] NOT NULL,
    stemmed tsvector NOT NULL,
    exact tsvector NOT NULL,
    overlong text,
    PRIMARY KEY (generation, id)
);
CREATE INDEX archive_searchdocument_stemmed ON archive_searchdocument USING gin (stemmed) WITH (fastupdate = off);
CREATE INDEX archive_searchdocument_exact ON archive_searchdocument USING gin (exact) WITH (fastupdate = off);
CREATE INDEX archive_searchdocument_facets ON archive_searchdocument USING gin (facets) WITH (fastupdate = off);
CREATE TABLE archive_searchword (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    generation bigint NOT NULL,
    form text NOT NULL,
    UNIQUE (generation, form)
);
"""
DROP = "DROP TABLE archive_searchword, archive_searchdocument, archive_searchstate"


def _on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("archive", "0002_authority_file")]

    operations = [migrations.RunPython(_on_postgresql(CREATE), _on_postgresql(DROP), elidable=False)]
