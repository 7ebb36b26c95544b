"""Version 5: how old each dataset of a distributor is, and when it is due."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table; the next contact fills it."""
    op.create_table(
        "dataset_freshness",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=True),
        sa.Column("due_every_minutes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dataset_freshness_distributor_id", "dataset_freshness", ["distributor_id"])


def downgrade() -> None:
    """A station file is never taken back; the copy made before the upgrade is there for that."""
    raise NotImplementedError("use the copy that was made before the upgrade")
