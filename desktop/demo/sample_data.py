"""Makes the sample data of the demonstration: a small home-furnishings world and its distributors' feed files.

`python -m desktop.demo.sample_data` writes the committed files again, byte for byte; `--products 200000` writes a
catalogue of any size around the same showrooms, which contains the small catalogue. Only the standard library is used.

Files: `world.json`, and for every distributor with feeds `<CODE>_products.csv` and `<CODE>_inventory.csv` in the
columns of the feeds page (`PRODUCT_COLUMNS`, `INVENTORY_COLUMNS`), with five more (`sample_follow_up`): customers,
mill_orders, reserves, sales_orders, freight. Several values in one cell stand between bars
("MEMO|BOOK").
Maison Béraudin writes semicolons, CP1252 and headings for people ("Item #"), the others commas, UTF-8 and the
canonical column names; item numbers are "0123-04", "1354.10.0" or "00418012".

`world.json`. Days are offsets from the day the world is used, so that loans are overdue whenever that is.

- passwords_note: a sentence; every password in the file is for the demonstration only
- operations {code, name}: the organisation of the operator
- distributors [{code, name, takes_part, modules [{module, starts_in_days, ends_in_days or null}],
  sample_department_email, phone, address, feeds {dataset: file}, feed_style {delimiter, encoding,
  line_end, friendly_headers} or null, feed_cadence_hours or null, warehouses [code],
  known_items only where takes_part is false: [{item_no, pattern_no, pattern_name, color_no, color_name, category,
  unit, status, sample_types [type], upc}]}]
- showrooms [{code, name, address, phone, email, modules, lines [dist_code], designers, copies, loans}]
  - designers [{number, name, firm, email, phone, address, card_barcode, resale_certificate_no,
    resale_expires_in_days (negative: expired), notes, blocked, account_numbers {dist_code: customer number}}]
  - copies [{number, dist_code, item_no, sample_type, barcodes [own, perhaps UPC], shelf, condition GOOD | WORN}]
  - loans, all open [{number, copy, designer (numbers in this showroom), lent_by (e-mail), lent_days_ago,
    due_in_days (negative: overdue), sidemark}]
- people [{name, email, password, memberships [{organisation_code, role}], of a rep rep_codes {dist_code: code}}]
- kits [{code, name, rep (e-mail), showroom, items [{dist_code, item_no, sample_type, quantity}]}]
- bins [{dist_code, item_no, sample_type, bin "A-12-03", quantity}]: a sample department's shelves; the quantity is
  the one the inventory feed gives as sample_qty_on_hand

An address is {line1, line2, city, state, postal_code, country}. Roles: clerk, rep, picker, master, operator. Modules:
basic, inventory, web_distribution, sample_processing, sample_checkout, sample_orders. Sample types: MEMO, CUTTING,
WING, BOOK, RING_SET.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from desktop.demo.sample_catalogue import SAMPLE_DAY, SAMPLE_SEED
from desktop.demo.sample_files import WrittenFile, write_follow_up_csv, write_inventory_csv, write_products_csv
from desktop.demo.sample_houses import FEED_HOUSES_IN_SAMPLE, House, feed_houses
from desktop.demo.sample_world import feed_file_name, make_world, world_as_text

__all__ = ["SampleData", "WrittenFile", "make_sample_data", "write_inventory_csv", "write_products_csv"]

SAMPLE_PRODUCTS = 3000
# Library copies and kits refer to the first products of a house, so each house needs some of its own.
FEWEST_PRODUCTS_A_HOUSE = 500


class SampleData(NamedTuple):
    """What was written: the world file and, for each distributor code, its two large feed files."""

    world: Path
    products: dict[str, WrittenFile]
    inventory: dict[str, WrittenFile]


def make_sample_data(
    out: Path,
    products: int = SAMPLE_PRODUCTS,
    seed: int = SAMPLE_SEED,
    *,
    distributors: int = FEED_HOUSES_IN_SAMPLE,
    today: date = SAMPLE_DAY,
    change_share: float = 0.0,
) -> SampleData:
    """Writes the world and all feed files into `out`, which is made if need be.

    `products` is the number over all distributors with feeds, of which there are `distributors` (the house that does
    not take part comes on top). `today` moves the dates inside the feed files and nothing else. `change_share` changes
    that share of the rows of every feed file. ValueError for fewer than 500 products a distributor, or a number of
    distributors or a share outside its range: then nothing is written.
    """
    houses = feed_houses(distributors)
    fewest = FEWEST_PRODUCTS_A_HOUSE * distributors
    if products < fewest:
        raise ValueError(
            f"The showrooms lend and carry samples of at least {fewest} products of {distributors} distributors; "
            f"{products} were asked for and nothing was written."
        )
    if not 0.0 <= change_share <= 1.0:
        raise ValueError(f"The changed share is a number from 0 to 1, not {change_share}; nothing was written.")
    counts = product_counts(houses, products)
    # The same showrooms stand around every size of catalogue: the world refers to the small one that it contains.
    known = {house.code: min(counts[house.code], house.share) for house in houses}
    out.mkdir(parents=True, exist_ok=True)
    world = out / "world.json"
    content = make_world(houses, known, seed)
    world.write_text(world_as_text(content), encoding="utf-8", newline="\n")
    written: dict[str, dict[str, WrittenFile]] = {"products": {}, "inventory": {}}
    for house in houses:
        for dataset, write in (("products", write_products_csv), ("inventory", write_inventory_csv)):
            path = out / feed_file_name(house, dataset)
            written[dataset][house.code] = write(
                path, house.code, counts[house.code], seed, today=today, change_share=change_share
            )
        write_follow_up_csv(out, house, content, seed, today=today)
    return SampleData(world, written["products"], written["inventory"])


def product_counts(houses: Sequence[House], products: int) -> dict[str, int]:
    """How many of the products each house has, in proportion to its share; the first takes what rounding leaves."""
    whole = sum(house.share for house in houses)
    counts = {house.code: products * house.share // whole for house in houses}
    counts[houses[0].code] += products - sum(counts.values())
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; 0 when written, 1 with a sentence on standard error when not."""
    parser = argparse.ArgumentParser(
        prog="python -m desktop.demo.sample_data", description="Writes the sample data of the demonstration."
    )
    parser.add_argument("--out", type=Path, default=Path("resources/sample_data"), help="folder to write into")
    parser.add_argument("--products", type=int, default=SAMPLE_PRODUCTS, help="products over all distributors")
    parser.add_argument("--distributors", type=int, default=FEED_HOUSES_IN_SAMPLE, help="distributors that post feeds")
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED, help="another number makes another world")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=SAMPLE_DAY, help="the day inside the feed files (YYYY-MM-DD)"
    )
    parser.add_argument(
        "--change-share", type=float, default=0.0, help="share of the feed rows to change, 0.02 for 2 %%"
    )
    options = parser.parse_args(arguments)
    try:
        made = make_sample_data(
            options.out,
            options.products,
            options.seed,
            distributors=options.distributors,
            today=options.today,
            change_share=options.change_share,
        )
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The sample data could not be written to {options.out}: {error.strerror}.", file=sys.stderr)
        return 1
    for files in (made.products, made.inventory):
        for file in files.values():
            print(f"{file.path}: {file.rows} rows, {file.changed} changed")
    print(made.world)
    return 0


if __name__ == "__main__":
    sys.exit(main())
