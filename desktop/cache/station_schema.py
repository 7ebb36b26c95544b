"""The tables of station.db: one for each shared record kind, and those that only the desk has.

Imported only when a file is made or upgraded, because SQLAlchemy costs start time.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from desktop.cache.encrypted_file import Connection
from desktop.cache.follow_up_index import index_statements
from desktop.cache.sidemark_index import sidemark_statements
from shared_models.kernel.schema import tables_for
from shared_models.sync.registry import STATION_KINDS


def station_metadata() -> MetaData:
    """All tables as this program wants them."""
    metadata = MetaData()
    for table in tables_for(STATION_KINDS, metadata).values():
        # Uniqueness is the server's business: two rows that swap a code arrive one after the other, and a station
        # must not refuse the first.
        for constraint in [one for one in table.constraints if isinstance(one, UniqueConstraint)]:
            table.constraints.discard(constraint)
            Index(f"ix_{table.name}_{'_'.join(constraint.columns.keys())}", *constraint.columns)
        # One tree instead of two: fewer pages to write for a scan, one look-up for a record.
        table.dialect_options["sqlite"]["with_rowid"] = False
    _desk_tables(metadata)
    return metadata


def _desk_tables(metadata: MetaData) -> None:
    Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
    Table(
        "streams",
        metadata,
        Column("stream", Text, primary_key=True),
        Column("position", Integer, nullable=False),
        Column("rows", Integer, nullable=False),
        # Sum of the row hashes modulo 2**64, as a signed integer.
        Column("checksum", Integer, nullable=False),
        # 1 while the stream is fetched from its beginning: rows that were not seen again are stale and go at the end.
        Column("refetching", Integer, nullable=False, server_default="0"),
        # When all of the stream was last here and as the server has it; empty while more of it is on the way.
        Column("agreed_at", Text),
    )
    stream_rows = Table(
        "stream_rows",
        metadata,
        Column("stream", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("key", Text, nullable=False),
        # As it travelled, for the comparison with the server …
        Column("row_hash", Integer, nullable=False),
        # … and of the record as this program stores it, for the comparison with the file.
        Column("local_hash", Integer, nullable=False),
        Column("stale", Integer, nullable=False, server_default="0"),
        PrimaryKeyConstraint("stream", "kind", "key"),
        sqlite_with_rowid=False,
    )
    Index("ix_stream_rows_kind_key", stream_rows.c.kind, stream_rows.c.key)
    _outbox_table(metadata)
    Table(
        "line_files",
        metadata,
        Column("stream", Text, nullable=False),
        Column("generation", Integer, nullable=False),
        Column("distributor_id", Text, nullable=False),
        Column("dataset", Text, nullable=False),
        # The file's own key: a deleted row leaves a file that nobody can read.
        Column("key", LargeBinary, nullable=False),
        # 1 for the generation that is shown; a newer one with 0 is being fetched.
        Column("shown", Integer, nullable=False, server_default="0"),
        PrimaryKeyConstraint("stream", "generation"),
    )
    basket = Table(
        "desk_basket",
        metadata,
        Column("id", Text, primary_key=True),
        Column("organisation_id", Text, nullable=False),
        Column("position", Integer, nullable=False),
        Column("distributor_id", Text, nullable=False),
        Column("item_no", Text, nullable=False),
        Column("title", Text, nullable=False, server_default=""),
        Column("sample_type", Text, nullable=False, server_default="MEMO"),
        Column("quantity", Integer, nullable=False, server_default="1"),
        Column("designer_id", Text, nullable=False, server_default=""),
        Column("kit_id", Text, nullable=False, server_default=""),
        Column("added_at", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    Index("ix_desk_basket_organisation_id", basket.c.organisation_id, basket.c.position)


def _outbox_table(metadata: MetaData) -> None:
    operations = Table(
        "operations",
        metadata,
        Column("row", Integer, primary_key=True),
        Column("id", Text, nullable=False, unique=True),
        Column("station_seq", Integer, nullable=False),
        # The order in which the station applies them; one that is sent again takes the place of the refused one.
        Column("place", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("payload", Text, nullable=False),
        Column("made_at", Text, nullable=False),
        Column("organisation_id", Text, nullable=False),
        Column("person_id", Text, nullable=False),
        Column("station_id", Text, nullable=False),
        Column("lane", Text, nullable=False),
        Column("after_ids", Text, nullable=False, server_default="[]"),
        Column("state", Text, nullable=False, server_default="waiting"),
        Column("outcome", Text, nullable=False, server_default=""),
        Column("code", Text, nullable=False, server_default=""),
        Column("sentence", Text, nullable=False, server_default=""),
        Column("facts", Text, nullable=False, server_default="{}"),
        Column("positions", Text, nullable=False, server_default="{}"),
        # The former state of what its effect touched; empty while it has no effect here.
        Column("undo", Text, nullable=False, server_default="[]"),
        Column("settled_at", Text),
        # When a person dealt with a refused one.
        Column("dealt_with_at", Text),
    )
    # The badge asks after every scan what waits and how old the oldest of it is.
    Index("ix_operations_open", operations.c.state, operations.c.made_at)


def create_station_tables(connection: Connection) -> None:
    """Make all tables in an empty file, inside the caller's transaction."""
    dialect = sqlite.dialect()
    for table in station_metadata().sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda one: str(one.name)):
            compiled = CreateIndex(index).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
            connection.execute(str(compiled))
    for statement in (*index_statements(), *sidemark_statements()):
        connection.execute(statement)
