"""The tables of the audit database: entries in chains, one chain per writer, and receipts.

They stand in a database of their own, so that reading never waits for publishing nor the reverse.

Every answer waits for a commit, and a commit costs by the pages that it touches. So entries and receipts are
appended, and the index of receipts by golden id, which would be hit at random, begins with the segment of the
chain: a commit hits the few pages of the last segment, and who looks up a golden id asks each segment.
"""

from sqlalchemy import BigInteger, Column, Engine, Index, Integer, MetaData, String, Table, text
from sqlalchemy.schema import CreateIndex

from context_api.store.engine import BUSY_TIMEOUT_SECONDS, is_sqlite, open_store, writing

SEGMENT_ENTRIES = (
    512  # receipts of one segment stand on a dozen pages; ten million entries have 20,000 segments
)
FORMER_INDEXES = ("ix_read_receipts_golden", "ix_audit_entries_at")  # of releases before segments
LOG_PAGES = 48_000  # 192 MB of log: past it a commit folds what the checkpointer has left, and begins it anew
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
    sqlite_with_rowid=False,
)

receipts = Table(
    "read_receipts",
    metadata,
    Column("writer", String, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("golden_id", String, primary_key=True),
    Column("entity_version", BigInteger, primary_key=True, autoincrement=False),
    Column("tenant_id", String, nullable=False),
    Column("facts", String, nullable=False),
    sqlite_with_rowid=False,
)
receipts_by_segment = Index(
    "ix_read_receipts_segment",
    receipts.c.writer,
    text(f"(sequence / {SEGMENT_ENTRIES})"),
    receipts.c.tenant_id,
    receipts.c.golden_id,
    _table=receipts,
)


def open_audit(url: str, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> Engine:
    """Return an engine for the audit database at an address; connects when it is first used.

    Raises:
        FaultyStoreSetting: The address is none, or of a database that we do not speak to.
    """
    return open_store(url, busy_timeout_seconds=busy_timeout_seconds, checkpoint_pages=LOG_PAGES)


def create_tables(engine: Engine) -> None:
    """Create tables and indexes where they are missing, and drop former ones. Safe to call at once."""
    with writing(engine) as connection:
        if not is_sqlite(engine):
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": CREATE_LOCK})
        metadata.create_all(connection)
        connection.execute(CreateIndex(receipts_by_segment, if_not_exists=True))
        for name in FORMER_INDEXES:
            connection.execute(text(f"drop index if exists {name}"))
