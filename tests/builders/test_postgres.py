"""The cluster that other tests stand on is real: quick, private, and every database fresh."""

import psycopg
import pytest

from tests.builders.postgres import PostgresCluster


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))


def test_nobody_waits_for_the_disk(postgres_url: str) -> None:
    with connect(postgres_url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


def test_a_database_made_from_a_template_holds_its_rows_and_keeps_its_own(postgres: PostgresCluster) -> None:
    def prepare(url: str) -> None:
        with connect(url) as connection:
            connection.execute("CREATE TABLE bin (name text)")
            connection.execute("INSERT INTO bin VALUES ('A-01')")

    template = postgres.template("one bin", prepare)
    with postgres.database(template) as first, connect(first) as connection:
        connection.execute("INSERT INTO bin VALUES ('A-02')")
    with postgres.database(template) as second, connect(second) as connection:
        assert connection.execute("SELECT name FROM bin").fetchall() == [("A-01",)]


def test_a_database_is_gone_after_its_test_even_with_a_connection_open(postgres: PostgresCluster) -> None:
    with postgres.database() as url:
        forgotten = connect(url)
    with pytest.raises(psycopg.OperationalError):
        forgotten.execute("SELECT 1")
    forgotten.close()
