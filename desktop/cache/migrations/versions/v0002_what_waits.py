"""Version 2: what waits, and how old it is, stands in an index that SQLite can use.

For a partial index it needs the index's own condition in a query, word for word; so each scan and each pulled page read
all operations of the last 30 days.
"""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """All states, with the instant at which the operation was made."""
    op.execute("DROP INDEX ix_operations_open")
    op.execute("CREATE INDEX ix_operations_open ON operations (state, made_at)")


def downgrade() -> None:
    """A station file is never taken back; the copy made before the upgrade is there for that."""
    raise NotImplementedError("use the copy that was made before the upgrade")
