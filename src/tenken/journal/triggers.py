"""The database itself refuses to change what was written.

SQLite forgets the triggers of a table that a migration rebuilds (it copies the table): such a migration of this room
ends with ``RunPython(install, remove)`` again. A test holds the triggers against the tables.
"""

from __future__ import annotations

from typing import Any

APPEND_ONLY = ("journal_entry", "journal_seal", "journal_personaldataaccess")
ERASABLE = "journal_payload"

# An erasure by the retention rule is the one change a payload may undergo, once; its entry stays the same.
_PAYLOAD_STAYS = (
    "OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR NEW.body <> '' OR NEW.salt <> '' "
    "OR NEW.entry_id <> OLD.entry_id"
)


def trigger_name(table: str) -> str:
    """Return the name of the trigger that guards *table*."""
    return f"{table}_append_only"


def install(apps: Any, schema_editor: Any) -> None:
    """Create the triggers (a migration's forward function)."""
    remove(apps, schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
            params=None,
        )
    for table in APPEND_ONLY:
        _guard(schema_editor, table, "")
    _guard(schema_editor, ERASABLE, f"WHEN ({_PAYLOAD_STAYS}) ")


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the triggers (a migration's backward function)."""
    on_postgres = schema_editor.connection.vendor == "postgresql"
    for table in (*APPEND_ONLY, ERASABLE):
        of_table = f" ON {table}" if on_postgres else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {trigger_name(table)}{of_table}")
    if on_postgres:
        schema_editor.execute("DROP FUNCTION IF EXISTS journal_refuse_change()")


def _guard(schema_editor: Any, table: str, when: str) -> None:
    body = (
        "EXECUTE FUNCTION journal_refuse_change()"
        if schema_editor.connection.vendor == "postgresql"
        else f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {trigger_name(table)} BEFORE UPDATE ON {table} FOR EACH ROW {when}{body}",
        params=None,
    )
