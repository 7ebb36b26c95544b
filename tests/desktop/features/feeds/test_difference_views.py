"""What a file would change and what runs changed, as a master sees it: filtered, read on, saved, decided by."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from desktop.features.feeds.columns import outcome_chip
from desktop.features.feeds.differences import DifferenceAsk, lines_of, tried_page
from desktop.features.feeds.page import _KINDS
from desktop.sync.feed_messages import CellChange, FeedRun, RowChange
from sync_server.features.feeds.live import LiveDesk, Teller
from tests.builders.server import RunningServer, SmallWorld
from tests.desktop.features.feeds.test_feeds_page import history, take_in
from tests.screens.feeds import PATIENCE_MILLISECONDS, FeedsScreen
from tests.sync_server.feeds.house import products

WriteFile = Callable[..., Path]
WHOLE = "pattern_name Ashdown; color_name Flax; price_trade 48.50; currency USD; price_visible Y; status ACTIVE"


def open_history(screen: FeedsScreen) -> None:
    screen.page.open_dataset("products")
    screen.qtbot.waitUntil(lambda: bool(screen.runs()), timeout=PATIENCE_MILLISECONDS)


def waits_for_changes(screen: FeedsScreen, count: int) -> None:
    screen.qtbot.waitUntil(lambda: len(screen.changes()) == count, timeout=PATIENCE_MILLISECONDS)


def test_a_look_at_a_file_shows_what_it_would_change(screen: FeedsScreen, write: WriteFile) -> None:
    take_in(screen, write(products(6)))
    screen.drops_and_waits(write(products(5, i0002="0002,Ashdown,Dove,52,Y,USD,ACTIVE"), "products again.csv"))
    assert screen.tried_changes() == [
        ("gone", "0006", "whole row", WHOLE, ""),
        ("changed", "0002", "color_name", "Flax", "Dove"),
        ("changed", "0002", "price_trade", "48.50", "52.00"),
    ]
    screen.page.file.difference.kind.setCurrentIndex(screen.page.file.difference.kind.findData("changed"))
    screen.page.file.difference.column.setCurrentIndex(screen.page.file.difference.column.findData("price_trade"))
    assert screen.tried_changes() == [("changed", "0002", "price_trade", "48.50", "52.00")]


def test_the_history_shows_what_each_run_changed(screen: FeedsScreen, write: WriteFile) -> None:
    take_in(screen, write(products(6)))
    take_in(screen, write(products(7, i0003="0003,Ashdown,Dove,48.50,Y,USD,ACTIVE"), "products 2.csv"))
    open_history(screen)
    waits_for_changes(screen, 2)
    assert screen.changes() == [
        ("changed", "0003", "color_name", "Flax", "Dove"),
        ("new", "0007", "whole row", "", WHOLE),
    ]
    panel = screen.page.history.difference
    assert [panel.kind.itemText(place) for place in range(panel.kind.count())] == [
        "All changes",
        "Changed  1",
        "New  1",
    ]
    assert panel.column.itemText(1) == "color_name  1"
    assert panel.amount.text() == "2 rows"
    panel.filter.setText("dove")
    waits_for_changes(screen, 1)
    panel.filter.setText("nothing has this")
    waits_for_changes(screen, 0)
    screen.page.history.table.select_place(1)
    waits_for_changes(screen, 6)
    assert {kind for kind, *_ in screen.changes()} == {"new"}
    assert panel.filter.text() == ""


def test_a_held_run_shows_what_would_go_beside_the_decision(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    take_in(screen, write(products(10)))
    take_in(screen, write(products(4), "products short.csv"))
    open_history(screen)
    waits_for_changes(screen, 6)
    assert [(kind, key) for kind, key, *_ in screen.changes()] == [("gone", f"{number:04d}") for number in range(5, 11)]
    tabs = screen.page.history.tabs
    assert tabs.tabText(tabs.currentIndex()) == "What would change"
    screen.pushes("accept_run")
    screen.answers("answer_yes")
    screen.qtbot.waitUntil(
        lambda: history(server, world)[0].status == "landed" and tabs.tabText(0) == "What changed",
        timeout=PATIENCE_MILLISECONDS,
    )
    waits_for_changes(screen, 6)


def test_more_than_a_part_is_read_on_by_a_key_and_saved_whole(
    screen: FeedsScreen, write: WriteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(screen, write(products(700)))
    take_in(screen, write(products(700).replace("48.50", "49.25"), "products dear.csv"))
    open_history(screen)
    waits_for_changes(screen, 500)
    panel = screen.page.history.difference
    assert panel.amount.text() == "500 of 700 rows"
    panel.table.setFocus()
    screen.presses("Ctrl+Down")
    waits_for_changes(screen, 700)
    assert (panel.amount.text(), panel.more.isVisible()) == ("700 rows", False)
    target = tmp_path / "changes.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    screen.presses("Ctrl+E")
    screen.qtbot.waitUntil(target.exists, timeout=PATIENCE_MILLISECONDS)
    with target.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[1] == ["changed", "2", "0001", "Ashdown Flax", "price_trade", "48.50", "49.25"]
    assert len(lines) == 701


def test_row_errors_stand_beside_and_a_refused_file_has_no_changes(screen: FeedsScreen, write: WriteFile) -> None:
    take_in(screen, write(products(3)))
    file = write(products(3, i0002="0002,Ashdown,Flax,free,Y,USD,ACTIVE"), "products wrong.csv")
    screen.drops_and_waits(file)
    assert screen.tried_changes() == []
    assert [error.column for error in screen.row_errors()] == ["price_trade"]
    assert not screen.page.file.tabs.isTabVisible(0)


def test_x12_files_can_be_chosen() -> None:
    for end in ("x12", "edi", "832", "846", "850", "855", "856"):
        assert f"*.{end}" in _KINDS


def test_a_key_of_several_parts_names_the_blank_ones_not() -> None:
    change = RowChange(kind="changed", row=3, key=["1354.10.0", "", "L1", ""], cells=[CellChange("unit", "YD", "M")])
    (line,) = lines_of([change], ["item_no", "warehouse", "lot_no", "piece_no"])
    assert line.key == "1354.10.0, lot_no L1"


def test_what_a_look_did_not_bring_along_is_said() -> None:
    change = RowChange(kind="gone", key=["1"], cells=[CellChange("unit", "YD", "")])
    now = datetime.now(UTC)
    run = FeedRun(
        id="r", dataset="products", status="held", as_of=now, posted_at=now, rows_gone=900, row_changes=[change]
    )
    page = tried_page(run, DifferenceAsk())
    assert page.sentence == "Shown before it is taken in: the first 1 of 900 gone rows."
    assert tried_page(run, DifferenceAsk(kind="new")).matches == 0


def test_what_was_told_in_real_time_is_a_line_of_the_history(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    take_in(screen, write(products(3)))
    own = Teller(world.distributor.id, world.distributor.code, "products", by=world.master.id)
    told = LiveDesk(server.database, server.clock).tell(own, [{"item_no": "0002", "color_name": "Dove"}])
    open_history(screen)
    waits_for_changes(screen, 1)
    assert screen.changes() == [("changed", "0002", "color_name", "Flax", "Dove")]
    line = screen.runs()[0]
    assert (line.id, outcome_chip(line).word) == (told.run_id, "Real time")
    newest = screen.states()["products"].last_run
    assert newest is not None
    assert newest.mode == "full"
