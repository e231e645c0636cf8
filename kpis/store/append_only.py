"""Tables to which rows are added and nothing else: the database itself refuses to change or remove one.

Released migrations call ``statements``: what it returns for these tables may not change. A further rule of such tables is a function, and
a migration, of its own.
"""

from __future__ import annotations

APPEND_ONLY = {"audit_event": "id", "edition_pointer": "sequence"}  # each table with its primary key, one column


def statements(table: str, *, dialect: str) -> list[str]:
    """Return the SQL that lets rows of a table be added only."""
    message = f"{table} is append-only"
    if dialect == "sqlite":
        # INSERT OR REPLACE removes a row without asking the trigger of DELETE.
        key = APPEND_ONLY[table]
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608  # names of tables of ours
        return [
            f"CREATE TRIGGER {table}_no_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{message}'); END"
            for name, when in (
                ("update", f"UPDATE ON {table}"),
                ("delete", f"DELETE ON {table}"),
                ("replace", f"INSERT ON {table} WHEN {exists}"),
            )
        ]
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{message}'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]
