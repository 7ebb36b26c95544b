"""What was declared of a file's headings and formats when it was read, so that the same file is told apart later."""

import sqlalchemy as sa
from alembic import op

revision = "0010_habits_digest"
down_revision = "0009_left_alone"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; a file of before is read once more when it is posted again, and changes nothing."""
    op.add_column("feed_runs", sa.Column("habits_digest", sa.String(16), nullable=False, server_default=""))
