"""The catalogue: search and look-up over the line files of all distributors, merged; used by pages and actions.

Each thread has its own read-only connection to each file. The desk's own writes are never waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from desktop.cache.encrypted_file import Connection, DatabaseError, as_domain_error
from desktop.cache.line_file import open_line
from desktop.cache.line_files import LINES_FOLDER, LineFileCard, LineFiles
from desktop.cache.product_search import ProductHit, find, product_question, together
from desktop.cache.station_db import StationDatabase
from shared_models.catalogue.records import (
    INVENTORY,
    LINE_DATASETS,
    MILL_ORDERS,
    PRODUCTS,
    Dataset,
    InventoryRow,
    MillOrderLine,
    Product,
)
from shared_models.catalogue.rules import StockRow, StockTotal, stock_total
from shared_models.kernel.errors import DomainError

S = TypeVar("S", bound=msgspec.Struct)
PAGES_KEPT_KIBIBYTES = 8_192
"""For each file and thread that searches; a showroom may have dozens of files."""
_STOCK_OF = {
    # By the index, which takes capitals and small letters for the same; then by the very number.
    dataset: f"SELECT {columns} FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN {dataset} "
    "ON item_no = wanted COLLATE NOCASE AND item_no = wanted"
    for dataset, columns in {
        "inventory": "item_no, warehouse, lot_no, piece_no, unit, qty_available, stock_status",
        "stock_status": "item_no, '', '', '', '', NULL, stock_status",
    }.items()
}
_TITLES = (
    "SELECT item_no, pattern_name, color_name FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN products "
    "ON item_no = wanted COLLATE NOCASE AND item_no = wanted"
)
_ONE_ITEM = "WHERE item_no = ? COLLATE NOCASE AND item_no = ?"


class _ThreadFiles(threading.local):
    """The calling thread's connections, and the version of the set of files that they were opened for."""

    def __init__(self) -> None:
        self.version = -1
        self.open: dict[tuple[str, str], Connection] = {}
        """(distributor, dataset) to its connection."""
        self.cards: dict[tuple[str, str], LineFileCard] = {}


class Catalogue:
    """Products and stock of every distributor whose line this station may see."""

    def __init__(self, database: StationDatabase, profile: Path) -> None:
        """Over the line files in the profile."""
        self.files = LineFiles(database, profile / LINES_FOLDER)
        self._local = _ThreadFiles()
        self._all: list[Connection] = []
        self._lock = threading.Lock()

    def search(
        self,
        text: str,
        *,
        limit: int = 50,
        distributor_ids: Collection[str] | None = None,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> list[ProductHit]:
        """Products whose words begin with the words of `text`, in any order; best first, at most `limit`.

        A single word is also taken as the beginning of an item number, dots and zeros included, and such hits come
        first. `distributor_ids` None searches all lines. `is_wanted` is asked before each line; once it denies, the
        answer is empty. Empty for an empty text.
        """
        question = product_question(text, limit)
        if question is None:
            return []
        found = []
        for distributor_id in self._distributors("products", distributor_ids):
            if not is_wanted():
                return []
            rows = find(question, distributor_id, self.ask)
            if rows:
                found.append(rows)
        return together(found, question) if found else []

    def product(self, distributor_id: str, item_no: str) -> Product | None:
        """One product with all its columns, or None."""
        sql = f"SELECT {', '.join(PRODUCTS.columns)} FROM products {_ONE_ITEM}"
        rows = self.ask(distributor_id, "products", sql, item_no, item_no)
        return as_struct(rows[0], Product) if rows else None

    def with_code(self, code: str) -> list[tuple[str, Product]]:
        """The products, with their distributors, whose UPC or whole item number is `code`; empty for an empty one."""
        if not code:
            return []
        columns = ", ".join(PRODUCTS.columns)
        found: list[tuple[str, Product]] = []
        for distributor_id in self._distributors("products", None):
            rows = self.ask(
                distributor_id, "products", f"SELECT {columns} FROM products WHERE upc = ? AND upc > ''", code
            )
            rows = rows or self.ask(
                distributor_id, "products", f"SELECT {columns} FROM products {_ONE_ITEM}", code, code
            )
            found += [(distributor_id, as_struct(row, Product)) for row in rows]
        return found

    def stock(self, distributor_id: str, item_no: str) -> list[InventoryRow]:
        """The stock of one item by warehouse, lot and piece; empty when nothing is known."""
        sql = f"SELECT {', '.join(INVENTORY.columns)} FROM inventory {_ONE_ITEM} ORDER BY warehouse, lot_no, piece_no"
        rows = self.ask(distributor_id, "inventory", sql, item_no, item_no)
        return [as_struct(row, InventoryRow) for row in rows]

    def mill_orders(self, distributor_id: str, item_no: str) -> list[MillOrderLine]:
        """The mill orders of one item, what arrives first standing first; empty when nothing is known."""
        sql = f"SELECT {', '.join(MILL_ORDERS.columns)} FROM mill_orders {_ONE_ITEM} ORDER BY eta_on IS NULL, eta_on"
        rows = self.ask(distributor_id, "mill_orders", sql, item_no, item_no)
        return [as_struct(row, MillOrderLine) for row in rows]

    def mill_po(self, distributor_id: str, mill_po_no: str) -> list[MillOrderLine]:
        """The lines of one mill order; empty when nothing is known."""
        sql = f"SELECT {', '.join(MILL_ORDERS.columns)} FROM mill_orders WHERE mill_po_no = ? ORDER BY line_no"
        rows = self.ask(distributor_id, "mill_orders", sql, mill_po_no)
        return [as_struct(row, MillOrderLine) for row in rows]

    def titles(self, distributor_id: str, item_nos: Iterable[str]) -> dict[str, str]:
        """Pattern and colour of items; those that no list of products has are missing."""
        asked = msgspec.json.encode(list(item_nos)).decode()
        return {
            item: f"{pattern or ''} {colour or ''}".strip()
            for item, pattern, colour in self.ask(distributor_id, "products", _TITLES, asked)
        }

    def stock_totals(self, items: Iterable[tuple[str, str]]) -> dict[tuple[str, str], StockTotal]:
        """What there is of each (distributor, item number), in one figure; none where nothing is known."""
        wanted: dict[str, list[str]] = {}
        for distributor_id, item_no in items:
            wanted.setdefault(distributor_id, []).append(item_no)
        rows: dict[tuple[str, str], list[StockRow]] = {}
        for distributor_id, item_nos in wanted.items():
            dataset = self._stock_dataset(distributor_id)
            asked = msgspec.json.encode(item_nos).decode()
            for item_no, *row in self.ask(distributor_id, dataset, _STOCK_OF[dataset], asked):
                rows.setdefault((distributor_id, item_no), []).append(StockRow(*row))
        return {item: stock_total(of_item) for item, of_item in rows.items()}

    def has_line(self, distributor_id: str, dataset: Dataset) -> bool:
        """Whether the dataset of this distributor is on this station."""
        return self._connection(distributor_id, dataset) is not None

    def as_of(self, distributor_id: str, dataset: Dataset) -> str:
        """The newest date or instant that a row of the dataset says; empty when none does or there is no file."""
        rows = self.ask(distributor_id, dataset, "SELECT as_of FROM file_state")
        return str(rows[0][0]) if rows else ""

    def stock_as_of(self, distributor_id: str) -> str:
        """As `as_of`, for what is known here of the distributor's stock: quantities, or a status only."""
        return self.as_of(distributor_id, self._stock_dataset(distributor_id))

    def count(self, dataset: Dataset = "products", distributor_id: str | None = None) -> int:
        """How many rows of a dataset this station has, of one distributor or of all."""
        wanted = None if distributor_id is None else {distributor_id}
        return sum(
            int(rows)
            for distributor in self._distributors(dataset, wanted)
            for (rows,) in self.ask(distributor, dataset, "SELECT rows FROM file_state")
        )

    def distributor_ids(self, dataset: Dataset = "products") -> tuple[Any, ...]:
        """The distributors whose dataset is on this station."""
        return tuple(self._distributors(dataset, None))

    def rows(self, dataset: Dataset) -> Iterator[tuple[str, msgspec.Struct]]:
        """Every row of a dataset with its distributor, read as it is asked for."""
        shape = LINE_DATASETS[dataset]
        for distributor in self._distributors(dataset, None):
            connection = self._connection(distributor, dataset)
            if connection is not None:
                for row in connection.execute(f"SELECT {', '.join(shape.columns)} FROM {dataset} ORDER BY item_no"):
                    yield distributor, as_struct(row, shape.row)

    def ask(self, distributor_id: str, dataset: str, sql: str, /, *params: object) -> list[tuple[Any, ...]]:
        """All rows of a query; none where the file is missing or damaged, which the next round of sync mends."""
        connection = self._connection(distributor_id, dataset)
        if connection is None:
            return []
        try:
            return connection.execute(sql, params).fetchall()
        except DatabaseError as error:
            fault = as_domain_error(error)
            if isinstance(fault, DomainError) and fault.code == "file_unreadable":
                self.files.suspect(self._files()[distributor_id, dataset].stream)
                # One that met a damaged page refuses every other page too; a new one reads what can be read.
                self._forget(self._local.open.pop((distributor_id, dataset)))
                return []
            raise fault from error

    def close(self) -> None:
        """Close every connection. No thread may be searching."""
        self.files.close()
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()

    def _stock_dataset(self, distributor_id: str) -> Dataset:
        return "inventory" if (distributor_id, "inventory") in self._files() else "stock_status"

    def _distributors(self, dataset: str, wanted: Collection[str] | None) -> list[str]:
        return [
            distributor
            for distributor, kind in self._files()
            if kind == dataset and (wanted is None or distributor in wanted)
        ]

    def _files(self) -> dict[tuple[str, str], LineFileCard]:
        if self._local.version != self.files.version:
            version = self.files.version
            for connection in self._local.open.values():
                self._forget(connection)
            self._local.open = {}
            self._local.cards = {(card.distributor_id, card.dataset): card for card in self.files.shown()}
            self._local.version = version
        return self._local.cards

    def _connection(self, distributor_id: str, dataset: str) -> Connection | None:
        card = self._files().get((distributor_id, dataset))
        if card is None:
            return None
        connection = self._local.open.get((distributor_id, dataset))
        if connection is None:
            try:
                connection = open_line(self.files.path(card), card.key, read_only=True)
            except DomainError:
                # Nothing in it is lost: it is fetched again, and until then the line is as if it were not here.
                self.files.suspect(card.stream)
                return None
            connection.execute(f"PRAGMA cache_size = -{PAGES_KEPT_KIBIBYTES}")
            self._local.open[distributor_id, dataset] = connection
            with self._lock:
                self._all.append(connection)
        return connection

    def _forget(self, connection: Connection) -> None:
        with self._lock:
            if connection in self._all:
                self._all.remove(connection)
        connection.close()


def as_struct(row: tuple[object, ...], kind: type[S]) -> S:
    """Null is how a file says “not known”; texts say it with an empty text."""
    return kind(**{name: value for name, value in zip(kind.__struct_fields__, row, strict=True) if value is not None})
