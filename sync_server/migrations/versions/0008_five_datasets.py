"""Mill orders, reserves, sales orders, freight and customers; by which codes distributors name showrooms and reps."""

from itertools import groupby

import msgspec
import sqlalchemy as sa
from alembic import op

from shared_models.kernel.records import row_hash
from shared_models.kernel.schema import Instant

revision = "0008_five_datasets"
down_revision = "0007_feed_mappings"
branch_labels = None
depends_on = None


_LINES = sa.table(
    "lines",
    sa.column("id", sa.Text),
    sa.column("showroom_id", sa.Text),
    sa.column("distributor_id", sa.Text),
    sa.column("starts_on", sa.Date),
    sa.column("ends_on", sa.Date),
    sa.column("showroom_code", sa.Text),
)
_ENTRIES = sa.table(
    "stream_entries",
    *(sa.column(name) for name in ("stream", "kind", "key", "position", "gone_at", "row_hash")),
)
_HEADS = sa.table("stream_heads", *(sa.column(name) for name in ("stream", "head", "checksum")))


def upgrade() -> None:
    """Make the tables and columns; each line is known by the showroom's own code until another is given."""
    op.add_column("lines", sa.Column("showroom_code", sa.Text(), server_default="", nullable=False))
    op.execute(
        "UPDATE lines SET showroom_code = (SELECT code FROM organisations WHERE organisations.id = lines.showroom_id)"
    )
    _publish_lines_anew()
    for marks in ("product_marks", "inventory_marks"):
        op.add_column(marks, sa.Column("live_as_of", sa.BigInteger(), nullable=True))
    _rep_codes()
    _mill_orders()
    _sales_orders()
    _reserves()
    _freight()
    _customers()
    _left()


def _publish_lines_anew() -> None:
    """A further column makes another row of each line: stations are sent it, and the sums of the streams follow."""
    connection = op.get_bind()
    lines = connection.execute(sa.select(_LINES)).all()
    hashes = {line.id: row_hash("lines", msgspec.to_builtins(list(line))) for line in lines}
    held = connection.execute(
        sa.select(_ENTRIES).where(_ENTRIES.c.kind == "lines", _ENTRIES.c.gone_at.is_(None)).order_by(_ENTRIES.c.stream)
    ).all()
    for stream, entries in groupby(held, key=lambda entry: str(entry.stream)):
        head = connection.execute(sa.select(_HEADS).where(_HEADS.c.stream == stream)).one()
        checksum = int(head.checksum, 16)
        for entry in entries:
            checksum += hashes[entry.key] - entry.row_hash
            connection.execute(
                sa.update(_ENTRIES)
                .where(_ENTRIES.c.stream == stream, _ENTRIES.c.kind == "lines", _ENTRIES.c.key == entry.key)
                .values(row_hash=hashes[entry.key], position=head.head + 1)
            )
        connection.execute(
            sa.update(_HEADS)
            .where(_HEADS.c.stream == stream)
            .values(head=head.head + 1, checksum=f"{checksum % 2**64:016x}")
        )


def _rep_codes() -> None:
    op.create_table(
        "rep_codes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "distributor_id", "code", name="uq_rep_codes_person_id_distributor_id_code"),
    )
    op.create_index("ix_rep_codes_distributor_id", "rep_codes", ["distributor_id"], unique=False)
    op.create_index("ix_rep_codes_person_id", "rep_codes", ["person_id"], unique=False)


def _mill_orders() -> None:
    op.create_table(
        "mill_order_rows",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("row_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mill_po_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("mill_name", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("qty_ordered", sa.BigInteger(), nullable=True),
        sa.Column("qty_received", sa.BigInteger(), nullable=True),
        sa.Column("qty_open", sa.BigInteger(), nullable=True),
        sa.Column("qty_committed", sa.BigInteger(), nullable=True),
        sa.Column("qty_free", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("ordered_on", sa.Text(), nullable=False),
        sa.Column("ex_mill_on", sa.Text(), nullable=False),
        sa.Column("shipped_on", sa.Text(), nullable=False),
        sa.Column("eta_on", sa.Text(), nullable=False),
        sa.Column("eta_confidence", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("eta_history", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("stream_position", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("distributor_id", "row_key"),
    )
    op.create_index(
        "ix_mill_order_rows_natural_key", "mill_order_rows", ["distributor_id", "mill_po_no", "line_no"], unique=True
    )
    op.create_index(
        "ix_mill_order_rows_position", "mill_order_rows", ["distributor_id", "stream_position"], unique=False
    )
    op.create_table(
        "mill_order_marks",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("mill_po_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("live_as_of", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("distributor_id", "mill_po_no", "line_no"),
        sqlite_with_rowid=False,
    )


def _sales_orders() -> None:
    op.create_table(
        "sales_order_rows",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("row_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("ordered_on", sa.Text(), nullable=False),
        sa.Column("customer_no", sa.Text(), nullable=False),
        sa.Column("showroom_code", sa.Text(), nullable=False),
        sa.Column("rep_code", sa.Text(), nullable=False),
        sa.Column("customer_po", sa.Text(), nullable=False),
        sa.Column("sidemark", sa.Text(), nullable=False),
        sa.Column("ship_to_name", sa.Text(), nullable=False),
        sa.Column("ship_to_attention", sa.Text(), nullable=False),
        sa.Column("ship_to_address1", sa.Text(), nullable=False),
        sa.Column("ship_to_address2", sa.Text(), nullable=False),
        sa.Column("ship_to_city", sa.Text(), nullable=False),
        sa.Column("ship_to_state", sa.Text(), nullable=False),
        sa.Column("ship_to_postal_code", sa.Text(), nullable=False),
        sa.Column("ship_to_country", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("freight_terms", sa.Text(), nullable=False),
        sa.Column("ship_via", sa.Text(), nullable=False),
        sa.Column("requested_on", sa.Text(), nullable=False),
        sa.Column("order_status", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("qty_ordered", sa.BigInteger(), nullable=True),
        sa.Column("qty_shipped", sa.BigInteger(), nullable=True),
        sa.Column("qty_backordered", sa.BigInteger(), nullable=True),
        sa.Column("qty_cancelled", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("lot_no", sa.Text(), nullable=False),
        sa.Column("line_status", sa.Text(), nullable=False),
        sa.Column("promised_on", sa.Text(), nullable=False),
        sa.Column("mill_po_no", sa.Text(), nullable=False),
        sa.Column("cfa_required", sa.Text(), nullable=False),
        sa.Column("reserve_no", sa.Text(), nullable=False),
        sa.Column("last_shipped_on", sa.Text(), nullable=False),
        sa.Column("tracking_no", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("price_net", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.Column("seen_showroom", sa.Text(), nullable=False),
        sa.Column("seen_rep", sa.Text(), nullable=False),
        sa.Column("position_all", sa.BigInteger(), nullable=False),
        sa.Column("position_showroom", sa.BigInteger(), nullable=False),
        sa.Column("position_rep", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("distributor_id", "row_key"),
    )
    op.create_index(
        "ix_sales_order_rows_customer_no", "sales_order_rows", ["distributor_id", "customer_no"], unique=False
    )
    op.create_index("ix_sales_order_rows_item_no", "sales_order_rows", ["distributor_id", "item_no"], unique=False)
    op.create_index(
        "ix_sales_order_rows_natural_key", "sales_order_rows", ["distributor_id", "order_no", "line_no"], unique=True
    )
    op.create_index("ix_sales_order_rows_order_no", "sales_order_rows", ["distributor_id", "order_no"], unique=False)
    op.create_index(
        "ix_sales_order_rows_position_all", "sales_order_rows", ["distributor_id", "position_all"], unique=False
    )
    op.create_index(
        "ix_sales_order_rows_position_rep",
        "sales_order_rows",
        ["distributor_id", "seen_rep", "position_rep"],
        unique=False,
    )
    op.create_index(
        "ix_sales_order_rows_position_showroom",
        "sales_order_rows",
        ["distributor_id", "seen_showroom", "position_showroom"],
        unique=False,
    )
    op.create_table(
        "sales_order_marks",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("live_as_of", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("distributor_id", "order_no", "line_no"),
        sqlite_with_rowid=False,
    )


def _reserves() -> None:
    op.create_table(
        "reserve_rows",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("row_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reserve_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("customer_no", sa.Text(), nullable=False),
        sa.Column("showroom_code", sa.Text(), nullable=False),
        sa.Column("rep_code", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("lot_no", sa.Text(), nullable=False),
        sa.Column("piece_nos", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("times_extended", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sidemark", sa.Text(), nullable=False),
        sa.Column("customer_po", sa.Text(), nullable=False),
        sa.Column("cfa_requested_at", sa.Text(), nullable=False),
        sa.Column("cfa_sent_at", sa.Text(), nullable=False),
        sa.Column("cfa_tracking", sa.Text(), nullable=False),
        sa.Column("cfa_received_at", sa.Text(), nullable=False),
        sa.Column("cfa_decision", sa.Text(), nullable=False),
        sa.Column("cfa_decided_at", sa.Text(), nullable=False),
        sa.Column("converted_order_no", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.Column("seen_showroom", sa.Text(), nullable=False),
        sa.Column("seen_rep", sa.Text(), nullable=False),
        sa.Column("position_all", sa.BigInteger(), nullable=False),
        sa.Column("position_showroom", sa.BigInteger(), nullable=False),
        sa.Column("position_rep", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("distributor_id", "row_key"),
    )
    op.create_index("ix_reserve_rows_customer_no", "reserve_rows", ["distributor_id", "customer_no"], unique=False)
    op.create_index("ix_reserve_rows_item_no", "reserve_rows", ["distributor_id", "item_no"], unique=False)
    op.create_index(
        "ix_reserve_rows_natural_key", "reserve_rows", ["distributor_id", "reserve_no", "line_no"], unique=True
    )
    op.create_index("ix_reserve_rows_position_all", "reserve_rows", ["distributor_id", "position_all"], unique=False)
    op.create_index(
        "ix_reserve_rows_position_rep", "reserve_rows", ["distributor_id", "seen_rep", "position_rep"], unique=False
    )
    op.create_index(
        "ix_reserve_rows_position_showroom",
        "reserve_rows",
        ["distributor_id", "seen_showroom", "position_showroom"],
        unique=False,
    )
    op.create_table(
        "reserve_marks",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("reserve_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("live_as_of", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("distributor_id", "reserve_no", "line_no"),
        sqlite_with_rowid=False,
    )


def _freight() -> None:
    op.create_table(
        "freight_rows",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("row_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("shipment_no", sa.Text(), nullable=False),
        sa.Column("package_no", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("shipped_on", sa.Text(), nullable=False),
        sa.Column("carrier_scac", sa.Text(), nullable=False),
        sa.Column("carrier_name", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("freight_terms", sa.Text(), nullable=False),
        sa.Column("tracking_no", sa.Text(), nullable=False),
        sa.Column("pro_no", sa.Text(), nullable=False),
        sa.Column("bol_no", sa.Text(), nullable=False),
        sa.Column("packages", sa.BigInteger(), nullable=True),
        sa.Column("weight_lb", sa.BigInteger(), nullable=True),
        sa.Column("ship_from", sa.Text(), nullable=False),
        sa.Column("ship_to_name", sa.Text(), nullable=False),
        sa.Column("ship_to_attention", sa.Text(), nullable=False),
        sa.Column("ship_to_address1", sa.Text(), nullable=False),
        sa.Column("ship_to_address2", sa.Text(), nullable=False),
        sa.Column("ship_to_city", sa.Text(), nullable=False),
        sa.Column("ship_to_state", sa.Text(), nullable=False),
        sa.Column("ship_to_postal_code", sa.Text(), nullable=False),
        sa.Column("ship_to_country", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("qty_shipped", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("lot_no", sa.Text(), nullable=False),
        sa.Column("piece_nos", sa.Text(), nullable=False),
        sa.Column("estimated_delivery_on", sa.Text(), nullable=False),
        sa.Column("delivered_at", sa.Text(), nullable=False),
        sa.Column("delivered_to", sa.Text(), nullable=False),
        sa.Column("exception", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("freight_charge", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.Column("seen_showroom", sa.Text(), nullable=False),
        sa.Column("seen_rep", sa.Text(), nullable=False),
        sa.Column("position_all", sa.BigInteger(), nullable=False),
        sa.Column("position_showroom", sa.BigInteger(), nullable=False),
        sa.Column("position_rep", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("distributor_id", "row_key"),
    )
    op.create_index(
        "ix_freight_rows_natural_key",
        "freight_rows",
        ["distributor_id", "shipment_no", "package_no", "order_no", "line_no"],
        unique=True,
    )
    op.create_index("ix_freight_rows_order_no", "freight_rows", ["distributor_id", "order_no"], unique=False)
    op.create_index("ix_freight_rows_position_all", "freight_rows", ["distributor_id", "position_all"], unique=False)
    op.create_index(
        "ix_freight_rows_position_rep", "freight_rows", ["distributor_id", "seen_rep", "position_rep"], unique=False
    )
    op.create_index(
        "ix_freight_rows_position_showroom",
        "freight_rows",
        ["distributor_id", "seen_showroom", "position_showroom"],
        unique=False,
    )
    op.create_table(
        "freight_marks",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("shipment_no", sa.Text(), nullable=False),
        sa.Column("package_no", sa.Text(), nullable=False),
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("line_no", sa.Text(), nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("live_as_of", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("distributor_id", "shipment_no", "package_no", "order_no", "line_no"),
        sqlite_with_rowid=False,
    )


def _customers() -> None:
    op.create_table(
        "customer_rows",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("row_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_no", sa.Text(), nullable=False),
        sa.Column("ship_to_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("trading_as", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("fax", sa.Text(), nullable=False),
        sa.Column("bill_to_name", sa.Text(), nullable=False),
        sa.Column("bill_to_attention", sa.Text(), nullable=False),
        sa.Column("bill_to_address1", sa.Text(), nullable=False),
        sa.Column("bill_to_address2", sa.Text(), nullable=False),
        sa.Column("bill_to_city", sa.Text(), nullable=False),
        sa.Column("bill_to_state", sa.Text(), nullable=False),
        sa.Column("bill_to_postal_code", sa.Text(), nullable=False),
        sa.Column("bill_to_country", sa.Text(), nullable=False),
        sa.Column("ship_to_name", sa.Text(), nullable=False),
        sa.Column("ship_to_attention", sa.Text(), nullable=False),
        sa.Column("ship_to_address1", sa.Text(), nullable=False),
        sa.Column("ship_to_address2", sa.Text(), nullable=False),
        sa.Column("ship_to_city", sa.Text(), nullable=False),
        sa.Column("ship_to_state", sa.Text(), nullable=False),
        sa.Column("ship_to_postal_code", sa.Text(), nullable=False),
        sa.Column("ship_to_country", sa.Text(), nullable=False),
        sa.Column("rep_code", sa.Text(), nullable=False),
        sa.Column("showroom_code", sa.Text(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("account_type", sa.Text(), nullable=False),
        sa.Column("resale_certificate_no", sa.Text(), nullable=False),
        sa.Column("resale_expires_on", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("credit_hold", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("email_opt_in", sa.Text(), nullable=False),
        sa.Column("memo_privilege", sa.Text(), nullable=False),
        sa.Column("since_on", sa.Text(), nullable=False),
        sa.Column("last_order_on", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.Column("seen_showroom", sa.Text(), nullable=False),
        sa.Column("seen_rep", sa.Text(), nullable=False),
        sa.Column("position_all", sa.BigInteger(), nullable=False),
        sa.Column("position_showroom", sa.BigInteger(), nullable=False),
        sa.Column("position_rep", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("distributor_id", "row_key"),
    )
    op.create_index(
        "ix_customer_rows_natural_key", "customer_rows", ["distributor_id", "customer_no", "ship_to_code"], unique=True
    )
    op.create_index("ix_customer_rows_position_all", "customer_rows", ["distributor_id", "position_all"], unique=False)
    op.create_index(
        "ix_customer_rows_position_rep", "customer_rows", ["distributor_id", "seen_rep", "position_rep"], unique=False
    )
    op.create_index(
        "ix_customer_rows_position_showroom",
        "customer_rows",
        ["distributor_id", "seen_showroom", "position_showroom"],
        unique=False,
    )
    op.create_table(
        "customer_marks",
        sa.Column("distributor_id", sa.String(64), nullable=False),
        sa.Column("customer_no", sa.Text(), nullable=False),
        sa.Column("ship_to_code", sa.Text(), nullable=False),
        sa.Column("row_key", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("live_as_of", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("distributor_id", "customer_no", "ship_to_code"),
        sqlite_with_rowid=False,
    )


def _left() -> None:
    op.create_table(
        "follow_up_left",
        sa.Column("stream", sa.String(200), nullable=False),
        sa.Column("dataset", sa.String(40), nullable=False),
        sa.Column("row_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("left_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "dataset", "row_key"),
    )
    op.create_index("ix_follow_up_left_position", "follow_up_left", ["stream", "position"], unique=False)
