"""The stock status of each item, published beside the inventory it follows from."""

import sqlalchemy as sa
from alembic import op

from shared_models.kernel.schema import Instant

revision = "0004_stock_status"
down_revision = "0003_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. It is filled with the next file of inventory that each distributor posts."""
    op.create_table(
        "stock_status_rows",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("row_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("stock_status", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("stream_position", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("distributor_id", "row_key"),
    )
    op.create_index("ix_stock_status_rows_natural_key", "stock_status_rows", ["distributor_id", "item_no"], unique=True)
    op.create_index("ix_stock_status_rows_position", "stock_status_rows", ["distributor_id", "stream_position"])
