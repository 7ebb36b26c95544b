"""One line file: a dataset of one distributor as an encrypted SQLite file, patched in place by the thread that syncs.

The file is disposable. It comes whole from the server, or is filled part by part; from then on every patch is one
transaction that holds the rows, their place in the search, and the new position with the sums that prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from desktop.cache.encrypted_file import Connection, open_encrypted, transaction
from shared_models.catalogue.line_file_form import (
    FORM,
    SEARCHED,
    create_tables,
    dated_by,
    finish_file,
    insert_rows,
    keep_state,
)
from shared_models.catalogue.records import PRODUCTS, DatasetShape
from shared_models.kernel.errors import DomainError
from shared_models.kernel.records import row_hash
from shared_models.sync.checksums import checksum_text, signed_sum
from shared_models.sync.line_parts import Block

Row = tuple[Any, ...]
_SEARCH_BYTES = 16 * 1024 * 1024
_CACHE_KIBIBYTES = 16_384
_ROWS_AT_ONCE = 64
"""What is worked on at a time; half a millisecond."""


class FileState(NamedTuple):
    """Where a file stands."""

    position: int
    """The stream position up to which the file holds everything; 0 while it is filled."""
    rows: int
    checksum: int
    """The sum of the row hashes modulo 2**64, signed."""
    as_of: str
    history: str
    made_of: str
    parts: int


class Agreed(NamedTuple):
    """What a stream must come to at a position, by the word of the server."""

    position: int
    rows: int
    checksum: str


def open_line(path: Path, key: bytes, *, read_only: bool = False) -> Connection:
    """A connection to a line file, with the seal that line files have. Raises as `open_encrypted`."""
    connection = open_encrypted(path, key, read_only=read_only, synchronous="NORMAL", seal="HMAC_SHA256")
    # Another machine wrote the first pages: one that is not what it should be is an error, and never read past.
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


class LineFile:
    """An open line file for the one thread that writes it."""

    def __init__(
        self, path: Path, key: bytes, shape: DatasetShape, *, give_way: Callable[[], None] = lambda: None
    ) -> None:
        """Open or make the file. `give_way` is called every few rows and may wait a moment.

        Raises `DomainError("file_unreadable")` when it must be fetched again.
        """
        self.path = path
        self.shape = shape
        self._give_way = give_way
        self._connection = open_line(path, key)
        self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        self._columns = ("row_key", *shape.columns)
        self._searched_at = [self._columns.index(name) for name in SEARCHED] if shape is PRODUCTS else []

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def state(self) -> FileState:
        """Where the file stands. Raises `DomainError("file_unfit")` for a file of another form."""
        if self._connection.execute("PRAGMA user_version").fetchone()[0] != FORM:
            raise DomainError("file_unfit", f"{self.path.name} has another form than this program knows.")
        row = self._connection.execute(
            "SELECT position, rows, checksum, as_of, history, made_of, parts FROM file_state"
        ).fetchone()
        return FileState(*row)

    # --- filled part by part -----------------------------------------------------------------------------

    def begin(self, made_of: str, history: str) -> FileState:
        """Get ready to be filled from the base of this name; what is there of the same base stays, to its end too."""
        connection = self._connection
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
            with transaction(connection):
                create_tables(connection, self.shape)
                keep_state(connection, made_of=made_of, history=history)
        state = self.state()
        if (state.made_of, state.history) != (made_of, history):
            raise DomainError("file_unreadable", f"{self.path.name} was begun from something else.")
        return state

    def fill(self, blocks: Iterable[Block], *, part: int) -> None:
        """The rows of the next part, which is durable with its number."""
        dates = self.shape.columns.index(dated_by(self.shape))
        with transaction(self._connection):
            newest = self.state().as_of
            for block in blocks:
                if block.what != "put" or tuple(block.columns) != self.shape.columns:
                    raise _unfit()
                insert_rows(self._connection, self.shape, self._giving_way(_rows_of(block)))
                newest = max(newest, max((one or "" for one in block.values[dates]), default=""))
            keep_state(self._connection, parts=part + 1, as_of=newest)

    def finish(self, agreed: Agreed) -> None:
        """Build the indexes and the search over what was filled in, unless that was done before the program ended.

        Raises `DomainError("line_differs")`.
        """
        if self.state().position == agreed.position:
            return
        with transaction(self._connection):
            (rows,) = self._connection.execute(f"SELECT count(*) FROM {self.shape.name}").fetchone()
            if rows != agreed.rows:
                raise _differs()
            finish_file(self._connection, self.shape, collected_bytes=_SEARCH_BYTES)
            keep_state(
                self._connection,
                position=agreed.position,
                rows=rows,
                checksum=signed_sum(int(agreed.checksum, 16)),
            )
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # --- patched -----------------------------------------------------------------------------------------

    def patch(self, blocks: Iterable[Block], *, after: int, agreed: Agreed) -> None:
        """Lay a patch over the rows, in one transaction with the new position.

        It may begin before where the file stands: what it says of rows is how they are at its end. Raises
        `DomainError`: `page_out_of_order`, `line_differs` when the sums are not as agreed; then nothing was changed.
        """
        with transaction(self._connection):
            state = self.state()
            if not after <= state.position <= agreed.position:
                raise DomainError("page_out_of_order", "A patch came out of order and was thrown away.")
            sums = _Sums(self.shape.name, state)
            newest = state.as_of
            for block in blocks:
                newest = max(newest, self._newest(block))
                self._require_fit(block)
                for keys, values in _slices(block):
                    if block.what == "set":
                        self._set(block.columns, keys, values, sums)
                    else:
                        self._put(keys, values, sums)
                    self._give_way()
            if (sums.rows, checksum_text(sums.checksum)) != (agreed.rows, agreed.checksum):
                raise _differs()
            keep_state(self._connection, position=agreed.position, rows=sums.rows, checksum=sums.checksum, as_of=newest)

    def is_sound(self) -> bool:
        """Whether the rows themselves, all read anew, come to the file's own sums."""
        sums = _Sums(self.shape.name, FileState(0, 0, 0, "", "", "", 0))
        state = self.state()
        cursor = self._connection.execute(f"SELECT {', '.join(self._columns)} FROM {self.shape.name}")
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            sums.change([(None, row) for row in rows])
            self._give_way()
        return (sums.rows, sums.checksum) == (state.rows, state.checksum)

    def _giving_way(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Row by row: SQLite lets go of Python at each, and whoever needs it would wait for it at each again."""
        for row in rows:
            self._give_way()
            yield row

    def _require_fit(self, block: Block) -> None:
        own, told = self.shape.columns, tuple(block.columns)
        if (block.what == "put" and told != own) or not set(told) <= set(own):
            raise _unfit()

    def _set(self, columns: Sequence[str], keys: Sequence[int], values: Sequence[Row], sums: _Sums) -> None:
        """Some columns of rows that are there; a row that has them already is left alone."""
        places = [self._columns.index(name) for name in columns]
        rows = self._rows(keys)
        changes: list[tuple[Row, Row]] = []
        for key, told in zip(keys, values, strict=True):
            old = rows.get(key)
            if old is None:
                raise _differs()
            new = list(old)
            for place, value in zip(places, told, strict=True):
                new[place] = value
            if (row := tuple(new)) != old:
                changes.append((old, row))
        sums.change(changes)
        sets = ", ".join(f"{name} = ?" for name in columns)
        self._connection.executemany(
            f"UPDATE {self.shape.name} SET {sets} WHERE row_key = ?",
            self._giving_way((*(new[place] for place in places), new[0]) for _, new in changes),
        )
        if not set(places).isdisjoint(self._searched_at):
            self._search_anew(changes)

    def _put(self, keys: Sequence[int], values: Sequence[Row], sums: _Sums) -> None:
        """Whole rows, new or not; or, without values, rows that are gone."""
        rows = self._rows(keys)
        new: dict[int, Row] = {key: (key, *told) for key, told in zip(keys, values, strict=True)} if values else {}
        changes = [(rows.get(key), new.get(key)) for key in keys]
        changes = [change for change in changes if change[0] != change[1]]
        sums.change(changes)
        name = self.shape.name
        marks = ", ".join("?" * len(self._columns))
        self._connection.executemany(
            f"INSERT OR REPLACE INTO {name} VALUES ({marks})",
            self._giving_way(row for _, row in changes if row is not None),
        )
        self._connection.executemany(
            f"DELETE FROM {name} WHERE row_key = ?",
            self._giving_way((old[0],) for old, row in changes if row is None and old is not None),
        )
        if self._searched_at:
            self._search_anew(changes)

    def _rows(self, keys: Sequence[int]) -> dict[int, Row]:
        columns = ", ".join(f"r.{name}" for name in self._columns)
        found = self._connection.execute(
            f"SELECT {columns} FROM json_each(?) AS j CROSS JOIN {self.shape.name} AS r ON r.row_key = j.value",
            (msgspec.json.encode(keys).decode(),),
        )
        return {row[0]: row for row in self._giving_way(found)}

    def _search_anew(self, changes: Iterable[tuple[Row | None, Row | None]]) -> None:
        """Take rows out of the search by their former words and put them in by their new ones."""
        moved = []
        for old, new in changes:
            before, after = (None if row is None else self._words(row) for row in (old, new))
            if before != after:
                moved.append((old, before, new, after))
        columns = ", ".join(SEARCHED)
        marks = ", ".join("?" * (len(SEARCHED) + 1))
        self._connection.executemany(
            f"INSERT INTO search (search, rowid, {columns}) VALUES ('delete', {marks})",
            self._giving_way(
                (old[0], *before) for old, before, _, _ in moved if old is not None and before is not None
            ),
        )
        self._connection.executemany(
            f"INSERT INTO search (rowid, {columns}) VALUES ({marks})",
            self._giving_way((new[0], *after) for _, _, new, after in moved if new is not None and after is not None),
        )

    def _words(self, row: Row) -> Row:
        return tuple(row[place] for place in self._searched_at)

    def _newest(self, block: Block) -> str:
        column = dated_by(self.shape)
        if column not in block.columns:
            return ""
        return max((one or "" for one in block.values[block.columns.index(column)]), default="")


class _Sums:
    """The number of rows and the checksum of a file while a patch changes them."""

    def __init__(self, name: str, state: FileState) -> None:
        self._name = name
        self.rows = state.rows
        self.checksum = state.checksum

    def change(self, changes: Sequence[tuple[Row | None, Row | None]]) -> None:
        removed = [row_hash(self._name, old) for old, _ in changes if old is not None]
        added = [row_hash(self._name, new) for _, new in changes if new is not None]
        self.rows += len(added) - len(removed)
        self.checksum = signed_sum(self.checksum, sum(added) - sum(removed))


def _rows_of(block: Block) -> Iterator[Row]:
    return zip(block.keys, *block.values, strict=True)


def _slices(block: Block) -> Iterator[tuple[list[int], list[Row]]]:
    """The keys of some rows and their values, which a block of rows that are gone has none of."""
    keys = block.keys
    for start in range(0, len(keys), _ROWS_AT_ONCE):
        stop = start + _ROWS_AT_ONCE
        values = (
            [] if block.what == "gone" else list(zip(*(column[start:stop] for column in block.values), strict=True))
        )
        yield keys[start:stop], values


def _differs() -> DomainError:
    return DomainError("line_differs", "A catalogue here differs from the server's and is fetched anew.")


def _unfit() -> DomainError:
    return DomainError("line_unfit", "The server's catalogue has another form than this program knows.")
