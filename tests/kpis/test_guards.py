"""Tables from which somebody took what guards their rows: each is named, on both engines, though columns and indexes are as they should be."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from kpis.errors import SchemaRefused
from kpis.store.store import Store
from kpis.store.upgrade import differing, newest_version, refuse_differing, version_of
from tests.conftest import ENGINES

pytestmark = pytest.mark.edition
PIECE = "UPDATE sqlite_master SET sql = replace(sql, '{}', '{}') WHERE name = '{}'"
# What somebody did, on each engine, and what is said of it.
CHANGES = {
    "a trigger is gone": (
        ("DROP TRIGGER audit_event_no_update",),
        ("DROP TRIGGER audit_event_append_only ON audit_event",),
        ("add_trigger audit_event.audit_event_no_update", "add_trigger audit_event.audit_event_append_only"),
    ),
    "a trigger is switched off": (
        ("DROP TRIGGER audit_event_no_delete", "CREATE TRIGGER audit_event_no_delete AFTER DELETE ON audit_event BEGIN SELECT 1; END"),
        ("ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only",),
        ("modify_trigger audit_event.audit_event_no_delete", "modify_trigger audit_event.audit_event_append_only"),
    ),
    "what a trigger does is another": (
        ("DROP TRIGGER audit_event_no_delete", "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event BEGIN SELECT 1; END"),
        ("CREATE OR REPLACE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",),
        ("modify_trigger audit_event.audit_event_no_delete", "modify_trigger audit_event.audit_event_append_only"),
    ),
    "a trigger of somebody else's": (
        ("CREATE TRIGGER mine AFTER INSERT ON bureau BEGIN DELETE FROM bureau WHERE 0; END",),
        (
            "CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
            "CREATE TRIGGER mine AFTER INSERT ON bureau FOR EACH ROW EXECUTE FUNCTION mine()",
        ),
        ("remove_trigger bureau.mine",) * 2,
    ),
    "a check is gone": (
        (PIECE.format("CONSTRAINT vintage_counts_from_one CHECK (vintage >= 1), ", "", "observation"),),
        ("ALTER TABLE observation DROP CONSTRAINT vintage_counts_from_one",),
        ("add_check observation.vintage_counts_from_one",) * 2,
    ),
    "a check lets more through": (
        (PIECE.format("grade IN (", "grade IN (''hearsay'',", "source"),),
        (
            "ALTER TABLE source DROP CONSTRAINT grade_known",
            "ALTER TABLE source ADD CONSTRAINT grade_known CHECK (grade IN ('primary', 'secondary', 'hearsay'))",
        ),
        ("modify_check source.grade_known",) * 2,
    ),
    "a key is another": (
        (PIECE.format("PRIMARY KEY (sequence)", "PRIMARY KEY (sequence, edition)", "edition_pointer"),),
        ("ALTER TABLE edition_pointer DROP CONSTRAINT edition_pointer_pkey, ADD PRIMARY KEY (sequence, edition)",),
        ("modify_key edition_pointer",) * 2,
    ),
    "letters of both cases are one": (
        (PIECE.format("bureau_code TEXT NOT NULL", "bureau_code TEXT COLLATE NOCASE NOT NULL", "observation"),),
        ('ALTER TABLE observation ALTER COLUMN reason_text TYPE varchar COLLATE "C"',),
        ("modify_collation observation", "modify_collation observation.reason_text"),
    ),
}  # fmt: skip


def changed(connection: Connection, change: str) -> str:
    """Change the tables as somebody might by hand; return what is to be said of it."""
    at = ("sqlite", "postgresql").index(connection.dialect.name)
    *ways, words = CHANGES[change]
    if is_text := ways[at][0].startswith("UPDATE sqlite_master"):
        connection.execute(text("PRAGMA writable_schema = ON"))
    for way in ways[at]:
        done = connection.execute(text(way.replace(":", r"\:")))
        assert not is_text or done.rowcount == 1
    if is_text:
        connection.execute(text("PRAGMA writable_schema = RESET"))
    return words[at]


@pytest.mark.parametrize("change", CHANGES)
def test_what_no_longer_guards_the_rows_is_named(bare: Store, change: str) -> None:
    """An audit trail that anybody can rewrite was "the tables of this program"."""
    bare.migrate()
    with bare.engine.begin() as connection:
        assert differing(connection) == []
        words = changed(connection, change)
    with bare.engine.connect() as connection:
        assert differing(connection) == [words]
    with pytest.raises(SchemaRefused, match=words.split()[1]):
        refuse_differing(bare.engine)


def test_tables_that_lost_a_guard_are_not_brought_up(bare: Store) -> None:
    before = f"{int(newest_version()) - 1:04d}"
    bare.migrate(to=before)
    with bare.engine.begin() as connection:
        words = changed(connection, "a trigger is gone")
    with pytest.raises(SchemaRefused, match=words.split()[1]):
        bare.migrate()
    assert version_of(bare.engine) == before


@pytest.mark.parametrize("bare", ENGINES[1:], indirect=True)
@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("ALTER TABLE review_comment SET UNLOGGED", "unlogged_table review_comment"),
        ("ALTER TABLE observation ENABLE ROW LEVEL SECURITY", "row_security observation"),
        (
            "ALTER TABLE source DROP CONSTRAINT grade_known, ADD CONSTRAINT grade_known CHECK (grade IN ('primary', 'secondary')) NOT VALID",
            "not_valid source.grade_known",
        ),
    ],
)
def test_what_postgresql_alone_may_loosen_is_named(bare: Store, way: str, words: str) -> None:
    """A crash empties a table that is not logged; a policy hides rows without a word."""
    bare.migrate()
    with bare.engine.begin() as connection:
        connection.execute(text(way))
    with bare.engine.connect() as connection:
        assert differing(connection) == [words]
