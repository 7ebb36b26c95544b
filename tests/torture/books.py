"""The server's books after whatever happened to it: every acknowledged operation once, nothing by halves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, select

from shared_models.designers.operations import AddDesigner
from shared_models.designers.records import Designer
from shared_models.kernel.operation import Operation
from shared_models.kernel.records import Record, row_hash, values_of
from shared_models.library.operations import CheckOutCopy, ReturnCopy
from shared_models.library.records import CopyReturn, Loan
from shared_models.sync.registry import KIND_BY_NAME
from shared_models.sync.wire import Outcome
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.tables import RECEIPTS, STREAM_ENTRIES, STREAM_HEADS
from sync_server.foundation.database import Database
from tests.torture.courier import Courier


def audit(database: Database, couriers: Sequence[Courier]) -> list[str]:
    """Every fault in what the server has of these stations, and in its streams."""
    with database.reading() as connection:
        faults = list(_streams(connection))
        if database.is_sqlite:
            said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
            faults += [f"damaged: {line}" for line in said if line != "ok"]
        for courier in couriers:
            faults += courier.faults
            faults += _operations(connection, courier)
    return faults


def _operations(connection: Connection, courier: Courier) -> Iterator[str]:
    stored = {
        row.operation_id: msgspec.json.decode(row.outcome, type=Outcome)
        for row in connection.execute(select(RECEIPTS.c.operation_id, RECEIPTS.c.outcome))
    }
    records = ServerRecords(connection)
    lost = [key for key, told in courier.outcomes.items() if key not in stored or stored[key].result != told.result]
    if lost:
        yield f"{len(lost)} of {len(courier.outcomes)} acknowledged operations are lost, the first {lost[0]}"
    for key, operation in courier.made.items():
        took_effect = key in stored and stored[key].result != "refused"
        if _has_effect(records, operation) != took_effect:
            yield f"{key} has {'no effect' if took_effect else 'an effect and no receipt'}"


def _has_effect(records: ServerRecords, operation: Operation) -> bool:
    if isinstance(operation, CheckOutCopy):
        return records.get(Loan, operation.loan_id) is not None
    if isinstance(operation, ReturnCopy):
        return records.get(CopyReturn, operation.return_id) is not None
    assert isinstance(operation, AddDesigner), "couriers make nothing else"
    return records.get(Designer, operation.designer_id) is not None


def _streams(connection: Connection) -> Iterator[str]:
    """Entries say what the rows are, and heads are the sums of their entries."""
    records = ServerRecords(connection)
    sums: dict[str, tuple[int, int, int]] = {}
    for entry in connection.execute(select(STREAM_ENTRIES)):
        rows, checksum, head = sums.get(entry.stream, (0, 0, 0))
        head = max(head, entry.position)
        if entry.gone_at is None:
            rows, checksum = rows + 1, (checksum + entry.row_hash) % 2**64
            kind: type[Record] = KIND_BY_NAME[entry.kind]
            record = records.get(kind, entry.key)
            if record is None or row_hash(entry.kind, values_of(record)) != entry.row_hash:
                yield f"{entry.stream} says something else of {entry.kind} {entry.key} than its row"
        sums[entry.stream] = (rows, checksum, head)
    for head_row in connection.execute(select(STREAM_HEADS)):
        if head_row.stream in sums:
            told = (head_row.rows, int(head_row.checksum, 16), head_row.head)
            if told != sums[head_row.stream]:
                yield f"the head of {head_row.stream} is {told}, its entries come to {sums[head_row.stream]}"
