"""The lists of the follow-up: their places in order, and the rows at some places."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import msgspec

from desktop.cache.follow_up_index import CUSTOMERS, IndexedKind, places_query
from desktop.cache.inquiries import latest_by_row
from desktop.cache.reader import Reader
from desktop.cache.record_codec import codec_of
from desktop.features.follow_up.ages import freshness_by_line
from desktop.features.follow_up.rows import F, Seen
from shared_models.accounts.records import Organisation
from shared_models.inquiries.records import Inquiry
from shared_models.kernel.records import from_values

_NUMBERS = msgspec.json.Decoder(list[int])
_ASKED = (
    f"(SELECT max(asked_at) FROM {Inquiry.TABLE.name} WHERE distributor_id = row.distributor_id "
    "AND dataset = '{table}' AND number = row.{number} AND line_no = row.line_no)"
)
_SORTED_BY = {
    ("", "house"): f"(SELECT name FROM {Organisation.TABLE.name} WHERE id = row.distributor_id)",
    **{
        (table, "inquiry"): _ASKED.format(table=table, number=number)
        for table, number in (("sales_orders", "order_no"), ("reserves", "reserve_no"))
    },
    (CUSTOMERS.table, "state"): "iif(row.credit_hold = 'Y', '0', iif(row.memo_privilege = 'BLOCKED', '1', row.status))",
}
"""Columns of a list that are more than one column of its table."""


def places(reader: Reader, indexed: IndexedKind, text: str, *, open_only: bool) -> array[int]:
    """The places of all rows with every word of `text`, in the usual order."""
    return array("q", places_meant(reader, indexed, text, open_only=open_only))


def places_meant(reader: Reader, indexed: IndexedKind, text: str, *, open_only: bool) -> list[int]:
    """The same as a list, for whoever puts them into another order."""
    sql, params = places_query(indexed, text, open_only=open_only)
    return _collected(reader, sql, *params)


def places_by(reader: Reader, indexed: IndexedKind, by: str, *, descending: bool) -> list[int]:
    """The places of all rows by the column `by`; rows of which it is not known come last, whichever way it runs."""
    key = _SORTED_BY.get((indexed.table, by)) or _SORTED_BY.get(("", by)) or f"row.{by}"
    # By the rows' ids, which both tables have in the same order; by places each row would be looked up on its own.
    rows = f"SELECT at.place FROM {indexed.table} AS row CROSS JOIN {indexed.places} AS at ON at.id = row.id WHERE "
    is_known, direction = f"coalesce({key}, '') <> ''", "DESC" if descending else "ASC"
    known = _collected(reader, f"{rows} {is_known} ORDER BY {key} COLLATE NOCASE {direction}, at.place DESC")
    return known + _collected(reader, f"{rows} NOT ({is_known}) ORDER BY at.place DESC")


def _collected(reader: Reader, sql: str, *params: str) -> list[int]:
    """All that a statement finds in its first column, in its order.

    As one text, which SQLite makes without Python: in half the time, and the window's thread need not wait.
    """
    text: str = reader.value(f"SELECT json_group_array(place) FROM ({sql})", *params)
    return _NUMBERS.decode(text)


def rows_at(reader: Reader, kind: type[F], indexed: IndexedKind, wanted: Sequence[int]) -> Mapping[int, Seen[F]]:
    """The rows at these places; one that went meanwhile is missing."""
    codec = codec_of(kind)
    columns = ", ".join(f"row.{name}" for name in codec.columns)
    marks = ", ".join("?" * len(wanted))
    found = reader.rows(
        f"SELECT at.place, coalesce(house.name, ''), {columns} FROM {indexed.places} AS at "
        f"JOIN {indexed.table} AS row ON row.id = at.id "
        f"LEFT JOIN {Organisation.TABLE.name} AS house ON house.id = row.distributor_id WHERE at.place IN ({marks})",
        *wanted,
    )
    fresh = freshness_by_line(reader, indexed.table)
    records = [(place, house, codec.record(values)) for place, house, *values in found]
    asked = latest_by_row(reader, [record for _place, _house, record in records])
    return {
        place: Seen(place, record, house, fresh.get(record.distributor_id), asked.get(record.id))
        for place, house, record in records
    }


def first_found(
    reader: Reader, kind: type[F], indexed: IndexedKind, text: str, columns: Sequence[str], most: int
) -> list[Seen[F]]:
    """The first rows with every word of `text`, of which only some columns are read; the others have their default."""
    sql, params = places_query(indexed, text, open_only=False)
    names = ("id", "distributor_id", *columns)
    found = reader.rows(
        f"SELECT at.place, coalesce(house.name, ''), {', '.join(f'row.{name}' for name in names)} "
        f"FROM {indexed.places} AS at JOIN {indexed.table} AS row ON row.id = at.id "
        f"LEFT JOIN {Organisation.TABLE.name} AS house ON house.id = row.distributor_id "
        f"WHERE at.place IN ({sql} LIMIT {most})",
        *params,
    )
    seen = {place: Seen(place, from_values(kind, names, values), house) for place, house, *values in found}
    return [seen[place] for place in sorted(seen, reverse=indexed.newest_first)]


def place_of(reader: Reader, indexed: IndexedKind, row_id: str) -> int | None:
    """Where a row stands in the usual order; None when it is not here."""
    place: int | None = reader.value(f"SELECT place FROM {indexed.places} WHERE id = ?", row_id)
    return place


def is_empty(reader: Reader, indexed: IndexedKind) -> bool:
    """Whether there is no row at all, whatever is filtered."""
    return reader.value(f"SELECT 1 FROM {indexed.places} LIMIT 1") is None
