"""Public numbers of sample requests: `KRA-1001`, `KRA-1002` … by distributor, without gaps."""

from sqlalchemy import Connection

from sync_server.features.sample_orders.tables import REQUEST_NUMBERS
from sync_server.foundation.upsert import insert_or

FIRST_NUMBER = 1001


def next_number(connection: Connection, distributor_id: str) -> int:
    """The distributor's next number; its row stays locked until the caller's transaction ends."""
    raised = (
        insert_or(connection.dialect, REQUEST_NUMBERS)
        .values(distributor_id=distributor_id, last_number=FIRST_NUMBER)
        .on_conflict_do_update(
            index_elements=["distributor_id"], set_={"last_number": REQUEST_NUMBERS.c.last_number + 1}
        )
        .returning(REQUEST_NUMBERS.c.last_number)
    )
    return int(connection.execute(raised).scalar_one())
