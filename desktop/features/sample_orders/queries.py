"""What the sample orders page asks of the station: designers, houses, earlier requests, lines and their status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from desktop.cache.reader import Reader
from desktop.features.sample_orders.rows import DesignerRow, EarlierRequest, House, OrderLineRow, OrderLines
from shared_models.accounts.records import Organisation
from shared_models.designers.records import Designer
from shared_models.sample_orders.operations import ShipTo
from shared_models.sample_orders.records import LineStatus, RequestLine
from shared_models.sample_orders.rules import line_status

DUPLICATE_DAYS = 30
MOST_LINES = 2000
_MOST_DESIGNERS = 9

_LINES = (
    "SELECT l.id, l.request_id, r.number, l.position, r.placed_at, r.placed_by_name, coalesce(d.name, ''), "
    "coalesce(d.takes_part, 1), r.designer_name, r.sidemark, l.item_no, l.title, l.sample_type, l.quantity, "
    "l.shipped, l.backordered, l.will_not_ship, l.cancelled, l.backordered_until, l.reason, "
    "l.replacement_item_no, l.carrier, l.tracking_no, l.last_confirmed_at, r.ship_to_name, r.ship_to_city, "
    "r.ship_method "
    "FROM sample_requests AS r JOIN request_lines AS l ON l.request_id = r.id "
    "LEFT JOIN organisations AS d ON d.id = r.distributor_id WHERE r.organisation_id = ?"
)
_FILTERED = (
    "(r.number || ' ' || l.item_no || ' ' || l.title || ' ' || r.designer_name || ' ' || coalesce(d.name, '') "
    "|| ' ' || r.sidemark || ' ' || l.tracking_no || ' ' || r.placed_by_name)"
)


def houses(reader: Reader) -> list[House]:
    """All distributors that this station knows, by name."""
    rows = reader.rows("SELECT id, name, takes_part FROM organisations WHERE kind = 'distributor' ORDER BY name")
    return [House(key, name, bool(takes_part)) for key, name, takes_part in rows]


def designers_like(reader: Reader, showroom_id: str, text: str) -> list[DesignerRow]:
    """Designers of the showroom with a word of name or firm that begins with `text`, by name, at most nine."""
    begins = f"{_literal(text.strip())}%"
    found = reader.records(
        Designer,
        "WHERE showroom_id = ? AND (name LIKE ? ESCAPE '~' OR name LIKE ? ESCAPE '~' OR firm LIKE ? ESCAPE '~') "
        "ORDER BY name LIKE ? ESCAPE '~' DESC, name LIMIT ?",
        showroom_id,
        begins,
        f"% {begins}",
        begins,
        begins,
        _MOST_DESIGNERS,
    )
    return [_designer_row(designer) for designer in found]


def designer_with_card(reader: Reader, showroom_id: str, barcode: str) -> DesignerRow | None:
    """The designer whose card was scanned, by its barcode or by our own code's id."""
    found = reader.records(
        Designer,
        "WHERE showroom_id = ? AND (card_barcode = ? OR id = ?) LIMIT 1",
        showroom_id,
        barcode,
        barcode,
    )
    return _designer_row(found[0]) if found and barcode else None


def designer(reader: Reader, designer_id: str) -> DesignerRow | None:
    """One designer, or None."""
    found = reader.get(Designer, designer_id) if designer_id else None
    return _designer_row(found) if found else None


def showroom_address(reader: Reader, showroom_id: str, attention: str) -> ShipTo:
    """Where the showroom itself gets its samples."""
    card = reader.get(Organisation, showroom_id)
    if card is None:
        return ShipTo()
    return ShipTo(
        name=card.name,
        attention=attention,
        address1=card.address1,
        address2=card.address2,
        city=card.city,
        state=card.state,
        postal_code=card.postal_code,
        country=card.country,
    )


def earlier_requests(
    reader: Reader, showroom_id: str, designer_id: str, items: Sequence[tuple[str, str]], *, today: date
) -> list[EarlierRequest]:
    """What of `items` (distributor, item number) was asked for the same designer within 30 days, newest first.

    An empty `designer_id` looks at what the showroom asked for itself. Lines that were cancelled or will not ship
    as a whole are no duplicates: asking again is what one does then.
    """
    since = (today - timedelta(days=DUPLICATE_DAYS)).isoformat()
    found = []
    for distributor_id, item_no in dict.fromkeys(items):
        rows = reader.rows(
            "SELECT r.placed_by_name, r.placed_at, l.id FROM request_lines AS l "
            "JOIN sample_requests AS r ON r.id = l.request_id JOIN sample_orders AS o ON o.id = r.order_id "
            "WHERE l.organisation_id = ? AND l.item_no = ? AND l.distributor_id = ? AND o.designer_id = ? "
            "AND r.placed_at >= ? AND l.cancelled + l.will_not_ship < l.quantity ORDER BY r.placed_at DESC LIMIT 1",
            showroom_id,
            item_no,
            distributor_id,
            designer_id,
            since,
        )
        for asked_by, asked_at, line_id in rows:
            line = reader.get(RequestLine, line_id)
            if line is not None:
                found.append(
                    EarlierRequest(item_no, line.title, asked_by, datetime.fromisoformat(asked_at), line_status(line))
                )
    return sorted(found, key=lambda one: one.asked_at, reverse=True)


def order_lines(reader: Reader, showroom_id: str, text: str = "", *, open_only: bool = False) -> OrderLines:
    """The newest 2,000 lines in which every word of `text` occurs, whatever its case; newest request first.

    `open_only` leaves out lines of which nothing is pending or backordered.
    """
    words = text.split()
    sql = _LINES + f" AND {_FILTERED} LIKE ? ESCAPE '~'" * len(words)
    if open_only:
        sql += " AND l.quantity > l.shipped + l.will_not_ship + l.cancelled"
    sql += " ORDER BY r.placed_at DESC, r.id DESC, l.position LIMIT ?"
    rows = reader.rows(sql, showroom_id, *(f"%{_literal(word)}%" for word in words), MOST_LINES + 1)
    return OrderLines([_order_line(row) for row in rows[:MOST_LINES]], len(rows) > MOST_LINES)


def _order_line(row: tuple[Any, ...]) -> OrderLineRow:
    (line_id, request_id, number, position, placed_at, placed_by, house, takes_part, designer_name, sidemark) = row[:10]
    item_no, title, sample_type, quantity, shipped, backordered, will_not_ship, cancelled, until = row[10:19]
    reason, replacement, carrier, tracking, confirmed_at, ship_to_name, ship_to_city, ship_method = row[19:]
    return OrderLineRow(
        line_id=line_id,
        request_id=request_id,
        request_number=number,
        position=position,
        placed_at=datetime.fromisoformat(placed_at),
        placed_by=placed_by,
        distributor=house,
        takes_part=bool(takes_part),
        designer=designer_name,
        sidemark=sidemark,
        item_no=item_no,
        title=title,
        sample_type=sample_type,
        quantity=quantity,
        shipped=shipped,
        backordered=backordered,
        will_not_ship=will_not_ship,
        cancelled=cancelled,
        status=_status(quantity, shipped, backordered, will_not_ship, cancelled),
        backordered_until=date.fromisoformat(until) if until else None,
        reason=reason,
        replacement_item_no=replacement,
        carrier=carrier,
        tracking_no=tracking,
        confirmed_at=datetime.fromisoformat(confirmed_at) if confirmed_at else None,
        ship_to=", ".join(part for part in (ship_to_name, ship_to_city) if part),
        ship_method=ship_method,
    )


def _status(quantity: int, shipped: int, backordered: int, will_not_ship: int, cancelled: int) -> LineStatus:
    return line_status(
        RequestLine(
            id="",
            request_id="",
            organisation_id="",
            distributor_id="",
            position=0,
            item_no="",
            quantity=quantity,
            shipped=shipped,
            backordered=backordered,
            will_not_ship=will_not_ship,
            cancelled=cancelled,
        )
    )


def _designer_row(card: Designer) -> DesignerRow:
    ship_to = ShipTo(
        name=card.firm or card.name,
        attention=card.name if card.firm else "",
        address1=card.address1,
        address2=card.address2,
        city=card.city,
        state=card.state,
        postal_code=card.postal_code,
        country=card.country,
    )
    return DesignerRow(card.id, card.name, card.firm, card.city, card.blocked, ship_to)


def _literal(text: str) -> str:
    """`text` for LIKE … ESCAPE '~'."""
    return text.replace("~", "~~").replace("%", "~%").replace("_", "~_")
