"""Version 1: files are born with it (`desktop.cache.station_schema`), so there is nothing to do."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing: no older version was ever released."""


def downgrade() -> None:
    """A station file is never taken back; the copy made before the upgrade is there for that."""
    raise NotImplementedError("use the copy that was made before the upgrade")
