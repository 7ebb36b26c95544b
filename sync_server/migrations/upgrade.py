"""Bring a database to the newest tables, all steps in one transaction; refuse one that a newer program made."""

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from shared_models.kernel.errors import DomainError
from sync_server.foundation.database import Database
from sync_server.migrations.row_security import secure_rows


def upgrade(database: Database) -> None:
    """Run the steps that are missing. Raises `DomainError("newer_database")`, and then nothing was altered."""
    with database.writing() as connection:
        _require_known(connection)
        upgrade_within(connection, ["heads"])


def upgrade_within(connection: Connection, revisions: Sequence[str]) -> None:
    """Run the steps up to these revisions (`heads`: all of them) in the transaction of the caller."""
    for revision in revisions:
        command.upgrade(_config(connection), revision)
    if "heads" in revisions:
        secure_rows(connection)


def known_revisions() -> set[str]:
    """Every revision that this program can bring up to its own."""
    return {script.revision for script in _scripts().walk_revisions()}


def is_current(database: Database) -> bool:
    """Whether the tables are the ones of this program."""
    with database.reading() as connection:
        _require_known(connection)
        heads = MigrationContext.configure(connection).get_current_heads()
        return set(heads) == set(_scripts().get_heads())


def _require_known(connection: Connection) -> None:
    known = known_revisions()
    there = set(MigrationContext.configure(connection).get_current_heads())
    if not there <= known:
        raise DomainError(
            "newer_database",
            "This database was made by a newer Order-Track. Nothing was changed; please update this program.",
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
