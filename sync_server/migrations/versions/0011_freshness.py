"""How often each dataset is promised, and the record that tells stations how old it is."""

import sqlalchemy as sa
from alembic import op

from shared_models.kernel.schema import Instant

revision = "0011_freshness"
down_revision = "0010_habits_digest"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make column and table; each record is made when its next file lands, or when something is promised."""
    op.add_column("feed_habits", sa.Column("due_every_minutes", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "dataset_freshness",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("as_of", Instant(), nullable=True),
        sa.Column("due_every_minutes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_dataset_freshness_distributor_id", "dataset_freshness", ["distributor_id"], unique=False)
