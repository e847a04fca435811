"""The first tables of identity."""

import sqlalchemy as sa
from alembic import op

ENDED = sa.text("published_to is not null")

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Create the tables."""
    _tenants()
    _versions()
    _models()
    _record_keys()
    _party_records()
    _lookups()
    _links()
    _golden_records()
    _golden_values()
    _conflicts()
    _identity_ledger()
    _redirects()
    _decisions()


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "tenants",
        "versions",
        "models",
        "record_keys",
        "party_records",
        "lookups",
        "links",
        "golden_records",
        "golden_values",
        "conflicts",
        "identity_ledger",
        "redirects",
        "decisions",
    ):
        op.drop_table(table)


def _tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("visible_sequence", sa.BigInteger(), nullable=False),
        sa.Column("staged_sequence", sa.BigInteger(), nullable=True),
        sa.Column("decision_sequence", sa.BigInteger(), nullable=False),
        sa.Column("outbox_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=True),
        sa.Column("decision_sequence", sa.BigInteger(), nullable=False),
        sa.Column("ledger_sequence", sa.BigInteger(), nullable=False),
        sa.Column("counts_json", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "sequence"),
    )
    op.create_index(("ix_versions_status"), "versions", ["status"], unique=False)


def _models() -> None:
    op.create_table(
        "models",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("bridge_json", sa.String(), nullable=False),
        sa.Column("clean_sources_json", sa.String(), nullable=False),
        sa.Column("thresholds_json", sa.String(), nullable=False),
        sa.Column("rules_text", sa.String(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "model_id"),
    )


def _record_keys() -> None:
    op.create_table(
        "record_keys",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "record_id"),
    )


def _party_records() -> None:
    op.create_table(
        "party_records",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("party_type", sa.String(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("sealed_claims", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", "published_from"),
    )
    op.create_index(
        "ix_party_records_published_from", "party_records", ["tenant_id", "published_from"], unique=False
    )
    op.create_index(
        "ix_party_records_published_to",
        "party_records",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )


def _lookups() -> None:
    op.create_table(
        "lookups",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "token", "record_id", "published_from"),
    )
    op.create_index("ix_lookups_published_from", "lookups", ["tenant_id", "published_from"], unique=False)
    op.create_index(
        "ix_lookups_published_to",
        "lookups",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )
    op.create_index("ix_lookups_record", "lookups", ["tenant_id", "record_id"], unique=False)


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("record_id_l", sa.String(), nullable=False),
        sa.Column("record_id_r", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("party_type", sa.String(), nullable=False),
        sa.Column("match_weight", sa.Float(), nullable=False),
        sa.Column("match_probability", sa.Float(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("veto", sa.String(), nullable=True),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("evidence_json", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "record_id_l", "record_id_r", "published_from"),
    )
    op.create_index("ix_links_published_from", "links", ["tenant_id", "published_from"], unique=False)
    op.create_index(
        "ix_links_published_to",
        "links",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )
    op.create_index("ix_links_right", "links", ["tenant_id", "record_id_r"], unique=False)


def _golden_records() -> None:
    op.create_table(
        "golden_records",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("golden_id", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("entity_version", sa.BigInteger(), nullable=False),
        sa.Column("party_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "golden_id", "published_from"),
    )
    op.create_index(
        "ix_golden_records_published_from", "golden_records", ["tenant_id", "published_from"], unique=False
    )
    op.create_index(
        "ix_golden_records_published_to",
        "golden_records",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )


def _golden_values() -> None:
    op.create_table(
        "golden_values",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("golden_id", sa.String(), nullable=False),
        sa.Column("entity_version", sa.BigInteger(), nullable=False),
        sa.Column("attribute", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed_value", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("support", sa.Integer(), nullable=False),
        sa.Column("claiming", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "golden_id", "entity_version", "attribute", "position"),
    )


def _conflicts() -> None:
    op.create_table(
        "conflicts",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("golden_id", sa.String(), nullable=False),
        sa.Column("entity_version", sa.BigInteger(), nullable=False),
        sa.Column("attribute", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed_value", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("support", sa.Integer(), nullable=False),
        sa.Column("claiming", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "golden_id", "entity_version", "attribute", "position"),
    )


def _identity_ledger() -> None:
    op.create_table(
        "identity_ledger",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("golden_id", sa.String(), nullable=True),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("heir", sa.String(), nullable=True),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "record_id", "published_from"),
    )
    op.create_index("ix_identity_ledger_golden", "identity_ledger", ["tenant_id", "golden_id"], unique=False)
    op.create_index(
        "ix_identity_ledger_heir",
        "identity_ledger",
        ["tenant_id", "heir"],
        unique=False,
        sqlite_where=sa.text("heir is not null"),
        postgresql_where=sa.text("heir is not null"),
    )
    op.create_index(
        "ix_identity_ledger_published_from", "identity_ledger", ["tenant_id", "published_from"], unique=False
    )
    op.create_index(
        "ix_identity_ledger_published_to",
        "identity_ledger",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )


def _redirects() -> None:
    op.create_table(
        "redirects",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("golden_id_from", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("golden_id_to", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("recorded_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_to", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "golden_id_from", "published_from"),
    )
    op.create_index("ix_redirects_golden_id_to", "redirects", ["tenant_id", "golden_id_to"], unique=False)
    op.create_index("ix_redirects_published_from", "redirects", ["tenant_id", "published_from"], unique=False)
    op.create_index(
        "ix_redirects_published_to",
        "redirects",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("record_id_l", sa.String(), nullable=False),
        sa.Column("record_id_r", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_in", sa.BigInteger(), nullable=True),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("superseded_by", sa.String(), nullable=True),
        sa.Column("superseded_reason", sa.String(), nullable=True),
        sa.Column("superseded_sequence", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "sequence"),
    )
    op.create_index("ix_decisions_left", "decisions", ["tenant_id", "record_id_l"], unique=False)
    op.create_index("ix_decisions_right", "decisions", ["tenant_id", "record_id_r"], unique=False)
