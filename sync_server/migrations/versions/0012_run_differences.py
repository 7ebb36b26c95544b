"""What runs changed, row by row, and in how many rows each column differs; how a held file was to be read."""

import sqlalchemy as sa
from alembic import op

revision = "0012_run_differences"
down_revision = "0012_signed_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make columns and table; runs of before have no difference."""
    for name, kind, default in (
        ("changed_columns", sa.Text(), "{}"),
        ("difference", sa.String(10), ""),
        ("kept_new", sa.Integer(), "0"),
        ("kept_changed", sa.Integer(), "0"),
        ("kept_gone", sa.Integer(), "0"),
    ):
        op.add_column("feed_runs", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("feed_files", sa.Column("habits", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "feed_difference_pages",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("feed_runs.id"), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "place"),
    )
