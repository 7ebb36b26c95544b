"""The second guard: no transaction without a scope, and on PostgreSQL no row of anybody else, whatever is asked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from shared_models.accounts.records import Organisation, Person
from shared_models.catalogue.freshness import DatasetFreshness
from shared_models.kernel.clock import local_day
from shared_models.sample_orders.records import SampleRequest
from shared_models.sync.streams import follow_up, freshness, line_dataset, requests
from sync_server.features.sync.permissions import allowed_streams, memberships_of
from sync_server.features.sync.tables import FOLLOW_UP_TABLES, LINE_TABLES, RECORD_TABLES, STREAM_HEADS
from sync_server.foundation.caller import Caller
from sync_server.foundation.database import Database, open_database
from sync_server.foundation.row_security import READER, ScopeMissing
from sync_server.foundation.schema import metadata
from sync_server.migrations.row_security import conditions
from sync_server.migrations.upgrade import upgrade
from tests.builders.postgres import PostgresCluster
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_server.web_pages.trade import ORDERS, post_everything

ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""SQLite has no row security; there the questions' own conditions are the only guard."""
ORDER_ROWS = FOLLOW_UP_TABLES["sales_orders"]


@pytest.fixture
def trade(server: RunningServer, world: SmallWorld, tmp_path: Path) -> SmallWorld:
    post_everything(server, world, tmp_path)
    return world


@pytest.fixture
def guarded(server: RunningServer, trade: SmallWorld) -> Iterator[Database]:
    """The server's database with one connection for callers: whoever asks next gets the same one."""
    assert not server.database.is_sqlite
    database = open_database(server.settings.database_url, connections=4)
    assert database._readers is not None
    database._readers.pool._max_overflow = 0  # type: ignore[attr-defined]
    yield database
    database.close()


def count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def streams_of(database: Database, person: Person) -> frozenset[str]:
    with database.reading() as connection:
        caller = Caller(
            person_id=person.id, person_name="", station_id="", token_id="",
            memberships=memberships_of(connection, person.id),
        )  # fmt: skip
        return allowed_streams(connection, caller, local_day(datetime.now(UTC)))


def test_a_transaction_that_does_not_say_for_whom_is_refused(server: RunningServer) -> None:
    with pytest.raises(ScopeMissing), server.database.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    with server.database.reading() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


@ON_POSTGRES
def test_a_callers_connection_without_streams_is_refused_and_shows_nothing_even_to_the_driver(
    guarded: Database,
) -> None:
    readers = guarded._readers
    assert readers is not None
    with guarded.seen_by([follow_up("x")]):
        pass
    with pytest.raises(ScopeMissing), readers.connect() as connection:
        connection.execute(select(ORDER_ROWS))
    raw = readers.raw_connection()
    try:
        cursor = raw.cursor()
        for table in conditions():
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
    finally:
        raw.close()


@ON_POSTGRES
def test_a_connection_that_another_house_used_before_shows_its_own_rows_alone(
    guarded: Database, trade: SmallWorld
) -> None:
    """Nobody wrote a condition here: it is the database that keeps the rows apart."""
    at_kra = f"{trade.distributor.id}"
    seen: dict[str, set[str]] = {}
    backends = set()
    for name, stream in (
        ("all", follow_up(at_kra)), ("hps", follow_up(at_kra, "showroom", "HPS")), ("nobody", follow_up(at_kra, "rep")),
        ("jro", follow_up(at_kra, "showroom", "JRO")), ("rep", follow_up(at_kra, "rep", "R1")),
    ):  # fmt: skip
        with guarded.seen_by([stream]) as connection:
            backends.add(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
            seen[name] = set(connection.execute(select(ORDER_ROWS.c.order_no)).scalars())
    assert len(backends) == 1
    assert len(seen["all"]) == ORDERS
    assert seen["hps"]
    assert seen["jro"]
    assert seen["rep"]
    assert not seen["hps"] & seen["jro"]
    assert seen["nobody"] == set()


@ON_POSTGRES
def test_each_persons_streams_show_what_a_pull_of_them_holds(guarded: Database, trade: SmallWorld) -> None:
    """By stream, counted by the policies and counted by the heads of the streams themselves."""
    for person in (trade.clerk, trade.rep, trade.other_clerk, trade.picker, trade.master, trade.other_picker):
        streams = streams_of(guarded, person)
        with guarded.reading() as connection:
            found = connection.execute(select(STREAM_HEADS.c.stream, STREAM_HEADS.c.rows)).all()
        heads = {stream: int(rows) for stream, rows in found}
        with guarded.seen_by(streams) as connection:
            for dataset, table in LINE_TABLES.items():
                told = sum(heads.get(one, 0) for one in streams if one.startswith("line:") and one.endswith(dataset))
                assert count(connection, table) == told, (person.name, dataset)
            follow_ups = [one for one in streams if ":follow_up:" in one]
            rows = sum(count(connection, table) for table in FOLLOW_UP_TABLES.values())
            assert rows == sum(heads.get(one, 0) for one in follow_ups), person.name
            ages = count(connection, RECORD_TABLES[DatasetFreshness])
            assert ages == sum(heads.get(one, 0) for one in streams if one.endswith(":freshness")), person.name


@ON_POSTGRES
def test_costs_and_whatever_is_not_for_callers_cannot_be_read_at_all(guarded: Database, trade: SmallWorld) -> None:
    house = trade.distributor.id
    streams = [follow_up(house), requests(house), freshness(house), *(line_dataset(house, one) for one in LINE_TABLES)]
    forbidden = [
        "SELECT price_net FROM sales_order_rows",
        "SELECT * FROM sales_order_rows",
        "SELECT freight_charge FROM freight_rows",
        *(f"SELECT * FROM {table.name}" for table in metadata.sorted_tables if table.name not in conditions()),
    ]
    for statement in forbidden:
        with pytest.raises(DBAPIError, match="permission denied"), guarded.seen_by(streams) as connection:
            connection.execute(text(statement))
    for statement in ("DELETE FROM products", "UPDATE organisations SET name = 'x'", "DROP TABLE products"):
        with pytest.raises(DBAPIError), guarded.seen_by(streams) as connection:
            connection.execute(text(statement))


@ON_POSTGRES
def test_a_houses_card_is_seen_by_its_partners_alone(guarded: Database, trade: SmallWorld) -> None:
    cards = RECORD_TABLES[Organisation]
    with guarded.seen_by(streams_of(guarded, trade.other_clerk)) as connection:
        names = set(connection.execute(select(cards.c.name)).scalars())
    assert names == {trade.other_showroom.name, trade.other_distributor.name}
    with guarded.seen_by(streams_of(guarded, trade.picker)) as connection:
        assert count(connection, RECORD_TABLES[SampleRequest]) == 0


def test_where_no_role_can_be_made_the_server_works_and_says_so(postgres: PostgresCluster) -> None:
    with postgres.database() as url:
        owner = open_database(url)
        with owner.writing() as connection:
            there = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = 'plain_user'")).scalar()
            if not there:
                connection.execute(text("CREATE ROLE plain_user LOGIN"))
            database = connection.execute(text("SELECT current_database()")).scalar_one()
            connection.execute(text(f'ALTER DATABASE "{database}" OWNER TO plain_user'))
            connection.execute(text("ALTER SCHEMA public OWNER TO plain_user"))
            is_there = connection.execute(text(f"SELECT 1 FROM pg_roles WHERE rolname = '{READER}'")).scalar()
        owner.close()
        plain = open_database(url.replace("order_track@", "plain_user@"))
        try:
            upgrade(plain)
            assert not plain.guards_rows()
            with plain.seen_by([]) as connection:
                assert count(connection, ORDER_ROWS) == 0
        finally:
            plain.close()
        if is_there:
            admin = open_database(url)
            with admin.writing() as connection:
                connection.execute(text(f"GRANT {READER} TO plain_user"))
            admin.close()
            again = open_database(url.replace("order_track@", "plain_user@"))
            try:
                upgrade(again)
                assert again.guards_rows()
                with again.seen_by([]) as connection:
                    assert count(connection, ORDER_ROWS) == 0
            finally:
                again.close()
                admin = open_database(url)
                with admin.writing() as connection:
                    connection.execute(text(f"REVOKE {READER} FROM plain_user"))
                admin.close()
