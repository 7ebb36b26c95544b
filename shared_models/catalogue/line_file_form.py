"""The form of a line file: one dataset of one distributor as a finished SQLite file with its indexes and its search.

The server makes such files and stations patch them, so tables, indexes and which columns are searched stand here once.
A file of another form is not opened: it is made and fetched anew.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from shared_models.catalogue.records import PRODUCTS, DatasetShape

FORM = 3
"""`PRAGMA user_version` of such a file; grows with every change in this module that a file can tell."""
PAGE_BYTES = 4096
RESERVED_BYTES = 48
"""Unused at the end of every page: an encrypted file keeps the page's vector and seal there, so that a station can
encrypt a finished file page by page, without reading a single row of it."""

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

_SQLITE_VERSION = 3_053_004
WAL_MARK_AT = 18
"""Where a file says how it is written; `WAL_MARK` there saves the station from rewriting its first page."""
WAL_MARK = b"\x02\x02"
_HASH_BYTES = 1_048_576
"""What FTS5 collects in memory before it writes a segment, unless told otherwise."""


class Statements(Protocol):
    """A connection of whichever SQLite driver."""

    def execute(self, sql: str, parameters: Any = ..., /) -> Any:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Any:
        """Run one statement for each of many rows."""
        ...


def empty_file() -> bytes:
    """The single page of an empty database with `RESERVED_BYTES` kept free in every page.

    No pragma of SQLite sets that, only the file's header does.
    """
    page = bytearray(PAGE_BYTES)
    page[0:16] = b"SQLite format 3\0"
    struct.pack_into(">HBBBBBB", page, 16, PAGE_BYTES, 1, 1, RESERVED_BYTES, 64, 32, 32)
    struct.pack_into(">II", page, 24, 1, 1)  # change counter, size in pages
    struct.pack_into(">I", page, 44, 4)  # schema format
    struct.pack_into(">I", page, 56, 1)  # UTF-8
    struct.pack_into(">II", page, 92, 1, _SQLITE_VERSION)
    page[100] = 13  # an empty leaf of the schema's table
    struct.pack_into(">H", page, 105, PAGE_BYTES - RESERVED_BYTES)
    return bytes(page)


def create_tables(connection: Statements, shape: DatasetShape) -> None:
    """The rows and the file's own state, in an empty file, inside the caller's transaction.

    Columns have no declared type: a value comes out exactly as it went in, which the row hashes need, and
    `quick_check` is spared a test of each of them.
    """
    connection.execute(f"CREATE TABLE {shape.name} (row_key INTEGER PRIMARY KEY, {', '.join(shape.columns)})")
    connection.execute("CREATE TABLE file_state (position, rows, checksum, as_of, history, made_of, parts)")
    connection.execute("INSERT INTO file_state VALUES (0, 0, 0, '', '', '', 0)")
    connection.execute(f"PRAGMA user_version = {FORM}")


def insert_rows(connection: Statements, shape: DatasetShape, rows: Iterable[Sequence[Any]]) -> None:
    """Put rows of (row_key, *columns) into a file that has no indexes yet."""
    marks = ", ".join("?" * (len(shape.columns) + 1))
    connection.executemany(f"INSERT INTO {shape.name} VALUES ({marks})", rows)


def finish_file(connection: Statements, shape: DatasetShape, *, collected_bytes: int) -> None:
    """Indexes and search over the rows that are there. FTS5 collects up to `collected_bytes` in memory at a time.

    The search keeps rowids only (`detail=none`), with lists for beginnings of one to four letters: with
    them no keystroke waits until the lists of very many words are joined.
    """
    if shape is not PRODUCTS:
        connection.execute(f"CREATE INDEX ix_{shape.name}_item_no ON {shape.name} (item_no COLLATE NOCASE)")
        return
    connection.execute("CREATE INDEX ix_products_item_no ON products (item_no COLLATE NOCASE)")
    connection.execute("CREATE INDEX ix_products_upc ON products (upc) WHERE upc > ''")
    connection.execute(
        f"CREATE VIRTUAL TABLE search USING fts5({', '.join(SEARCHED)}, content='products', content_rowid='row_key', "
        "columnsize=0, detail=none, prefix='1 2 3 4', tokenize='unicode61')"
    )
    connection.execute("INSERT INTO search (search, rank) VALUES ('hashsize', ?)", (collected_bytes,))
    connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
    connection.execute("INSERT INTO search (search, rank) VALUES ('hashsize', ?)", (_HASH_BYTES,))


def keep_state(connection: Statements, **values: int | str) -> None:
    """Write some columns of the file's state.

    `position`, `rows`, `checksum` (signed), `as_of`; `history` of the server; `made_of` and `parts`: from which base a
    station makes the file, and how many of its parts are in it.
    """
    sets = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE file_state SET {sets}", tuple(values.values()))


def schema_of(connection: Statements) -> list[tuple[str, str, str, str]]:
    """Everything that the file is made of, in order: what a file of this form has, no more and no less."""
    rows = connection.execute("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY 1, 2, 3")
    return [tuple(row) for row in rows.fetchall()]


def dated_by(shape: DatasetShape) -> str:
    """The column that says how old a row's figures are."""
    return "updated_at" if shape is PRODUCTS else "as_of"
