"""The feeds page against a running server: a file is looked at, mended, taken in, held, and followed."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.feeds.feature import FeedsFeature
from desktop.widgets.colours import Tone
from shared_models.sync.wire import MembershipCard
from sync_server.features.feeds.habits import FeedHabits, read_habits
from sync_server.features.feeds.history import Run, list_runs
from tests.builders.server import RunningServer, SmallWorld
from tests.builders.x12 import interchange, lines
from tests.screens.feeds import FeedsScreen
from tests.sync_server.feeds.house import HEADER, products

WriteFile = Callable[..., Path]
DAYS = "item_no,discontinued_on\n0001,11/21/2026\n0002,1/2/2026\n"


def history(server: RunningServer, world: SmallWorld) -> list[Run]:
    with server.database.reading() as connection:
        return list_runs(connection, [world.distributor.id])


def habits(server: RunningServer, world: SmallWorld) -> FeedHabits:
    with server.database.reading() as connection:
        return read_habits(connection, world.distributor.id, "products")


def take_in(screen: FeedsScreen, file: Path) -> None:
    screen.drops_and_waits(file)
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()


# --- looked at and taken in --------------------------------------------------------------------------------


def test_a_dropped_file_is_looked_at_and_taken_in_by_one_key(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    screen.drops_and_waits(write(products(12)))
    assert screen.said()[0] is Tone.GOOD
    assert "12 new, 0 changed, 0 gone" in screen.said()[1]
    assert screen.figures() == {"Rows": "12", "New": "12", "Changed": "0", "Gone": "0", "Unchanged": "0", "Errors": "0"}
    assert history(server, world) == [], "looking changes nothing"
    assert screen.next_step() == "Take it in"
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert "products.csv is live" in screen.said()[1]
    screen.qtbot.waitUntil(lambda: screen.states()["products"].rows == 12)
    assert [run.status for run in history(server, world)] == ["landed"]


def test_the_figures_are_as_of_when_the_file_was_saved(screen: FeedsScreen, write: WriteFile) -> None:
    file = write(products(3))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    take_in(screen, file)
    screen.qtbot.waitUntil(lambda: screen.states()["products"].as_of is not None)
    as_of = screen.states()["products"].as_of
    assert as_of is not None
    assert as_of.timestamp() == 1_700_000_000


def test_a_file_older_than_what_is_live_is_taken_in_as_of_now_if_so_wanted(
    screen: FeedsScreen, write: WriteFile
) -> None:
    take_in(screen, write(products(3)))
    older = write(products(4), "products again.csv")
    os.utime(older, (1_700_000_000, 1_700_000_000))
    screen.drops_and_waits(older)
    assert "too old" in screen.said()[1]
    assert screen.next_step() == "Look at it as of now"
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert (screen.box("file_as_of").currentText(), screen.next_step()) == ("As of now", "Take it in")
    assert screen.figures()["New"] == "1"


def test_the_file_that_is_live_is_told_to_be_live(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    file = write(products(3))
    take_in(screen, file)
    screen.drops_and_waits(file)
    assert "live already" in screen.said()[1]
    assert screen.next_step() == "Another file…"
    assert len(history(server, world)) == 1


def test_the_name_of_a_file_says_its_dataset(screen: FeedsScreen, write: WriteFile) -> None:
    screen.drops_and_waits(write("item_no,qty_on_hand\n0001,3\n", "Stock 2026-11-24.csv"))
    assert (screen.box("file_dataset").currentText(), screen.next_step()) == ("Inventory", "Take it in")


def test_a_file_of_another_dataset_is_looked_at_as_that_by_one_key(screen: FeedsScreen, write: WriteFile) -> None:
    screen.drops_and_waits(write("item_no,warehouse,lot_no,qty_on_hand\n0001,HPT,7,3\n", "export.csv"))
    assert screen.said() == (Tone.BAD, "export.csv looks like inventory, not products. Nothing was changed.")
    assert screen.next_step() == "Look at it as inventory"
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert (screen.said()[0], screen.figures()["New"]) == (Tone.GOOD, "1")
    assert screen.box("file_dataset").currentText() == "Inventory"


def test_saying_something_else_of_a_file_looks_at_it_anew(screen: FeedsScreen, write: WriteFile) -> None:
    take_in(screen, write(products(10)))
    screen.drops_and_waits(write(products(9), "products less.csv"))
    assert screen.figures()["Gone"] == "1"
    screen.box("file_mode").setCurrentText("Changes only")
    screen.waits_for_answer()
    assert (screen.figures()["Gone"], screen.next_step()) == ("0", "Take it in")


@pytest.mark.parametrize("form", ["folder", "two", "gone"])
def test_what_is_no_single_file_cannot_be_dropped(screen: FeedsScreen, write: WriteFile, form: str) -> None:
    file = write(products(2))
    paths = {"folder": [file.parent], "two": [file, write(products(3), "b.csv")], "gone": [file.parent / "none.csv"]}
    assert not screen.drops(*paths[form])


def test_an_empty_file_is_told_without_sending_it(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    screen.drops_and_waits(write("", "products empty.csv"))
    assert "products empty.csv is empty. Nothing was sent" in screen.said()[1]
    assert history(server, world) == []


def test_a_file_that_changed_since_it_was_looked_at_is_not_taken_in(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    file = write(products(12))
    screen.drops_and_waits(file)
    write(products(11))
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert "was changed since it was looked at" in screen.said()[1]
    assert history(server, world) == []
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert (screen.figures()["New"], screen.next_step()) == ("11", "Take it in")


def test_a_file_that_is_gone_is_told_with_the_reason(screen: FeedsScreen, write: WriteFile) -> None:
    file = write(products(12))
    screen.drops_and_waits(file)
    file.unlink()
    screen.presses("Ctrl+R")
    screen.waits_for_answer()
    assert "The file cannot be read" in screen.said()[1]
    assert screen.figures()["Rows"] == "–", "nothing is shown of a file that cannot be read"


# --- row errors --------------------------------------------------------------------------------------------


def test_row_errors_are_listed_and_saved_with_formulas_defused_and_the_mended_file_goes_in(
    screen: FeedsScreen, write: WriteFile, tmp_path: Path
) -> None:
    file = write(HEADER + "0123,Ashdown,Flax,=1+1,Y,USD,ACTIVE\n0124,A,F,1,Y,USD,NEWISH\n")
    screen.drops_and_waits(file)
    assert screen.said()[0] is Tone.BAD
    first, second = screen.row_errors()
    assert (first.row, first.column, first.value, first.example) == (2, "price_trade", "=1+1", "48.50")
    assert (second.row, second.column) == (3, "status")
    screen.page.file.errors.save_to(tmp_path / "errors.csv")
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig", newline="") as saved:
        rows = list(csv.DictReader(saved))
    assert [row["value"] for row in rows] == ["'=1+1", "NEWISH"]
    assert rows[0].keys() == {"row", "column", "value", "expected", "example"}
    write(products(2))
    screen.presses("Ctrl+R")
    screen.waits_for_answer()
    assert (screen.row_errors(), screen.next_step()) == ([], "Take it in")


def test_only_the_good_rows_are_tried_before_they_are_taken(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    screen.drops_and_waits(write(products(5, i0002="0002,A,F,free,Y,USD,ACTIVE")))
    screen.pushes("good_rows_only")
    screen.waits_for_answer()
    assert screen.next_step() == "Take it in"
    assert "4 new" in screen.said()[1]
    assert "1 row would be refused" in screen.said()[1]
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    (run,) = history(server, world)
    assert (run.status, run.rows_new, run.rows_refused, run.accept_good_rows) == ("landed", 4, 1, True)


def test_days_that_are_all_written_one_way_are_declared_in_place(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    screen.drops_and_waits(write(DAYS, "products.csv"))
    assert len(screen.row_errors()) == 2
    assert screen.button("table_row_errors_hint").text() == "Days are written MM/DD/YYYY"
    screen.pushes("table_row_errors_hint")
    screen.qtbot.waitUntil(lambda: screen.next_step() == "Take it in")
    assert habits(server, world).day_formats == ("MM/DD/YYYY",)


# --- columns -----------------------------------------------------------------------------------------------

UNKNOWN = "item_no,Ptn Nm,Wdth,Remarks\n0001,Ashdown,54,dear\n"


def test_suggested_columns_are_accepted_in_place_and_apply_from_then_on(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    screen.drops_and_waits(write(UNKNOWN))
    assert screen.headings() == {
        "Ptn Nm": ("suggested", "pattern_name"),
        "Wdth": ("suggested", "width_in"),
        "Remarks": ("unknown", ""),
    }
    assert habits(server, world).mapping == {}, "nothing is declared unasked"
    screen.presses("Ctrl+Shift+M")
    screen.qtbot.waitUntil(lambda: screen.headings().get("Wdth") == ("mapped", "width_in"))
    assert habits(server, world).mapping == {"Ptn Nm": "pattern_name", "Wdth": "width_in"}
    assert "1 column nobody knows would be left out" in screen.said()[1]
    assert screen.next_step() == "Take it in"


def test_a_heading_nobody_knows_is_left_out_for_good(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    screen.drops_and_waits(write("item_no,Remarks\n0001,dear\n"))
    assert "1 column nobody knows" in screen.said()[1]
    screen.pushes("leave_heading_out")
    screen.qtbot.waitUntil(lambda: screen.headings() == {"Remarks": ("left_out", "")})
    assert "nobody knows" not in screen.said()[1]


def test_a_file_without_a_known_key_column_is_mended_by_saying_which_one_it_is(
    screen: FeedsScreen, write: WriteFile
) -> None:
    screen.drops_and_waits(write("Wert,Farbe\n0001,Rot\n"))
    assert screen.said()[0] is Tone.BAD
    assert screen.headings() == {"Farbe": ("suggested", "color_name"), "Wert": ("unknown", "")}
    screen.says_of_heading("Wert", "item_no")
    screen.qtbot.waitUntil(lambda: screen.next_step() == "Take it in")
    assert screen.figures()["New"] == "1"


def test_what_an_x12_file_holds_beside_its_columns_is_told_and_cannot_be_declared(
    screen: FeedsScreen, write: WriteFile
) -> None:
    report = [["BIA", "00", "SI", "1", "20261123", "0600"], *lines("LIN**VN*0123-04*MG*X9\nQTY*17*42.5*YD")]
    screen.drops_and_waits(write(interchange("846", report), "KRA-846.edi"))
    assert (screen.box("file_dataset").currentText(), screen.next_step()) == ("Inventory", "Take it in")
    assert set(screen.headings()) == {"LIN MG (segment 5)"}
    assert screen.headings()["LIN MG (segment 5)"] == ("unused", "")
    assert "1 detail of the file would not be used" in screen.said()[1]
    assert not screen.button("leave_heading_out").isEnabled()


def test_how_files_are_written_is_changed_in_a_window_and_headings_are_forgotten(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    screen.drops_and_waits(write(UNKNOWN))
    screen.presses("Ctrl+Shift+M")
    screen.qtbot.waitUntil(lambda: "Ptn Nm" in habits(server, world).mapping)
    screen.waits_for_answer()
    screen.qtbot.waitUntil(lambda: not screen.page.work.is_busy())
    screen.pushes("how_written")
    screen.qtbot.waitUntil(screen.has_window)
    dialog = screen.written_window()
    dialog.form.show_values({"thousands": ",", "most_gone": 35, "day_format_0": True})
    assert dialog.table.select_key("Wdth")
    screen.answers("forget_heading")
    screen.answers("save_written")
    screen.qtbot.waitUntil(lambda: habits(server, world).most_gone_percent == 35)
    assert habits(server, world) == FeedHabits(
        mapping={"Ptn Nm": "pattern_name"}, day_formats=("YYYYMMDD",), thousands=",", most_gone_percent=35
    )


def test_a_house_that_promises_hourly_figures_sees_that_they_are_late(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    file = write(products(3))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    take_in(screen, file)
    screen.pushes("how_written")
    screen.qtbot.waitUntil(screen.has_window)
    screen.written_window().form.show_values({"due": "60"})
    screen.answers("save_written")

    screen.qtbot.waitUntil(lambda: habits(server, world).due_every_minutes == 60)
    screen.page.refresh()
    screen.qtbot.waitUntil(lambda: screen.states()["products"].punctuality == "late")


# --- held --------------------------------------------------------------------------------------------------


def test_a_file_that_would_be_held_is_told_before_and_accepted_with_its_figures(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    take_in(screen, write(products(12)))
    screen.drops_and_waits(write(products(5), "products short.csv"))
    assert screen.said()[0] is Tone.ATTENTION
    assert "7 of 12 rows (58 %) are missing in this file" in screen.said()[1]
    assert screen.next_step() == "Take it in to be held"
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert "products short.csv is held." in screen.said()[1]
    screen.qtbot.waitUntil(lambda: screen.states()["products"].held_run is not None)
    screen.pushes("accept_held")
    assert "7 rows vanish" in screen.question()
    screen.answers("answer_no")
    assert history(server, world)[0].status == "held", "the question was answered with leaving it"
    screen.pushes("accept_held")
    screen.answers("answer_yes")
    screen.waits_for_answer()
    assert "is live" in screen.said()[1]
    assert history(server, world)[0].status == "landed"
    screen.qtbot.waitUntil(lambda: screen.states()["products"].held_run is None)


def test_a_held_run_is_rejected_from_the_history(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    take_in(screen, write(products(12)))
    take_in(screen, write(products(5), "products short.csv"))
    screen.page.open_dataset("products")
    screen.qtbot.waitUntil(lambda: [run.status for run in screen.runs()] == ["held", "landed"])
    screen.pushes("reject_run")
    screen.answers("answer_yes")
    screen.qtbot.waitUntil(lambda: [run.status for run in screen.runs()] == ["rejected", "landed"])
    assert screen.states()["products"].rows == 12


def test_what_somebody_else_settled_meanwhile_is_told(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld, context: FeatureContext
) -> None:
    from desktop.features.feeds import actions

    take_in(screen, write(products(12)))
    take_in(screen, write(products(5), "products short.csv"))
    actions.settle(context.desk, history(server, world)[0].id, accept=False)
    screen.pushes("accept_held")
    screen.answers("answer_yes")
    screen.waits_for_answer()
    assert "This run is rejected, not held" in context.notices.history[0].sentence
    assert history(server, world)[0].status == "rejected"


def test_the_history_shows_the_row_errors_of_a_refused_run(
    screen: FeedsScreen, write: WriteFile, server: RunningServer, world: SmallWorld
) -> None:
    from sync_server.features.feeds.runs import FeedDesk, Posting

    file = write(HEADER + "0123,Ashdown,Flax,free,Y,USD,ACTIVE\n")
    FeedDesk(server.database, server.clock).post(Posting(world.distributor.id, "KRA", "products"), file)
    screen.presses("F5")
    screen.qtbot.waitUntil(lambda: screen.states()["products"].last_run is not None)
    screen.page.open_dataset("products")
    screen.qtbot.waitUntil(lambda: screen.page.history.errors.table.row_count() == 1)
    assert screen.page.history.errors.isVisible()
    assert "price_trade" in screen.page.history.sentence.text()


# --- who and how -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "role", "sees"),
    [("distributor", "master", True), ("distributor", "picker", False), ("showroom", "master", False)],
)
def test_only_masters_of_a_distributor_have_the_page(kind: str, role: str, sees: bool) -> None:
    card = MembershipCard(
        organisation_id="x", organisation_code="X", organisation_name="X", organisation_kind=kind, role=role, modules=[]
    )
    assert FeedsFeature().visible_for(card) is sees


def test_every_control_can_be_named_and_every_key_of_the_page_is_told(screen: FeedsScreen, write: WriteFile) -> None:
    screen.drops_and_waits(write(UNKNOWN))
    assert screen.everything_without_a_name() == []
    told = " ".join(hint.key for hint in screen.page.key_hints())
    assert all(key in told for key in ("Ctrl+O", "Ctrl+Enter", "Ctrl+R", "Esc", "Ctrl+M", "Ctrl+E", "F5"))


def test_a_dataset_for_which_the_module_is_missing_says_why(
    qtbot: QtBot, screen: FeedsScreen, server: RunningServer, world: SmallWorld
) -> None:
    from datetime import UTC, datetime, timedelta

    from shared_models.kernel.operation import Module
    from sync_server.features.accounts.actions import end_module

    with server.database.writing() as connection:
        end_module(connection, world.distributor, Module.BASIC, last_day=datetime.now(UTC).date() - timedelta(days=2))
    screen.presses("F5")
    qtbot.waitUntil(lambda: bool(screen.states()["products"].why_not))
    assert "does not have" in screen.states()["products"].why_not


def test_an_answer_of_a_newer_server_is_understood() -> None:
    from desktop.sync.feed_messages import DatasetState

    newer = (
        b'{"dataset":"products","rows":3,"late_by_minutes":7,"last_run":{"id":"1","dataset":"products",'
        b'"status":"postponed","as_of":"2026-11-25T06:00:00Z","posted_at":"2026-11-25T06:01:00Z","new_thing":[1]}}'
    )
    state = msgspec.json.decode(newer, type=DatasetState)
    assert (state.rows, state.last_run.status if state.last_run else "") == (3, "postponed")
