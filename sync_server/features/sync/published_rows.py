"""Follow-up rows as operations read them: what is live of what distributors published, as the records of stations.

An operation is shown the rows that whoever does it may pull today, and no others: what it says of a row it was not
shown would tell a stranger that there is one. Nobody but a feed writes them, so they are never locked, never
remembered, and never among what was touched.
"""

from collections.abc import Mapping, Set
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Dialect, bindparam, select

from shared_models.follow_up.records import FollowUpRecord, follow_up_id
from shared_models.kernel.records import columns_of
from shared_models.sync.streams import follow_up
from sync_server.features.sync.tables import FOLLOW_UP_TABLES
from sync_server.foundation.driver_sql import Ready, ready, rows_of

F = TypeVar("F", bound=FollowUpRecord)


def find_published(connection: Connection, kind: type[F], equals: Mapping[str, Any], *, streams: Set[str]) -> list[F]:
    """The live rows in any of the streams whose columns equal the given texts, in the order of their row keys."""
    if not streams or any("\0" in value for value in equals.values()):
        return []
    statement = _find(kind, tuple(equals), connection.dialect)
    records = []
    for distributor_id, row_key, showroom, rep, *values in rows_of(connection, statement, list(equals.values())):
        if not streams.isdisjoint(_streams_of(distributor_id, showroom, rep)):
            told = (follow_up_id(distributor_id, row_key), distributor_id, *values)
            records.append(msgspec.convert(dict(zip(columns_of(kind), told, strict=True)), kind, strict=False))
    return records


def _streams_of(distributor_id: str, showroom: str, rep: str) -> set[str]:
    streams = {str(follow_up(distributor_id))}
    streams |= {follow_up(distributor_id, "showroom", showroom)} if showroom else set()
    return streams | ({follow_up(distributor_id, "rep", rep)} if rep else set())


@lru_cache(maxsize=64)
def _find(kind: type[FollowUpRecord], equals: tuple[str, ...], dialect: Dialect) -> Ready:
    rows = FOLLOW_UP_TABLES[kind.TABLE.name]
    columns = [rows.c[name] for name in columns_of(kind)[2:]]
    whose = (rows.c.distributor_id, rows.c.row_key, rows.c.seen_showroom, rows.c.seen_rep)
    chosen = select(*whose, *columns).where(rows.c.gone_at.is_(None))
    for name in equals:
        chosen = chosen.where(rows.c[name] == bindparam(name, type_=rows.c[name].type))
    return ready(chosen.order_by(rows.c.row_key), dialect)
