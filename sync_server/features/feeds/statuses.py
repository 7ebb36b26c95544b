"""The stock status of each item, worked out from the inventory rows that a run moved and published beside them.

It is a stream of its own (`docs/decisions/0003`): who may see one word an item pulls that, and no quantity with it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from shared_models.catalogue.records import INVENTORY, STOCK_STATUS
from shared_models.catalogue.rules import StockRow, stock_total
from shared_models.kernel.records import row_hash
from shared_models.sync.streams import line_dataset
from sync_server.features.sync.stream_log import advance, read_heads
from sync_server.features.sync.tables import LINE_TABLES
from sync_server.foundation.upsert import insert_or

_ITEMS_AT_ONCE = 2_000
_INVENTORY, _STATUSES = LINE_TABLES[INVENTORY.name], LINE_TABLES[STOCK_STATUS.name]
_SUMMED = tuple(_INVENTORY.c[name] for name in StockRow._fields)


class _Status(NamedTuple):
    """What is said of an item; an empty `as_of` when no row dates itself."""

    stock_status: str
    as_of: str


class _Sums:
    """What is to be added to the stream's head, and the next position and row key."""

    def __init__(self, position: int, row_key: int) -> None:
        self.first = position
        self.position, self.row_key = position, row_key
        self.rows = self.checksum = 0

    def next_position(self) -> int:
        self.position += 1
        return self.position

    def next_row_key(self) -> int:
        self.row_key += 1
        return self.row_key


def publish_statuses(connection: Connection, distributor_id: str, *, moved_after: int, now: datetime) -> None:
    """Bring the statuses in line with the inventory rows that moved after this position of the inventory's stream.

    All items are looked at when nothing was published yet. Whoever calls it holds the lock on the inventory's state.
    """
    stream = line_dataset(distributor_id, STOCK_STATUS.name)
    head = read_heads(connection, [stream])[stream].head
    last_key = select(func.coalesce(func.max(_STATUSES.c.row_key), 0)).filter_by(distributor_id=distributor_id)
    sums = _Sums(head, connection.execute(last_key).scalar_one())
    moved = select(_INVENTORY.c.item_no).filter_by(distributor_id=distributor_id).distinct()
    if head:
        moved = moved.where(_INVENTORY.c.stream_position > moved_after)
    items = sorted(connection.execute(moved).scalars())
    for start in range(0, len(items), _ITEMS_AT_ONCE):
        rows = list(_changed(connection, distributor_id, items[start : start + _ITEMS_AT_ONCE], sums, now))
        if rows:
            _write(connection, rows)
    if sums.position > sums.first:
        advance(connection, stream, by=sums.position - sums.first, rows=sums.rows, checksum=sums.checksum)


def _changed(
    connection: Connection, distributor_id: str, items: Sequence[str], sums: _Sums, now: datetime
) -> Iterator[dict[str, Any]]:
    """The rows to write for the items whose status is another now, new ones and gone ones among them."""
    said = {
        row.item_no: row
        for row in connection.execute(
            select(_STATUSES).where(_STATUSES.c.distributor_id == distributor_id, _STATUSES.c.item_no.in_(items))
        )
    }
    is_now = dict(_statuses(connection, distributor_id, items))
    for item in items:
        status, before = is_now.get(item), said.get(item)
        live = before if before is not None and before.gone_at is None else None
        if (live.stock_status if live else None) == (status.stock_status if status else None):
            continue
        row_key = before.row_key if before is not None else sums.next_row_key()
        values = status or _Status("", "")
        fresh_hash = row_hash(STOCK_STATUS.name, (row_key, item, *values))
        sums.rows += int(status is not None) - int(live is not None)
        sums.checksum += (fresh_hash if status else 0) - (live.row_hash if live else 0)
        yield {
            "distributor_id": distributor_id,
            "row_key": row_key,
            "item_no": item,
            **values._asdict(),
            "row_hash": fresh_hash,
            "stream_position": sums.next_position(),
            "gone_at": None if status is not None else now,
        }


def _statuses(connection: Connection, distributor_id: str, items: Sequence[str]) -> Iterator[tuple[str, _Status]]:
    """The items that have live rows, with what those rows say together."""
    rows = connection.execute(
        select(_INVENTORY.c.item_no, _INVENTORY.c.as_of, *_SUMMED)
        .where(
            _INVENTORY.c.distributor_id == distributor_id,
            _INVENTORY.c.item_no.in_(items),
            _INVENTORY.c.gone_at.is_(None),
        )
        .order_by(_INVENTORY.c.item_no)
    )
    for item, group in groupby(rows, key=lambda row: str(row.item_no)):
        of_item = list(group)
        total = stock_total(StockRow(*row[2:]) for row in of_item)
        yield item, _Status(total.stock_status, max(row.as_of for row in of_item))


def _write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    statement = insert_or(connection.dialect, _STATUSES)
    replaced = {
        name: statement.excluded[name] for name in ("stock_status", "as_of", "row_hash", "stream_position", "gone_at")
    }
    connection.execute(
        statement.on_conflict_do_update(index_elements=["distributor_id", "row_key"], set_=replaced), rows
    )
