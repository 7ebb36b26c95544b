"""X12 832 and 846 as feeds: the same rows as CSV, every fault named by segment and element, nothing passed over."""

import csv
import io
import tempfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.columns import INVENTORY_COLUMNS
from sync_server.features.feeds.headers import meaning_of
from sync_server.features.feeds.spooling import as_utf8, survey
from sync_server.features.feeds.x12.files import MAPPINGS, csv_of_x12
from tests.builders.x12 import PLAIN, Rows, Separators, catalogue, interchange, lines, stock_report
from tests.sync_server.feeds.house import House


def stock(text: str, *, separators: Separators = PLAIN) -> str:
    """An 846 whose segments after BIA are written one a line."""
    return interchange("846", [["BIA", "00", "SI", "1", "20261123", "0600"], *lines(text)], separators=separators)


def goods(text: str) -> str:
    """An 832 whose segments after BCT are written one a line."""
    return interchange("832", [["BCT", "PC"], *lines(text)])


def _meaning(dataset: str, heading: str) -> str | None:
    own = heading.lower()
    return own if own in MAPPINGS[dataset].columns else meaning_of(heading, dataset, {})


def rows_of(content: str | bytes, dataset: str) -> list[dict[str, str]]:
    """The rows that a file becomes before any cell is checked, without their blank cells."""
    raw = content.encode() if isinstance(content, str) else content
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "posted").write_bytes(raw)
        text = as_utf8(folder / "posted", survey(folder / "posted"), folder)
        found = csv_of_x12(text, folder, dataset, partial(_meaning, dataset))
        with found.path.open(encoding="utf-8", newline="") as file:
            next(file)
            return [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file)]


def refusal(content: str, dataset: str) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(DomainError) as caught:
        rows_of(content, dataset)
    assert "Nothing was changed" in caught.value.sentence
    return caught.value.sentence


def as_csv(rows: Rows, columns: tuple[str, ...]) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def keys(house: House) -> list[tuple[str, ...]]:
    return [(row["item_no"], row["warehouse"], row["lot_no"], row["piece_no"]) for row in house.live("inventory")]


# --- inventory -------------------------------------------------------------------------------------------


def test_an_846_lands_as_rows_of_the_inventory(house: House) -> None:
    run = house.post(
        stock(
            """
            LIN*1*VN*0123
            QTY*17*120.5*YD
            QTY*27*20*YD
            QTY*63*300*YD
            DTM*371*20261215
            LIN*2*VP*1354.10.0
            QTY*33*7*EA
            CTT*2
            """
        ),
        "inventory",
    )
    assert (run.status, run.rows_new, run.unknown_columns) == ("landed", 2, [])
    first, second = house.live("inventory")
    assert (first["item_no"], first["unit"], first["qty_on_hand"], first["qty_committed"]) == (
        "0123",
        "YD",
        120_500,
        20_000,
    )
    assert (first["qty_available"], first["stock_status"]) == (100_500, "IN_STOCK")
    assert (first["qty_on_order"], first["next_due_on"], first["as_of"]) == (
        300_000,
        "2026-12-15",
        "2026-11-23T06:00:00Z",
    )
    assert (second["item_no"], second["unit"], second["qty_available"]) == ("1354.10.0", "EA", 7_000)


def test_lots_pieces_and_warehouses_are_rows_of_their_own(house: House) -> None:
    run = house.post(
        stock(
            """
            LIN*1*VN*0123
            QTY*17*120*YD
            SCH*80*YD*WH*ATL*018*20261123
            SCH*40*YD*WH*RENO*018*20261123
            QTY*27*10*YD
            SCH*10*YD*WH*ATL*018*20261123
            N1*WH**92*ATL
            REF*LT*L22
            QTY*17*50*YD
            REF*SE*P1
            QTY*17*30*YD
            REF*SE*P2
            QTY*17*20*YD
            REF*LT*L23
            QTY*17*30*YD
            LIN*2*VN*0124*LT*L9*SN*P7
            QTY*17*5*YD
            CTT*2
            """
        ),
        "inventory",
    )
    assert (run.status, run.rows_new) == ("landed", 8), run.sentence
    assert keys(house) == [
        ("0123", "", "", ""),
        ("0123", "ATL", "", ""),
        ("0123", "ATL", "L22", ""),
        ("0123", "ATL", "L22", "P1"),
        ("0123", "ATL", "L22", "P2"),
        ("0123", "ATL", "L23", ""),
        ("0123", "RENO", "", ""),
        ("0124", "", "L9", "P7"),
    ]
    there = {key[1:]: row["qty_on_hand"] for key, row in zip(keys(house), house.live("inventory"), strict=True)}
    assert (there["", "", ""], there["ATL", "", ""], there["ATL", "L22", "P2"]) == (120_000, 80_000, 20_000)
    assert house.live("inventory")[1]["qty_committed"] == 10_000


def test_a_warehouse_before_the_lines_is_that_of_all_lines(house: House) -> None:
    house.post(stock("N1*WH*Atlanta*92*ATL\nLIN*1*VN*1\nQTY*17*5*YD\nLIN*2*VN*2\nQTY*17*5*YD"), "inventory")
    assert [row["warehouse"] for row in house.live("inventory")] == ["ATL", "ATL"]


def test_the_earliest_arrival_is_the_next_and_later_ones_are_reported(house: House) -> None:
    text = "LIN*1*VN*1\nQTY*63*300*YD\nSCH*200*YD***371*20270110\nSCH*100*YD***371*20261215"
    run = house.post(stock(text), "inventory")
    (row,) = house.live("inventory")
    assert (row["next_due_on"], row["next_due_qty"]) == ("2026-12-15", 100_000)
    assert run.unknown_columns == ["SCH later arrivals (segment 8)"]


def test_a_day_and_the_quantity_that_is_due_on_it_may_come_apart() -> None:
    text = "LIN*1*VN*1\nDTM*371*20261215\nQTY*63*300*YD\nSCH*100*YD***371*20261215"
    (row,) = rows_of(stock(text), "inventory")
    assert (row["next_due_on"], row["next_due_qty"]) == ("2026-12-15", "100")


def test_a_fact_before_a_lot_that_had_been_told_of_is_not_lost() -> None:
    text = "LIN*1*VN*1\nREF*LT*A\nQTY*17*5*YD\nREF*LT*B\nQTY*17*6*YD\nREF*LT*A\nDTM*371*20261215\nQTY*27*1*YD"
    first, second = rows_of(stock(text), "inventory")
    assert (first["lot_no"], first["next_due_on"], first["qty_committed"]) == ("A", "2026-12-15", "1")
    assert (second["lot_no"], second["qty_on_hand"], "next_due_on" in second) == ("B", "6", False)


def test_an_item_without_a_figure_is_a_row(house: House) -> None:
    house.post(stock("LIN*1*VN*1\nLIN*2*VN*2*LT*L1\nCTT*2"), "inventory")
    assert keys(house) == [("1", "", "", ""), ("2", "", "L1", "")]


def test_a_lot_after_the_figures_is_a_row_even_without_any(house: House) -> None:
    house.post(stock("LIN*1*VN*1\nQTY*17*5*YD\nREF*LT*L1\nLIN*2*VN*2"), "inventory")
    assert keys(house) == [("1", "", "", ""), ("1", "", "L1", ""), ("2", "", "", "")]


def test_what_is_read_and_not_used_is_reported_with_its_segment(house: House) -> None:
    run = house.post(
        stock(
            """
            REF*IA*V100
            PER*IC*Dana*TE*5550100
            N1*SE*Calder
            N3*1 Mill Lane
            LIN*1*VN*0123*UP*012345678905
            QTY*17*5*YD
            QTY*32*9*YD
            PID*F****ASHDOWN LINEN
            DTM*018*20261123
            """
        ),
        "inventory",
    )
    assert run.status == "landed"
    assert run.unknown_columns == [
        "REF IA (segment 5)",
        "PER (segment 6)",
        "N1 SE (segment 7)",
        "N3 (segment 8)",
        "LIN UP (segment 9)",
        "QTY 32 (segment 11)",
        "PID (segment 12)",
        "DTM 018 (segment 13)",
    ]


def test_a_mark_of_test_data_is_reported(house: House) -> None:
    run = house.post(interchange("846", stock_report([{"item_no": "1"}]), usage="T"), "inventory")
    assert run.unknown_columns == ["ISA15 T, a mark that this is no production data (segment 1)"]


def test_a_wrong_cell_is_a_row_error_at_the_segment_of_its_line(house: House) -> None:
    text = "LIN*1*VN*1\nQTY*17*5*YD\nLIN*2*VN*6.37702E+15\nQTY*17*1,200*YD\nLIN*3*VN*3\nQTY*17*5*CA"
    run = house.post(stock(text), "inventory")
    assert [(one.row, one.column, one.value) for one in run.errors] == [
        (7, "item_no", "6.37702E+15"),
        (7, "qty_on_hand", "1,200"),
        (9, "unit", "CA"),
    ]
    assert "The first: segment 7, column item_no" in run.sentence
    assert house.post(stock(text), "inventory", accept_good_rows=True).rows_new == 1


def test_the_same_row_twice_names_both_segments(house: House) -> None:
    run = house.post(stock("LIN*1*VN*1\nQTY*17*5*YD\nLIN*2*VN*1\nQTY*17*6*YD"), "inventory")
    assert run.status == "refused"
    assert "segments 5 and 7 are both item_no 1" in run.errors[0].expected


_FAULTS = [
    ("LIN*1*BP*1", "Segment 5 (LIN), element 2 (LIN02), gives none of VN"),
    ("LIN*1*Q?*1", "Segment 5 (LIN), element 2 (LIN02), “Q?”, is no known qualifier of a product code"),
    ("LIN*1*VN*1*LT**SN*2", "Segment 5 (LIN), element 5 (LIN05), is missing: LIN04 does not stand without it"),
    ("QTY*17*5*YD\nLIN*1*VN*1", "Segment 5 (QTY) stands before the first LIN"),
    ("LIN*1*VN*1\nQTY*9?*5*YD", "Segment 6 (QTY), element 1 (QTY01), “9?”, is no known qualifier of a quantity"),
    ("LIN*1*VN*1\nQTY*17*5*YARD", "Segment 6 (QTY), element 3 (QTY03), “YARD”, is no known unit; there are YD"),
    ("LIN*1*VN*1\nQTY*17*5*YD>2", "Segment 6 (QTY), element 3 (QTY03), “YD>2”, is a composed unit"),
    ("LIN*1*VN*1\nQTY*17", "Segment 6 (QTY), element 2 (QTY02), is missing"),
    ("LIN*1*VN*1\nQTY*17*5*YD\nQTY*17*6*YD", "Segment 7 (QTY), element 2 (QTY02), “6”, is a second qty_on_hand"),
    ("LIN*1*VN*1\nQTY*17*5*YD\nQTY*27*1*EA", "Segment 7 (QTY), element 3 (QTY03), “EA”, is a second unit"),
    ("LIN*1*VN*1\nDTM*371*20261301", "Segment 6 (DTM), element 2 (DTM02), “20261301”, is no day of the calendar"),
    ("LIN*1*VN*1\nDTM*371", "Segment 6 (DTM), element 2 (DTM02), is missing"),
    ("LIN*1*VN*1\nDTM*37A*20261201", "Segment 6 (DTM), element 1 (DTM01), “37A”, is no known qualifier of a date"),
    ("LIN*1*VN*1\nREF*QQQ*1", "Segment 6 (REF), element 1 (REF01), “QQQ”, is no known qualifier of a reference"),
    ("LIN*1*VN*1\nREF*LT", "Segment 6 (REF), element 2 (REF02), is missing"),
    ("LIN*1*VN*1\nREF*LT*A\nREF*LT*B", "Segment 7 (REF), element 2 (REF02), is a second lot_no before any quantity"),
    ("LIN*1*VN*1\nN1*WH", "Segment 6 (N1), element 2 (N102), is missing: at least one of N102, N103"),
    ("LIN*1*VN*1\nN1*QQ*Atlanta", "Segment 6 (N1), element 1 (N101), “QQ”, is no known code of a party"),
    ("LIN*1*VN*1\nSCH*5*YD*WH*ATL", "Segment 6 (SCH) splits a quantity by warehouse, and no QTY"),
    ("LIN*1*VN*1\nQTY*17*5*YD\nSCH*5*YD*WH", "Segment 7 (SCH), element 4 (SCH04), is missing"),
    ("LIN*1*VN*1\nQTY*63*5*YD\nSCH*5*YD***371", "Segment 7 (SCH), element 6 (SCH06), is missing"),
    ("LIN*1*VN*1\nPO1*1*5*YD", "Segment 6 (PO1) has no place in an 846"),
    ("LIN*1*VN*1\nCTT*2", "Segment 6 (CTT), element 1 (CTT01), “2”, should be 1, the number of LIN segments"),
    ("LIN*1*VN*1\nCTT*1\nLIN*2*VN*2", "Segment 7 (LIN) stands after CTT"),
]


@pytest.mark.parametrize(("text", "words"), _FAULTS, ids=[words[:60] for _, words in _FAULTS])
def test_a_fault_in_an_846_is_named(text: str, words: str) -> None:
    assert words in refusal(stock(text), "inventory")


def test_the_rows_of_one_item_have_an_end() -> None:
    lots = "".join(f"REF*LT*L{lot}\nQTY*17*1*YD\n" for lot in range(10_001))
    assert "opens more than 10,000 rows of one item; begin another LIN" in refusal(
        stock("LIN*1*VN*1\n" + lots), "inventory"
    )


def test_a_file_with_a_fault_changes_nothing(house: House) -> None:
    house.post(stock("LIN*1*VN*7\nQTY*17*5*YD"), "inventory")
    before = house.state()
    run = house.post(stock("LIN*1*VN*8\nQTY*17*5*YD\nQTY*17*6*YD"), "inventory")
    assert (run.status, run.code, run.facts) == ("refused", "x12_segment", {"segment": 7, "element": 2})
    assert house.state() == before


def test_a_set_must_begin_with_its_own_beginning() -> None:
    sentence = refusal(interchange("846", lines("LIN*1*VN*1")), "inventory")
    assert "Segment 4 (LIN) stands where BIA should: it begins an 846" in sentence


def test_a_report_of_changes_needs_mode_delta() -> None:
    sentence = refusal(interchange("846", lines("BIA*04*SI*1*20261123\nLIN*1*VN*1")), "inventory")
    assert "Segment 4 (BIA), element 1 (BIA01), “04”, is not 00, 05 or 22" in sentence


def test_a_set_of_another_dataset_is_refused(house: House) -> None:
    run = house.post(stock("LIN*1*VN*1"), "products")
    assert (run.code, run.status) == ("x12_other_set", "refused")
    assert "is an 846 (inventory advice); products are read from 832" in run.sentence


@pytest.mark.parametrize("start", ["GS*IB*A*B*20261123*0600*1*X*004010~", "ST*846*0001~"])
def test_a_file_that_lacks_isa_is_told_so(start: str) -> None:
    words = f"Segment 1 ({start[:3]}) should be an ISA segment: the file begins without it"
    assert words in refusal(start + "LIN*1*VN*1~", "inventory")


def test_an_empty_report_never_removes_everything(house: House) -> None:
    run = house.post(stock("CTT*0"), "inventory")
    assert (run.status, run.code) == ("refused", "no_rows")
    assert "no line in its transaction sets" in run.sentence


def test_several_sets_are_one_file(house: House) -> None:
    sets = [stock_report([{"item_no": f"{number}", "qty_on_hand": "1", "unit": "YD"}]) for number in (1, 2, 3)]
    text = interchange("846", *sets) + "\n" + interchange("846", stock_report([{"item_no": "4"}]), number=2)
    assert house.post(text, "inventory").rows_new == 4


def test_a_delta_changes_what_it_names_and_leaves_the_rest(house: House) -> None:
    house.post(stock("LIN*1*VN*1\nQTY*17*5*YD\nQTY*27*1*YD\nLIN*2*VN*2\nQTY*17*5*YD"), "inventory")
    run = house.post(stock("LIN*1*VN*1\nQTY*17*8*YD"), "inventory", mode="delta")
    assert (run.status, run.rows_changed) == ("landed", 1)
    first, second = house.live("inventory")
    assert (first["qty_on_hand"], first["qty_committed"], first["qty_available"]) == (8_000, 1_000, 7_000)
    assert second["qty_on_hand"] == 5_000


def test_in_a_delta_a_figure_that_one_row_gives_and_another_does_not_stays_as_it_is_there(house: House) -> None:
    house.post(
        stock(
            """
            LIN*1*VN*1
            QTY*17*5*YD
            QTY*27*1*YD
            DTM*371*20261215
            LIN*2*VN*2
            QTY*17*5*YD
            QTY*27*1*YD
            PID*X**ZZ*STOCK_STATUS*CLOSEOUT
            """
        ),
        "inventory",
    )
    run = house.post(
        stock(
            """
            LIN*1*VN*1
            QTY*17*8*YD
            LIN*2*VN*2
            QTY*27*2*YD
            DTM*371*20270115
            LIN*3*VN*3
            QTY*17*1*YD
            """
        ),
        "inventory",
        mode="delta",
    )
    assert (run.status, run.rows_changed, run.rows_new, run.rows_gone) == ("landed", 2, 1, 0)
    first, second, third = house.live("inventory")
    columns = ("qty_on_hand", "qty_committed", "qty_available", "next_due_on")
    assert [first[name] for name in columns] == [8_000, 1_000, 7_000, "2026-12-15"]
    assert [second[name] for name in columns] == [5_000, 2_000, 3_000, "2027-01-15"]
    assert [third[name] for name in columns] == [1_000, None, 1_000, ""]
    assert (first["stock_status"], second["stock_status"]) == ("LOW", "CLOSEOUT")


def test_text_in_an_older_encoding_is_read(house: House) -> None:
    house.post(goods("LIN*1*VN*1\nPID*F*08***Béraudin").encode("cp1252"))
    assert house.row("1")["pattern_name"] == "Béraudin"


# --- products --------------------------------------------------------------------------------------------


def test_an_832_lands_as_products(house: House) -> None:
    run = house.post(
        goods(
            """
            CUR*SE*USD
            LIN*1*VN*0123*UP*012345678905*ST*ASH*VE*07*MG*M-1
            DTM*036*20270630
            PID*F*08***Ashdown Linen
            PID*F*73***Flax
            PID*X**ZZ*CONTENT*54" wide, 100% linen
            PID*X**ZZ*LEAD_TIME*5
            PID*X**ZZ*USAGE*DRAPERY|UPHOLSTERY
            MEA*PD*WD*54.25*IN
            PO4*1*60*YD
            CTB*OR**57*2
            CTP**NET*48.50*1*YD
            CTP*RS*RES*99.00
            LIN*2*VN*0124
            PID*F****Plain
            PID*F****weave
            CTP**CAT*12
            CTT*2
            """
        )
    )
    assert (run.status, run.rows_new) == ("landed", 2), run.sentence
    first, second = house.row("0123"), house.row("0124")
    assert (first["upc"], first["pattern_no"], first["color_no"]) == ("012345678905", "ASH", "07")
    assert (first["pattern_name"], first["color_name"], first["content"]) == (
        "Ashdown Linen",
        "Flax",
        '54" wide, 100% linen',
    )
    assert (first["width_in"], first["yards_per_roll"], first["min_qty"]) == (54_250, 60_000, 2_000)
    assert (first["price_trade"], first["currency"], first["unit"]) == (485_000, "USD", "YD")
    assert (first["lead_time_days"], first["usage"], first["discontinued_on"]) == (
        5,
        "DRAPERY|UPHOLSTERY",
        "2027-06-30",
    )
    assert (second["pattern_name"], second["price_trade"], second["currency"]) == ("Plain weave", 120_000, "USD")
    assert run.unknown_columns == ["LIN MG (segment 6)", "CTP RES (segment 17)"]


def test_a_saved_mapping_holds_for_the_names_in_pid_too(house: House) -> None:
    house.declare(mapping={"GRIFF": "finish", "CONTENT": ""})
    run = house.post(goods("LIN*1*VN*1\nPID*X**ZZ*GRIFF*soft\nPID*X**ZZ*CONTENT*wool\nPID*X**ZZ*MARGIN*9"))
    assert (house.row("1")["finish"], house.row("1")["content"]) == ("soft", "")
    assert run.unknown_columns == ["PID ZZ CONTENT (segment 7)", "PID ZZ MARGIN (segment 8)"]


def test_of_two_trade_prices_the_one_that_is_not_taken_is_reported(house: House) -> None:
    run = house.post(goods("LIN*1*VN*1\nCTP**CAT*50*1*YD\nCTP**NET*40*1*YD"))
    assert house.row("1")["price_trade"] == 400_000
    assert run.unknown_columns == ["CTP CAT beside another trade price (segment 6)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("LIN*1*VN*1\nCTP**NET*48*10*YD", "Segment 6 (CTP), element 4 (CTP04), “10”, is not 1"),
        ("LIN*1*VN*1\nCTP**NET", "Segment 6 (CTP), element 3 (CTP03), is missing"),
        ("LIN*1*VN*1\nCTP**XYZ*48", "Segment 6 (CTP), element 2 (CTP02), “XYZ”, is no known code of a price"),
        ("LIN*1*VN*1\nCTP**NET*48\nCTP**NET*49", "Segment 7 (CTP), element 3 (CTP03), “49”, is a second NET"),
        ("LIN*1*VN*1\nMEA*PD*WD*137*CM", "Segment 6 (MEA), element 4 (MEA04), “CM”, is not IN"),
        ("CTP**NET*48", "Segment 5 (CTP) stands before the first LIN"),
        ("LIN*1*VN*1\nQTY*17*5*YD", "Segment 6 (QTY) has no place in an 832"),
        ("LIN*1*VN*1\nPID*F*08***A\nPID*F*08***B", "Segment 7 (PID), element 5 (PID05), “B”, is a second pattern_name"),
    ],
)
def test_a_fault_in_an_832_is_named(text: str, words: str) -> None:
    assert words in refusal(goods(text), "products")


# --- any rows, any bytes ---------------------------------------------------------------------------------


_CODE = st.from_regex(r"[0-9A-Z][0-9A-Z./-]{0,8}", fullmatch=True).filter(lambda text: "E" not in text)
_QUANTITY = st.decimals(min_value=1, max_value=99_999, places=2).map(str)
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\ufeff"), max_size=20)
_DAY = st.dates().map(str).filter(lambda text: len(text) == 10)
_STOCK_ROWS = st.lists(
    st.fixed_dictionaries(
        {"item_no": _CODE, "unit": st.sampled_from(["YD", "EA", "M", "PN"])},
        optional={
            **dict.fromkeys(["lot_no", "piece_no"], _CODE),
            "warehouse": _CODE.filter(lambda code: len(code) != 1),
            **dict.fromkeys(
                ["qty_on_hand", "qty_committed", "qty_reserved", "qty_available", "qty_on_order"], _QUANTITY
            ),
            **dict.fromkeys(["qty_backordered", "largest_piece", "next_due_qty"], _QUANTITY),
            "next_due_on": _DAY,
            "stock_status": st.sampled_from(["LOW", "OUT", "CLOSEOUT"]),
            "sample_qty_on_hand": st.integers(0, 999).map(str),
        },
    ).map(lambda row: {**row, "qty_on_hand": row.get("qty_on_hand", "1")}),
    min_size=1,
    max_size=6,
    unique_by=lambda row: tuple(row.get(name, "") for name in ("item_no", "warehouse", "lot_no", "piece_no")),
)
_PRODUCT_ROWS = st.lists(
    st.fixed_dictionaries(
        {"item_no": _CODE},
        optional={
            **dict.fromkeys(["pattern_no", "color_no", "upc", "cleaning_code", "replaced_by"], _CODE),
            **dict.fromkeys(["pattern_name", "color_name", "brand", "content", "backing", "finish", "country"], _TEXT),
            **dict.fromkeys(["min_qty", "increment", "yards_per_roll", "price_trade"], _QUANTITY),
            **dict.fromkeys(["lead_time_days", "abrasion_double_rubs"], st.integers(0, 99_999).map(str)),
            **dict.fromkeys(["railroaded", "price_visible"], st.sampled_from("YN")),
            "width_in": st.decimals(min_value=1, max_value=999, places=3).map(str),
            "unit": st.sampled_from(["YD", "EA", "M", "SF"]),
            "currency": st.sampled_from(["USD", "EUR"]),
            "category": st.sampled_from(["FABRIC", "TRIM"]),
            "usage": st.sampled_from(["DRAPERY", "DRAPERY|TRIM"]),
            "status": st.sampled_from(["ACTIVE", "DISCONTINUED"]),
            "discontinued_on": _DAY,
        },
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row["item_no"],
)


@given(rows=_STOCK_ROWS)
def test_any_rows_of_the_inventory_come_back_from_x12(rows: list[dict[str, str]]) -> None:
    for row in rows:  # a quantity that is due has a day
        if "next_due_on" not in row:
            row.pop("next_due_qty", None)
    expected = [{**row, "as_of": "2026-11-23T06:00:00Z"} for row in rows]
    assert rows_of(interchange("846", stock_report(rows)), "inventory") == expected


@given(rows=_PRODUCT_ROWS)
def test_any_products_come_back_from_x12(rows: list[dict[str, str]]) -> None:
    for row in rows:  # the unit travels with the price in X12
        if "price_trade" not in row:
            row.pop("unit", None)
    text = interchange("832", catalogue(rows), separators=Separators("\x1d", "\x1f", "\x1e"))
    assert rows_of(text, "products") == [{name: cell for name, cell in row.items() if cell} for row in rows]


def test_a_csv_file_and_the_same_as_x12_land_alike(house: House) -> None:
    rows = [
        {
            "item_no": f"{place:04d}",
            "warehouse": "ATL",
            "lot_no": f"L{place % 3}",
            "unit": "YD",
            "qty_on_hand": f"{place}.5",
        }
        for place in range(40)
    ]
    first = house.post(as_csv(rows, tuple(column.name for column in INVENTORY_COLUMNS)), "inventory")
    second = house.post(interchange("846", stock_report(rows)), "inventory")
    assert (first.rows_new, second.rows_unchanged, second.status) == (40, 40, "landed")


_GOOD = stock("LIN*1*VN*1\nQTY*17*5*YD\nLIN*2*VN*2\nQTY*17*5*YD\nCTT*2").encode()


@settings(max_examples=200)
@given(
    place=st.integers(0, len(_GOOD)),
    cut=st.integers(0, 12),
    put_in=st.binary(max_size=6) | st.sampled_from([b"~", b"*", b"\n", b">", b"\xe9", b"\0", b"QTY*17*1*YD~"]),
)
def test_any_change_of_bytes_is_read_or_refused_with_a_sentence(place: int, cut: int, put_in: bytes) -> None:
    sentence = ""
    rows = []
    content = _GOOD[:place] + put_in + _GOOD[place + cut :]
    assume(not content.startswith(b"PK"))  # a workbook then, which another reader has
    try:
        rows = rows_of(content, "inventory")
    except DomainError as error:
        sentence = error.sentence
    assert ("Nothing was changed" in sentence) != (len(rows) in (1, 2, 3))
