"""Feeds: runs with their row errors, held files, habits, and the marks that runs compare with."""

import sqlalchemy as sa
from alembic import op

from shared_models.kernel.schema import Instant

revision = "0002_feeds"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    op.create_table(
        "feed_runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("distributor_id", sa.String(length=64), nullable=False),
        sa.Column("dataset", sa.String(length=40), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("as_of", Instant(), nullable=False),
        sa.Column("batch_id", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("accept_good_rows", sa.Boolean(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.Column("posted_by", sa.String(length=64), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_refused", sa.Integer(), nullable=False),
        sa.Column("rows_new", sa.Integer(), nullable=False),
        sa.Column("rows_changed", sa.Integer(), nullable=False),
        sa.Column("rows_unchanged", sa.Integer(), nullable=False),
        sa.Column("rows_gone", sa.Integer(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("unknown_columns", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("distributor_id", "batch_id", name="uq_feed_runs_distributor_id_batch_id"),
    )
    op.create_index("ix_feed_runs_distributor_id_posted_at", "feed_runs", ["distributor_id", "posted_at"], unique=False)
    op.create_table(
        "feed_run_errors",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["feed_runs.id"],
        ),
        sa.PrimaryKeyConstraint("run_id", "place"),
    )
    op.create_table(
        "feed_files",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["feed_runs.id"],
        ),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "feed_states",
        sa.Column("distributor_id", sa.String(length=64), nullable=False),
        sa.Column("dataset", sa.String(length=40), nullable=False),
        sa.Column("as_of", Instant(), nullable=True),
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("next_row_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("distributor_id", "dataset"),
    )
    op.create_table(
        "feed_habits",
        sa.Column("distributor_id", sa.String(length=64), nullable=False),
        sa.Column("dataset", sa.String(length=40), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("day_formats", sa.String(length=100), nullable=False),
        sa.Column("thousands", sa.String(length=1), nullable=False),
        sa.Column("most_gone_percent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("distributor_id", "dataset"),
    )
    op.create_table(
        "product_marks",
        sa.Column("distributor_id", sa.String(length=64), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("distributor_id", "item_no"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inventory_marks",
        sa.Column("distributor_id", sa.String(length=64), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("lot_no", sa.Text(), nullable=False),
        sa.Column("piece_no", sa.Text(), nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("distributor_id", "item_no", "warehouse", "lot_no", "piece_no"),
        sqlite_with_rowid=False,
    )
