"""The work file of a line: its rows as the newest patch left them, so that the next one says only what changed.

Plain SQLite without indexes, for builders only. It can always be made anew from the database.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import Connection

from shared_models.catalogue.line_file_form import (
    FORM,
    create_tables,
    dated_by,
    empty_file,
    insert_rows,
    keep_state,
)
from shared_models.catalogue.records import DatasetShape
from shared_models.kernel.records import row_hash
from shared_models.sync.checksums import checksum_text, signed_sum
from sync_server.features.sync.line_rows import ChangedRow, LineStream, live_rows, newest_date
from sync_server.features.sync.stream_log import Head
from sync_server.foundation.database import file_transaction

Row = tuple[Any, ...]


class WorkState(NamedTuple):
    """Where a work file stands."""

    position: int
    rows: int
    checksum: int
    """Signed, as SQLite keeps it."""
    as_of: str
    history_id: str


class RowChange(NamedTuple):
    """What became of one row since the last patch: `before` and `after` are (row_key, *columns)."""

    key: int
    before: Row | None
    after: Row | None


class WorkFile:
    """An open work file. For one thread at a time, under the folder's `patching` lock."""

    def __init__(self, path: Path, shape: DatasetShape) -> None:
        """Open the file, which must exist. Raises sqlite's own errors when it is damaged or of another form."""
        self._shape = shape
        self._connection = connect(path)
        try:
            form = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if form != FORM:
                raise sqlite.DatabaseError(f"a work file of form {form}")
        except BaseException:
            self.close()
            raise

    @classmethod
    def make(cls, path: Path, connection: Connection, line: LineStream, head: Head, history_id: str) -> None:
        """Write a new work file at `path` with everything that the database has of the line at `head`.

        Raises `ValueError` when the rows do not add up to what the head says of them.
        """
        path.write_bytes(empty_file())
        file = connect(path, durable=False)
        try:
            with file_transaction(file):
                create_tables(file, line.shape)
                counted = _Counted(line.shape)
                insert_rows(file, line.shape, counted.through(_all_live(connection, line)))
                if (counted.rows, checksum_text(counted.checksum)) != (head.rows, checksum_text(head.checksum)):
                    raise ValueError(f"{line.stream} has {counted.rows} rows that do not add up to its head {head}")
                keep_state(
                    file,
                    position=head.head,
                    rows=counted.rows,
                    checksum=counted.checksum,
                    as_of=newest_date(connection, line, dated_by(line.shape)),
                    history=history_id,
                )
        finally:
            file.close()

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def state(self) -> WorkState:
        """Where it stands."""
        row = self._connection.execute("SELECT position, rows, checksum, as_of, history FROM file_state").fetchone()
        return WorkState(*row)

    def changes(self, moved: Sequence[ChangedRow]) -> list[RowChange]:
        """What these rows of the database change here, in the order of their keys; what changes nothing is left out."""
        now = {one.row[0]: None if one.is_gone else one.row for one in moved}
        keys = sorted(now)
        columns = ", ".join(f"r.{name}" for name in ("row_key", *self._shape.columns))
        found = self._connection.execute(
            f"SELECT {columns} FROM json_each(?) AS j CROSS JOIN {self._shape.name} AS r ON r.row_key = j.value",
            (msgspec.json.encode(keys).decode(),),
        )
        before: dict[int, Row] = {row[0]: row for row in found}
        changes = [RowChange(key, before.get(key), now[key]) for key in keys]
        return [change for change in changes if change.before != change.after]

    def state_after(self, changes: Sequence[RowChange], position: int) -> WorkState:
        """Where it will stand once these are taken over."""
        old = self.state()
        name = self._shape.name
        removed = [row_hash(name, change.before) for change in changes if change.before is not None]
        added = [row_hash(name, change.after) for change in changes if change.after is not None]
        dates = self._shape.columns.index(dated_by(self._shape)) + 1
        newest = max((change.after[dates] or "" for change in changes if change.after is not None), default="")
        return WorkState(
            position,
            old.rows + len(added) - len(removed),
            signed_sum(old.checksum, *added, -sum(removed)),
            max(old.as_of, newest),
            old.history_id,
        )

    def take_over(self, changes: Sequence[RowChange], after: WorkState) -> None:
        """Make the changes here, with where the file then stands, in one transaction."""
        marks = ", ".join("?" * (len(self._shape.columns) + 1))
        name = self._shape.name
        with file_transaction(self._connection):
            self._connection.executemany(
                f"INSERT OR REPLACE INTO {name} VALUES ({marks})",
                [change.after for change in changes if change.after is not None],
            )
            self._connection.executemany(
                f"DELETE FROM {name} WHERE row_key = ?", [(change.key,) for change in changes if change.after is None]
            )
            keep_state(
                self._connection,
                position=after.position,
                rows=after.rows,
                checksum=after.checksum,
                as_of=after.as_of,
            )


def connect(path: Path, *, durable: bool = True) -> Any:
    """A connection to one of the builders' files; one that is not `durable` is thrown away after a crash."""
    connection = sqlite.connect(str(path), isolation_level=None, check_same_thread=False)
    pragmas = (
        ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000")
        if durable
        else ("journal_mode=OFF", "synchronous=OFF")
    )
    for pragma in (*pragmas, "trusted_schema=OFF", "temp_store=MEMORY", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _all_live(connection: Connection, line: LineStream) -> Iterator[Row]:
    after_key = -1
    while rows := live_rows(connection, line, after_key):
        yield from rows
        after_key = rows[-1][0]


class _Counted:
    """Counts and sums the rows that pass."""

    def __init__(self, shape: DatasetShape) -> None:
        self._name = shape.name
        self.rows = 0
        self.checksum = 0

    def through(self, rows: Iterator[Row]) -> Iterator[Row]:
        total = 0
        for row in rows:
            self.rows += 1
            total += row_hash(self._name, row)
            yield row
        self.checksum = signed_sum(total)
