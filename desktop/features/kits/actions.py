"""What a person does with kits: write one, remove it, order from it in one step."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.features.kits.rows import Delivery, KitItemRow, KitState, OrderedFromKit
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import KitId, LineId, OrderId, PersonId, RequestId, new_id
from shared_models.kits.operations import DefineKit, KitContent, RemoveKit
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart
from shared_models.sample_orders.rules import split_by_distributor


def new_kit(desk: Desk, rep_id: str, name: str) -> tuple[Changes, KitState]:
    """Start an empty kit. Raises `DomainError("name_missing")` and what the operation refuses."""
    state = KitState(new_id(), rep_id, name.strip(), ())
    return write_kit(desk, state), state


def write_kit(desk: Desk, state: KitState) -> Changes:
    """Make the kit exactly this: for changes, for taking them back, and for bringing a removed one back.

    Raises `DomainError`: `name_missing`, `quantity_out_of_range`, `not_found` (no such rep here).
    """
    recorded = desk.record(
        DefineKit(kit_id=KitId(state.kit_id), rep_id=PersonId(state.rep_id), name=state.name, items=state.items)
    )
    return Changes(recorded.kinds)


def add_item(desk: Desk, state: KitState, item: KitContent) -> Changes:
    """One more item in the kit; an item that is there already in this form becomes more of it."""
    same = [one for one in state.items if _key(one) == _key(item)]
    if not same:
        return write_kit(desk, state._replace(items=(*state.items, item)))
    return change_quantity(desk, state, [_key(item)], same[0].quantity + item.quantity)


def change_quantity(desk: Desk, state: KitState, keys: Sequence[tuple[str, str, str]], quantity: int) -> Changes:
    """How many of some items the kit should hold. Raises `DomainError("quantity_out_of_range")`."""
    items = tuple(_with_quantity(one, quantity) if _key(one) in keys else one for one in state.items)
    return write_kit(desk, state._replace(items=items))


def drop_items(desk: Desk, state: KitState, keys: Sequence[tuple[str, str, str]]) -> Changes:
    """The kit should hold these no longer."""
    return write_kit(desk, state._replace(items=tuple(one for one in state.items if _key(one) not in keys)))


def remove_kit(desk: Desk, kit_id: str) -> Changes:
    """The kit is no longer used; what was ordered from it stays."""
    recorded = desk.record(RemoveKit(kit_id=KitId(kit_id)))
    return Changes(recorded.kinds)


def order_from_kit(
    desk: Desk, kit_id: str, items: Sequence[KitItemRow], delivery: Delivery
) -> tuple[Changes, OrderedFromKit]:
    """Order these items of the kit, split by distributor, in one operation.

    Raises `DomainError`: `basket_empty`, `address_missing`, and what the operation refuses.
    """
    if not items:
        raise DomainError("basket_empty", "This kit holds nothing yet. Add items to it first.")
    if not delivery.ship_to.address1.strip() or not delivery.ship_to.city.strip():
        raise DomainError("address_missing", "There is no address to send the samples to. Type one.")
    parts = split_by_distributor(items)
    order_id = OrderId(new_id())
    recorded = desk.record(
        PlaceSampleOrder(
            order_id=order_id,
            parts=tuple(_part(distributor_id, part) for distributor_id, part in parts.items()),
            kit_id=kit_id,
            ship_to=delivery.ship_to,
            ship_method=delivery.ship_method,
            sidemark=delivery.sidemark,
            note=delivery.note,
        )
    )
    houses = {part[0].distributor: part[0].takes_part for part in parts.values()}
    by_mail_only = tuple(name for name, takes_part in houses.items() if not takes_part)
    return Changes(recorded.kinds), OrderedFromKit(order_id, len(items), tuple(houses), by_mail_only)


def _part(distributor_id: str, items: Sequence[KitItemRow]) -> RequestPart:
    return RequestPart(
        request_id=RequestId(new_id()),
        distributor_id=distributor_id,
        items=tuple(
            OrderedItem(
                line_id=LineId(new_id()),
                item_no=item.item_no,
                title=item.title,
                sample_type=item.sample_type,
                quantity=item.quantity,
            )
            for item in items
        ),
    )


def _key(item: KitContent) -> tuple[str, str, str]:
    return item.distributor_id, item.item_no, item.sample_type


def _with_quantity(item: KitContent, quantity: int) -> KitContent:
    return KitContent(
        distributor_id=item.distributor_id,
        item_no=item.item_no,
        title=item.title,
        sample_type=item.sample_type,
        quantity=quantity,
    )
