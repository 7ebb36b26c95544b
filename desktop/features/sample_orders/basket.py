"""The basket in station.db: what will be ordered, kept on this desk only, one for each designer of an organisation.

A line keeps its id when it is sent: the line of the request has the same one. So a basket that was sent but, after a
crash, not yet emptied is seen to be sent, and nothing is ordered twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from desktop.cache.meta import get_meta
from desktop.cache.reader import Reader
from desktop.cache.record_codec import instant_text
from desktop.cache.records import StationRecords
from desktop.features.sample_orders.rows import BasketCard, BasketLine, Item
from shared_models.kernel.ids import new_id
from shared_models.sample_orders.operations import MOST_OF_ONE_LINE, ShipTo
from shared_models.sample_orders.rules import split_by_distributor

KIND = "desk_basket"
"""What `Changes` call it."""
_LINES = (
    "SELECT b.id, b.position, b.distributor_id, coalesce(o.name, b.distributor_id), coalesce(o.takes_part, 1), "
    "b.item_no, b.title, b.sample_type, b.quantity, b.designer_id, b.kit_id, b.added_at "
    "FROM desk_basket AS b LEFT JOIN organisations AS o ON o.id = b.distributor_id "
    "WHERE NOT EXISTS (SELECT 1 FROM request_lines AS l WHERE l.id = b.id)"
)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What was already filled in for a basket; kept with it until it is sent."""

    ship_to_kind: str = ""
    """designer, showroom or typed; empty: whatever is usual."""
    typed: ShipTo = ShipTo()
    ship_method: str = "Ground"
    sidemark: str = ""
    note: str = ""


def basket_lines(reader: Reader, organisation_id: str, designer_id: str) -> list[BasketLine]:
    """The lines of one basket, those of a distributor together, in the order in which they were added."""
    rows = reader.rows(
        f"{_LINES} AND b.organisation_id = ? AND b.designer_id = ? ORDER BY b.position, b.id",
        organisation_id,
        designer_id,
    )
    lines = [_line(row) for row in rows]
    return [line for part in split_by_distributor(lines).values() for line in part]


def baskets(reader: Reader, organisation_id: str) -> list[BasketCard]:
    """The baskets that hold something, the organisation's own first, then by designer."""
    rows = reader.rows(
        "SELECT b.designer_id, coalesce(d.name, ''), count(*) FROM desk_basket AS b "
        "LEFT JOIN designers AS d ON d.id = b.designer_id "
        "WHERE b.organisation_id = ? AND NOT EXISTS (SELECT 1 FROM request_lines AS l WHERE l.id = b.id) "
        "GROUP BY b.designer_id ORDER BY b.designer_id <> '', d.name",
        organisation_id,
    )
    return [BasketCard(*row) for row in rows]


def read_draft(reader: Reader, organisation_id: str, designer_id: str) -> Draft:
    """What was filled in for this basket so far."""
    text = get_meta(reader, draft_name(organisation_id, designer_id))
    try:
        return msgspec.json.decode(text, type=Draft) if text else Draft()
    except msgspec.MsgspecError:
        # Another version wrote it: a form to fill in again is no loss.
        return Draft()


def draft_name(organisation_id: str, designer_id: str) -> str:
    """Under which name the station keeps the draft."""
    return f"basket_draft:{organisation_id}:{designer_id}"


def same_line(
    records: StationRecords, organisation_id: str, designer_id: str, item: Item, sample_type: str
) -> BasketLine | None:
    """The line of the basket that already holds this item in this form."""
    row = records.connection.execute(
        f"{_LINES} AND b.organisation_id = ? AND b.designer_id = ? AND b.distributor_id = ? AND b.item_no = ? "
        "AND b.sample_type = ? LIMIT 1",
        (organisation_id, designer_id, item.distributor_id, item.item_no, sample_type),
    ).fetchone()
    return _line(row) if row else None


def insert_item(
    records: StationRecords,
    organisation_id: str,
    designer_id: str,
    item: Item,
    quantity: int,
    *,
    at: datetime,
    sample_type: str = "",
    kit_id: str = "",
) -> tuple[str, BasketLine | None]:
    """Put an item into a basket; more of what is there already becomes a greater quantity, at most 999.

    Returns the id of the line, and the line as it was before (None: it is new).
    """
    sample_type = sample_type or item.usual_type
    former = same_line(records, organisation_id, designer_id, item, sample_type)
    if former is not None:
        quantity = min(former.quantity + quantity, MOST_OF_ONE_LINE)
        records.connection.execute("UPDATE desk_basket SET quantity = ? WHERE id = ?", (quantity, former.line_id))
        return former.line_id, former
    line_id = new_id()
    last = records.connection.execute("SELECT coalesce(max(position), 0) FROM desk_basket").fetchone()[0]
    records.connection.execute(
        "INSERT INTO desk_basket (id, organisation_id, position, distributor_id, item_no, title, sample_type, "
        "quantity, designer_id, kit_id, added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            line_id,
            organisation_id,
            last + 1,
            item.distributor_id,
            item.item_no,
            item.title,
            sample_type,
            quantity,
            designer_id,
            kit_id,
            instant_text(at),
        ),
    )
    return line_id, None


def write_lines(records: StationRecords, organisation_id: str, lines: Iterable[BasketLine]) -> None:
    """Make these lines what they are here: new ones are stored, present ones replaced."""
    for line in lines:
        records.connection.execute(
            "INSERT OR REPLACE INTO desk_basket (id, organisation_id, position, distributor_id, item_no, title, "
            "sample_type, quantity, designer_id, kit_id, added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                line.line_id,
                organisation_id,
                line.position,
                line.distributor_id,
                line.item_no,
                line.title,
                line.sample_type,
                line.quantity,
                line.designer_id,
                line.kit_id,
                line.added_at,
            ),
        )


def delete_lines(records: StationRecords, line_ids: Iterable[str]) -> None:
    """Take lines out of whatever basket they are in."""
    records.connection.executemany("DELETE FROM desk_basket WHERE id = ?", [(line_id,) for line_id in line_ids])


def _line(row: tuple[Any, ...]) -> BasketLine:
    return BasketLine(*row)._replace(takes_part=bool(row[4]))
