"""What the server holds, read past all of its own reading code but the one for rows."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from shared_models.accounts.records import Line, Membership, ModuleGrant
from shared_models.catalogue.records import LINE_DATASETS
from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record
from shared_models.sync.registry import RECORD_KINDS
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.tables import LINE_TABLES, RECEIPTS, STREAM_ENTRIES, STREAM_HEADS
from sync_server.foundation.database import Database
from tests.builders.memory_records import MemoryRecords

RowKey = tuple[str, str]


class Truth(NamedTuple):
    """The server's content at one moment."""

    records: MemoryRecords
    entries: dict[str, dict[RowKey, int]]
    """Stream to (table, id) to row hash of what is in it."""
    heads: dict[str, tuple[int, int, int]]
    """Stream to head, rows and checksum."""
    receipts: dict[str, str]
    """Operation id to its result."""
    lines: dict[tuple[str, str], list[tuple[Any, ...]]]
    """(distributor, dataset) to its live rows, key and columns, as they travel."""
    today: date

    def all(self) -> dict[RowKey, Record]:
        """Every shared record by table and id."""
        return {(kind.TABLE.name, record.id): record for kind in RECORD_KINDS for record in self.records.all(kind)}


def read_truth(database: Database, today: date) -> Truth:
    """Everything, in one snapshot."""
    with database.reading() as connection:
        reader = ServerRecords(connection)
        records = MemoryRecords(record for kind in RECORD_KINDS for record in reader.find(kind))
        entries: dict[str, dict[RowKey, int]] = {}
        for row in connection.execute(select(STREAM_ENTRIES).where(STREAM_ENTRIES.c.gone_at.is_(None))):
            entries.setdefault(row.stream, {})[row.kind, row.key] = row.row_hash
        heads = {
            row.stream: (row.head, row.rows, int(row.checksum, 16)) for row in connection.execute(select(STREAM_HEADS))
        }
        receipts = {row.operation_id: row.result for row in connection.execute(select(RECEIPTS))}
        lines: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
        for dataset, table in LINE_TABLES.items():
            columns = [table.c[name] for name in LINE_DATASETS[dataset].columns]
            for row in connection.execute(
                select(table.c.distributor_id, *columns).where(table.c.gone_at.is_(None)).order_by(table.c.row_key)
            ):
                lines.setdefault((row[0], dataset), []).append(tuple(row[1:]))
    return Truth(records, entries, heads, receipts, lines, today)


def may_pull(person_id: str, truth: Truth) -> set[str]:
    """The streams of a person, from the table of rights in `shared_models/sync/streams.py`, written once more."""
    records, today = truth.records, truth.today

    def has(house: str, *modules: Module) -> bool:
        return any(
            grant.module in modules and grant.starts_on <= today <= (grant.ends_on or today)
            for grant in records.find(ModuleGrant, organisation_id=house)
        )

    allowed: set[str] = set()
    for member in records.find(Membership, person_id=person_id):
        house = member.organisation_id
        allowed |= {f"organisation:{house}:directory", f"organisation:{house}:reviews"}
        at_desk, at_bench = member.role in (Role.CLERK, Role.REP), member.role in (Role.PICKER, Role.MASTER)
        if at_desk and has(house, Module.SAMPLE_CHECKOUT):
            allowed.add(f"showroom:{house}:library")
        if at_desk and has(house, Module.SAMPLE_ORDERS):
            allowed.add(f"showroom:{house}:orders")
        if member.role is Role.REP:
            allowed.add(f"rep:{person_id}:bags")
        if at_bench and has(house, Module.SAMPLE_PROCESSING, Module.BASIC):
            allowed.add(f"distributor:{house}:requests")
        sold = [
            line.distributor_id
            for line in records.find(Line, showroom_id=house)
            if line.starts_on <= today <= (line.ends_on or today)
        ]
        for distributor in {house, *sold}:
            if has(distributor, Module.BASIC, Module.INVENTORY):
                allowed.add(f"distributor:{distributor}:freshness")
            if has(distributor, Module.BASIC):
                allowed.add(f"line:{distributor}:products")
            # Who may see quantities needs no single word about them.
            if has(distributor, Module.INVENTORY):
                allowed.add(f"line:{distributor}:inventory")
            elif has(distributor, Module.BASIC):
                allowed.add(f"line:{distributor}:stock_status")
    return allowed
