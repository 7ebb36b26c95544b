"""Stock that changes while somebody looks at it: told in real time, seen on the open page of a real window."""

from __future__ import annotations

import time
from typing import Any

import requests

from desktop.app import App
from desktop.cache.keys import KeyRing
from desktop.demo.cast import Seat
from desktop.demo.day_log import DayLog, StepFailed
from desktop.demo.photographs import application, close_window, wait_until
from desktop.foundation.paths import open_profile
from desktop.settings import SOUNDS
from desktop.sync.opening import open_desk
from desktop.widgets.row_table import RowTable
from shared_models.kernel.clock import SystemClock

TOLD = 321_500
"""Thousandths: no row of the sample has it."""
MOST_SECONDS = 10.0
"""On a machine that has much else to do; the figure that counts is in `benchmarks/`."""


def watch_stock_change(log: DayLog, looker: Seat, master: Seat, item_no: str) -> float:
    """Open the stock of an item in a window, tell another quantity live, and wait until the row shows it.

    Gives the seconds from telling to showing. The looker's seat is left; her window is closed at the end.
    """
    looker.close()
    keys = KeyRing(looker.profile)
    opened = keys.unlock() or keys.unlock_with_password(looker.password)
    desk = open_desk(looker.profile, opened.key, SystemClock())
    app = App(application(), open_profile(looker.profile))
    try:
        app.parts.settings.choose(SOUNDS, False)
        app.window.show()
        app.desks.open_desk(desk, "keyring")
        wait_until(lambda: app.parts.routes.can_open("follow_up"), "the desk is open")
        app.parts.routes.open("follow_up", list="stock", find=item_no)
        table = app.window.findChild(RowTable, "table_stock")
        assert isinstance(table, RowTable)
        wait_until(lambda: _shown(table, item_no) is not None, f"the stock of {item_no} is on screen")
        before = _shown(table, item_no)
        log.check_that("it shows what the file said", before not in (None, TOLD))
        began = time.perf_counter()
        _tell(master, item_no)
        wait_until(lambda: _shown(table, item_no) == TOLD, "the open page shows what was told")
        taken = time.perf_counter() - began
        log.check_that(f"within {MOST_SECONDS:.0f} s", taken < MOST_SECONDS)
        return taken
    finally:
        close_window(app)


def _shown(table: RowTable[Any], item_no: str) -> int | None:
    """How much the page says is available of the item, over all warehouses."""
    for place in range(table.row_count()):
        row = table.row_at(place)
        if row is not None and (row.record.item_no, row.record.warehouse, row.record.lot_no) == (item_no, "", ""):
            found: int | None = row.record.qty_available
            return found
    return None


def _tell(master: Seat, item_no: str) -> None:
    quantity = f"{TOLD // 1000}.{TOLD % 1000:03d}"
    answer = requests.put(
        f"{master.desk.server_url}/v1/live/inventory/{item_no}",
        json={"qty_on_hand": quantity, "qty_committed": "0", "qty_reserved": "0", "qty_available": quantity},
        headers={"Authorization": f"Bearer {master.token}"},
        timeout=60,
    )
    if answer.status_code != 200:
        raise StepFailed(f"the live record was not taken in: {answer.text}")
