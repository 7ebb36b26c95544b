"""The steps that made a database make exactly the tables that the program expects."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from shared_models.accounts.records import Line
from shared_models.kernel.errors import DomainError
from shared_models.kernel.records import row_hash, values_of
from sync_server.app import handlers_of
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import read_heads
from sync_server.foundation.database import open_database
from sync_server.foundation.schema import metadata
from sync_server.migrations.upgrade import is_current, upgrade, upgrade_within
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


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_lines_of_before_are_known_by_the_showrooms_code_and_sent_anew(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    database = open_database(url)
    with database.writing() as connection:
        upgrade_within(connection, ["0007_feed_mappings"])
        for sentence in _BEFORE:
            connection.execute(text(sentence))
    upgrade(database)
    with database.reading() as connection:
        (line,) = ServerRecords(connection).find(Line)
        assert line.showroom_code == "HPS"
        (entry,) = connection.execute(text("SELECT position, row_hash FROM stream_entries WHERE kind = 'lines'")).all()
        assert entry == (8, row_hash("lines", values_of(line)))
        head = read_heads(connection, ["organisation:d:directory"])["organisation:d:directory"]
        assert head == (8, 2, (5 + entry.row_hash) % 2**64)
    database.close()


_BEFORE = (
    (
        "INSERT INTO organisations (id, code, name, kind, takes_part, email, phone, address1, address2, city, state, "
        "postal_code, country) VALUES ('s', 'HPS', 'Halloran', 'showroom', true, '', '', '', '', '', '', '', 'US')"
    ),
    "INSERT INTO lines (id, showroom_id, distributor_id, starts_on) VALUES ('line', 's', 'd', '2026-01-01')",
    (
        "INSERT INTO stream_entries (stream, kind, key, position, row_hash) VALUES "
        "('organisation:d:directory', 'organisations', 's', 3, 5), ('organisation:d:directory', 'lines', 'line', 7, 11)"
    ),
    "INSERT INTO stream_heads VALUES ('organisation:d:directory', 7, 2, '0000000000000010')",
)
