"""The views that are served, rendered once per version."""

import sqlalchemy as sa
from alembic import op

ENDED = sa.text("published_to is not null")

revision = "0004"
down_revision: str | None = "0003"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "rendered_views",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("golden_id", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("published_from", sa.BigInteger(), nullable=False),
        sa.Column("published_to", sa.BigInteger(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("entity_version", sa.BigInteger(), nullable=False),
        sa.Column("sources", sa.String(), nullable=False),
        sa.Column("spans", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "golden_id", "view", "published_from"),
    )
    op.create_index(
        "ix_rendered_views_published_from", "rendered_views", ["tenant_id", "published_from"], unique=False
    )
    op.create_index(
        "ix_rendered_views_published_to",
        "rendered_views",
        ["tenant_id", "published_to"],
        unique=False,
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("rendered_views")
