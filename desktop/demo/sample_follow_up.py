"""The five further feeds of a house: its customers, its orders on mills, reserves, sales orders and their freight.

They agree with each other and with the world: customers are the showrooms' designers under the house's own numbers,
orders name them, backorders wait for a mill order of their item, and what was shipped has its shipment.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from desktop.demo.sample_catalogue import Draw, Pattern, Product, patterns
from desktop.demo.sample_houses import House
from desktop.demo.sample_people import JOBS, ROOMS

FOLLOW_UP_FEEDS = ("customers", "mill_orders", "reserves", "sales_orders", "freight")
_ITEMS = 240
_MILL_ORDERS = 60
_ORDERS = 220
_RESERVES = 90
_MILLS = ("Mill 14", "Mill 21", "Mill 33", "Mill 40")
_CARRIERS = (
    ("UPSN", "UPS", "Ground", "1Z"),
    ("FDEG", "FedEx", "Home Delivery", "7489"),
    ("ODFL", "Old Dominion", "LTL", ""),
)
Row = dict[str, str]


class Customer(NamedTuple):
    """A designer under the house's number, with the showroom and the rep that look after her."""

    number: str
    card: Mapping[str, Any]
    showroom: str
    rep: str


class Item(NamedTuple):
    """A product with its pattern, and the mill order that its backorders wait for."""

    pattern: Pattern
    product: Product
    mill_po: str
    eta_on: date | None


def follow_up_rows(
    house: House, world: Mapping[str, Any], seed: int, today: date, *, code: str = ""
) -> dict[str, list[Row]]:
    """The rows of every feed by its name. `code` is the house's in this world, its own by default."""
    return _FollowUp(house, code or house.code, world, seed, today).rows()


def customers_of(world: Mapping[str, Any], code: str) -> list[Customer]:
    """The designers who have a number at the house, each with her own: the first who has it keeps it."""
    reps = {
        member["organisation_code"]: person["rep_codes"][code]
        for person in world["people"]
        for member in person["memberships"]
        if code in person.get("rep_codes", {})
    }
    found: dict[str, Customer] = {}
    for showroom in world["showrooms"]:
        for card in showroom["designers"]:
            number = card["account_numbers"].get(code)
            if number:
                rep = reps.get(showroom["code"], "")
                found.setdefault(number, Customer(number, card, showroom["code"], rep))
    return list(found.values())


class _FollowUp:
    def __init__(self, house: House, code: str, world: Mapping[str, Any], seed: int, today: date) -> None:
        self._house, self._today = house, today
        self._draw = Draw(seed, house.code, "follow-up")
        self._customers = customers_of(world, code)
        self._as_of = _instant(today, 11)
        flat = [(one, product) for one in patterns(house, _ITEMS, seed, today) for product in one.products]
        self._items = [self._item(place, *one) for place, one in enumerate(flat)]

    def rows(self) -> dict[str, list[Row]]:
        customers = [self._customer(one) for one in self._customers]
        mill_orders = [self._mill_order(place, item) for place, item in enumerate(self._items) if item.mill_po]
        reserves = [self._reserve(number) for number in range(1, _RESERVES + 1)] if self._customers else []
        orders: list[Row] = []
        freight: list[Row] = []
        for number in range(1, _ORDERS + 1) if self._customers else ():
            lines, shipments = self._order(number)
            orders += lines
            freight += shipments
        return {
            "customers": customers,
            "mill_orders": mill_orders,
            "reserves": reserves,
            "sales_orders": orders,
            "freight": freight,
        }

    # --- customers and mill orders -----------------------------------------------------------------------------

    def _customer(self, one: Customer) -> Row:
        card, draw = one.card, self._draw
        address = card["address"]
        place = {
            "address1": address["line1"],
            "address2": address["line2"],
            "city": address["city"],
            "state": address["state"],
            "postal_code": address["postal_code"],
            "country": address["country"],
        }
        return {
            "customer_no": one.number,
            "ship_to_code": "",
            "name": card["firm"] or card["name"],
            "contact": card["name"],
            "email": card["email"],
            "phone": card["phone"],
            **{f"{whose}_{name}": value for whose in ("bill_to", "ship_to") for name, value in place.items()},
            "rep_code": one.rep,
            "showroom_code": one.showroom,
            "account_type": draw.pick(("DESIGNER", "DESIGNER", "DESIGNER", "HOSPITALITY", "WORKROOM", "ARCHITECT")),
            "resale_certificate_no": card["resale_certificate_no"],
            "resale_expires_on": self._day(card["resale_expires_in_days"]) if card["resale_certificate_no"] else "",
            "terms": draw.pick(("Net 30", "Pro forma", "Credit card")),
            "credit_hold": "Y" if draw.chance(0.04) else "N",
            "status": "ACTIVE",
            "email_opt_in": "Y",
            "memo_privilege": "BLOCKED" if card["blocked"] else "OK",
            "since_on": self._day(-draw.between(200, 4000)),
            "last_order_on": self._day(-draw.between(1, 150)),
            "as_of": self._as_of,
        }

    def _item(self, place: int, pattern: Pattern, product: Product) -> Item:
        """Every fourth item is on order at a mill, until there are as many orders as there should be."""
        on_order = place % 4 == 1 and place // 4 < _MILL_ORDERS and product.status in ("ACTIVE", "NEW")
        if not on_order:
            return Item(pattern, product, "", None)
        eta = self._today + timedelta(days=self._draw.between(-6, 95))
        return Item(pattern, product, f"{self._house.code}-P{4100 + place // 4}", eta)

    def _mill_order(self, place: int, item: Item) -> Row:
        draw = self._draw
        ordered = draw.between(3, 16) * 50
        received = draw.pick((0, 0, 0, ordered // 2))
        committed = draw.between(0, ordered - received)
        return {
            "mill_po_no": item.mill_po,
            "line_no": "1",
            "mill_name": _MILLS[place % len(_MILLS)],
            "item_no": item.product.item_no,
            "qty_ordered": str(ordered),
            "qty_received": str(received),
            "qty_committed": str(committed),
            "unit": item.pattern.make.unit,
            "ordered_on": self._day(-draw.between(20, 120)),
            "ex_mill_on": _days(item.eta_on, -21),
            "eta_on": _days(item.eta_on, 0),
            "eta_confidence": draw.pick(("FIRM", "ESTIMATED", "ESTIMATED")),
            "status": "PARTIAL" if received else draw.pick(("OPEN", "OPEN", "IN_TRANSIT")),
            "as_of": self._as_of,
        }

    # --- reserves ----------------------------------------------------------------------------------------------

    def _reserve(self, number: int) -> Row:
        draw, item = self._draw, self._pick_item()
        customer = draw.pick(self._customers)
        kind = draw.pick(("HOLD", "HOLD", "CFA", "HOLD_AND_SWATCH"))
        # The first runs out this morning, some did already, most have days to go.
        hours = 3 if number == 1 else draw.pick((-30, 5, 26, 50, 75, 100, 170, 240))
        return {
            "reserve_no": f"{self._house.code}-R{20500 + number}",
            "line_no": "1",
            "customer_no": customer.number,
            "showroom_code": customer.showroom,
            "rep_code": customer.rep,
            "item_no": item.product.item_no,
            "qty": str(draw.between(2, 45)),
            "unit": item.pattern.make.unit,
            "kind": kind,
            "placed_at": _instant(self._today - timedelta(days=draw.between(2, 9)), draw.between(13, 20)),
            "expires_at": _instant(self._today, 13 + hours),
            "times_extended": str(draw.pick((0, 0, 1, 2))),
            "status": "EXPIRED" if hours < 0 else "ACTIVE",
            "sidemark": self._sidemark(),
            **(self._cfa() if kind == "CFA" else {}),
            "as_of": self._as_of,
        }

    def _cfa(self) -> Row:
        steps = self._draw.between(1, 4)
        days = [self._today - timedelta(days=back) for back in (6, 5, 3, 1)]
        names = ("cfa_requested_at", "cfa_sent_at", "cfa_received_at", "cfa_decided_at")
        row = {name: _instant(day, 15) for name, day in list(zip(names, days, strict=True))[:steps]}
        decided = self._draw.pick(("APPROVED", "APPROVED", "REJECTED")) if steps == 4 else "PENDING"
        return {**row, "cfa_decision": decided}

    # --- orders and their freight ------------------------------------------------------------------------------

    def _order(self, number: int) -> tuple[list[Row], list[Row]]:
        draw = self._draw
        customer = draw.pick(self._customers)
        ordered_on = self._today - timedelta(days=draw.between(0, 120))
        address = customer.card["address"]
        order_no = f"{number + 44_000:07d}"
        header = {
            "order_no": order_no,
            "ordered_on": ordered_on.isoformat(),
            "customer_no": customer.number,
            "showroom_code": customer.showroom,
            "rep_code": customer.rep,
            "customer_po": f"PO-{draw.between(1000, 9999)}",
            "sidemark": self._sidemark(),
            "ship_to_name": customer.card["firm"] or customer.card["name"],
            "ship_to_address1": address["line1"],
            "ship_to_city": address["city"],
            "ship_to_state": address["state"],
            "ship_to_postal_code": address["postal_code"],
            "ship_to_country": address["country"],
            "freight_terms": draw.pick(("PP", "CC", "TP")),
        }
        lines = [self._line(header, line, ordered_on) for line in range(1, draw.between(1, 3) + 1)]
        status = _status_of(lines)
        lines = [{**line, "order_status": status} for line in lines]
        shipped = [line for line in lines if line["qty_shipped"] != "0"]
        return lines, self._shipment(order_no, header, shipped) if shipped else []

    def _line(self, header: Row, line: int, ordered_on: date) -> Row:
        draw, item = self._draw, self._pick_item()
        quantity = draw.between(2, 60)
        waits = bool(item.mill_po) and draw.chance(0.7)
        shipped = 0 if waits or ordered_on > self._today - timedelta(days=6) else quantity
        promised = item.eta_on + timedelta(days=7) if waits and item.eta_on else ordered_on + timedelta(days=9)
        return {
            **header,
            "line_no": str(line),
            "item_no": item.product.item_no,
            "description": f"{item.pattern.name} {item.product.color_name}",
            "qty_ordered": str(quantity),
            "qty_shipped": str(shipped),
            "qty_backordered": str(quantity if waits else 0),
            "unit": item.pattern.make.unit,
            "price_net": f"{item.product.price_cents // 100}.{item.product.price_cents % 100:02d}",
            "currency": "USD",
            "promised_on": promised.isoformat(),
            "mill_po_no": item.mill_po if waits else "",
            "last_shipped_on": (ordered_on + timedelta(days=5)).isoformat() if shipped else "",
            "as_of": self._as_of,
        }

    def _shipment(self, order_no: str, header: Row, lines: Sequence[Row]) -> list[Row]:
        draw = self._draw
        scac, name, service, prefix = draw.pick(_CARRIERS)
        number = f"{draw.between(10**9, 10**10 - 1)}"
        shipped_on = date.fromisoformat(lines[0]["last_shipped_on"])
        arrived = shipped_on + timedelta(days=3) < self._today
        return [
            {
                "shipment_no": f"{self._house.code}-S{order_no}",
                "package_no": "1",
                "order_no": order_no,
                "line_no": line["line_no"],
                "shipped_on": shipped_on.isoformat(),
                "carrier_scac": scac,
                "carrier_name": name,
                "service": service,
                "freight_terms": header["freight_terms"],
                "tracking_no": prefix + number if prefix else "",
                "pro_no": "" if prefix else number,
                "packages": "1",
                "weight_lb": str(draw.between(4, 60)),
                "ship_from": self._house.warehouses[0],
                "item_no": line["item_no"],
                "qty_shipped": line["qty_shipped"],
                "unit": line["unit"],
                "freight_charge": f"{draw.between(9, 80)}.00",
                "currency": "USD",
                "estimated_delivery_on": (shipped_on + timedelta(days=3)).isoformat(),
                "delivered_at": _instant(shipped_on + timedelta(days=3), 16) if arrived else "",
                "as_of": self._as_of,
            }
            for line in lines
        ]

    # --- small things ------------------------------------------------------------------------------------------

    def _pick_item(self) -> Item:
        return self._draw.pick(self._items)

    def _sidemark(self) -> str:
        return f"{self._draw.pick(JOBS)} {self._draw.pick(ROOMS)}"

    def _day(self, days: int) -> str:
        return (self._today + timedelta(days=days)).isoformat()


def _status_of(lines: Sequence[Row]) -> str:
    shipped = sum(line["qty_shipped"] != "0" for line in lines)
    if shipped == len(lines):
        return "SHIPPED"
    if shipped:
        return "PARTIAL"
    return "BACKORDERED" if any(line["qty_backordered"] != "0" for line in lines) else "OPEN"


def _days(day: date | None, days: int) -> str:
    return (day + timedelta(days=days)).isoformat() if day else ""


def _instant(day: date, hour: int) -> str:
    return (datetime.combine(day, time(), UTC) + timedelta(hours=hour)).isoformat().replace("+00:00", "Z")


def columns_of(rows: Sequence[Row]) -> Iterator[str]:
    """Every column that a row has, in the order in which they first come."""
    return iter(dict.fromkeys(name for row in rows for name in row))
