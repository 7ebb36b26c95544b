"""One line file: a dataset of one distributor as an encrypted SQLite file with its search index and its cursor.

The file is disposable. While it is new its rows go in without indexes; `finish` builds those once. From then on
every page is one transaction that holds the rows, what follows from them and the new cursor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

from desktop.cache.encrypted_file import one_value, open_encrypted, transaction
from desktop.cache.line_search import IndexKeeper, keeper_for
from shared_models.catalogue.records import DatasetShape
from shared_models.kernel.errors import DomainError
from shared_models.kernel.records import row_hash
from shared_models.sync.wire import StreamPage, TablePage

LINE_FILE_VERSION = 1
"""A file of another version is fetched again."""
_DATED_BY = {"products": "updated_at", "inventory": "as_of", "stock_status": "as_of"}
"""The column that says how old a row's figures are."""
_KEYS_A_QUESTION = 500
_TWO_TO_64 = 1 << 64


def signed_sum(*hashes: int) -> int:
    """The sum modulo 2**64 as a signed integer, which is how SQLite can keep it."""
    total = sum(hashes) % _TWO_TO_64
    return total - _TWO_TO_64 if total >= _TWO_TO_64 // 2 else total


def checksum_text(checksum: int) -> str:
    """A checksum as it travels: 16 hex digits."""
    return f"{checksum % _TWO_TO_64:016x}"


class LineFile:
    """An open line file for the one thread that writes it."""

    def __init__(self, path: Path, key: bytes, shape: DatasetShape) -> None:
        """Open or make the file. Raises `DomainError("file_unreadable")` when it must be fetched again."""
        self.path = path
        self.shape = shape
        self._keeper: IndexKeeper = keeper_for(shape)
        self._connection = open_encrypted(path, key, synchronous="NORMAL")
        self._connection.execute("PRAGMA cache_size = -16384")
        version = one_value(self._connection, "PRAGMA user_version")
        if version == 0:
            self._make_tables()
        elif version != LINE_FILE_VERSION:
            self._connection.close()
            raise DomainError("file_unreadable", f"{path.name} has another form and is fetched again.")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def position(self) -> int:
        """The cursor: the stream position up to which the file holds everything."""
        return self._state("position")

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return self._state("rows")

    @property
    def checksum(self) -> int:
        """The sum of the row hashes modulo 2**64, signed."""
        return self._state("checksum")

    @property
    def is_finished(self) -> bool:
        """Whether the indexes are built, so that pages may be shown from it."""
        return bool(self._state("finished"))

    def apply(self, page: StreamPage) -> None:
        """Take a page over, with its cursor, in one transaction. A page that does not follow the cursor is an error.

        Raises `DomainError`: `page_out_of_order`, or the disk's faults.
        """
        if page.after != self.position:
            raise DomainError("page_out_of_order", "A page of changes came out of order and was thrown away.")
        finished = self.is_finished
        with transaction(self._connection):
            for gone in page.gone:
                self._remove(gone.keys, finished)
            for table in page.tables:
                if table.table == self.shape.name and table.keys:
                    self._put(table, finished)
            self._keep_state(position=page.upto)

    def finish(self) -> None:
        """Build the indexes and the search index of a new file; afterwards it may be shown."""
        with transaction(self._connection):
            self._keeper.build(self._connection)
            self._keep_state(finished=1)
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _state(self, name: str) -> int:
        return int(one_value(self._connection, f"SELECT {name} FROM file_state"))

    def _keep_state(self, **values: int) -> None:
        sets = ", ".join(f"{name} = ?" for name in values)
        self._connection.execute(f"UPDATE file_state SET {sets}", tuple(values.values()))

    def _make_tables(self) -> None:
        hints = get_type_hints(self.shape.row)
        columns = ", ".join(
            f"{name} {'INTEGER' if int in (hints[name], *get_args(hints[name])) else 'TEXT'}"
            for name in self.shape.columns
        )
        with transaction(self._connection):
            self._connection.execute(
                "CREATE TABLE file_state (position INTEGER NOT NULL DEFAULT 0, rows INTEGER NOT NULL DEFAULT 0, "
                "checksum INTEGER NOT NULL DEFAULT 0, finished INTEGER NOT NULL DEFAULT 0, "
                "as_of TEXT NOT NULL DEFAULT '')"
            )
            self._connection.execute("INSERT INTO file_state DEFAULT VALUES")
            self._connection.execute(
                f"CREATE TABLE {self.shape.name} (row_key INTEGER PRIMARY KEY, row_hash INTEGER NOT NULL, {columns})"
            )
            self._connection.execute(f"PRAGMA user_version = {LINE_FILE_VERSION}")

    def _put(self, table: TablePage, finished: bool) -> None:
        hashes = [row_hash(table.table, [key, *values]) for key, values in _rows_of(table)]
        known = [place for place, name in enumerate(table.columns) if name in self.shape.columns]
        names = [table.columns[place] for place in known]
        if finished:
            self._keeper.before_change(self._connection, table.keys)
        self._count_out(table.keys)
        marks = ", ".join("?" * (len(names) + 2))
        self._connection.executemany(
            f"INSERT OR REPLACE INTO {self.shape.name} (row_key, row_hash, {', '.join(names)}) VALUES ({marks})",
            zip(table.keys, hashes, *(table.values[place] for place in known), strict=True),
        )
        self._add(len(hashes), signed_sum(*hashes))
        if finished:
            self._keeper.after_change(self._connection, table.keys)
        dated_by = _DATED_BY[self.shape.name]
        if dated_by in names:
            newest = max((one or "" for one in table.values[table.columns.index(dated_by)]), default="")
            self._connection.execute("UPDATE file_state SET as_of = max(as_of, ?)", (newest,))

    def _remove(self, keys: Sequence[Any], finished: bool) -> None:
        if finished:
            self._keeper.before_change(self._connection, keys)
        self._count_out(keys)
        self._connection.executemany(f"DELETE FROM {self.shape.name} WHERE row_key = ?", ((key,) for key in keys))
        if finished:
            self._keeper.after_change(self._connection, keys)

    def _count_out(self, keys: Sequence[Any]) -> None:
        """Take rows that are about to be replaced or removed out of the count and the checksum."""
        for chunk in chunks(keys, _KEYS_A_QUESTION):
            marks = ", ".join("?" * len(chunk))
            old = self._connection.execute(
                f"SELECT row_hash FROM {self.shape.name} WHERE row_key IN ({marks})", chunk
            ).fetchall()
            if old:
                self._add(-len(old), -sum(one for (one,) in old))

    def _add(self, rows: int, checksum: int) -> None:
        self._keep_state(rows=self.rows + rows, checksum=signed_sum(self.checksum, checksum))


def _rows_of(table: TablePage) -> Iterable[tuple[Any, tuple[Any, ...]]]:
    return zip(table.keys, zip(*table.values, strict=True), strict=True)


def chunks(keys: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """`keys` in pieces of at most `size`."""
    return (keys[start : start + size] for start in range(0, len(keys), size))
