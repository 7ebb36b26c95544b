"""What the kits page asks of the station: kits, their items with what became of them, reps, where to send."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from desktop.cache.catalogue import Catalogue
from desktop.cache.reader import Reader
from desktop.features.kits.rows import FoundItem, KitItemRow, KitRow, KitState, Ordered, RepRow
from shared_models.accounts.records import Organisation
from shared_models.catalogue.records import SAMPLE_TYPES
from shared_models.kits.operations import KitContent
from shared_models.kits.records import Kit, KitItem
from shared_models.sample_orders.operations import ShipTo
from shared_models.sample_orders.records import RequestLine
from shared_models.sample_orders.rules import line_status

_MOST_FOUND = 9


def kits(reader: Reader, organisation_id: str, rep_id: str = "") -> list[KitRow]:
    """The kits of an organisation that this station knows, of one rep or of all, by rep and name."""
    rows = reader.rows(
        "SELECT k.id, k.name, k.rep_id, coalesce(p.name, ''), "
        "(SELECT count(*) FROM kit_items AS i WHERE i.kit_id = k.id), "
        "(SELECT coalesce(sum(i.quantity), 0) FROM kit_items AS i WHERE i.kit_id = k.id), "
        "(SELECT max(o.placed_at) FROM sample_orders AS o WHERE o.organisation_id = k.organisation_id "
        "AND o.kit_id = k.id) "
        "FROM kits AS k LEFT JOIN people AS p ON p.id = k.rep_id "
        "WHERE k.organisation_id = ? AND (? = '' OR k.rep_id = ?) ORDER BY p.name, k.name COLLATE NOCASE, k.id",
        organisation_id,
        rep_id,
        rep_id,
    )
    return [KitRow._make((*row[:6], datetime.fromisoformat(row[6]) if row[6] else None)) for row in rows]


def kit_items(reader: Reader, catalogue: Catalogue, kit_id: str) -> list[KitItemRow]:
    """The items of a kit in their order."""
    ordered = _ordered_from(reader, kit_id)
    rows = reader.rows(
        "SELECT i.position, i.distributor_id, coalesce(d.name, i.distributor_id), coalesce(d.takes_part, 1), "
        "i.item_no, i.title, i.sample_type, i.quantity FROM kit_items AS i "
        "LEFT JOIN organisations AS d ON d.id = i.distributor_id WHERE i.kit_id = ? ORDER BY i.position",
        kit_id,
    )
    return [_item_row(row, catalogue, ordered) for row in rows]


def found_items(reader: Reader, catalogue: Catalogue, words: str) -> list[FoundItem]:
    """The best nine products for what was typed, in their usual form: a memo where there is one."""
    names = dict(reader.rows("SELECT id, name FROM organisations WHERE kind = 'distributor'"))
    return [
        FoundItem(
            KitContent(
                distributor_id=hit.distributor_id,
                item_no=hit.item_no,
                title=hit.title,
                sample_type=_usual_type(hit.sample_types),
            ),
            " · ".join(part for part in (names.get(hit.distributor_id, ""), hit.status.capitalize()) if part),
        )
        for hit in catalogue.search(words, limit=_MOST_FOUND)
    ]


def kit_state(reader: Reader, kit_id: str) -> KitState | None:
    """The kit as it stands, for changing it and for taking a change back."""
    kit = reader.get(Kit, kit_id)
    if kit is None:
        return None
    items = reader.records(KitItem, "WHERE kit_id = ? ORDER BY position", kit_id)
    return KitState(
        kit.id,
        kit.rep_id,
        kit.name,
        tuple(
            KitContent(
                distributor_id=item.distributor_id,
                item_no=item.item_no,
                title=item.title,
                sample_type=item.sample_type,
                quantity=item.quantity,
            )
            for item in items
        ),
    )


def reps(reader: Reader, organisation_id: str) -> list[RepRow]:
    """The reps of the organisation, by name."""
    rows = reader.rows(
        "SELECT p.id, p.name FROM memberships AS m JOIN people AS p ON p.id = m.person_id "
        "WHERE m.organisation_id = ? AND m.role = 'rep' GROUP BY p.id ORDER BY p.name",
        organisation_id,
    )
    return [RepRow(*row) for row in rows]


def rep_address(reader: Reader, organisation_id: str, rep_id: str) -> ShipTo:
    """Where a rep gets samples unless something else is typed: at the showroom, with the rep's name on the parcel."""
    card = reader.get(Organisation, organisation_id)
    name = str(reader.value("SELECT name FROM people WHERE id = ?", rep_id) or "")
    if card is None:
        return ShipTo(attention=name)
    return ShipTo(
        name=card.name,
        attention=name,
        address1=card.address1,
        address2=card.address2,
        city=card.city,
        state=card.state,
        postal_code=card.postal_code,
        country=card.country,
    )


def _usual_type(codes: str) -> str:
    offered = [code for code in codes.split("|") if code in SAMPLE_TYPES]
    return "MEMO" if "MEMO" in offered or not offered else offered[0]


def _item_row(row: tuple[Any, ...], catalogue: Catalogue, ordered: dict[tuple[str, str, str], Ordered]) -> KitItemRow:
    position, distributor_id, distributor, takes_part, item_no, title, sample_type, quantity = row
    product = catalogue.product(distributor_id, item_no)
    return KitItemRow(
        position=position,
        distributor_id=distributor_id,
        distributor=distributor,
        takes_part=bool(takes_part),
        item_no=item_no,
        title=title,
        sample_type=sample_type,
        quantity=quantity,
        product_status=product.status if product is not None else "",
        replaced_by=product.replaced_by if product is not None else "",
        ordered=ordered.get((distributor_id, item_no, sample_type)),
    )


def _ordered_from(reader: Reader, kit_id: str) -> dict[tuple[str, str, str], Ordered]:
    """The newest line of each item that was ordered from the kit."""
    rows = reader.rows(
        "SELECT l.id, r.placed_at, r.number FROM sample_orders AS o JOIN sample_requests AS r ON r.order_id = o.id "
        "JOIN request_lines AS l ON l.request_id = r.id WHERE o.kit_id = ? ORDER BY r.placed_at",
        kit_id,
    )
    newest: dict[tuple[str, str, str], Ordered] = {}
    for line_id, placed_at, number in rows:
        line = reader.get(RequestLine, line_id)
        if line is not None:
            newest[line.distributor_id, line.item_no, line.sample_type] = _ordered(line, placed_at, number)
    return newest


def _ordered(line: RequestLine, placed_at: str, number: str) -> Ordered:
    until: date | None = line.backordered_until if line.backordered else None
    return Ordered(
        placed_at=datetime.fromisoformat(placed_at),
        request_number=number,
        status=line_status(line),
        quantity=line.quantity,
        backordered_until=until,
        reason=line.reason if line.will_not_ship else "",
        replacement_item_no=line.replacement_item_no if line.will_not_ship else "",
        tracking=f"{line.carrier} {line.tracking_no}".strip() if line.shipped else "",
    )
