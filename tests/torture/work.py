"""What a clerk does all day, as lines for `station do`: by chance, from a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from tests.builders.server import SmallWorld


def clerks_work(world: SmallWorld, chance: random.Random) -> Iterator[str]:
    """Lines without an end; every one of them can be recorded whatever came before."""
    barcodes = [barcode.barcode for barcode in world.barcodes]
    designers = [world.designer.name, world.second_designer.name]
    number = 0
    while True:
        number += 1
        yield json.dumps(_one(chance, barcodes, designers, number))


def _one(chance: random.Random, barcodes: list[str], designers: list[str], number: int) -> dict[str, Any]:
    designer, barcode = chance.choice(designers), chance.choice(barcodes)
    kind = chance.choices(("lend", "return", "add", "edit", "order", "kit"), (50, 25, 8, 7, 7, 3))[0]
    if kind == "lend":
        sidemark = "x" * chance.choice((0, 12, 400))
        return {"operation": "CheckOutCopy", "barcode": barcode, "designer": designer, "sidemark": sidemark}
    if kind == "return":
        return {"operation": "ReturnCopy", "barcode": barcode}
    if kind == "add":
        return {"operation": "AddDesigner", "name": f"Visitor {chance.getrandbits(40):010x}", "notes": "y" * 900}
    if kind == "edit":
        return {"operation": "EditDesigner", "designer": designer, "phone": f"404 555 {number:04d}"}
    items = [{"distributor": "KRA", "item_no": f"{chance.randint(1, 12):04d}", "quantity": chance.randint(1, 4)}]
    if kind == "kit":
        return {"operation": "DefineKit", "name": f"Kit {chance.getrandbits(40):010x}", "items": items}
    return {"operation": "PlaceSampleOrder", "designer": designer, "items": items}


def saved_ids(printed: str) -> list[str]:
    """The operations that were said to be saved, from whole lines only."""
    whole = printed[: printed.rfind("\n") + 1]
    return [line.split()[1] for line in whole.splitlines() if line.startswith("SAVED ")]
