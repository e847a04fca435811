"""The first tables of context."""

import sqlalchemy as sa
from alembic import op

ENDED = sa.text("published_to is not null")

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Create the tables."""
    _activities()
    _activity_parties()
    _relationships()
    _freshness()
    _outbox()
    _read_receipts()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("activities", "activity_parties", "relationships", "freshness", "outbox", "read_receipts"):
        op.drop_table(table)


def _activities() -> None:
    op.create_table(
        "activities",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("activity_id", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.String(), nullable=True),
        sa.Column("thread_id", sa.String(), nullable=True),
        sa.Column("references_activity_id", sa.String(), nullable=True),
        sa.Column("source_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_texts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "activity_id", "published_from"),
    )
    op.create_index(
        "ix_activities_published_from", "activities", ["tenant_id", "published_from"], unique=False
    )
    op.create_index(
        "ix_activities_published_to",
        "activities",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )


def _activity_parties() -> None:
    op.create_table(
        "activity_parties",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("activity_id", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "activity_id", "record_id", "role", "published_from"),
    )
    op.create_index(
        "ix_activity_parties_published_from",
        "activity_parties",
        ["tenant_id", "published_from"],
        unique=False,
    )
    op.create_index(
        "ix_activity_parties_published_to",
        "activity_parties",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )
    op.create_index(
        "ix_activity_parties_record",
        "activity_parties",
        ["tenant_id", "record_id", "occurred_at"],
        unique=False,
    )


def _relationships() -> None:
    op.create_table(
        "relationships",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("relationship_id", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_record_id", sa.String(), nullable=False),
        sa.Column("to_record_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_time", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "relationship_id", "published_from"),
    )
    op.create_index("ix_relationships_from", "relationships", ["tenant_id", "from_record_id"], unique=False)
    op.create_index(
        "ix_relationships_published_from", "relationships", ["tenant_id", "published_from"], unique=False
    )
    op.create_index(
        "ix_relationships_published_to",
        "relationships",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )
    op.create_index("ix_relationships_to", "relationships", ["tenant_id", "to_record_id"], unique=False)


def _freshness() -> None:
    op.create_table(
        "freshness",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("last_synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.String(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("counted_source", sa.BigInteger(), nullable=True),
        sa.Column("counted_warehouse", sa.BigInteger(), nullable=True),
        sa.Column("proven_share", sa.Float(), nullable=True),
        sa.Column("deletes", sa.String(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "source", "object", "published_from"),
    )
    op.create_index("ix_freshness_published_from", "freshness", ["tenant_id", "published_from"], unique=False)
    op.create_index(
        "ix_freshness_published_to",
        "freshness",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("payload_json", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "sequence"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["tenant_id", "sequence"],
        unique=False,
        sqlite_where=sa.text("done_at is null"),
        postgresql_where=sa.text("done_at is null"),
    )
    op.create_index("ix_outbox_version", "outbox", ["tenant_id", "version"], unique=False)


def _read_receipts() -> None:
    op.create_table(
        "read_receipts",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("golden_id", sa.String(), nullable=False),
        sa.Column("entity_version", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("facts_json", sa.String(), nullable=False),
        sa.Column("correlation_id", sa.String(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "receipt_id", "golden_id"),
    )
    op.create_index(
        "ix_read_receipts_golden", "read_receipts", ["tenant_id", "golden_id", "read_at"], unique=False
    )
