"""Public numbers of sample requests: `KRA-1001`, `KRA-1002` … by distributor, without gaps."""

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from sync_server.features.sample_orders.tables import REQUEST_NUMBERS

FIRST_NUMBER = 1001


def next_number(connection: Connection, distributor_id: str) -> int:
    """The distributor's next number; its row stays locked until the caller's transaction ends."""
    make = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    raised = (
        make(REQUEST_NUMBERS)
        .values(distributor_id=distributor_id, last_number=FIRST_NUMBER)
        .on_conflict_do_update(
            index_elements=["distributor_id"], set_={"last_number": REQUEST_NUMBERS.c.last_number + 1}
        )
        .returning(REQUEST_NUMBERS.c.last_number)
    )
    return int(connection.execute(raised).scalar_one())
