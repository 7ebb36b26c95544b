"""The server's tables: shared records, streams with their heads, receipts, published rows, and the history's id."""

from typing import Any, get_type_hints

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from shared_models.catalogue.records import LINE_DATASETS, DatasetShape
from shared_models.follow_up.records import FOLLOW_UP_DATASETS, FollowUpShape
from shared_models.kernel.records import Record
from shared_models.kernel.schema import Instant, column_type, tables_for
from shared_models.sync.registry import RECORD_KINDS
from sync_server.foundation.schema import metadata as metadata

RECORD_TABLES: dict[type[Record], Table] = tables_for(RECORD_KINDS, metadata)

STREAM_HEADS = Table(
    "stream_heads",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("head", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("checksum", String(16), nullable=False),
)
"""`checksum`: the sum of the live rows' `row_hash`es modulo 2**64, as 16 hex digits."""

STREAM_ENTRIES = Table(
    "stream_entries",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("gone_at", Instant),
    Column("row_hash", BigInteger, nullable=False),
    Index("ix_stream_entries_stream_position", "stream", "position"),
    Index("ix_stream_entries_kind_key", "kind", "key"),
)
"""One row a (stream, record): a change moves it to the head. `gone_at` is set on the ones that left the stream."""

STREAM_FLOORS = Table(
    "stream_floors",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("floor", BigInteger, nullable=False),
)
"""Up to which position tombstones were swept: a cursor below it must begin afresh."""

RECEIPTS = Table(
    "receipts",
    metadata,
    Column("operation_id", String(64), primary_key=True),
    Column("body_hash", LargeBinary(32), nullable=False),
    Column("name", String(60), nullable=False),
    Column("organisation_id", String(64), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("station_id", String(64), nullable=False),
    Column("station_seq", BigInteger, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("drift_ms", BigInteger, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("result", String(20), nullable=False),
    Column("outcome", Text, nullable=False),
    Index("ix_receipts_station_seq", "station_id", "station_seq", unique=True),
)
"""What became of each operation, for good: the audit trail, and the answer to every repeat.

`made_at` is what the station's clock said; `drift_ms` what the server measured that clock to be behind its own.
"""

AFTER_REVOCATION = Table(
    "operations_after_revocation",
    metadata,
    Column("operation_id", String(64), primary_key=True),
    Column("station_id", String(64), nullable=False),
    Column("received_at", Instant, nullable=False),
)
"""Operations that a station sent after it was shut out; their receipts say what became of them."""

SERVER_HISTORY = Table(
    "server_history",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(64), nullable=False),
    Column("began_at", Instant, nullable=False),
)
"""The history's id: the last row counts. A restore adds one, which is how stations notice."""


ACCOUNT_CHANGES = Table(
    "account_changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("changes", BigInteger, nullable=False),
)
"""One row: how often anybody's rights changed (`account_changes.py`)."""


def _line_table(name: str, shape: DatasetShape) -> Table:
    hints: dict[str, Any] = get_type_hints(shape.row)
    return Table(
        name,
        metadata,
        Column("distributor_id", String(64), primary_key=True),
        Column("row_key", BigInteger, primary_key=True, autoincrement=False),
        *(Column(column, column_type(hints[column]), nullable=hints[column] is not str) for column in shape.columns),
        Column("row_hash", BigInteger, nullable=False),
        Column("stream_position", BigInteger, nullable=False),
        Column("gone_at", Instant),
        Index(f"ix_{name}_natural_key", "distributor_id", *shape.key, unique=True),
        Index(f"ix_{name}_position", "distributor_id", "stream_position"),
    )


LINE_TABLES: dict[str, Table] = {
    "products": _line_table("products", LINE_DATASETS["products"]),
    "inventory": _line_table("inventory_rows", LINE_DATASETS["inventory"]),
    "stock_status": _line_table("stock_status_rows", LINE_DATASETS["stock_status"]),
    "mill_orders": _line_table("mill_order_rows", LINE_DATASETS["mill_orders"]),
}
"""Dataset name to the table of its rows, all distributors in one; only feeds write them."""

OWNER_ONLY: dict[str, dict[str, Any]] = {
    "sales_orders": {"price_net": int | None, "currency": str},
    "freight": {"freight_charge": int | None, "currency": str},
}
"""What a distributor posts and nobody else is ever sent: no record has these columns, so no page can hold them."""
_LOOKED_UP_BY = {
    "sales_orders": (("order_no",), ("customer_no",), ("item_no",)),
    "reserves": (("customer_no",), ("item_no",)),
    "freight": (("order_no",),),
    "customers": (),
}


def _follow_up_table(shape: FollowUpShape) -> Table:
    name = f"{shape.name.removesuffix('s')}_rows"
    hints: dict[str, Any] = {**get_type_hints(shape.kind), **OWNER_ONLY.get(shape.name, {})}
    columns = (*shape.columns, *OWNER_ONLY.get(shape.name, {}))
    places = (("position_all",), ("seen_showroom", "position_showroom"), ("seen_rep", "position_rep"))
    return Table(
        name,
        metadata,
        Column("distributor_id", String(64), primary_key=True),
        Column("row_key", BigInteger, primary_key=True, autoincrement=False),
        *(Column(column, column_type(hints[column]), nullable=hints[column] is not str) for column in columns),
        Column("row_hash", BigInteger, nullable=False),
        Column("gone_at", Instant),
        Column("seen_showroom", Text, nullable=False),
        Column("seen_rep", Text, nullable=False),
        *(Column(columns[-1], BigInteger, nullable=False) for columns in places),
        Index(f"ix_{name}_natural_key", "distributor_id", *shape.key, unique=True),
        *(Index(f"ix_{name}_{columns[-1]}", "distributor_id", *columns) for columns in places),
        *(Index(f"ix_{name}_{'_'.join(columns)}", "distributor_id", *columns) for columns in _LOOKED_UP_BY[shape.name]),
    )


FOLLOW_UP_TABLES: dict[str, Table] = {name: _follow_up_table(shape) for name, shape in FOLLOW_UP_DATASETS.items()}
"""Dataset name to the table of its rows, all distributors in one; only feeds write them.

A row is in up to three streams, at a position of its own in each: the distributor's own, that of the showroom whose
code is `seen_showroom`, and that of the rep whose code is `seen_rep` (`""`: of none). `gone_at` is for all of them.
"""

FOLLOW_UP_LEFT = Table(
    "follow_up_left",
    metadata,
    Column("stream", String(200), primary_key=True),
    Column("dataset", String(40), primary_key=True),
    Column("row_key", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("left_at", Instant, nullable=False),
    Index("ix_follow_up_left_position", "stream", "position"),
)
"""The rows that left a stream because another showroom or rep has them now, and where that stands in the stream."""
