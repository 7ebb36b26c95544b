"""The catalogue: search and look-up over the line files of all distributors, merged; used by pages and actions.

Each thread has its own read-only connection to each file. The desk's own writes are never waited for.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from desktop.cache.encrypted_file import Connection, DatabaseError, as_domain_error
from desktop.cache.line_file import open_line
from desktop.cache.line_files import LINES_FOLDER, LineFileCard, LineFiles
from desktop.cache.search_words import SearchWords, next_text, search_words
from desktop.cache.station_db import StationDatabase
from shared_models.catalogue.line_file_form import SEARCHED
from shared_models.catalogue.records import INVENTORY, LINE_DATASETS, PRODUCTS, Dataset, InventoryRow, Product
from shared_models.catalogue.rules import StockRow, stock_total
from shared_models.kernel.errors import DomainError

S = TypeVar("S", bound=msgspec.Struct)
_PAGES_KEPT_KIBIBYTES = 8_192
"""For each file and thread that searches; a showroom may have dozens of files."""
_MOST_CANDIDATES = 1_000
"""So many products that have all parts of a word are looked at, whether the parts stand beside each other."""


class ProductHit(NamedTuple):
    """One product found by search, with the figure of its stock. Quantities in thousandths of `unit`."""

    distributor_id: str
    item_no: str
    pattern_name: str
    color_name: str
    collection: str
    brand: str
    category: str
    status: str
    sample_types: str
    stock_status: str
    """Empty when nothing is known of it here."""
    qty_available: int | None
    """None also when the line tells a status only."""
    unit: str
    replaced_by: str
    """The item number that takes its place; empty when there is none."""

    @property
    def title(self) -> str:
        """Pattern and colour as a person says them; the item number when both are blank."""
        return " ".join(part for part in (self.pattern_name, self.color_name) if part) or self.item_no


_KNOWN = ["item_no", "pattern_name", "color_name", "collection", "brand", "category", "status", "sample_types"]
_NO_STOCK = "'', NULL"


def _hit_columns(table: str) -> str:
    """The columns of a `ProductHit` in its order, its stock not known; a file says "not known" by a null."""
    known, last = (
        ", ".join(f"coalesce({table}.{name}, '')" for name in names) for names in (_KNOWN, ("unit", "replaced_by"))
    )
    return f"?, {known}, {_NO_STOCK}, {last}"


_BY_WORDS = (
    f"SELECT {_hit_columns('p')} FROM search AS s JOIN products AS p ON p.row_key = s.rowid "
    "WHERE s.search MATCH ? LIMIT ?"
)
_BY_ITEM = (
    f"SELECT {_hit_columns('products')} FROM products "
    "WHERE item_no >= ? COLLATE NOCASE AND item_no < ? COLLATE NOCASE ORDER BY item_no COLLATE NOCASE LIMIT ?"
)
_BESIDE = f"({' OR '.join(f'p.{name} LIKE ?' for name in SEARCHED)})"
_ITEM_AT = 1
_STOCK_OF = "SELECT item_no, warehouse, lot_no, piece_no, unit, qty_available, stock_status FROM inventory"
_ONE_ITEM = "WHERE item_no = ? COLLATE NOCASE AND item_no = ?"


_BY_NAME = attrgetter("pattern_name", "color_name", "item_no")


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

    def search(self, text: str, *, limit: int = 50, distributor_ids: Collection[str] | None = None) -> list[ProductHit]:
        """Products whose words begin with the words of `text`, in any order; best first, at most `limit`.

        A single word is also taken as the beginning of an item number, dots and zeros included, and such hits come
        first. `distributor_ids` None searches all lines. Empty for an empty text.
        """
        words = search_words(text)
        if not words.expression:
            return []
        hits = [
            ProductHit._make(row)
            for distributor_id in self._distributors("products", distributor_ids)
            for row in self._search_one(distributor_id, text.strip(), words, limit)
        ]
        hits.sort(key=_BY_NAME)
        number = text.strip().casefold()
        if _may_be_number(number):
            hits.sort(key=lambda hit: _rank(hit, number))
        return self._with_stock(hits[:limit])

    def product(self, distributor_id: str, item_no: str) -> Product | None:
        """One product with all its columns, or None."""
        sql = f"SELECT {', '.join(PRODUCTS.columns)} FROM products {_ONE_ITEM}"
        rows = self._ask(distributor_id, "products", sql, item_no, item_no)
        return _as_struct(rows[0], Product) if rows else None

    def with_code(self, code: str) -> list[tuple[str, Product]]:
        """The products, with their distributors, whose UPC or whole item number is `code`; empty for an empty one."""
        if not code:
            return []
        columns = ", ".join(PRODUCTS.columns)
        found: list[tuple[str, Product]] = []
        for distributor_id in self._distributors("products", None):
            rows = self._ask(
                distributor_id, "products", f"SELECT {columns} FROM products WHERE upc = ? AND upc > ''", code
            )
            rows = rows or self._ask(
                distributor_id, "products", f"SELECT {columns} FROM products {_ONE_ITEM}", code, code
            )
            found += [(distributor_id, _as_struct(row, Product)) for row in rows]
        return found

    def stock(self, distributor_id: str, item_no: str) -> list[InventoryRow]:
        """The stock of one item by warehouse, lot and piece; empty when nothing is known."""
        sql = f"SELECT {', '.join(INVENTORY.columns)} FROM inventory {_ONE_ITEM} ORDER BY warehouse, lot_no, piece_no"
        rows = self._ask(distributor_id, "inventory", sql, item_no, item_no)
        return [_as_struct(row, InventoryRow) for row in rows]

    def has_line(self, distributor_id: str, dataset: Dataset) -> bool:
        """Whether the dataset of this distributor is on this station."""
        return self._connection(distributor_id, dataset) is not None

    def as_of(self, distributor_id: str, dataset: Dataset) -> str:
        """The newest date or instant that a row of the dataset says; empty when none does or there is no file."""
        rows = self._ask(distributor_id, dataset, "SELECT as_of FROM file_state")
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
            for (rows,) in self._ask(distributor, dataset, "SELECT rows FROM file_state")
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
                    yield distributor, _as_struct(row, shape.row)

    def close(self) -> None:
        """Close every connection. No thread may be searching."""
        self.files.close()
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()

    def _search_one(self, distributor_id: str, text: str, words: SearchWords, limit: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        # A number by its beginning; words are in the search index, and so are the parts of a number.
        if _may_be_number(text):
            rows = self._ask(distributor_id, "products", _BY_ITEM, distributor_id, text, next_text(text), limit)
        if len(rows) < limit:
            by_words = self._by_words(distributor_id, words, limit)
            found = {row[_ITEM_AT] for row in rows}
            rows += [row for row in by_words if row[_ITEM_AT] not in found] if found else by_words
        return rows[:limit]

    def _by_words(self, distributor_id: str, words: SearchWords, limit: int) -> list[tuple[Any, ...]]:
        if not words.side_by_side:
            return self._ask(distributor_id, "products", _BY_WORDS, distributor_id, words.expression, limit)
        sql = (
            f"SELECT {_hit_columns('p')} FROM (SELECT rowid AS found FROM search WHERE search MATCH ? LIMIT ?) "
            f"JOIN products AS p ON p.row_key = found WHERE {' AND '.join([_BESIDE] * len(words.side_by_side))} LIMIT ?"
        )
        patterns = [pattern for pattern in words.side_by_side for _ in SEARCHED]
        asked = (distributor_id, words.expression, _MOST_CANDIDATES, *patterns, limit)
        return self._ask(distributor_id, "products", sql, *asked)

    def _with_stock(self, hits: list[ProductHit]) -> list[ProductHit]:
        """The hits with the figures of their stock, where the line's inventory is here."""
        wanted: dict[str, set[str]] = {}
        for hit in hits:
            wanted.setdefault(hit.distributor_id, set()).add(hit.item_no)
        rows: dict[tuple[str, str], list[StockRow]] = {}
        for distributor_id, items in wanted.items():
            marks = ", ".join("?" * len(items))
            if self._stock_dataset(distributor_id) == "stock_status":
                sql = f"SELECT item_no, stock_status FROM stock_status WHERE item_no COLLATE NOCASE IN ({marks})"
                for item_no, status in self._ask(distributor_id, "stock_status", sql, *items):
                    rows[distributor_id, item_no] = [StockRow("", "", "", "", None, status)]
                continue
            # By the index, which takes capitals and small letters for the same; then by the very number.
            sql = f"{_STOCK_OF} WHERE item_no COLLATE NOCASE IN ({marks})"
            for item_no, *row in self._ask(distributor_id, "inventory", sql, *items):
                rows.setdefault((distributor_id, item_no), []).append(StockRow(*row))
        return [
            _in_stock(hit, rows[place]) if (place := (hit.distributor_id, hit.item_no)) in rows else hit for hit in hits
        ]

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
            connection.execute(f"PRAGMA cache_size = -{_PAGES_KEPT_KIBIBYTES}")
            self._local.open[distributor_id, dataset] = connection
            with self._lock:
                self._all.append(connection)
        return connection

    def _ask(self, distributor_id: str, dataset: str, sql: str, *params: object) -> list[tuple[Any, ...]]:
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

    def _forget(self, connection: Connection) -> None:
        with self._lock:
            if connection in self._all:
                self._all.remove(connection)
        connection.close()


def _as_struct(row: tuple[object, ...], kind: type[S]) -> S:
    """Null is how a file says “not known”; texts say it with an empty text."""
    return kind(**{name: value for name, value in zip(kind.__struct_fields__, row, strict=True) if value is not None})


def _in_stock(hit: ProductHit, rows: list[StockRow]) -> ProductHit:
    total = stock_total(rows)
    return hit._replace(stock_status=total.stock_status, qty_available=total.qty_available, unit=total.unit or hit.unit)


def _may_be_number(text: str) -> bool:
    """Whether `text` may be the beginning of an item number: one word with a digit in it."""
    return " " not in text and any(character.isdigit() for character in text)


def _rank(hit: ProductHit, number: str) -> tuple[bool, bool, str]:
    """The number itself, then those that begin with it in their order, then the others as they are."""
    item = hit.item_no.casefold()
    begins = item.startswith(number)
    return item != number, not begins, item if begins else ""
