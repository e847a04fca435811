"""The forms by which misspelt words of names are found."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "word_variants",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("variant_token", sa.LargeBinary(), nullable=False),
        sa.Column("word_token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "variant_token", "word_token"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("word_variants")
