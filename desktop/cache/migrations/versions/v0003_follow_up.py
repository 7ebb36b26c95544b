"""Version 3: orders, reserves, freight and customers; by which codes distributors name showrooms and reps."""

import sqlalchemy as sa
from alembic import op

from shared_models.kernel.records import row_hash

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables and the column; the lines here are then as a program of this version stores them."""
    op.add_column("lines", sa.Column("showroom_code", sa.Text(), server_default="", nullable=False))
    _hash_lines_anew()
    _rep_codes()
    _sales_orders()
    _reserves()
    _freight()
    _customers()


def downgrade() -> None:
    """A station file is never taken back; the copy made before the upgrade is there for that."""
    raise NotImplementedError("use the copy that was made before the upgrade")


def _hash_lines_anew() -> None:
    """A further column makes another row of each line; or the next look through the file would fetch them afresh."""
    connection = op.get_bind()
    lines = connection.exec_driver_sql(
        "SELECT id, showroom_id, distributor_id, starts_on, ends_on, showroom_code FROM lines"
    ).fetchall()
    for line in lines:
        connection.exec_driver_sql(
            "UPDATE stream_rows SET local_hash = ? WHERE kind = 'lines' AND key = ?",
            (row_hash("lines", list(line)), line[0]),
        )


def _rep_codes() -> None:
    op.create_table(
        "rep_codes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_rep_codes_distributor_id", "rep_codes", ["distributor_id"])
    op.create_index("ix_rep_codes_person_id", "rep_codes", ["person_id"])
    op.create_index("ix_rep_codes_person_id_distributor_id_code", "rep_codes", ["person_id", "distributor_id", "code"])


def _sales_orders() -> None:
    op.create_table(
        "sales_orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
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
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sales_orders_distributor_id_customer_no", "sales_orders", ["distributor_id", "customer_no"])
    op.create_index("ix_sales_orders_distributor_id_order_no", "sales_orders", ["distributor_id", "order_no"])
    op.create_index("ix_sales_orders_item_no", "sales_orders", ["item_no"])


def _reserves() -> None:
    op.create_table(
        "reserves",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
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
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reserves_distributor_id_customer_no", "reserves", ["distributor_id", "customer_no"])
    op.create_index("ix_reserves_distributor_id_reserve_no", "reserves", ["distributor_id", "reserve_no"])
    op.create_index("ix_reserves_expires_at", "reserves", ["expires_at"])
    op.create_index("ix_reserves_item_no", "reserves", ["item_no"])


def _freight() -> None:
    op.create_table(
        "freight",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
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
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_freight_distributor_id_order_no", "freight", ["distributor_id", "order_no"])
    op.create_index("ix_freight_distributor_id_shipment_no", "freight", ["distributor_id", "shipment_no"])
    op.create_index("ix_freight_tracking_no", "freight", ["tracking_no"])


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
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
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_customers_distributor_id_customer_no", "customers", ["distributor_id", "customer_no"])
    op.create_index("ix_customers_name", "customers", ["name"])
