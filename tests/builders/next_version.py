"""The next version of station.db, which no release has yet: for tests of files that are brought to it."""

from __future__ import annotations

import shutil
from pathlib import Path

from desktop.cache.station_db import SCHEMA_VERSION
from desktop.cache.upgrade import MIGRATIONS, revision_of

NEXT_VERSION = SCHEMA_VERSION + 1
_MIGRATION = f'''"""A column that every designer gets."""

import sqlalchemy as sa
from alembic import op

revision = "{revision_of(NEXT_VERSION)}"
down_revision = "{revision_of(SCHEMA_VERSION)}"


def upgrade():
    op.add_column("designers", sa.Column("colour", sa.Text))
    op.execute("UPDATE designers SET colour = 'green'")
'''


def migrations_to_next_version(folder: Path) -> Path:
    """All steps of the program and one more, in `folder`, which is made."""
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "v_next.py").write_text(_MIGRATION, encoding="utf-8")
    return folder
