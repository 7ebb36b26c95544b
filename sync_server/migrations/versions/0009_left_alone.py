"""How many rows a run left alone because something newer was told of them in real time."""

import sqlalchemy as sa
from alembic import op

revision = "0009_left_alone"
down_revision = "0008_five_datasets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; no run of before left anything alone."""
    op.add_column("feed_runs", sa.Column("rows_left_alone", sa.Integer(), server_default="0", nullable=False))
