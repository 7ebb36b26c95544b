"""Taking a backup while the server serves, and checking one that was taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Table, func, select

from shared_models.kernel.errors import DomainError
from sync_server.features.backup.archive import ArchiveWriter, End, Head, KeptFile, Rows, TableHead, read_frames
from sync_server.features.backup.progress import Progress
from sync_server.features.backup.sealing import Secret
from sync_server.features.backup.sums import StreamSums
from sync_server.features.backup.tables import rows_of_table, tables_of
from sync_server.features.sync.history import history_id
from sync_server.foundation.database import Database

LINK_KEY = "link-signing.key"
MakeProgress = Callable[[str, int], Progress]


class Checked(NamedTuple):
    """What an archive holds, read to its end."""

    head: Head
    end: End
    files: tuple[KeptFile, ...]
    differences: tuple[str, ...]
    """Streams whose head does not fit their rows: the database had them so when it was saved."""

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.end.tables.values())


def save(
    database: Database,
    file: BinaryIO,
    *,
    program: str,
    now: datetime,
    secret: Secret | None,
    link_key: Path,
    progress: MakeProgress = Progress,
) -> End:
    """Write everything into `file` as it was at one moment; others go on reading and writing meanwhile.

    Raises `DomainError("not_initialised")`.
    """
    with database.reading() as connection:
        tables = tables_of(connection)
        head = _head(connection, tables, program, now)
        counted = progress("saving", sum(table.rows for table in head.tables))
        writer = ArchiveWriter(file, secret)
        writer.write(head)
        for table in tables:
            for rows in rows_of_table(connection, table):
                writer.write(Rows(table=str(table.name), rows=rows))
                counted.advance(len(rows))
    if link_key.exists():
        writer.write(KeptFile(name=LINK_KEY, content=link_key.read_bytes()))
    return writer.finish()


def _head(connection: Connection, tables: Sequence[Table], program: str, now: datetime) -> Head:
    revisions = sorted(MigrationContext.configure(connection).get_current_heads())
    if not revisions:
        raise DomainError("not_initialised", "The database is empty: there is nothing to save.")
    return Head(
        program=program,
        database=connection.dialect.name,
        revisions=revisions,
        history_id=history_id(connection),
        taken_at=now,
        tables=[
            TableHead(
                name=str(table.name),
                columns=[str(name) for name in table.columns.keys()],  # noqa: SIM118 - not a dictionary
                rows=connection.execute(select(func.count()).select_from(table)).scalar_one(),
            )
            for table in tables
        ],
    )


def check(file: BinaryIO, secret: Secret | None, progress: MakeProgress = Progress) -> Checked:
    """Read an archive to its end and add everything up. Raises as `read_frames`."""
    head: Head | None = None
    files: list[KeptFile] = []
    sums = StreamSums()
    counted = progress("checking", 0)
    columns: dict[str, list[str]] = {}
    for frame in read_frames(file, secret):
        if isinstance(frame, Head):
            head = frame
            columns = {table.name: table.columns for table in frame.tables}
            counted = progress("checking", sum(table.rows for table in frame.tables))
        elif isinstance(frame, Rows):
            sums.take(frame.table, columns[frame.table], frame.rows)
            counted.advance(len(frame.rows))
        elif isinstance(frame, KeptFile):
            files.append(frame)
        elif head is not None:
            return Checked(head, frame, tuple(files), tuple(sums.differences()))
    raise DomainError("archive_damaged", "The archive is damaged or was cut short. Nothing was changed.")
