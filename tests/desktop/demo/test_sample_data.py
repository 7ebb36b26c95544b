"""The sample data: the committed files are what the generator writes, and everything in them fits together."""

import csv
import json
import re
import string
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.demo.sample_data import main, make_sample_data, write_inventory_csv, write_products_csv
from desktop.demo.sample_houses import feed_houses
from desktop.demo.sample_inventory import INVENTORY_COLUMNS
from desktop.demo.sample_products import PRODUCT_COLUMNS

COMMITTED = Path(__file__).parents[3] / "resources" / "sample_data"
FEED_CODES = ("CTH", "MBR", "PWK")
CATEGORIES = {"FABRIC", "WALLCOVERING", "TRIM", "LEATHER", "FURNITURE", "LIGHTING", "RUG"}
USAGES = {"UPHOLSTERY", "DRAPERY", "MULTIPURPOSE", "WALLCOVERING", "TRIM", "OUTDOOR"}
SAMPLE_TYPES = {"MEMO", "CUTTING", "WING", "BOOK", "RING_SET"}

Row = dict[str, str]


def read_feed(folder: Path, code: str, dataset: str) -> list[Row]:
    """The rows of a feed file under canonical names, read with what world.json says about the house's files."""
    style = next(entry["feed_style"] for entry in read_world(folder)["distributors"] if entry["code"] == code)
    columns = PRODUCT_COLUMNS if dataset == "products" else INVENTORY_COLUMNS
    with (folder / f"{code}_{dataset}.csv").open(encoding=style["encoding"], newline="") as file:
        headings, *rows = list(csv.reader(file, delimiter=style["delimiter"]))
    assert headings == list(columns.values() if style["friendly_headers"] else columns)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def read_world(folder: Path) -> dict[str, Any]:
    world: dict[str, Any] = json.loads((folder / "world.json").read_text(encoding="utf-8"))
    return world


@pytest.fixture(scope="module")
def world() -> dict[str, Any]:
    return read_world(COMMITTED)


@pytest.fixture(scope="module")
def products() -> dict[str, list[Row]]:
    return {code: read_feed(COMMITTED, code, "products") for code in FEED_CODES}


@pytest.fixture(scope="module")
def inventory() -> dict[str, list[Row]]:
    return {code: read_feed(COMMITTED, code, "inventory") for code in FEED_CODES}


def known_items(world: dict[str, Any], products: dict[str, list[Row]]) -> dict[tuple[str, str], set[str]]:
    """The sample types of every item that anything may refer to, by distributor and item number."""
    items = {
        (code, row["item_no"]): set(row["sample_types"].split("|")) for code, rows in products.items() for row in rows
    }
    for distributor in world["distributors"]:
        for item in distributor.get("known_items", []):
            items[distributor["code"], item["item_no"]] = set(item["sample_types"])
    return items


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from texts(entry)


def test_the_defaults_write_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    assert main(["--out", str(tmp_path)]) == 0
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in COMMITTED.iterdir() if path.suffix in (".csv", ".json")}
    assert sorted(written) == sorted(committed)
    assert [name for name in written if written[name] != committed[name]] == []


def test_another_process_with_another_hash_seed_writes_the_same_world(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "desktop.demo.sample_data", "--out", str(tmp_path)]
    root = Path(__file__).parents[3]
    subprocess.run(command, check=True, cwd=root, env={"PYTHONHASHSEED": "77"}, capture_output=True)
    assert (tmp_path / "world.json").read_bytes() == (COMMITTED / "world.json").read_bytes()


def test_the_totals_are_as_said(world: dict[str, Any], products: dict[str, list[Row]]) -> None:
    assert {code: len(rows) for code, rows in products.items()} == {"CTH": 1200, "MBR": 1100, "PWK": 700}
    assert len(world["distributors"]) == 4
    assert {showroom["code"]: showroom["lines"] for showroom in world["showrooms"]} == {
        "HPS": ["CTH", "MBR", "PWK", "TVP"],
        "JRO": ["CTH", "MBR"],
    }
    assert sum(len(showroom["designers"]) for showroom in world["showrooms"]) == 120
    assert sum(len(showroom["copies"]) for showroom in world["showrooms"]) == 900
    loans = [loan for showroom in world["showrooms"] for loan in showroom["loans"]]
    assert len(loans) == 130
    assert sum(loan["due_in_days"] < 0 for loan in loans) == 36
    assert Counter(kit["showroom"] for kit in world["kits"]) == {"HPS": 3, "JRO": 2}


def test_three_distributors_take_part_with_their_modules_and_the_fourth_has_an_e_mail_address_only(
    world: dict[str, Any],
) -> None:
    modules = {entry["code"]: {module["module"] for module in entry["modules"]} for entry in world["distributors"]}
    assert modules == {
        "CTH": {"basic", "inventory", "web_distribution", "sample_processing"},
        "MBR": {"basic", "inventory", "sample_processing"},
        "PWK": {"basic", "sample_processing"},
        "TVP": set(),
    }
    apart = world["distributors"][-1]
    assert (apart["takes_part"], apart["feeds"]) == (False, {})
    assert apart["sample_department_email"].endswith(".example")
    for entry in world["distributors"][:-1]:
        assert entry["takes_part"]
        assert [(COMMITTED / file).is_file() for file in entry["feeds"].values()] == [True] * 7


def test_every_desk_and_department_has_its_people(world: dict[str, Any]) -> None:
    roles = Counter(
        (membership["organisation_code"], membership["role"])
        for person in world["people"]
        for membership in person["memberships"]
    )
    assert roles == {
        ("HPS", "clerk"): 2,
        ("HPS", "rep"): 1,
        ("JRO", "clerk"): 1,
        ("JRO", "rep"): 1,
        **{(code, role): 1 for code in FEED_CODES for role in ("picker", "master")},
        ("OPS", "operator"): 1,
    }
    assert "demonstration only" in world["passwords_note"]
    assert all(person["password"].startswith("demo-only-") for person in world["people"])


def test_item_numbers_keep_zeros_and_dots_in_each_house_s_own_scheme(products: dict[str, list[Row]]) -> None:
    schemes = {"CTH": r"\d{4}-\d{2}", "MBR": r"[1-9]\d{3}\.[1-9]\d*\.0", "PWK": r"00\d{6}"}
    for code, rows in products.items():
        assert [row["item_no"] for row in rows if not re.fullmatch(schemes[code], row["item_no"])] == []
        assert len({row["item_no"] for row in rows}) == len(rows)
    assert "0123-04" in {row["item_no"] for row in products["CTH"]}
    assert "1354.10.0" in {row["item_no"] for row in products["MBR"]}


def test_product_values_are_those_of_the_feeds_page(products: dict[str, list[Row]]) -> None:
    seen: set[str] = set()
    for row in (row for rows in products.values() for row in rows):
        seen.add(row["category"])
        assert set(filter(None, row["usage"].split("|"))) <= USAGES
        assert set(row["sample_types"].split("|")) <= SAMPLE_TYPES
        assert row["unit"] in {"YD", "EA", "RL", "SF"}
        assert re.fullmatch(r"\d+\.\d\d", row["price_trade"])
        assert Decimal(row["price_trade"]) > 0
        assert all(re.fullmatch(r"(\d+(\.\d{1,3})?)?", row[f"{name}_in"]) for name in ("width", "repeat_v", "repeat_h"))
        assert row["pattern_name"]
        assert row["color_name"]
    assert seen == CATEGORIES


def test_most_products_are_active_and_what_is_discontinued_says_since_when(products: dict[str, list[Row]]) -> None:
    rows = [row for rows in products.values() for row in rows]
    statuses = Counter(row["status"] for row in rows)
    assert set(statuses) == {"ACTIVE", "NEW", "DISCONTINUED", "CLOSEOUT"}
    assert statuses["ACTIVE"] > 0.8 * len(rows)
    assert all((row["status"] == "DISCONTINUED") == bool(row["discontinued_on"]) for row in rows)
    for house_rows in products.values():
        by_number = {row["item_no"]: row for row in house_rows}
        replacements = [row["replaced_by"] for row in house_rows if row["replaced_by"]]
        assert replacements
        assert {by_number[item_no]["status"] for item_no in replacements} <= {"ACTIVE", "NEW"}


def test_a_pattern_has_one_name_and_its_colours_differ(products: dict[str, list[Row]]) -> None:
    for rows in products.values():
        patterns: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            patterns[row["pattern_no"]].append(row)
        for colours in patterns.values():
            assert len({row["pattern_name"] for row in colours}) == 1
            assert len({row["color_name"] for row in colours}) == len(colours)
        named = Counter((colours[0]["category"], colours[0]["pattern_name"]) for colours in patterns.values())
        assert named.most_common(1)[0][1] == 1


def test_every_upc_is_unique_and_has_a_right_check_digit(products: dict[str, list[Row]]) -> None:
    upcs = [row["upc"] for rows in products.values() for row in rows if row["upc"]]
    assert len(set(upcs)) == len(upcs) > 2000
    for upc in upcs:
        digits = [int(digit) for digit in upc]
        assert len(digits) == 12
        assert (3 * sum(digits[0::2]) + sum(digits[1::2])) % 10 == 0


def test_one_house_writes_friendly_headings_with_semicolons_in_cp1252(products: dict[str, list[Row]]) -> None:
    content = (COMMITTED / "MBR_products.csv").read_bytes()
    assert content.startswith(b"Item #;Pattern #;Pattern Name;")
    assert "Béraudin".encode("cp1252") in content
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    assert {row["brand"] for row in products["MBR"]} == {"Maison Béraudin"}


@pytest.mark.parametrize("columns", [PRODUCT_COLUMNS, INVENTORY_COLUMNS], ids=["products", "inventory"])
def test_friendly_headings_read_as_the_canonical_names_once_marks_and_case_are_dropped(
    columns: dict[str, str],
) -> None:
    kept = string.ascii_lowercase + string.digits
    for name, heading in columns.items():
        spelled = "".join(letter for letter in heading.lower().replace("#", "no") if letter in kept)
        assert spelled == name.replace("_", "")


def assert_sums_agree(rows: list[Row]) -> None:
    """Every sum equals what stands below it: lots equal pieces, warehouses equal lots, the item its warehouses."""
    levels = ("warehouse", "lot_no", "piece_no")
    key_names = ("item_no", *levels)
    depth = {tuple(row[name] for name in key_names): sum(bool(row[name]) for name in levels) for row in rows}
    assert len(depth) == len(rows)
    for column in ("qty_on_hand", "qty_committed", "qty_reserved", "qty_available"):
        below: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
        own: dict[tuple[str, ...], Decimal] = {}
        for row in rows:
            key = tuple(row[name] for name in key_names)
            own[key] = Decimal(row[column])
            if depth[key]:
                below[(*key[: depth[key]], *[""] * (4 - depth[key]))] += own[key]
        assert below
        assert {key: own[key] for key in below} == below


def test_inventory_sums_agree_with_warehouses_lots_and_pieces(inventory: dict[str, list[Row]]) -> None:
    for rows in inventory.values():
        assert_sums_agree(rows)
        for row in rows:
            on_hand, committed, reserved = (
                Decimal(row[f"qty_{name}"]) for name in ("on_hand", "committed", "reserved")
            )
            assert Decimal(row["qty_available"]) == on_hand - committed - reserved >= 0
            assert Decimal(row["largest_piece"]) <= on_hand


def test_every_product_has_one_sum_row_and_stock_is_kept_by_lot_and_piece_where_the_house_does(
    products: dict[str, list[Row]], inventory: dict[str, list[Row]]
) -> None:
    for code in FEED_CODES:
        sums = [row["item_no"] for row in inventory[code] if not row["warehouse"]]
        assert sums == [row["item_no"] for row in products[code]]
    kept = {
        code: tuple(any(row[level] for row in rows) for level in ("lot_no", "piece_no"))
        for code, rows in inventory.items()
    }
    assert kept == {"CTH": (True, True), "MBR": (True, True), "PWK": (False, False)}
    statuses = {row["stock_status"] for rows in inventory.values() for row in rows if not row["warehouse"]}
    assert statuses == {"IN_STOCK", "LOW", "OUT", "DISCONTINUED", "CLOSEOUT", "MADE_TO_ORDER"}


def test_one_lot_of_pattern_1354_holds_thirty_two_yards(inventory: dict[str, list[Row]]) -> None:
    lots = [
        Decimal(row["qty_available"])
        for row in inventory["MBR"]
        if row["item_no"].startswith("1354.") and row["lot_no"] and not row["piece_no"]
    ]
    assert any(available >= 32 for available in lots)
    assert any(available < 32 for available in lots)


def test_copies_refer_to_known_items_in_a_form_that_the_item_has(
    world: dict[str, Any], products: dict[str, list[Row]]
) -> None:
    items = known_items(world, products)
    for showroom in world["showrooms"]:
        for copy in showroom["copies"]:
            assert copy["dist_code"] in showroom["lines"]
            assert copy["sample_type"] in items[copy["dist_code"], copy["item_no"]]
    everywhere = {copy["sample_type"] for showroom in world["showrooms"] for copy in showroom["copies"]}
    assert everywhere == SAMPLE_TYPES


def test_no_barcode_is_used_twice_and_a_distributor_s_code_is_that_of_the_item(
    world: dict[str, Any], products: dict[str, list[Row]]
) -> None:
    upcs = {(code, row["item_no"]): row["upc"] for code, rows in products.items() for row in rows}
    for item in world["distributors"][-1]["known_items"]:
        upcs["TVP", item["item_no"]] = item["upc"]
    codes = [designer["card_barcode"] for showroom in world["showrooms"] for designer in showroom["designers"]]
    for showroom in world["showrooms"]:
        for copy in showroom["copies"]:
            codes.extend(copy["barcodes"])
            assert copy["barcodes"][0] == f"{showroom['code']}{copy['number']:06d}"
            assert copy["barcodes"][1:] in ([], [upcs[copy["dist_code"], copy["item_no"]]])
    assert len(set(codes)) == len(codes) > 1100


def test_open_loans_refer_to_people_and_copies_of_their_showroom_each_copy_once(world: dict[str, Any]) -> None:
    clerks = {
        person["email"]: membership["organisation_code"]
        for person in world["people"]
        for membership in person["memberships"]
        if membership["role"] == "clerk"
    }
    for showroom in world["showrooms"]:
        copies = {copy["number"] for copy in showroom["copies"]}
        designers = {designer["number"]: designer for designer in showroom["designers"]}
        lent = [loan["copy"] for loan in showroom["loans"]]
        assert len(set(lent)) == len(lent)
        assert set(lent) <= copies
        for loan in showroom["loans"]:
            designer = designers[loan["designer"]]
            assert clerks[loan["lent_by"]] == showroom["code"]
            assert loan["lent_days_ago"] + loan["due_in_days"] == 14
            assert loan["lent_days_ago"] >= (90 if designer["blocked"] else 0)
            assert loan["sidemark"]


def test_kits_belong_to_a_rep_and_hold_items_of_lines_that_take_part(
    world: dict[str, Any], products: dict[str, list[Row]]
) -> None:
    items = known_items(world, products)
    lines = {showroom["code"]: showroom["lines"] for showroom in world["showrooms"]}
    reps = {
        (person["email"], membership["organisation_code"])
        for person in world["people"]
        for membership in person["memberships"]
        if membership["role"] == "rep"
    }
    assert {(kit["rep"], kit["showroom"]) for kit in world["kits"]} == reps
    for kit in world["kits"]:
        keys = [(item["dist_code"], item["item_no"]) for item in kit["items"]]
        assert len(set(keys)) == len(keys) > 10
        for item in kit["items"]:
            assert item["dist_code"] in lines[kit["showroom"]]
            assert item["sample_type"] in items[item["dist_code"], item["item_no"]]
            assert item["quantity"] >= 1


def test_every_sample_has_a_bin_with_the_quantity_that_the_inventory_feed_gives(
    world: dict[str, Any], products: dict[str, list[Row]], inventory: dict[str, list[Row]]
) -> None:
    items = known_items(world, products)
    told = {
        (code, row["item_no"]): int(row["sample_qty_on_hand"])
        for code, rows in inventory.items()
        for row in rows
        if not row["warehouse"]
    }
    assert {(entry["dist_code"], entry["item_no"]): entry["quantity"] for entry in world["bins"]} == told
    assert len(world["bins"]) == len(told)
    for entry in world["bins"]:
        assert re.fullmatch(r"[A-Z]-\d\d-\d\d", entry["bin"])
        assert entry["sample_type"] in items[entry["dist_code"], entry["item_no"]]
    of_one_house = [entry["bin"] for entry in world["bins"] if entry["dist_code"] == "CTH"]
    assert len(set(of_one_house)) == len(of_one_house)
    assert of_one_house != sorted(of_one_house)


def test_names_addresses_and_numbers_are_unique_and_can_reach_nobody_real(world: dict[str, Any]) -> None:
    codes = [entry["code"] for kind in ("distributors", "showrooms") for entry in world[kind]]
    codes.append(world["operations"]["code"])
    assert len(set(codes)) == len(codes)
    designers = [designer for showroom in world["showrooms"] for designer in showroom["designers"]]
    for field in ("email", "phone", "card_barcode"):
        assert len({designer[field] for designer in designers}) == len(designers)
    for showroom in world["showrooms"]:
        assert len({designer["name"] for designer in showroom["designers"]}) == len(showroom["designers"])
    mails = [person["email"] for person in world["people"]] + [designer["email"] for designer in designers]
    assert len(set(mails)) == len(mails)
    for text in texts(world):
        assert "@" not in text or re.fullmatch(r"[a-z0-9.]+@[a-z0-9-]+\.example", text), text
        assert not text.startswith("(") or re.fullmatch(r"\(\d{3}\) 555-01\d\d", text), text
        assert not re.search(r"lorem|ipsum|\btest\b|foo", text, re.IGNORECASE), text
    assert 0 < sum(designer["blocked"] for designer in designers) < 10
    assert any(designer["resale_expires_in_days"] < 0 for designer in designers)


def test_a_larger_catalogue_begins_with_the_small_one_and_leaves_the_showrooms_alone(tmp_path: Path) -> None:
    made = make_sample_data(tmp_path, products=6000)
    assert sum(file.rows for file in made.products.values()) == 6000
    assert made.world.read_bytes() == (COMMITTED / "world.json").read_bytes()
    for code in FEED_CODES:
        small = (COMMITTED / f"{code}_products.csv").read_bytes()
        assert made.products[code].path.read_bytes().startswith(small)


def test_more_distributors_post_feeds_and_the_multi_line_showroom_sells_them(tmp_path: Path) -> None:
    made = make_sample_data(tmp_path, products=4000, distributors=8)
    world = read_world(tmp_path)
    assert sum(file.rows for file in made.products.values()) == 4000
    assert [entry["takes_part"] for entry in world["distributors"]] == [True] * 8 + [False]
    assert set(world["showrooms"][0]["lines"]) == {entry["code"] for entry in world["distributors"]}
    masters = {
        membership["organisation_code"]
        for person in world["people"]
        for membership in person["memberships"]
        if membership["role"] == "master"
    }
    assert masters == set(made.products)
    further = [code for code in made.products if code not in FEED_CODES]
    assert len(further) == 5
    assert_sums_agree(read_feed(tmp_path, further[-1], "inventory"))


def test_all_houses_have_codes_domains_and_upcs_of_their_own(tmp_path: Path) -> None:
    houses = feed_houses(27)
    assert len({house.code for house in houses}) == len({house.domain for house in houses}) == 27
    upcs: list[str] = []
    for house in houses:
        file = write_products_csv(tmp_path / f"{house.code}.csv", house.code, 30)
        with file.path.open(encoding=house.style.encoding, newline="") as text:
            place = list(PRODUCT_COLUMNS).index("upc")
            upcs.extend(row[place] for row in list(csv.reader(text, delimiter=house.style.delimiter))[1:])
    real = [upc for upc in upcs if upc]
    assert len(set(real)) == len(real) > 700


@pytest.mark.parametrize("share", [0.02, 0.37, 1.0])
def test_a_share_of_the_product_rows_changes_and_the_rest_stays_as_it_was(tmp_path: Path, share: float) -> None:
    before = write_products_csv(tmp_path / "before.csv", "CTH", 3000).path.read_text("utf-8").splitlines()
    written = write_products_csv(tmp_path / "after.csv", "CTH", 3000, change_share=share)
    after = written.path.read_text("utf-8").splitlines()
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(pairs) == written.changed == round(3000 * share)
    names = list(PRODUCT_COLUMNS)
    columns: set[str] = set()
    for old, new in zip(csv.reader(old for old, _ in pairs), csv.reader(new for _, new in pairs), strict=True):
        columns |= {name for name, was, now in zip(names, old, new, strict=True) if was != now}
    assert {"price_trade", "status"} <= columns
    # A new colour has no photograph yet, and a sample nobody will refill is gone: both follow the status.
    following_status = {"discontinued_on", "image_url", "sample_status"}
    assert columns <= {"price_trade", "status", "updated_at"} | following_status


def test_a_share_of_the_inventory_rows_changes_and_its_sums_still_agree(tmp_path: Path) -> None:
    before = write_inventory_csv(tmp_path / "before.csv", "CTH", 2000)
    after = write_inventory_csv(tmp_path / "after.csv", "CTH", 2000, change_share=0.02)
    lines = [written.path.read_text("utf-8").splitlines() for written in (before, after)]
    changed = sum(old != new for old, new in zip(*lines, strict=True))
    assert changed == after.changed
    assert after.rows * 0.02 - 5 < changed <= after.rows * 0.02
    with after.path.open(encoding="utf-8", newline="") as file:
        assert_sums_agree(list(csv.DictReader(file)))


def test_today_moves_the_dates_of_the_feeds_only(tmp_path: Path) -> None:
    today = date(2031, 3, 3)
    make_sample_data(tmp_path, today=today)
    assert (tmp_path / "world.json").read_bytes() == (COMMITTED / "world.json").read_bytes()
    rows = read_feed(tmp_path, "CTH", "inventory")
    assert {row["as_of"][:10] for row in rows} == {"2031-03-03"}
    assert all(date.fromisoformat(row["next_due_on"]) > today for row in rows if row["next_due_on"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--products", "12"], "at least 1500 products of 3 distributors; 12 were asked for"),
        (["--distributors", "2"], "3 to 27 distributors with feeds; 2 were asked for"),
        (["--change-share", "2"], "a number from 0 to 1, not 2.0"),
    ],
)
def test_what_cannot_be_made_is_refused_in_a_sentence_and_nothing_is_written(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sample"
    assert main(["--out", str(out), *arguments]) == 1
    assert sentence in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").write_text("a file stands here", encoding="utf-8")
    assert main(["--out", str(tmp_path / "taken" / "sample")]) == 1
    assert "could not be written" in capsys.readouterr().err


def test_an_unknown_distributor_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="XXX"):
        write_products_csv(tmp_path / "feed.csv", "XXX", 10)
    assert list(tmp_path.iterdir()) == []
