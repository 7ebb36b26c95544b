"""Every dataset that distributors post, in one description each: from it files are read, compared and landed."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Table

from shared_models.catalogue.records import INVENTORY, LINE_DATASETS, MILL_ORDERS, PRODUCTS
from shared_models.follow_up.records import CUSTOMERS, FOLLOW_UP_DATASETS, FREIGHT, RESERVES, SALES_ORDERS
from shared_models.kernel.operation import Module
from sync_server.features.feeds.columns import INVENTORY_COLUMNS, NUMBERS, PRODUCT_COLUMNS, Column
from sync_server.features.feeds.order_columns import (
    CUSTOMER_COLUMNS,
    FREIGHT_COLUMNS,
    MILL_ORDER_COLUMNS,
    RESERVE_COLUMNS,
    SALES_ORDER_COLUMNS,
)
from sync_server.features.sync.tables import FOLLOW_UP_TABLES, LINE_TABLES, OWNER_ONLY


class Dataset(NamedTuple):
    """One dataset as it is posted and kept. `columns` are those of a file, the natural key `key` among them."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    modules: tuple[Module, ...]
    """Any of them is enough for its files to be taken in."""
    rows: Table
    """Where its rows are live."""
    carried: tuple[str, ...] = ()
    """Columns of the live row that are read before it is replaced: what is worked out from the former values."""
    is_follow_up: bool = False
    """Whether its rows are different for each showroom and rep."""

    @property
    def title(self) -> str:
        """As it stands in a sentence."""
        return self.name.replace("_", " ")

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that no row may be without."""
        return tuple(column.name for column in self.columns if column.is_needed)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns of a file."""
        return tuple(column.name for column in self.columns)

    def numbers(self, among: Sequence[str]) -> list[str]:
        """Which of the columns hold whole numbers in the database."""
        kinds = {column.name: column.kind for column in self.columns}
        return [name for name in among if kinds[name] in NUMBERS]


def _follow_up(name: str, columns: tuple[Column, ...]) -> Dataset:
    places = ("seen_showroom", "seen_rep", "position_all", "position_showroom", "position_rep")
    key = FOLLOW_UP_DATASETS[name].key
    return Dataset(name, key, columns, (Module.BASIC,), FOLLOW_UP_TABLES[name], places, is_follow_up=True)


def _line(name: str, columns: tuple[Column, ...], modules: tuple[Module, ...], *carried: str) -> Dataset:
    return Dataset(name, LINE_DATASETS[name].key, columns, modules, LINE_TABLES[name], ("stream_position", *carried))


DATASETS: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        _line(PRODUCTS.name, PRODUCT_COLUMNS, (Module.BASIC,), "price_trade"),
        # With Basic alone the inventory is taken in for its stock status; quantities stay here.
        _line(INVENTORY.name, INVENTORY_COLUMNS, (Module.INVENTORY, Module.BASIC)),
        _line(MILL_ORDERS.name, MILL_ORDER_COLUMNS, (Module.INVENTORY,), "eta_history"),
        _follow_up(RESERVES.name, RESERVE_COLUMNS),
        _follow_up(SALES_ORDERS.name, SALES_ORDER_COLUMNS),
        _follow_up(FREIGHT.name, FREIGHT_COLUMNS),
        _follow_up(CUSTOMERS.name, CUSTOMER_COLUMNS),
    )
}
"""By name, in the order in which a distributor's day begins with them."""

KEPT_HERE: dict[str, tuple[str, ...]] = {MILL_ORDERS.name: ("eta_history",)}
"""Columns that travel but are in no file: the server works them out when a row lands."""


def travelling_columns(dataset: str) -> tuple[str, ...]:
    """The columns of a row as stations have it, in their order."""
    return (LINE_DATASETS[dataset] if dataset in LINE_DATASETS else FOLLOW_UP_DATASETS[dataset]).columns


def _check(dataset: Dataset) -> None:
    known = {*travelling_columns(dataset.name), *OWNER_ONLY.get(dataset.name, {})}
    kept = KEPT_HERE.get(dataset.name, ())
    if {*dataset.column_names, *kept} != known or set(dataset.column_names) & set(kept):
        raise AssertionError(f"{dataset.name} is not posted as it is kept")


for _dataset in DATASETS.values():
    _check(_dataset)
