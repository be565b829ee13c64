"""The change log is append-only in the database too: entries follow the last one, and are neither edited nor deleted.

Who owns the database can drop a trigger, or load a dump past it; the chain of hashes then tells (`check_archive`).
SQLite needs ``PRAGMA recursive_triggers=ON`` (settings), else ``INSERT OR REPLACE`` walks past the trigger. A migration
that alters `Change` makes its table anew on SQLite, without its triggers: let it run `forwards` again.
"""

from django.db import migrations

CREATE = {
    "sqlite": (
        """
CREATE TRIGGER archive_change_no_update BEFORE UPDATE ON archive_change
BEGIN SELECT RAISE(ABORT, 'The change log is append-only.'); END
""",
        """
CREATE TRIGGER archive_change_no_delete BEFORE DELETE ON archive_change
BEGIN SELECT RAISE(ABORT, 'The change log is append-only.'); END
""",
        """
CREATE TRIGGER archive_change_in_order BEFORE INSERT ON archive_change
WHEN NEW.number <> COALESCE((SELECT MAX(number) FROM archive_change), 0) + 1
  OR NEW.previous_sha256 <> COALESCE((SELECT sha256 FROM archive_change ORDER BY number DESC LIMIT 1), '')
BEGIN SELECT RAISE(ABORT, 'An entry of the change log follows the last one.'); END
""",
    ),
    # The functions are VOLATILE, as is the default: they see the rows that the same INSERT wrote before.
    "postgresql": (
        """
CREATE FUNCTION archive_change_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The change log is append-only.' USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
        """
CREATE FUNCTION archive_change_check_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  SELECT number, sha256 INTO last FROM archive_change ORDER BY number DESC LIMIT 1;
  IF NEW.number <> COALESCE(last.number, 0) + 1 OR NEW.previous_sha256 <> COALESCE(last.sha256, '') THEN
    RAISE EXCEPTION 'An entry of the change log follows the last one.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$
""",
        """
CREATE TRIGGER archive_change_no_update BEFORE UPDATE OR DELETE ON archive_change
FOR EACH ROW EXECUTE FUNCTION archive_change_refuse()
""",
        """
CREATE TRIGGER archive_change_no_truncate BEFORE TRUNCATE ON archive_change
FOR EACH STATEMENT EXECUTE FUNCTION archive_change_refuse()
""",
        """
CREATE TRIGGER archive_change_in_order BEFORE INSERT ON archive_change
FOR EACH ROW EXECUTE FUNCTION archive_change_check_order()
""",
    ),
}
DROP = {
    "sqlite": tuple(f"DROP TRIGGER archive_change_{name}" for name in ("no_update", "no_delete", "in_order")),
    "postgresql": (
        *(f"DROP TRIGGER archive_change_{name} ON archive_change" for name in ("no_update", "no_truncate", "in_order")),
        "DROP FUNCTION archive_change_refuse()",
        "DROP FUNCTION archive_change_check_order()",
    ),
}


def _run(statements, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for statement in statements[schema_editor.connection.vendor]:
            cursor.execute(statement)


def forwards(apps, schema_editor):
    _run(CREATE, schema_editor)


def backwards(apps, schema_editor):
    _run(DROP, schema_editor)


class Migration(migrations.Migration):
    dependencies = [("archive", "0004_intake")]

    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
