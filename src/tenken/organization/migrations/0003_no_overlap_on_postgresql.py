"""PostgreSQL refuses overlapping placements of a unit and overlapping assignments of a person to a post.

The operations lock the city and check; these constraints hold against everything else that may write. They need the
extension btree_gist: the database's owner may create it where it is installed (it is "trusted" since PostgreSQL 13).
Where it is not, the constraints are left out and the operations' checks stand alone, as on SQLite.
"""

from __future__ import annotations

from django.db import DatabaseError, migrations, transaction

CONSTRAINTS = (
    ("organization_unitplacement", "organization_placement_no_overlap", "unit_id WITH ="),
    ("organization_assignment", "organization_assignment_no_overlap", "person_id WITH =, post_id WITH ="),
)


def _has_btree_gist(schema_editor) -> bool:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'btree_gist'")
        if cursor.fetchone():
            return True
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'btree_gist'")
        if not cursor.fetchone():
            return False
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    except DatabaseError:  # the migrating role may not create extensions
        return False
    return True


def add(apps, schema_editor) -> None:
    if schema_editor.connection.vendor != "postgresql" or not _has_btree_gist(schema_editor):
        return
    for table, name, keys in CONSTRAINTS:
        schema_editor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} "
            f"EXCLUDE USING gist ({keys}, daterange(valid_from, valid_to) WITH &&)"
        )


def remove(apps, schema_editor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, name, _ in CONSTRAINTS:
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("organization", "0002_apitoken")]

    operations = [migrations.RunPython(add, remove)]
