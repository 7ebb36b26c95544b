"""What an unknown heading may mean: offered, never taken; a saved mapping applies and is told."""

import threading

import polars as pl
import pytest

from sync_server.features.feeds.habits import HabitsChange, change_habits, read_habits
from sync_server.features.feeds.headers import columns_of, read_headings
from sync_server.features.feeds.history import need_run
from sync_server.features.feeds.suggestions import suggest
from tests.sync_server.feeds.house import MORNING, House

SAMPLE_VALUES = {
    "width_in": "54.25", "price_trade": "48.50", "qty_on_hand": "12.5", "next_due_on": "2026-12-01", "unit": "YD",
    "qty_on_order": "3", "qty_committed": "3", "repeat_v_in": "27", "lead_time_days": "5", "min_qty": "2",
}  # fmt: skip


def suggested(heading: str, dataset: str = "products", *cells: str) -> dict[str, str]:
    """What is suggested of one more heading in a file that has its key."""
    headings = ("item_no", heading)
    reading = read_headings(headings, dataset, {})
    assert reading.unknown == (heading,), "this heading is known, nothing need be suggested"
    sample = pl.DataFrame({"1": list(cells)}, schema={"1": pl.String})
    return {one.heading: one.column for one in suggest(headings, reading.columns, (1,), dataset, sample)}


@pytest.mark.parametrize(
    ("heading", "column", "dataset"),
    [
        ("Ptn Nm", "pattern_name", "products"),
        ("Patern Name", "pattern_name", "products"),
        ("Name of Pattern", "pattern_name", "products"),
        ("Clr Nm", "color_name", "products"),
        ("Farbe", "color_name", "products"),
        ("Laize", "width_in", "products"),
        ("Wdth", "width_in", "products"),
        ("Vert Rpt", "repeat_v_in", "products"),
        ("Fabric Contents", "content", "products"),
        ("Cntry of Origin", "country", "products"),
        ("Prc", "price_trade", "products"),
        ("Qty OH", "qty_on_hand", "inventory"),
        ("Balance", "qty_on_hand", "inventory"),
        ("Comm Qty", "qty_committed", "inventory"),
        ("Warehose", "warehouse", "inventory"),
        ("Entrepôt", "warehouse", "inventory"),
        ("Dye-Lott", "lot_no", "inventory"),
    ],
)
def test_the_trades_words_and_misspellings_are_understood(heading: str, column: str, dataset: str) -> None:
    assert suggested(heading, dataset, SAMPLE_VALUES.get(column, "Any")) == {heading: column}


@pytest.mark.parametrize("heading", ["Remarks", "x", "Buyer's Notes 2", "Margin %", "ID", "Last Inspector", "日本"])
def test_a_heading_that_means_nothing_here_is_left_alone(heading: str) -> None:
    assert suggested(heading) == {}
    assert suggested(heading, "inventory") == {}


def test_cells_that_cannot_stand_in_a_column_speak_against_it() -> None:
    assert suggested("Wdth", "products", "54.25", "", "48") == {"Wdth": "width_in"}
    assert suggested("Wdth", "products", "wide", "narrow", "48") == {}
    assert suggested("Wdth", "products", "", " ") == {"Wdth": "width_in"}


def test_days_in_any_form_that_could_be_declared_still_stand_for_a_day() -> None:
    assert suggested("Nxt Due Date", "inventory", "12/01/2026", "20261201") == {"Nxt Due Date": "next_due_on"}


def test_one_column_is_offered_to_one_heading_and_never_one_that_the_file_has() -> None:
    headings = ("item_no", "Wdth", "Widht", "Color Name", "Clr Nm")
    reading = read_headings(headings, "products", {})
    offered = suggest(headings, reading.columns, reading.unknown_places, "products", pl.DataFrame())
    assert [(one.heading, one.column) for one in offered] == [("Wdth", "width_in")]


def test_every_column_is_found_again_with_a_letter_missing() -> None:
    """Of names long enough; two letters swapped or one left out is what people do."""
    lost = []
    for dataset in ("products", "inventory"):
        for name in columns_of(dataset):
            if len(name) < 8 or name == "item_no":
                continue
            heading = name[:4] + name[5:]
            reading = read_headings(("item_no", heading), dataset, {})
            offered = suggest(("item_no", heading), reading.columns, reading.unknown_places, dataset, pl.DataFrame())
            if reading.unknown and [one.column for one in offered] != [name]:
                lost.append((heading, offered))
    assert lost == []


# --- a run -------------------------------------------------------------------------------------------------

FILE = "item_no,Ptn Nm,Remarks\n0123,Ashdown,dear\n"


def test_a_suggestion_is_told_and_not_taken(house: House) -> None:
    run = house.post(FILE)
    assert (run.status, run.unknown_columns) == ("landed", ["Ptn Nm", "Remarks"])
    (offered,) = run.suggested_columns
    assert (offered.heading, offered.column) == ("Ptn Nm", "pattern_name")
    assert "pattern name" in offered.because
    assert house.row("0123")["pattern_name"] == ""


def test_a_saved_mapping_applies_and_is_told(house: House) -> None:
    house.declare(mapping={"ptn nm": "pattern_name", "REMARKS": ""})
    run = house.post(FILE)
    assert (run.mapped_columns, run.unknown_columns) == ({"Ptn Nm": "pattern_name", "Remarks": ""}, [])
    assert run.suggested_columns == []
    assert house.row("0123")["pattern_name"] == "Ashdown"


def test_the_same_file_is_read_anew_once_its_headings_mean_something_else(house: House) -> None:
    """As a program posts it: with the instant of its figures, again after somebody declared the column."""
    first = house.post(FILE, as_of=MORNING)
    assert house.post(FILE, as_of=MORNING).id == first.id
    house.declare(mapping={"Ptn Nm": "pattern_name"})
    second = house.post(FILE, as_of=MORNING)
    assert (second.status, second.rows_changed, second.repeated) == ("landed", 1, False)
    assert house.row("0123")["pattern_name"] == "Ashdown"
    assert house.post(FILE, as_of=MORNING).id == second.id
    assert house.post(FILE, as_of=MORNING, batch_id=first.batch_id).id == first.id, "a batch keeps its first answer"


def test_the_history_keeps_what_was_told_of_the_headings(house: House) -> None:
    house.declare(mapping={"Remarks": ""})
    run = house.post(FILE)
    with house.database.reading() as connection:
        kept = need_run(connection, run.id, [house.id])
    assert kept.mapped_columns == {"Remarks": ""}
    assert kept.suggested_columns == run.suggested_columns
    assert kept.suggested_columns


def test_a_file_without_a_known_key_column_is_refused_with_what_may_be_it(house: House) -> None:
    before = house.state()
    run = house.post("Artikel-Nummer,Farbe\n0123,Rot\n")
    assert (run.status, run.code) == ("refused", "key_column_missing")
    assert {one.heading: one.column for one in run.suggested_columns} == {
        "Artikel-Nummer": "item_no",
        "Farbe": "color_name",
    }
    assert run.unknown_columns == ["Artikel-Nummer", "Farbe"]
    assert house.state() == before
    house.declare(mapping={"Artikel-Nummer": "item_no"})
    assert house.post("Artikel-Nummer,Farbe\n0123,Rot\n").status == "landed"


def test_a_suggestion_looks_at_workbook_and_json_lines_too(house: House) -> None:
    run = house.post('{"item_no": "0123", "Wdth": "54"}\n{"item_no": "0124", "Wdth": "27"}\n')
    assert [(one.heading, one.column) for one in run.suggested_columns] == [("Wdth", "width_in")]


def test_rows_that_cannot_be_told_apart_are_refused_with_their_own_sentence(house: House) -> None:
    run = house.post('item_no,Wdth\n0123,"54\n')
    assert (run.status, run.code) == ("refused", "unclosed_quote")


# --- declaring ---------------------------------------------------------------------------------------------


def change(house: House, **said: object) -> dict[str, str]:
    def unit(connection: object) -> dict[str, str]:
        return change_habits(connection, house.id, "products", HabitsChange(**said)).mapping  # type: ignore[arg-type]

    return house.database.write_unit(unit)


def test_what_is_not_said_stays_and_another_spelling_takes_the_place_of_the_first(house: House) -> None:
    change(house, mapping={"Ref #": "item_no", "Remarks": ""}, thousands=",", day_formats=["MM/DD/YYYY"])
    assert change(house, mapping={"ref_no": "upc"}) == {"Remarks": "", "ref_no": "upc"}
    assert change(house, mapping={"REMARKS": None}) == {"ref_no": "upc"}
    with house.database.reading() as connection:
        habits = read_habits(connection, house.id, "products")
    assert (habits.thousands, habits.day_formats, habits.most_gone_percent) == (",", ("MM/DD/YYYY",), 20)


def test_two_who_declare_at_the_same_moment_are_both_kept(house: House) -> None:
    start = threading.Barrier(2)

    def declare(heading: str) -> None:
        start.wait(10)
        change(house, mapping={heading: ""})

    others = [threading.Thread(target=declare, args=(heading,)) for heading in ("Alpha", "Beta")]
    for one in others:
        one.start()
    for one in others:
        one.join(30)
    assert change(house) == {"Alpha": "", "Beta": ""}
