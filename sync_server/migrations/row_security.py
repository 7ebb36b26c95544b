"""The role and the policies of `foundation/row_security.py`, made anew whenever the tables are brought up to date.

A row is seen by whoever names a stream in which it is: published rows say that by their columns, as they do for pulls;
records by their entries in the streams.
"""

from sqlalchemy import Connection, inspect

from sync_server.foundation.row_security import READER, STREAMS, can_be_reader

_POLICY = "seen_by_streams"
_NAMED = f"ARRAY(SELECT unnest(string_to_array(current_setting('{STREAMS}', true), ' ')))"
"""A question of its own, so that it is asked once a statement and not once a row."""
_IN_STREAM = (
    "EXISTS (SELECT 1 FROM stream_entries AS entry WHERE entry.kind = '{table}' AND entry.key = {table}.id "
    f"AND entry.gone_at IS NULL AND entry.stream = ANY ({_NAMED}))"
)
_OF_LINE = f"gone_at IS NULL AND ('line:' || distributor_id || ':{{dataset}}') = ANY ({_NAMED})"
_OF_FOLLOW_UP = (
    "gone_at IS NULL AND ("
    f"('distributor:' || distributor_id || ':follow_up:all') = ANY ({_NAMED}) "
    "OR seen_showroom <> '' "
    f"AND ('distributor:' || distributor_id || ':follow_up:showroom:' || seen_showroom) = ANY ({_NAMED}) "
    f"OR seen_rep <> '' AND ('distributor:' || distributor_id || ':follow_up:rep:' || seen_rep) = ANY ({_NAMED}))"
)
_RECORDS = ("sample_requests", "request_lines", "confirmations", "confirmation_lines", "dataset_freshness")
_LINES = {
    "products": "products",
    "inventory_rows": "inventory",
    "stock_status_rows": "stock_status",
    "mill_order_rows": "mill_orders",
}
_FOLLOW_UP = ("sales_order_rows", "reserve_rows", "freight_rows", "customer_rows")
_OWNERS_ALONE = {"sales_order_rows": {"price_net", "currency"}, "freight_rows": {"freight_charge", "currency"}}
"""Columns that no caller is ever sent: not even a question of ours can read them for one."""


def conditions() -> dict[str, str]:
    """By table that a caller's question may read: which of its rows."""
    asked = "EXISTS (SELECT 1 FROM sample_requests AS asked WHERE asked.distributor_id = organisations.id)"
    return {
        "stream_entries": f"stream = ANY ({_NAMED})",
        **{table: _IN_STREAM.format(table=table) for table in _RECORDS},
        # A house that was asked for samples is known by that, whether or not its line is sold.
        "organisations": f"{_IN_STREAM.format(table='organisations')} OR {asked}",
        **{table: _OF_LINE.format(dataset=dataset) for table, dataset in _LINES.items()},
        **dict.fromkeys(_FOLLOW_UP, _OF_FOLLOW_UP),
    }


def secure_rows(connection: Connection) -> bool:
    """Make role, grants and policies; gives whether they are in force. Nothing is done on SQLite.

    Where the database's user may not make roles they are not, until somebody who may has made the role and given it to
    that user; then this does the rest.
    """
    if connection.dialect.name != "postgresql":
        return False
    _make_role(connection)
    if not can_be_reader(connection):
        return False
    connection.exec_driver_sql(
        f"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %%I TO {READER}', current_schema()); END $$"
    )
    there = set(inspect(connection).get_table_names())
    for table, condition in conditions().items():
        if table in there:
            _guard(connection, table, condition)
    return True


def _make_role(connection: Connection) -> None:
    """The role is the whole cluster's: another database's upgrade may be making it at the same time."""
    made = f"CREATE ROLE {READER} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
    nothing = "EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL"
    there = f"EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{READER}')"
    connection.exec_driver_sql(f"DO $$ BEGIN IF NOT {there} THEN {made}; END IF; {nothing}; END $$")
    given = f"GRANT {READER} TO CURRENT_USER"
    if not can_be_reader(connection):
        connection.exec_driver_sql(
            f"DO $$ BEGIN {given}; EXCEPTION WHEN insufficient_privilege OR undefined_object THEN NULL; END $$"
        )


def _guard(connection: Connection, table: str, condition: str) -> None:
    kept = _OWNERS_ALONE.get(table, set())
    columns = [f'"{column["name"]}"' for column in inspect(connection).get_columns(table) if column["name"] not in kept]
    for statement in (
        f"REVOKE ALL ON {table} FROM {READER}",
        f"GRANT SELECT ({', '.join(columns)}) ON {table} TO {READER}",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS {_POLICY} ON {table}",
        f"CREATE POLICY {_POLICY} ON {table} FOR SELECT TO {READER} USING ({condition})",
    ):
        connection.exec_driver_sql(statement)
