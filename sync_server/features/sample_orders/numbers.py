"""Public numbers of sample requests: `KRA-1001`, `KRA-1002` … by distributor, without gaps."""

from functools import lru_cache

from sqlalchemy import Connection, Dialect, literal_column

from sync_server.features.sample_orders.tables import REQUEST_NUMBERS
from sync_server.foundation.driver_sql import Ready, ready, rows_with
from sync_server.foundation.upsert import insert_or

FIRST_NUMBER = 1001


def next_number(connection: Connection, distributor_id: str) -> int:
    """The distributor's next number; its row stays locked until the caller's transaction ends."""
    first = {"distributor_id": distributor_id, "last_number": FIRST_NUMBER}
    ((number,),) = rows_with(connection, _raised(connection.dialect), first)
    return int(number)


@lru_cache
def _raised(dialect: Dialect) -> Ready:
    one_more = {"last_number": REQUEST_NUMBERS.c.last_number + literal_column("1")}
    statement = insert_or(dialect, REQUEST_NUMBERS).on_conflict_do_update(
        index_elements=["distributor_id"], set_=one_more
    )
    return ready(statement.returning(REQUEST_NUMBERS.c.last_number), dialect)
