"""What a person does with sample orders: fill and empty the basket, send it, cancel a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from desktop.cache.meta import set_meta
from desktop.cache.records import StationRecords
from desktop.features.sample_orders.basket import (
    KIND,
    Draft,
    basket_lines,
    delete_lines,
    draft_name,
    insert_item,
    write_lines,
)
from desktop.features.sample_orders.queries import designer, showroom_address
from desktop.features.sample_orders.rows import BasketLine, Item
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import LineId, OrderId, RequestId, new_id
from shared_models.sample_orders.operations import (
    MOST_OF_ONE_LINE,
    CancelLine,
    OrderedItem,
    PlaceSampleOrder,
    RequestPart,
    ShipTo,
)
from shared_models.sample_orders.rules import split_by_distributor

_BASKET = Changes.of(KIND)


class KitItem(NamedTuple):
    """One item that another page hands over for the basket."""

    distributor_id: str
    item_no: str
    title: str
    sample_type: str
    quantity: int


class Undo(NamedTuple):
    """How the lines of a basket were before a step, and which lines the step made; `take_back` undoes it."""

    organisation_id: str
    former: tuple[BasketLine, ...]
    made: tuple[str, ...] = ()


class Added(NamedTuple):
    """An item that is in the basket now."""

    line_id: str
    item: Item
    quantity: int
    """How many this step added."""
    undo: Undo


class Sent(NamedTuple):
    """A basket that became an order: its requests by distributor."""

    order_id: str
    houses: tuple[str, ...]
    by_mail_only: tuple[str, ...]
    lines: int


def add_to_basket(
    desk: Desk, item: Item, quantity: int, *, designer_id: str = "", sample_type: str = ""
) -> tuple[Changes, Added]:
    """Put an item into the basket for a designer (or the showroom's own), in its usual form.

    Raises `DomainError`: `item_no_missing`, `quantity_out_of_range`.
    """
    if not item.item_no.strip():
        raise DomainError("item_no_missing", "Type the item number as the distributor writes it.")
    _require_quantity(quantity)
    organisation_id = desk.acting.organisation_id
    with desk.database.write() as records:
        line_id, former = insert_item(
            records, organisation_id, designer_id, item, quantity, at=desk.clock.now(), sample_type=sample_type
        )
    undo = Undo(organisation_id, (former,)) if former is not None else Undo(organisation_id, (), (line_id,))
    return _BASKET, Added(line_id, item, quantity, undo)


def add_all_to_basket(
    desk: Desk, items: Sequence[KitItem], *, designer_id: str = "", kit_id: str = ""
) -> tuple[Changes, Undo]:
    """Put many items into the basket in one step, a kit's for instance."""
    organisation_id = desk.acting.organisation_id
    former: list[BasketLine] = []
    made: list[str] = []
    with desk.database.write() as records:
        for one in items:
            item = Item(one.distributor_id, one.item_no, one.title)
            line_id, before = insert_item(
                records,
                organisation_id,
                designer_id,
                item,
                one.quantity,
                at=desk.clock.now(),
                sample_type=one.sample_type,
                kit_id=kit_id,
            )
            if before is None:
                made.append(line_id)
            elif line_id not in made:
                former.append(before)
    return _BASKET, Undo(organisation_id, tuple(former), tuple(made))


def change_lines(
    desk: Desk, lines: Sequence[BasketLine], *, quantity: int | None = None, sample_type: str | None = None
) -> tuple[Changes, Undo]:
    """Give lines another quantity or another form. Raises `DomainError("quantity_out_of_range")`."""
    if quantity is not None:
        _require_quantity(quantity)
    changed = [
        line._replace(
            quantity=line.quantity if quantity is None else quantity,
            sample_type=line.sample_type if sample_type is None else sample_type,
        )
        for line in lines
    ]
    organisation_id = desk.acting.organisation_id
    with desk.database.write() as records:
        write_lines(records, organisation_id, changed)
    return _BASKET, Undo(organisation_id, tuple(lines))


def remove_lines(desk: Desk, lines: Sequence[BasketLine]) -> tuple[Changes, Undo]:
    """Take lines out of the basket."""
    with desk.database.write() as records:
        delete_lines(records, [line.line_id for line in lines])
    return _BASKET, Undo(desk.acting.organisation_id, tuple(lines))


def take_back(desk: Desk, undo: Undo) -> Changes:
    """Make the basket what it was before a step."""
    with desk.database.write() as records:
        delete_lines(records, undo.made)
        write_lines(records, undo.organisation_id, undo.former)
    return _BASKET


def give_basket(desk: Desk, *, of: str, to: str, draft: Draft) -> Changes:
    """The basket is for another designer (empty: for the showroom itself); what was filled in goes with it."""
    organisation_id = desk.acting.organisation_id
    with desk.database.write() as records:
        lines = basket_lines(desk.database.read(), organisation_id, of)
        write_lines(records, organisation_id, [line._replace(designer_id=to) for line in lines])
        _keep(records, organisation_id, of, Draft())
        _keep(records, organisation_id, to, msgspec.structs.replace(draft, ship_to_kind=""))
    return _BASKET


def keep_draft(desk: Desk, designer_id: str, draft: Draft) -> Changes:
    """Remember what was filled in, so that it is there after a restart. Nothing on the page follows from it."""
    with desk.database.write() as records:
        _keep(records, desk.acting.organisation_id, designer_id, draft)
    return Changes.none()


def send_basket(desk: Desk, designer_id: str, draft: Draft) -> tuple[Changes, Sent]:
    """Place the order of one basket, split by distributor, and empty the basket.

    Raises `DomainError` (`basket_empty`, `address_missing`, and what the operation refuses); then the basket stays.
    """
    reader = desk.database.read()
    organisation_id = desk.acting.organisation_id
    lines = basket_lines(reader, organisation_id, designer_id)
    if not lines:
        raise DomainError("basket_empty", "The basket is empty. Search for an item and press Enter to add it.")
    kits = {line.kit_id for line in lines}
    recorded = desk.record(
        PlaceSampleOrder(
            order_id=(order_id := OrderId(new_id())),
            parts=_parts(lines),
            designer_id=designer_id,
            kit_id=kits.pop() if len(kits) == 1 else "",
            ship_to=_where_to(desk, designer_id, draft),
            ship_method=draft.ship_method.strip(),
            sidemark=draft.sidemark.strip(),
            note=draft.note.strip(),
        )
    )
    # The lines are seen to be sent by their ids even if the program ends between the two transactions.
    with desk.database.write() as records:
        delete_lines(records, [line.line_id for line in lines])
        _keep(records, organisation_id, designer_id, Draft())
    return Changes(recorded.kinds) | _BASKET, _sent(order_id, lines)


def cancel_line(desk: Desk, request_id: str, line_id: str) -> Changes:
    """Cancel what is not yet picked of a line. Raises `DomainError("line_settled")` when nothing is left of it."""
    recorded = desk.record(CancelLine(request_id=RequestId(request_id), line_id=LineId(line_id)))
    return Changes(recorded.kinds, recorded.keys)


def _parts(lines: Sequence[BasketLine]) -> tuple[RequestPart, ...]:
    return tuple(
        RequestPart(
            request_id=RequestId(new_id()),
            distributor_id=distributor_id,
            items=tuple(
                OrderedItem(
                    line_id=LineId(line.line_id),
                    item_no=line.item_no,
                    title=line.title,
                    sample_type=line.sample_type,
                    quantity=line.quantity,
                )
                for line in part
            ),
        )
        for distributor_id, part in split_by_distributor(lines).items()
    )


def _where_to(desk: Desk, designer_id: str, draft: Draft) -> ShipTo:
    reader = desk.database.read()
    person = designer(reader, designer_id)
    kind = draft.ship_to_kind or ("designer" if person is not None and person.has_address else "showroom")
    if kind == "typed":
        ship_to = draft.typed
    elif kind == "designer" and person is not None:
        ship_to = person.ship_to
    else:
        ship_to = showroom_address(reader, desk.acting.organisation_id, desk.person_name)
    if not ship_to.address1.strip() or not ship_to.city.strip():
        raise DomainError(
            "address_missing",
            "There is no address to send the samples to. Choose another one or type it; the basket is kept.",
        )
    return ship_to


def _sent(order_id: str, lines: Sequence[BasketLine]) -> Sent:
    by_house = {line.distributor: line.takes_part for line in lines}
    by_mail_only = tuple(name for name, takes_part in by_house.items() if not takes_part)
    return Sent(order_id, tuple(by_house), by_mail_only, len(lines))


def _keep(records: StationRecords, organisation_id: str, designer_id: str, draft: Draft) -> None:
    set_meta(records, **{draft_name(organisation_id, designer_id): msgspec.json.encode(draft).decode()})


def _require_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MOST_OF_ONE_LINE:
        raise DomainError(
            "quantity_out_of_range",
            f"{quantity} cannot be asked for; order 1 to {MOST_OF_ONE_LINE}.",
            quantity=quantity,
        )
