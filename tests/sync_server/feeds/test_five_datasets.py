"""Mill orders, reserves, sales orders, freight and customers: what their files may say, and what is kept of it."""

from datetime import datetime
from pathlib import Path

import pytest

from shared_models.catalogue.mill_orders import EtaSlips, eta_slips, told_etas
from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.headers import plain_heading
from tests.sync_server.feeds.house import House

EXAMPLES = {
    "mill_orders": {
        "mill_po_no": "P0017", "line_no": "001", "item_no": "1354.10.0", "qty_ordered": "120", "eta_on": "2026-12-24",
        "status": "in transit", "eta_confidence": "Firm",
    },
    "reserves": {
        "reserve_no": "R-7", "line_no": "1", "item_no": "0123", "qty": "32.5", "unit": "yd", "kind": "HOLD AND SWATCH",
        "expires_at": "2026-11-25T17:00:00-05:00", "piece_nos": "L1-01;L1-02", "cfa_decision": "pending",
    },
    "sales_orders": {
        "order_no": "0044710", "line_no": "1", "item_no": "0123", "qty_ordered": "12", "price_net": "48.5",
        "currency": "usd", "order_status": "on hold-cfa", "freight_terms": "pp", "ship_to_name": "Winslow Interiors",
        "line_status": "IB|DR", "cfa_required": "yes",
    },
    "freight": {
        "shipment_no": "S-1", "package_no": "", "order_no": "0044710", "line_no": "1", "weight_lb": "12.125",
        "packages": "2", "tracking_no": "1Z999AA10123456784", "freight_charge": "18.20", "currency": "USD",
    },
    "customers": {
        "customer_no": "00123", "ship_to_code": "", "name": "Winslow Interiors", "account_type": "designer",
        "credit_hold": "N", "memo_privilege": "ok", "resale_expires_on": "2027-01-31",
    },
}  # fmt: skip


def csv_of(dataset: str, *rows: dict[str, str], separator: str = ",") -> str:
    """A file with the columns of the example, and the example with these changes as its rows."""
    columns = list(dict.fromkeys([*EXAMPLES[dataset], *(name for row in rows for name in row)]))
    lines = [separator.join(columns)]
    for row in rows or ({},):
        whole = {**EXAMPLES[dataset], **row}
        lines.append(separator.join(whole.get(name, "") for name in columns))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("dataset", EXAMPLES)
def test_a_file_lands_is_repeated_without_a_move_changed_and_taken_away(house: House, dataset: str) -> None:
    key = DATASETS[dataset].key[0]
    many = [{key: f"{number:04d}"} for number in range(1, 8)]
    run = house.post(csv_of(dataset, *many), dataset)
    assert (run.status, run.rows_new, run.unknown_columns) == ("landed", 7, []), run.sentence
    before = house.live(dataset)
    assert [row[key] for row in before] == [f"{number:04d}" for number in range(1, 8)]
    assert house.post(csv_of(dataset, *many), dataset).rows_unchanged == 7
    assert house.live(dataset) == before
    changed = [*many[:5], {**many[5], "as_of": "2026-11-23T05:00:00Z"}]
    run = house.post(csv_of(dataset, *changed), dataset)
    assert (run.status, run.rows_changed, run.rows_unchanged, run.rows_gone) == ("landed", 0, 6, 1)
    assert len(house.live(dataset)) == 6


@pytest.mark.parametrize("dataset", EXAMPLES)
def test_a_dry_run_says_what_the_run_would_and_keeps_nothing(house: House, dataset: str) -> None:
    dry = house.post(csv_of(dataset), dataset, dry_run=True)
    assert (dry.status, dry.rows_new, house.live(dataset)) == ("landed", 1, [])
    run = house.post(csv_of(dataset), dataset)
    assert (run.status, run.rows_new) == ("landed", 1)


@pytest.mark.parametrize("dataset", EXAMPLES)
def test_a_file_that_lost_too_many_rows_is_held(house: House, dataset: str) -> None:
    key = DATASETS[dataset].key[0]
    house.post(csv_of(dataset, *({key: f"{number:04d}"} for number in range(10))), dataset)
    run = house.post(csv_of(dataset, *({key: f"{number:04d}"} for number in range(7))), dataset)
    assert (run.status, run.code) == ("held", "too_many_gone")
    assert len(house.live(dataset)) == 10


@pytest.mark.parametrize("dataset", EXAMPLES)
def test_a_key_that_stands_in_two_rows_is_an_error_that_names_both(house: House, dataset: str) -> None:
    run = house.post(csv_of(dataset, {}, {}), dataset)
    assert (run.status, run.code) == ("refused", "row_errors")
    assert "rows 2 and 3" in run.errors[0].expected


@pytest.mark.parametrize("dataset", EXAMPLES)
def test_a_needed_column_that_is_not_there_is_named(house: House, dataset: str) -> None:
    for name in DATASETS[dataset].needed:
        lines = [line.split(",") for line in csv_of(dataset).splitlines()]
        place = lines[0].index(name)
        short = "\n".join(",".join(cells[:place] + cells[place + 1 :]) for cells in lines)
        run = house.post(short, dataset)
        assert (run.status, run.code) == ("refused", "key_column_missing")
        assert f"no column for {name}" in run.sentence


@pytest.mark.parametrize(
    ("dataset", "column", "cell", "expected"),
    [
        ("mill_orders", "eta_confidence", "MAYBE", "one of these: FIRM, ESTIMATED, UNKNOWN"),
        ("mill_orders", "qty_ordered", "1,200", "no thousands separators"),
        ("mill_orders", "mill_po_no", "6.37702E+15", "re-saved by a spreadsheet"),
        ("reserves", "expires_at", "tomorrow", "an instant in UTC"),
        ("reserves", "kind", "KEEP", "HOLD_AND_SWATCH"),
        ("sales_orders", "order_status", "LOST", "ON_HOLD_CREDIT"),
        ("sales_orders", "promised_on", "12/24/2026", "a day of the calendar"),
        ("sales_orders", "price_net", "48.50001", "4 after the dot"),
        ("sales_orders", "line_no", "", "the number of the line; every row needs one"),
        ("freight", "freight_terms", "XX", "CC, PP, PC, TP, PU"),
        ("freight", "packages", "1.5", "a whole number"),
        ("customers", "account_type", "FRIEND", "HOSPITALITY"),
        ("customers", "credit_hold", "perhaps", "Y or N"),
        ("customers", "customer_no", "", "the number of the customer; every row needs one"),
    ],
)
def test_a_wrong_cell_is_told_with_what_was_expected(
    house: House, dataset: str, column: str, cell: str, expected: str
) -> None:
    separator = ";" if "," in cell else ","
    run = house.post(csv_of(dataset, {column: cell}, separator=separator), dataset)
    assert (run.status, run.code) == ("refused", "row_errors")
    (error,) = run.errors
    assert (error.row, error.column, error.value) == (2, column, cell)
    assert expected in error.expected
    assert house.live(dataset) == []


def test_values_are_exact_and_lists_and_choices_are_plain(house: House) -> None:
    for dataset in EXAMPLES:
        assert house.post(csv_of(dataset), dataset).status == "landed"
    (order,) = house.live("sales_orders")
    assert (order["price_net"], order["currency"], order["qty_ordered"]) == (485_000, "USD", 12_000)
    assert (order["order_status"], order["line_status"], order["cfa_required"]) == ("ON_HOLD_CFA", "IB|DR", "Y")
    (reserve,) = house.live("reserves")
    assert (reserve["expires_at"], reserve["piece_nos"]) == ("2026-11-25T22:00:00Z", "L1-01|L1-02")
    assert (reserve["qty"], reserve["kind"], reserve["unit"]) == (32_500, "HOLD_AND_SWATCH", "YD")
    (shipment,) = house.live("freight")
    assert (shipment["weight_lb"], shipment["packages"], shipment["freight_charge"]) == (12_125, 2, 182_000)


def test_headings_are_spelled_as_people_do(house: House) -> None:
    heads = (
        "Order #;Order Line;Item;Cust No;Side Mark;Qty Ordered;Net Price;Ship To Zip;Promise Date;Tracking #;Colour\n"
    )
    run = house.post(heads + "0044710;1;0123;C-1;Lobby;12;48.50;02139;2026-12-01;1Z9;x\n", "sales_orders")
    assert (run.status, run.unknown_columns) == ("landed", ["Colour"]), run.sentence
    (order,) = house.live("sales_orders")
    assert (order["order_no"], order["ship_to_postal_code"], order["sidemark"]) == ("0044710", "02139", "Lobby")
    assert (order["promised_on"], order["tracking_no"], order["price_net"]) == ("2026-12-01", "1Z9", 485_000)


@pytest.mark.parametrize("dataset", DATASETS)
def test_no_heading_means_two_columns(dataset: str) -> None:
    meant: dict[str, str] = {}
    own = {plain_heading(column.name) for column in DATASETS[dataset].columns}
    for column in DATASETS[dataset].columns:
        for heading in column.headings:
            plain = plain_heading(heading)
            assert meant.setdefault(plain, column.name) == column.name, heading
            assert plain not in own or plain == plain_heading(column.name), heading


@pytest.mark.parametrize("dataset", EXAMPLES)
def test_a_file_of_another_dataset_is_known_by_its_headings(house: House, dataset: str) -> None:
    run = house.post(",".join(DATASETS[dataset].column_names) + "\n", "products")
    assert run.code == "other_dataset"
    assert run.facts["looks_like"] == dataset


def test_what_is_open_and_free_is_worked_out_and_follows_a_delta(house: House) -> None:
    house.post(csv_of("mill_orders", {"qty_received": "20.5", "qty_committed": "30"}), "mill_orders")
    (order,) = house.live("mill_orders")
    assert (order["qty_open"], order["qty_free"]) == (99_500, 69_500)
    house.post("mill_po_no,line_no,qty_committed\nP0017,001,99.5\n", "mill_orders", mode="delta")
    (order,) = house.live("mill_orders")
    assert (order["qty_open"], order["qty_free"]) == (99_500, 0)
    house.post("mill_po_no,line_no,qty_free\nP0017,001,7\n", "mill_orders", mode="delta")
    house.post("mill_po_no,line_no,qty_committed\nP0017,001,1\n", "mill_orders", mode="delta")
    assert house.live("mill_orders")[0]["qty_free"] == 7_000


def test_each_earlier_eta_is_kept_with_the_day_it_was_learnt(house: House) -> None:
    for as_of, eta in (
        ("2026-09-01", "2026-11-20"), ("2026-10-05", "2026-11-20"), ("2026-10-20", "2026-12-10"), ("2026-11-02", ""),
        ("2026-11-20", "2026-12-31"),
    ):  # fmt: skip
        run = house.post(csv_of("mill_orders", {"eta_on": eta, "notes": as_of}), "mill_orders", as_of=at(as_of))
        assert run.status == "landed", run.sentence
    (order,) = house.live("mill_orders")
    assert told_etas(order["eta_history"]) == [
        ("2026-11-20", "2026-09-01"),
        ("2026-12-10", "2026-10-20"),
        ("", "2026-11-02"),
        ("2026-12-31", "2026-11-20"),
    ]
    assert eta_slips(order["eta_history"]) == EtaSlips(2, 41)
    assert house.head("mill_orders") == house.travels("mill_orders")


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T06:00:00+00:00")


@pytest.mark.parametrize("code", ["CTH", "MBR", "PWK"])
def test_the_sample_files_land_whole_and_agree_with_each_other(house: House, code: str) -> None:
    folder = Path(__file__).parents[3] / "resources" / "sample_data"
    for dataset in EXAMPLES:
        run = house.post((folder / f"{code}_{dataset}.csv").read_bytes(), dataset)
        assert (run.status, run.error_count, run.unknown_columns) == ("landed", 0, []), run.sentence
    customers = {row["customer_no"]: row["showroom_code"] for row in house.live("customers")}
    orders = house.live("sales_orders")
    assert {row["customer_no"] for row in (*orders, *house.live("reserves"))} <= customers.keys()
    assert all(row["showroom_code"] == customers[row["customer_no"]] for row in orders)
    waiting = {row["mill_po_no"] for row in orders if row["mill_po_no"]}
    assert waiting
    assert waiting <= {row["mill_po_no"] for row in house.live("mill_orders")}
    assert {row["order_no"] for row in house.live("freight")} == {
        row["order_no"] for row in orders if row["qty_shipped"]
    }
    assert len(house.shown("showroom", "HPS")["sales_orders"]) > 20


def test_a_delta_leaves_the_columns_alone_that_it_does_not_have(house: House) -> None:
    house.post(csv_of("sales_orders"), "sales_orders")
    delta = "order_no,line_no,qty_shipped,order_status\n0044710,1,5,PARTIAL\n0044711,1,1,OPEN\n"
    run = house.post(delta, "sales_orders", mode="delta")
    assert (run.status, run.rows_new, run.rows_changed) == ("landed", 1, 1)
    first, second = house.live("sales_orders")
    assert (first["qty_shipped"], first["price_net"], first["sidemark"]) == (5_000, 485_000, "")
    assert (second["order_no"], second["price_net"]) == ("0044711", None)
