"""Public numbers of sample requests: `KRA-1001`, `KRA-1002` … by distributor, without gaps."""

from functools import lru_cache

from sqlalchemy import Connection, Dialect, literal_column

from sync_server.features.sample_orders.tables import REQUEST_NUMBERS
from sync_server.features.sync.later import Later
from sync_server.foundation.bulk import bulk_update, run_bulk_of_mappings
from sync_server.foundation.driver_sql import Ready, ready, rows_with
from sync_server.foundation.upsert import insert_or

FIRST_NUMBER = 1001


class RequestNumbers(Later):
    """The numbers that a transaction gives out; what is taken back leaves no gap."""

    def __init__(self, connection: Connection) -> None:
        """No number is given out yet."""
        super().__init__(connection)
        self._last: dict[str, int] = {}
        self._stored: dict[str, int] = {}
        self._given: list[str] = []

    def next(self, distributor_id: str) -> int:
        """The distributor's next number; its row stays locked until the transaction ends."""
        if distributor_id not in self._last:
            first = {"distributor_id": distributor_id, "last_number": FIRST_NUMBER}
            ((stored,),) = rows_with(self.connection, _raised(self.connection.dialect), first)
            self._stored[distributor_id], self._last[distributor_id] = stored, stored - 1
        self._last[distributor_id] += 1
        self._given.append(distributor_id)
        return self._last[distributor_id]

    def mark(self) -> int:
        """How many were given out."""
        return len(self._given)

    def take_back(self, to: int) -> None:
        """The numbers after the first `to` are free again."""
        while len(self._given) > to:
            self._last[self._given.pop()] -= 1

    def write(self) -> None:
        """The last number of each distributor."""
        behind = {one: last for one, last in self._last.items() if last != self._stored[one]}
        rows = [{"distributor_id": one, "last_number": last} for one, last in behind.items()]
        run_bulk_of_mappings(
            self.connection, bulk_update(REQUEST_NUMBERS, ("distributor_id",), self.connection.dialect), rows
        )
        self._stored |= behind


@lru_cache
def _raised(dialect: Dialect) -> Ready:
    one_more = {"last_number": REQUEST_NUMBERS.c.last_number + literal_column("1")}
    statement = insert_or(dialect, REQUEST_NUMBERS).on_conflict_do_update(
        index_elements=["distributor_id"], set_=one_more
    )
    return ready(statement.returning(REQUEST_NUMBERS.c.last_number), dialect)
