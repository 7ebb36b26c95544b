"""Version 6: a project is found by its sidemark, whichever kind of row has it."""

from alembic import op

from desktop.cache.sidemark_index import sidemark_statements

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the index over the rows that are here."""
    connection = op.get_bind()
    for statement in sidemark_statements():
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """A station file is never taken back; the copy made before the upgrade is there for that."""
    raise NotImplementedError("use the copy that was made before the upgrade")
