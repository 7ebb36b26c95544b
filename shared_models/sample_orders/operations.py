"""What a showroom or a rep does with sample orders: send a basket, cancel what is not yet picked."""

from typing import ClassVar

import msgspec

from shared_models.accounts.records import Organisation, Person
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import LineId, OrderId, RequestId
from shared_models.kernel.operation import Act, Module, Operation, Role
from shared_models.kernel.records import Records
from shared_models.sample_orders.records import RequestLine, SampleOrder, SampleRequest
from shared_models.sample_orders.rules import pending

MOST_OF_ONE_LINE = 999


class OrderedItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a request as it is asked for."""

    line_id: LineId
    item_no: str
    title: str = ""
    sample_type: str = "MEMO"
    quantity: int = 1


class RequestPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one distributor is asked for."""

    request_id: RequestId
    distributor_id: str
    items: tuple[OrderedItem, ...]


class ShipTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the samples go."""

    name: str = ""
    attention: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"


class PlaceSampleOrder(Operation, frozen=True, kw_only=True):
    """A basket is sent; it is already split by distributor (`rules.split_by_distributor`)."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REP})
    MODULE: ClassVar = Module.SAMPLE_ORDERS

    order_id: OrderId
    parts: tuple[RequestPart, ...]
    designer_id: str = ""
    kit_id: str = ""
    ship_to: ShipTo
    ship_method: str = ""
    sidemark: str = ""
    note: str = ""

    def lane(self) -> str:
        """The order."""
        return f"order:{self.order_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Store the order, a request for each distributor, and the lines.

        Refused when the basket or a part of it is empty, an item number is missing, a quantity is not 1 to 999,
        or a distributor or designer is unknown.
        """
        if not self.parts or not all(part.items for part in self.parts):
            raise DomainError("basket_empty", "There is nothing in this order.")
        showroom = records.need(Organisation, act.organisation_id)
        placed_by = records.need(Person, act.person_id)
        designer = (
            records.need(Designer, self.designer_id, showroom_id=act.organisation_id) if self.designer_id else None
        )
        records.insert(
            SampleOrder(
                id=self.order_id,
                organisation_id=act.organisation_id,
                placed_by=act.person_id,
                placed_at=act.made_at,
                designer_id=self.designer_id,
                designer_name=designer.name if designer else "",
                kit_id=self.kit_id,
                sidemark=self.sidemark,
                note=self.note,
            )
        )
        for part in self.parts:
            records.need(Organisation, part.distributor_id, kind="distributor")
            records.insert(
                SampleRequest(
                    id=part.request_id,
                    order_id=self.order_id,
                    organisation_id=act.organisation_id,
                    distributor_id=part.distributor_id,
                    placed_at=act.made_at,
                    placed_by_name=placed_by.name,
                    showroom_name=showroom.name,
                    showroom_email=showroom.email,
                    designer_name=designer.name if designer else "",
                    designer_email=designer.email if designer else "",
                    ship_method=self.ship_method,
                    sidemark=self.sidemark,
                    note=self.note,
                    **{f"ship_to_{field}": value for field, value in msgspec.structs.asdict(self.ship_to).items()},
                )
            )
            self._insert_lines(part, records, act)

    def _insert_lines(self, part: RequestPart, records: Records, act: Act) -> None:
        for position, item in enumerate(part.items, start=1):
            if not item.item_no.strip():
                raise DomainError("item_no_missing", "A line of this order has no item number.", line_id=item.line_id)
            if not 1 <= item.quantity <= MOST_OF_ONE_LINE:
                raise DomainError(
                    "quantity_out_of_range",
                    f"{item.quantity} of {item.item_no} cannot be asked for; order 1 to {MOST_OF_ONE_LINE}.",
                    item_no=item.item_no,
                    quantity=item.quantity,
                )
            records.insert(
                RequestLine(
                    id=item.line_id,
                    request_id=part.request_id,
                    organisation_id=act.organisation_id,
                    distributor_id=part.distributor_id,
                    position=position,
                    item_no=item.item_no,
                    title=item.title,
                    sample_type=item.sample_type,
                    quantity=item.quantity,
                )
            )


class CancelLine(Operation, frozen=True, kw_only=True):
    """The showroom no longer wants what is not yet picked of a line."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REP})
    MODULE: ClassVar = Module.SAMPLE_ORDERS

    request_id: RequestId
    line_id: LineId

    def lane(self) -> str:
        """The request."""
        return f"request:{self.request_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Cancel pending and backordered ones. Refused when everything has been settled already."""
        line = records.need(RequestLine, self.line_id, organisation_id=act.organisation_id, request_id=self.request_id)
        open_quantity = pending(line) + line.backordered
        if open_quantity == 0:
            raise DomainError(
                "line_settled",
                f"{line.title or line.item_no} is already settled; there is nothing to cancel.",
            )
        records.change(line, cancelled=line.cancelled + open_quantity, backordered=0, backordered_until=None)
