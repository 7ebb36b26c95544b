"""The sales orders of a large distributor, for the benchmark of the follow-up pages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from desktop.sync.desk import Desk
from shared_models.follow_up.records import SalesOrderLine
from tests.builders.desk import CALDER, put

_LINES_AN_ORDER = 3
_AT_ONCE = 5_000
_FIRST_DAY = date(2020, 1, 2)
_DAYS = 2_500
_NAMES = ("Goldfarb", "Alder", "Harbor", "Quay", "Marlow", "Winslow", "Iverson", "Kapoor", "Sorensen", "Pemberton")
_ROOMS = ("Penthouse", "Library", "Dining Room", "Guest Wing", "Lobby", "Study")
_GOODS = ("Velvet", "Damask", "Linen", "Chevron", "Grasscloth", "Mohair")
_COLOURS = ("Emerald", "Ivory", "Ink", "Sea Glass", "Ochre", "Slate", "Flax")
_STATUSES = ("OPEN", "BACKORDERED", "PARTIAL", "SHIPPED", "SHIPPED", "SHIPPED", "CLOSED", "CLOSED")


def fill_orders(desk: Desk, count: int) -> None:
    """Bring `count` order lines in as a pull does; the same ones at every run."""
    lines = _orders(count)
    while some := list(islice(lines, _AT_ONCE)):
        put(desk.database, some)


def _orders(count: int) -> Iterator[SalesOrderLine]:
    chance = random.Random(20_261_125)
    for number in range(count):
        order = 400_000 + number // _LINES_AN_ORDER
        ordered_on = _FIRST_DAY + timedelta(days=number * _DAYS // count)
        status = chance.choice(_STATUSES)
        waits, name = status == "BACKORDERED", chance.choice(_NAMES)
        yield SalesOrderLine(
            id=f"{number + 1}@{CALDER}", distributor_id=CALDER, order_no=f"{order:07d}",
            line_no=str(number % _LINES_AN_ORDER + 1), ordered_on=ordered_on.isoformat(),
            customer_no=f"{chance.randrange(4_000):06d}", showroom_code="ATL", rep_code=f"R{chance.randrange(30):02d}",
            customer_po=f"PO-{chance.randrange(1_000_000)}",
            sidemark=f"{name} {chance.choice(_ROOMS)} {chance.randrange(300)}",
            ship_to_name=f"{chance.choice(_NAMES)} Interiors", ship_to_city=chance.choice(("Nashville", "Atlanta")),
            ship_to_state="TN", order_status=status,
            item_no=f"{1_300 + chance.randrange(900)}.{chance.randrange(1, 60)}.0",
            description=f"{chance.choice(_NAMES)} {chance.choice(_GOODS)} {chance.choice(_COLOURS)}",
            qty_ordered=chance.randrange(1, 90) * 1_000, qty_shipped=0, unit="YD",
            promised_on=(ordered_on + timedelta(days=30)).isoformat(),
            mill_po_no=f"MP-{chance.randrange(3_000)}" if waits else "",
            tracking_no=f"1Z{chance.randrange(10**14):014d}" if status in ("SHIPPED", "CLOSED") else "",
            as_of="2026-11-16T08:02:00Z",
        )  # fmt: skip
