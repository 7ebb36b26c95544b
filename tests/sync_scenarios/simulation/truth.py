"""What the server holds, read past all of its own reading code but the one for rows."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from shared_models.accounts.records import Line, Membership, ModuleGrant, RepCode
from shared_models.catalogue.records import LINE_DATASETS
from shared_models.follow_up.records import FOLLOW_UP_DATASETS, FollowUpRecord, follow_up_id
from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record, row_hash, values_of
from shared_models.sync.registry import RECORD_KINDS
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.tables import FOLLOW_UP_TABLES, LINE_TABLES, RECEIPTS, STREAM_ENTRIES, STREAM_HEADS
from sync_server.foundation.database import Database
from tests.builders.memory_records import MemoryRecords

RowKey = tuple[str, str]


class FollowUpRow(NamedTuple):
    """A row of a distributor's follow-up, and whose the server takes it to be."""

    record: FollowUpRecord
    showroom: str
    rep: str

    @property
    def place(self) -> RowKey:
        """Its table and id."""
        return self.record.TABLE.name, self.record.id

    @property
    def streams(self) -> set[str]:
        """Those that it is in."""
        mine = f"distributor:{self.record.distributor_id}:follow_up"
        showroom = {f"{mine}:showroom:{self.showroom}"} if self.showroom else set()
        return {f"{mine}:all"} | showroom | ({f"{mine}:rep:{self.rep}"} if self.rep else set())


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
    follow_up: list[FollowUpRow]
    today: date

    def of_follow_up(self) -> dict[str, dict[RowKey, int]]:
        """Stream to (table, id) to row hash of what follow-up rows are in it."""
        found: dict[str, dict[RowKey, int]] = {}
        for row in self.follow_up:
            for stream in row.streams:
                found.setdefault(stream, {})[row.place] = row_hash(row.place[0], values_of(row.record))
        return found

    def all(self) -> dict[RowKey, Record]:
        """Every shared record and every row of the follow-up by table and id."""
        shared = {(kind.TABLE.name, record.id): record for kind in RECORD_KINDS for record in self.records.all(kind)}
        return {**shared, **{row.place: row.record for row in self.follow_up}}


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
        follow_up = [row for dataset in FOLLOW_UP_DATASETS for row in _follow_up_rows(connection, dataset)]
    return Truth(records, entries, heads, receipts, lines, follow_up, today)


def _follow_up_rows(connection: Connection, dataset: str) -> list[FollowUpRow]:
    table, shape = FOLLOW_UP_TABLES[dataset], FOLLOW_UP_DATASETS[dataset]
    found = connection.execute(select(table).where(table.c.gone_at.is_(None)).order_by(table.c.row_key)).mappings()
    return [
        FollowUpRow(
            shape.kind(
                id=follow_up_id(row["distributor_id"], row["row_key"]),
                distributor_id=row["distributor_id"],
                **{name: row[name] for name in shape.columns},
            ),
            row["seen_showroom"],
            row["seen_rep"],
        )
        for row in found
    ]


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
            line for line in records.find(Line, showroom_id=house) if line.starts_on <= today <= (line.ends_on or today)
        ]
        for distributor in {house, *(line.distributor_id for line in sold)}:
            if has(distributor, Module.BASIC, Module.INVENTORY):
                allowed.add(f"distributor:{distributor}:freshness")
            if has(distributor, Module.BASIC):
                allowed.add(f"line:{distributor}:products")
                allowed |= _follow_up_of(member, distributor, sold, records)
            # Who may see quantities needs no single word about them.
            if has(distributor, Module.INVENTORY):
                allowed |= {f"line:{distributor}:inventory", f"line:{distributor}:mill_orders"}
            elif has(distributor, Module.BASIC):
                allowed.add(f"line:{distributor}:stock_status")
    return allowed


def _follow_up_of(member: Membership, distributor: str, sold: list[Line], records: MemoryRecords) -> set[str]:
    mine = f"distributor:{distributor}:follow_up"
    if member.role is Role.MASTER and distributor == member.organisation_id:
        return {f"{mine}:all"}
    if member.role is Role.CLERK:
        codes = {line.showroom_code for line in sold if line.distributor_id == distributor}
        return {f"{mine}:showroom:{code}" for code in codes if code}
    if member.role is Role.REP:
        named = records.find(RepCode, person_id=member.person_id, distributor_id=distributor)
        return {f"{mine}:rep:{one.code}" for one in named}
    return set()
