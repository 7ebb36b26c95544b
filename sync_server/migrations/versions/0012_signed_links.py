"""The links by which people without an account see a sample request or answer it."""

import sqlalchemy as sa
from alembic import op

from shared_models.kernel.schema import Instant

revision = "0012_signed_links"
down_revision = "0011_freshness"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; mails that left before have no links."""
    op.create_table(
        "signed_links",
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("nonce"),
    )
    op.create_index("ix_signed_links_request_id", "signed_links", ["request_id"], unique=False)
