"""Runs keep which headings the saved mapping spoke of, and what unknown ones may mean."""

import sqlalchemy as sa
from alembic import op

revision = "0007_feed_mappings"
down_revision = "0006_stations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; runs of before say nothing."""
    op.add_column("feed_runs", sa.Column("mapped_columns", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("feed_runs", sa.Column("suggested_columns", sa.Text(), nullable=False, server_default="[]"))
