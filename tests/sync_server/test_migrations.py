"""The steps that made a database make exactly the tables that the program expects."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from shared_models.kernel.errors import DomainError
from sync_server.app import handlers_of
from sync_server.foundation.database import open_database
from sync_server.foundation.schema import metadata
from sync_server.migrations.upgrade import is_current, upgrade
from tests.builders.server import new_sqlite


def test_a_migrated_database_has_the_tables_of_the_program(database_url: str) -> None:
    assert handlers_of(), "naming the handlers imports every feature's tables"
    database = open_database(database_url)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    assert is_current(database)
    database.close()
    assert differences == []


def test_a_database_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    database = open_database(new_sqlite(tmp_path))
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DomainError) as refusal:
        upgrade(database)
    assert refusal.value.code == "newer_database"
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == ["9999"]
    database.close()
