"""What distributors' files and single records make live, kept beside the server: the newest fact wins."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sync_server.features.feeds.runs import FeedDesk, Posting
from tests.sync_scenarios.simulation.server import TradeServer

Key = tuple[str, ...]
Cells = dict[str, str]


class Published(NamedTuple):
    """One dataset as distributors' programs know it: its natural key, the rows there may be, and their cells."""

    key: tuple[str, ...]
    keys: tuple[Key, ...]
    cells: Mapping[str, tuple[str, ...]]
    """Column to what may stand in it; the first is the likeliest."""


ITEMS = tuple(f"1354.{number}.0" for number in range(1, 9))
"""The item numbers of both distributors."""
SHOWROOM_CODES, REP_CODES = ("HPS", "JRO", ""), ("", "R7", "R8")
_ORDERS = tuple((f"7000{number}", "1") for number in range(1, 6))

DATASETS: dict[str, Published] = {
    "products": Published(
        ("item_no",),
        tuple((item,) for item in ITEMS),
        {
            "color_name": ("Sea Glass", "Ochre", "Ink", "Emerald", "Sand"),
            "pattern_name": ("Trianon",),
            "status": ("ACTIVE",),
        },
    ),
    "inventory": Published(
        ("item_no", "warehouse"),
        tuple((item, "HPT") for item in ITEMS),
        {"qty_available": ("10", "11", "12"), "unit": ("YD",)},
    ),
    "mill_orders": Published(
        ("mill_po_no", "line_no"),
        tuple((f"M-{number}", "1") for number in range(1, 6)),
        {"qty_open": ("40", "55"), "item_no": ITEMS[:3], "unit": ("YD",)},
    ),
    "sales_orders": Published(
        ("order_no", "line_no"),
        _ORDERS,
        {"showroom_code": SHOWROOM_CODES, "rep_code": REP_CODES, "qty_ordered": ("3", "5", "8")},
    ),
    "freight": Published(
        ("shipment_no", "order_no", "line_no"),
        tuple((f"S-{number}", *order) for number, order in enumerate(_ORDERS, start=1)),
        {"tracking_no": ("1Z1", "1Z2")},
    ),
    "customers": Published(
        ("customer_no",),
        tuple((f"C-{number}",) for number in range(1, 5)),
        {"showroom_code": SHOWROOM_CODES, "rep_code": REP_CODES, "name": ("Winslow", "Vale", "Marsh")},
    ),
}
FOLLOW_UP = ("sales_orders", "freight", "customers")


class Fact(NamedTuple):
    """What was last told of a row; `cells` None: that it is no more. `told_at` when it was told by itself."""

    cells: Cells | None
    told_at: datetime | None = None
    former: Cells | None = None
    """What it said when it was last there."""


class Facts:
    """Of every dataset of every distributor."""

    def __init__(self) -> None:
        """Nothing was published."""
        self.rows: dict[tuple[str, str], dict[Key, Fact]] = {}
        self.as_of: dict[tuple[str, str], datetime] = {}
        """Of the newest whole file."""

    def copy(self) -> Facts:
        """As they are now: a backup of the server holds them too."""
        return deepcopy(self)

    def is_old(self, house: str, dataset: str, as_of: datetime) -> bool:
        """Whether a newer whole file is known."""
        known = self.as_of.get((house, dataset))
        return known is not None and as_of < known

    def file(self, house: str, dataset: str, as_of: datetime, rows: Mapping[Key, Cells]) -> None:
        """A whole file: it says of every row what it is, and of those that it leaves out that they are no more."""
        facts = self.rows.setdefault((house, dataset), {})
        self.as_of[house, dataset] = as_of
        for key in {*facts, *rows}:
            known = facts.get(key)
            if not self._is_newer(known, as_of):
                facts[key] = Fact(rows.get(key), former=rows.get(key) or (known.former if known else None))

    def record(self, house: str, dataset: str, as_of: datetime, key: Key, cells: Cells | None) -> None:
        """One row told by itself: some of its cells, or that it is no more."""
        facts = self.rows.setdefault((house, dataset), {})
        known = facts.get(key)
        if self.is_old(house, dataset, as_of) or self._is_newer(known, as_of):
            return
        before = (known.cells if known is not None else None) or {}
        whole = None if cells is None else {**before, **cells}
        facts[key] = Fact(whole, as_of, former=whole or (known.former if known else None))

    def live(self, house: str, dataset: str) -> dict[Key, Cells]:
        """The rows that are there."""
        return {key: fact.cells for key, fact in self.rows.get((house, dataset), {}).items() if fact.cells is not None}

    @staticmethod
    def _is_newer(known: Fact | None, as_of: datetime) -> bool:
        return known is not None and known.told_at is not None and known.told_at > as_of


def post_rows(server: TradeServer, posting: Posting, rows: Mapping[Key, Cells], file: Path) -> tuple[str, str]:
    """Post these rows as a file; gives the run's status and sentence."""
    about, text = DATASETS[posting.dataset], io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*about.key, *about.cells])
    writer.writerows([*key, *(cells[name] for name in about.cells)] for key, cells in rows.items())
    file.write_text(text.getvalue())
    run = FeedDesk(server.database, server.clock).post(posting, file)
    return run.status, run.sentence


def first_rows(dataset: str) -> dict[Key, Cells]:
    """What a distributor publishes before anything changes."""
    about = DATASETS[dataset]
    return {key: {name: options[0] for name, options in about.cells.items()} for key in about.keys}
