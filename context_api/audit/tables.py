"""The tables of the audit database: entries in chains, one chain per writer, and receipts.

They stand in a database of their own, so that reading never waits for publishing nor the reverse.
"""

from sqlalchemy import BigInteger, Column, Engine, Index, Integer, MetaData, String, Table, text

from context_api.store.engine import is_sqlite, writing

CREATE_LOCK = 0x434F4E41  # one worker creates, the others wait ("CONA")

metadata = MetaData()

entries = Table(
    "audit_entries",
    metadata,
    Column("writer", String, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("tenant_id", String, nullable=False),
    Column("caller", String, nullable=False),
    Column("key_id", String, nullable=False),
    Column("route", String, nullable=False),
    Column("view", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("request_id", String, nullable=False),
    Column("correlation_id", String, nullable=False),
    Column("at", String, nullable=False),
    Column("version", BigInteger),
    Column("purpose", String),
    Column("on_behalf_of", String),
    Column("hash", String, nullable=False),
    Index("ix_audit_entries_at", "tenant_id", "at"),
    sqlite_with_rowid=False,
)

receipts = Table(
    "read_receipts",
    metadata,
    Column("writer", String, primary_key=True),  # rows are appended; only the index below is hit at random
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("golden_id", String, primary_key=True),
    Column("entity_version", BigInteger, primary_key=True, autoincrement=False),
    Column("tenant_id", String, nullable=False),
    Column("facts", String, nullable=False),
    Index("ix_read_receipts_golden", "tenant_id", "golden_id"),
    sqlite_with_rowid=False,
)


def create_tables(engine: Engine) -> None:
    """Create the tables where they are missing. Safe to call at once."""
    with writing(engine) as connection:
        if not is_sqlite(engine):
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": CREATE_LOCK})
        metadata.create_all(connection)
