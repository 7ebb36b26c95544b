"""What a line file keeps beside its rows: the search index of products, the stock of an item as one figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Protocol

from desktop.cache.encrypted_file import Connection
from shared_models.catalogue.records import INVENTORY, PRODUCTS, DatasetShape
from shared_models.catalogue.rules import StockRow, stock_total

SEARCHED = (
    "item_no",
    "pattern_name",
    "color_name",
    "pattern_no",
    "collection",
    "brand",
    "category",
    "content",
    "color_no",
)
"""The product columns whose words are found by search."""


class IndexKeeper(Protocol):
    """Keeps what follows from the rows of one dataset; both change calls are inside the rows' transaction."""

    def build(self, connection: Connection) -> None:
        """Make everything once, when all rows of a new file are there."""
        ...

    def before_change(self, connection: Connection, keys: Sequence[int]) -> None:
        """Look at rows that are about to change."""
        ...

    def after_change(self, connection: Connection, keys: Sequence[int]) -> None:
        """Follow the change of these rows."""
        ...


def keeper_for(shape: DatasetShape) -> IndexKeeper:
    """The keeper of a dataset."""
    if shape is PRODUCTS:
        return SearchIndex()
    return StockFigures() if shape is INVENTORY else ItemIndex()


class SearchIndex:
    """The full-text index over `SEARCHED`; a change of price or status leaves it alone."""

    def __init__(self) -> None:
        """Nothing has changed yet."""
        self._former: dict[int, tuple[Any, ...]] = {}

    def build(self, connection: Connection) -> None:
        """Index the item numbers and the words of all products."""
        listed = ", ".join(SEARCHED)
        connection.execute("CREATE INDEX ix_products_item_no ON products (item_no COLLATE NOCASE)")
        connection.execute("CREATE INDEX ix_products_upc ON products (upc) WHERE upc > ''")
        connection.execute(
            f"CREATE VIRTUAL TABLE search USING fts5({listed}, content='', contentless_delete=1, "
            "tokenize='unicode61', prefix='2 3')"
        )
        connection.execute(f"INSERT INTO search (rowid, {listed}) SELECT row_key, {listed} FROM products")

    def before_change(self, connection: Connection, keys: Sequence[int]) -> None:
        """Remember the searched words."""
        self._former = dict(_searched(connection, keys))

    def after_change(self, connection: Connection, keys: Sequence[int]) -> None:
        """Index again the rows whose searched words are others now."""
        now = dict(_searched(connection, keys))
        moved = [key for key in {*now, *self._former} if now.get(key) != self._former.get(key)]
        connection.executemany("DELETE FROM search WHERE rowid = ?", ((key,) for key in moved if key in self._former))
        connection.executemany(
            f"INSERT INTO search (rowid, {', '.join(SEARCHED)}) VALUES ({', '.join('?' * (len(SEARCHED) + 1))})",
            ((key, *now[key]) for key in sorted(moved) if key in now),
        )
        self._former = {}


def _searched(connection: Connection, keys: Sequence[int]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    sql = f"SELECT {', '.join(SEARCHED)} FROM products WHERE row_key = ?"
    for key in keys:
        row = connection.execute(sql, (key,)).fetchone()
        if row is not None:
            yield key, row


class ItemIndex:
    """An index over the item numbers; SQLite keeps it."""

    def build(self, connection: Connection) -> None:
        """Index the item numbers."""
        connection.execute("CREATE INDEX ix_stock_status_item_no ON stock_status (item_no)")

    def before_change(self, connection: Connection, keys: Sequence[int]) -> None:
        """Nothing follows from the rows."""

    def after_change(self, connection: Connection, keys: Sequence[int]) -> None:
        """Nothing follows from the rows."""


class StockFigures:
    """The table `stock`: one row an item, added up by `stock_total`."""

    _ROWS = "SELECT item_no, warehouse, lot_no, piece_no, unit, qty_available, stock_status FROM inventory"

    def __init__(self) -> None:
        """Nothing has changed yet."""
        self._items: set[str] = set()

    def build(self, connection: Connection) -> None:
        """Add up every item."""
        connection.execute("CREATE INDEX ix_inventory_item_no ON inventory (item_no COLLATE NOCASE)")
        connection.execute(
            "CREATE TABLE stock (item_no TEXT PRIMARY KEY, qty_available INTEGER, unit TEXT, stock_status TEXT) "
            "WITHOUT ROWID"
        )
        rows = connection.execute(f"{self._ROWS} ORDER BY item_no")
        self._write(connection, ((item, list(group)) for item, group in groupby(rows, key=lambda row: str(row[0]))))

    def before_change(self, connection: Connection, keys: Sequence[int]) -> None:
        """Remember the items of the rows as they were."""
        self._items = set(self._items_of(connection, keys))

    def after_change(self, connection: Connection, keys: Sequence[int]) -> None:
        """Add up again the items that the rows belonged or belong to."""
        items = sorted(self._items | set(self._items_of(connection, keys)))
        connection.executemany("DELETE FROM stock WHERE item_no = ?", ((item,) for item in items))
        groups = (
            (
                item,
                connection.execute(
                    f"{self._ROWS} WHERE item_no = ? COLLATE NOCASE AND item_no = ?", (item, item)
                ).fetchall(),
            )
            for item in items
        )
        self._write(connection, groups)
        self._items = set()

    @staticmethod
    def _items_of(connection: Connection, keys: Sequence[int]) -> Iterator[str]:
        for key in keys:
            row = connection.execute("SELECT item_no FROM inventory WHERE row_key = ?", (key,)).fetchone()
            if row is not None:
                yield row[0]

    @staticmethod
    def _write(connection: Connection, groups: Any) -> None:
        connection.executemany(
            "INSERT INTO stock (item_no, qty_available, unit, stock_status) VALUES (?, ?, ?, ?)",
            ((item, *stock_total(StockRow(*row[1:]) for row in rows)) for item, rows in groups if rows),
        )
