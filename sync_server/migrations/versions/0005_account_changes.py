"""The number that grows with every change of who may do what."""

import sqlalchemy as sa
from alembic import op

revision = "0005_account_changes"
down_revision = "0004_stock_status"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table with its one row."""
    table = op.create_table(
        "account_changes",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.bulk_insert(table, [{"number": 1, "changes": 0}])
