"""Databases of earlier releases are brought up to date; receipts are looked up by their index."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text

from context_api.audit.entries import Entry, Receipt, genesis
from context_api.audit.reading import read_receipts_of, verify_chain
from context_api.audit.tables import create_tables, open_audit
from context_api.audit.writing import Head, append
from context_api.store.engine import reading, writing

ENTRY = Entry("ours", "tests", "k1", "/v1/x", "full", 200, "r", "c", "2026-01-01T00:00:00+00:00", 5)


def indexes(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        found = text("select name from sqlite_schema where type = 'index' and sql is not null")
        return set(connection.execute(found).scalars())


def test_a_database_of_an_earlier_release_keeps_its_entries_and_gets_the_index(audit: Engine) -> None:
    with writing(audit) as connection:
        connection.execute(text("drop index ix_read_receipts_segment"))
        connection.execute(
            text("create index ix_read_receipts_golden on read_receipts (tenant_id, golden_id)")
        )
        connection.execute(text("create index ix_audit_entries_at on audit_entries (tenant_id, at)"))
    append(audit, "w", Head(0, genesis("w")), [replace(ENTRY, receipts=(Receipt("g-1", 3),))])

    create_tables(audit)

    assert [receipt.entity_version for receipt in read_receipts_of(audit, "ours", "g-1")] == [3]
    assert verify_chain(audit).faults == ()
    if audit.dialect.name == "sqlite":
        assert indexes(audit) == {"ix_read_receipts_segment"}


def test_receipts_are_looked_up_by_their_index(tmp_path: Path) -> None:
    engine, plans = open_audit(f"sqlite:///{tmp_path / 'audit.db'}"), []
    create_tables(engine)

    @event.listens_for(engine, "before_cursor_execute")
    def explain(_: object, cursor: sqlite3.Cursor, statement: str, given: Any, *_rest: object) -> None:
        if "read_receipts" in statement:
            explained = cursor.connection.execute(f"explain query plan {statement}", given)
            plans.append(str(explained.fetchall()))

    read_receipts_of(engine, "ours", "g-1")
    engine.dispose()

    (plan,) = plans
    used = "SEARCH read_receipts USING INDEX ix_read_receipts_segment (writer=? AND <expr>=? AND tenant_id=?"
    assert used in plan
    assert "SCAN audit_entries" not in plan
    assert "SCAN read_receipts" not in plan
