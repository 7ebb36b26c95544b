"""`Records` over the station's own file: what `apply` of an operation reads and changes at the desk."""

from __future__ import annotations

from desktop.cache.encrypted_file import Connection, IntegrityError
from desktop.cache.record_codec import R, codec_of
from shared_models.kernel.records import Record, Records, Touch, already_there


class StationRecords(Records):
    """The records inside one write transaction of `StationDatabase.write`.

    `seen` collects the (table, id) of every record that was read: an operation builds on those that made them.
    """

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside a transaction and stays the database's own."""
        super().__init__()
        self.connection = connection
        self.seen: set[tuple[str, str]] = set()

    def get(self, kind: type[R], key: str, /) -> R | None:
        """The record with this id, or None."""
        codec = codec_of(kind)
        self.seen.add((codec.table, key))
        row = self.connection.execute(codec.select_one, (key,)).fetchone()
        return codec.record(row) if row is not None else None

    def find(self, kind: type[R], /, **equals: str | bool | int | None) -> list[R]:
        """All records whose columns equal the given values, in the order of their ids."""
        codec = codec_of(kind)
        sql, params = codec.find(equals)
        found = [codec.record(row) for row in self.connection.execute(sql, params)]
        self.seen.update((codec.table, record.id) for record in found)
        return found

    def insert(self, record: Record) -> None:
        """As `Records.insert`; the file itself finds an id that is taken, which spares a scan one look-up."""
        try:
            self._touch(Touch(type(record), record.id, None, record))
        except IntegrityError as error:
            if "UNIQUE" not in str(error):
                raise
            raise already_there(record) from error

    def _write(self, touch: Touch) -> None:
        codec = codec_of(touch.kind)
        if touch.after is None:
            self.connection.execute(codec.delete, (touch.key,))
        elif touch.before is None:
            self.connection.execute(codec.insert, codec.row(touch.after))
        else:
            self.connection.execute(*codec.update(touch.before, touch.after))

    def restore(self, kind: type[Record], key: str, state: Record | None) -> None:
        """Make the record what it was or what the server says it is, whatever it is now; not listed in `touched`."""
        codec = codec_of(kind)
        if state is None:
            self.connection.execute(codec.delete, (key,))
        else:
            self.connection.execute(codec.upsert, codec.row(state))
