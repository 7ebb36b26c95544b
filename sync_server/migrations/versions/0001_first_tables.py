"""The first tables: shared records, streams, receipts, accounts.

Revision 0001. Written out in full, because a step must go on making what it made when it was released.
"""

import sqlalchemy as sa
from alembic import op

from shared_models.kernel.schema import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything."""
    op.create_table(
        "confirmation_lines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("confirmation_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replacement_item_no", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_confirmation_lines_confirmation_id", "confirmation_lines", ["confirmation_id"], unique=False)
    op.create_index("ix_confirmation_lines_line_id", "confirmation_lines", ["line_id"], unique=False)
    op.create_table(
        "confirmations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=False),
        sa.Column("confirmed_by_name", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking_no", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_confirmations_request_id", "confirmations", ["request_id"], unique=False)
    op.create_table(
        "copies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("showroom_id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sample_type", sa.Text(), nullable=False),
        sa.Column("shelf", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_copies_distributor_id_item_no", "copies", ["distributor_id", "item_no"], unique=False)
    op.create_index("ix_copies_showroom_id_item_no", "copies", ["showroom_id", "item_no"], unique=False)
    op.create_table(
        "copy_barcodes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("showroom_id", sa.Text(), nullable=False),
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_copy_barcodes_copy_id", "copy_barcodes", ["copy_id"], unique=False)
    op.create_index("ix_copy_barcodes_showroom_id_barcode", "copy_barcodes", ["showroom_id", "barcode"], unique=False)
    op.create_table(
        "copy_returns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("showroom_id", sa.Text(), nullable=False),
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("loan_id", sa.Text(), nullable=False),
        sa.Column("returned_at", Instant(), nullable=False),
        sa.Column("returned_by", sa.Text(), nullable=False),
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_copy_returns_copy_id", "copy_returns", ["copy_id"], unique=False)
    op.create_table(
        "designers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("showroom_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("firm", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address1", sa.Text(), nullable=False),
        sa.Column("address2", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("card_barcode", sa.Text(), nullable=False),
        sa.Column("resale_certificate_no", sa.Text(), nullable=False),
        sa.Column("resale_expires_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_designers_showroom_id_card_barcode", "designers", ["showroom_id", "card_barcode"], unique=False)
    op.create_index("ix_designers_showroom_id_name", "designers", ["showroom_id", "name"], unique=False)
    op.create_table(
        "inventory_rows",
        sa.Column("distributor_id", sa.String(length=64), nullable=False),
        sa.Column("row_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("warehouse", sa.Text(), nullable=False),
        sa.Column("lot_no", sa.Text(), nullable=False),
        sa.Column("piece_no", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("qty_on_hand", sa.BigInteger(), nullable=True),
        sa.Column("qty_committed", sa.BigInteger(), nullable=True),
        sa.Column("qty_reserved", sa.BigInteger(), nullable=True),
        sa.Column("qty_available", sa.BigInteger(), nullable=True),
        sa.Column("qty_on_order", sa.BigInteger(), nullable=True),
        sa.Column("qty_backordered", sa.BigInteger(), nullable=True),
        sa.Column("largest_piece", sa.BigInteger(), nullable=True),
        sa.Column("next_due_on", sa.Text(), nullable=False),
        sa.Column("next_due_qty", sa.BigInteger(), nullable=True),
        sa.Column("stock_status", sa.Text(), nullable=False),
        sa.Column("sample_qty_on_hand", sa.BigInteger(), nullable=True),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("stream_position", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("distributor_id", "row_key"),
    )
    op.create_index(
        "ix_inventory_rows_natural_key",
        "inventory_rows",
        ["distributor_id", "item_no", "warehouse", "lot_no", "piece_no"],
        unique=True,
    )
    op.create_index("ix_inventory_rows_position", "inventory_rows", ["distributor_id", "stream_position"], unique=False)
    op.create_table(
        "kit_items",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kit_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sample_type", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_kit_items_kit_id", "kit_items", ["kit_id"], unique=False)
    op.create_table(
        "kits",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("rep_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_kits_organisation_id", "kits", ["organisation_id"], unique=False)
    op.create_index("ix_kits_rep_id", "kits", ["rep_id"], unique=False)
    op.create_table(
        "lines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("showroom_id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_lines_distributor_id", "lines", ["distributor_id"], unique=False)
    op.create_index("ix_lines_showroom_id", "lines", ["showroom_id"], unique=False)
    op.create_table(
        "loans",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("showroom_id", sa.Text(), nullable=False),
        sa.Column("copy_id", sa.Text(), nullable=False),
        sa.Column("designer_id", sa.Text(), nullable=False),
        sa.Column("lent_at", Instant(), nullable=False),
        sa.Column("lent_by", sa.Text(), nullable=False),
        sa.Column("station_id", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sidemark", sa.Text(), nullable=False),
        sa.Column("returned_at", Instant(), nullable=True),
        sa.Column("returned_by", sa.Text(), nullable=False),
        sa.Column("ended_as", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_loans_copy_id_returned_at", "loans", ["copy_id", "returned_at"], unique=False)
    op.create_index(
        "ix_loans_showroom_id_returned_at_due_on", "loans", ["showroom_id", "returned_at", "due_on"], unique=False
    )
    op.create_table(
        "memberships",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "person_id", "organisation_id", "role", name="uq_memberships_person_id_organisation_id_role"
        ),
    )
    op.create_index("ix_memberships_organisation_id", "memberships", ["organisation_id"], unique=False)
    op.create_index("ix_memberships_person_id", "memberships", ["person_id"], unique=False)
    op.create_table(
        "module_grants",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_module_grants_organisation_id", "module_grants", ["organisation_id"], unique=False)
    op.create_table(
        "organisations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("takes_part", sa.Boolean(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address1", sa.Text(), nullable=False),
        sa.Column("address2", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", name="uq_organisations_code"),
    )
    op.create_table(
        "passwords",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email", name="uq_people_email"),
    )
    op.create_table(
        "pick_waves",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("printed_at", Instant(), nullable=False),
        sa.Column("printed_by", sa.Text(), nullable=False),
        sa.Column("request_ids", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_pick_waves_distributor_id_printed_at", "pick_waves", ["distributor_id", "printed_at"], unique=False
    )
    op.create_table(
        "products",
        sa.Column("distributor_id", sa.String(length=64), nullable=False),
        sa.Column("row_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("pattern_no", sa.Text(), nullable=False),
        sa.Column("pattern_name", sa.Text(), nullable=False),
        sa.Column("color_no", sa.Text(), nullable=False),
        sa.Column("color_name", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("width_in", sa.BigInteger(), nullable=True),
        sa.Column("repeat_v_in", sa.BigInteger(), nullable=True),
        sa.Column("repeat_h_in", sa.BigInteger(), nullable=True),
        sa.Column("railroaded", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("backing", sa.Text(), nullable=False),
        sa.Column("finish", sa.Text(), nullable=False),
        sa.Column("cleaning_code", sa.Text(), nullable=False),
        sa.Column("abrasion_double_rubs", sa.BigInteger(), nullable=True),
        sa.Column("abrasion_method", sa.Text(), nullable=False),
        sa.Column("fire_codes", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("min_qty", sa.BigInteger(), nullable=True),
        sa.Column("increment", sa.BigInteger(), nullable=True),
        sa.Column("yards_per_roll", sa.BigInteger(), nullable=True),
        sa.Column("price_trade", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_visible", sa.Text(), nullable=False),
        sa.Column("lead_time_days", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("discontinued_on", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.Column("sample_types", sa.Text(), nullable=False),
        sa.Column("sample_status", sa.Text(), nullable=False),
        sa.Column("upc", sa.Text(), nullable=False),
        sa.Column("image_url", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.Column("stream_position", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("distributor_id", "row_key"),
    )
    op.create_index("ix_products_natural_key", "products", ["distributor_id", "item_no"], unique=True)
    op.create_index("ix_products_position", "products", ["distributor_id", "stream_position"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("operation_id", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("station_id", sa.String(length=64), nullable=False),
        sa.Column("station_seq", sa.BigInteger(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("drift_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operation_id"),
    )
    op.create_index("ix_receipts_station_seq", "receipts", ["station_id", "station_seq"], unique=True)
    op.create_table(
        "request_lines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sample_type", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.Column("backordered", sa.BigInteger(), nullable=False),
        sa.Column("will_not_ship", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.Column("backordered_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replacement_item_no", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking_no", sa.Text(), nullable=False),
        sa.Column("last_confirmed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_request_lines_distributor_id_item_no", "request_lines", ["distributor_id", "item_no"], unique=False
    )
    op.create_index(
        "ix_request_lines_organisation_id_item_no", "request_lines", ["organisation_id", "item_no"], unique=False
    )
    op.create_index("ix_request_lines_request_id", "request_lines", ["request_id"], unique=False)
    op.create_table(
        "review_items",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("operation_id", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("resolved_at", Instant(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_review_items_organisation_id_resolved_at", "review_items", ["organisation_id", "resolved_at"], unique=False
    )
    op.create_table(
        "sample_orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.Column("designer_id", sa.Text(), nullable=False),
        sa.Column("designer_name", sa.Text(), nullable=False),
        sa.Column("kit_id", sa.Text(), nullable=False),
        sa.Column("sidemark", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_sample_orders_organisation_id_placed_at", "sample_orders", ["organisation_id", "placed_at"], unique=False
    )
    op.create_table(
        "sample_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.Column("placed_by_name", sa.Text(), nullable=False),
        sa.Column("showroom_name", sa.Text(), nullable=False),
        sa.Column("showroom_email", sa.Text(), nullable=False),
        sa.Column("designer_name", sa.Text(), nullable=False),
        sa.Column("designer_email", sa.Text(), nullable=False),
        sa.Column("ship_to_name", sa.Text(), nullable=False),
        sa.Column("ship_to_attention", sa.Text(), nullable=False),
        sa.Column("ship_to_address1", sa.Text(), nullable=False),
        sa.Column("ship_to_address2", sa.Text(), nullable=False),
        sa.Column("ship_to_city", sa.Text(), nullable=False),
        sa.Column("ship_to_state", sa.Text(), nullable=False),
        sa.Column("ship_to_postal_code", sa.Text(), nullable=False),
        sa.Column("ship_to_country", sa.Text(), nullable=False),
        sa.Column("ship_method", sa.Text(), nullable=False),
        sa.Column("sidemark", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("times_printed", sa.BigInteger(), nullable=False),
        sa.Column("last_printed_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_sample_requests_distributor_id_placed_at", "sample_requests", ["distributor_id", "placed_at"], unique=False
    )
    op.create_index("ix_sample_requests_order_id", "sample_requests", ["order_id"], unique=False)
    op.create_index(
        "ix_sample_requests_organisation_id_placed_at",
        "sample_requests",
        ["organisation_id", "placed_at"],
        unique=False,
    )
    op.create_table(
        "sample_stock",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("item_no", sa.Text(), nullable=False),
        sa.Column("bin", sa.Text(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_sample_stock_distributor_id_item_no", "sample_stock", ["distributor_id", "item_no"], unique=False
    )
    op.create_table(
        "server_history",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("began_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "station_tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("station_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("replaced_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_station_tokens_station_id", "station_tokens", ["station_id"], unique=False)
    op.create_index("ix_station_tokens_token_hash", "station_tokens", ["token_hash"], unique=True)
    op.create_table(
        "stations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.String(length=64), nullable=False),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("stock_id", sa.Text(), nullable=False),
        sa.Column("distributor_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.Column("moved_by", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stock_movements_stock_id", "stock_movements", ["stock_id"], unique=False)
    op.create_table(
        "stream_entries",
        sa.Column("stream", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", Instant(), nullable=True),
        sa.Column("row_hash", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "kind", "key"),
    )
    op.create_index("ix_stream_entries_kind_key", "stream_entries", ["kind", "key"], unique=False)
    op.create_index("ix_stream_entries_stream_position", "stream_entries", ["stream", "position"], unique=False)
    op.create_table(
        "stream_floors",
        sa.Column("stream", sa.String(length=200), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream"),
    )
    op.create_table(
        "stream_heads",
        sa.Column("stream", sa.String(length=200), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("checksum", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("stream"),
    )
