"""Orders for stations that are shut out, their audit trail, and keys kept for recovery."""

import sqlalchemy as sa
from alembic import op

from shared_models.kernel.schema import Instant

revision = "0006_stations"
down_revision = "0005_account_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
    op.add_column("stations", sa.Column("revoked_order", sa.String(20), nullable=True))
    op.add_column("stations", sa.Column("revoked_waiting", sa.String(20), nullable=True))
    op.add_column("stations", sa.Column("farewell_at", Instant(), nullable=True))
    op.create_table(
        "station_events",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_station_events_station_id", "station_events", ["station_id", "at"], unique=False)
    op.create_table(
        "upload_rights",
        sa.Column("right_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("right_hash"),
    )
    op.create_table(
        "rescued_operations",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "operations_after_revocation",
        sa.Column("operation_id", sa.String(64), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("operation_id"),
    )
    _recovery_tables()


def _recovery_tables() -> None:
    op.create_table(
        "recovery_deposits",
        sa.Column("file_id", sa.String(64), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=False),
        sa.Column("deposited_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("file_id"),
    )
    op.create_index("ix_recovery_deposits_station_id", "recovery_deposits", ["station_id"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("station_id", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recovery_codes_station_id", "recovery_codes", ["station_id"], unique=False)
