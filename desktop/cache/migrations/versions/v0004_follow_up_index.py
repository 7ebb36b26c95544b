"""Version 4: orders, reserves, freight and customers are found as one types, and listed in their usual order."""

from alembic import op

from desktop.cache.follow_up_index import INDEXED, index_statements

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the index, and let the rows that are here come once more so that it holds them."""
    connection = op.get_bind()
    for statement in index_statements():
        connection.exec_driver_sql(statement)
    for kind in INDEXED:
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {kind.table}")
        connection.exec_driver_sql(f"DELETE FROM {kind.table}")
        connection.exec_driver_sql(f"INSERT INTO {kind.table} SELECT * FROM kept")
        connection.exec_driver_sql("DROP TABLE kept")


def downgrade() -> None:
    """A station file is never taken back; the copy made before the upgrade is there for that."""
    raise NotImplementedError("use the copy that was made before the upgrade")
