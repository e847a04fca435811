"""The format of rendered views: those from before it are of format 0, and are rendered anew."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"


def upgrade() -> None:
    """Add the column, and the index by which views of another format are found."""
    op.add_column("rendered_views", sa.Column("format", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_rendered_views_format", "rendered_views", ["tenant_id", "format"], unique=False)


def downgrade() -> None:
    """Drop both."""
    op.drop_index("ix_rendered_views_format", "rendered_views")
    op.drop_column("rendered_views", "format")
