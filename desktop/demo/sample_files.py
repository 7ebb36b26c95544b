"""Writes feed files as a house's own system would, row by row: separator, encoding, line ends, headings."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from desktop.demo.sample_catalogue import SAMPLE_DAY, SAMPLE_SEED
from desktop.demo.sample_follow_up import columns_of, follow_up_rows
from desktop.demo.sample_houses import House, feed_house
from desktop.demo.sample_inventory import INVENTORY_COLUMNS, inventory_rows
from desktop.demo.sample_products import PRODUCT_COLUMNS, product_rows


class WrittenFile(NamedTuple):
    """What was written: rows without the header, and how many of them differ from the file with no change."""

    path: Path
    rows: int
    changed: int


class _Rows(Protocol):
    def __call__(
        self, house: House, count: int, *, seed: int, today: date, change_share: float
    ) -> Iterator[tuple[list[str], bool]]: ...


def write_products_csv(
    path: Path,
    distributor_code: str,
    count: int,
    seed: int = SAMPLE_SEED,
    *,
    today: date = SAMPLE_DAY,
    change_share: float = 0.0,
) -> WrittenFile:
    """Writes a full products file of one house with `count` products; the folder must exist.

    With `change_share` 0.02 it is the same file with two rows in a hundred changed (price or status). ValueError
    for an unknown code, a negative count or a share outside 0 to 1, and then nothing is written.
    """
    return _write(path, distributor_code, PRODUCT_COLUMNS, product_rows, count, seed, today, change_share)


def write_inventory_csv(
    path: Path,
    distributor_code: str,
    count: int,
    seed: int = SAMPLE_SEED,
    *,
    today: date = SAMPLE_DAY,
    change_share: float = 0.0,
) -> WrittenFile:
    """Writes a full inventory file for the first `count` products of a house; several rows a product.

    Sums, warehouses, lots and pieces agree with each other, also in a file with a share of its rows changed.
    """
    return _write(path, distributor_code, INVENTORY_COLUMNS, inventory_rows, count, seed, today, change_share)


def write_follow_up_csv(
    out: Path,
    house: House,
    world: Mapping[str, Any],
    seed: int = SAMPLE_SEED,
    *,
    today: date = SAMPLE_DAY,
    code: str = "",
) -> dict[str, WrittenFile]:
    """Writes the five further feeds of a house into `out`, each as `<house>_<dataset>.csv`; the folder must exist.

    `world` is the content of the world file, in which the house has the code `code` (its own by default).
    """
    style = house.style
    written = {}
    for dataset, rows in follow_up_rows(house, world, seed, today, code=code).items():
        path = out / f"{house.code}_{dataset}.csv"
        columns = list(columns_of(rows))
        with path.open("w", encoding=style.encoding, newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", delimiter=style.delimiter, lineterminator=style.line_end)
            writer.writerow({name: _friendly(name) if style.friendly_headers else name for name in columns})
            writer.writerows(rows)
        written[dataset] = WrittenFile(path, len(rows), 0)
    return written


def _friendly(column: str) -> str:
    """As a person would head it: `Order #`, `Ship To City`."""
    return " ".join("#" if word == "no" else word.capitalize() for word in column.split("_"))


def _write(
    path: Path,
    distributor_code: str,
    columns: dict[str, str],
    rows_of: _Rows,
    count: int,
    seed: int,
    today: date,
    change_share: float,
) -> WrittenFile:
    house = feed_house(distributor_code)
    if count < 0 or not 0.0 <= change_share <= 1.0:
        raise ValueError(
            f"A feed file needs 0 or more products and a changed share from 0 to 1, not {count} and {change_share}; "
            "nothing was written."
        )
    style = house.style
    rows = changed = 0
    with path.open("w", encoding=style.encoding, newline="") as file:
        writer = csv.writer(file, delimiter=style.delimiter, lineterminator=style.line_end)
        writer.writerow(columns.values() if style.friendly_headers else columns)
        for row, is_changed in rows_of(house, count, seed=seed, today=today, change_share=change_share):
            writer.writerow(row)
            rows += 1
            changed += is_changed
    return WrittenFile(path, rows, changed)
