"""Tombstones are kept 90 days; who was away longer gets the stream afresh."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, func, literal, select

from shared_models.sync.streams import FOLLOW_UP_SCOPES, follow_up, line_dataset
from sync_server.features.sync.tables import (
    FOLLOW_UP_LEFT,
    FOLLOW_UP_TABLES,
    LINE_TABLES,
    STREAM_ENTRIES,
    STREAM_FLOORS,
)
from sync_server.foundation.upsert import insert_or

TOMBSTONES_KEPT = timedelta(days=90)


def sweep_tombstones(connection: Connection, now: datetime) -> int:
    """Forget what left its stream more than 90 days ago and raise those streams' floors; gives how many."""
    too_old = now - TOMBSTONES_KEPT
    expired = and_(STREAM_ENTRIES.c.gone_at.is_not(None), STREAM_ENTRIES.c.gone_at < too_old)
    newest = func.max(STREAM_ENTRIES.c.position)
    floors: dict[str, int] = {
        row[0]: row[1]
        for row in connection.execute(
            select(STREAM_ENTRIES.c.stream, newest).where(expired).group_by(STREAM_ENTRIES.c.stream)
        )
    }
    swept = connection.execute(delete(STREAM_ENTRIES).where(expired)).rowcount
    for dataset, table in LINE_TABLES.items():
        gone = and_(table.c.gone_at.is_not(None), table.c.gone_at < too_old)
        newest = func.max(table.c.stream_position)
        for distributor_id, position in connection.execute(
            select(table.c.distributor_id, newest).where(gone).group_by(table.c.distributor_id)
        ):
            floors[line_dataset(distributor_id, dataset)] = position
        swept += connection.execute(delete(table).where(gone)).rowcount
    swept += _sweep_follow_up(connection, too_old, floors)
    _raise_floors(connection, floors)
    return swept


def _sweep_follow_up(connection: Connection, too_old: datetime, floors: dict[str, int]) -> int:
    """Forget rows that are gone, and who left which stream; each stream's floor is the newest of them."""
    swept = 0
    for table in FOLLOW_UP_TABLES.values():
        gone = and_(table.c.gone_at.is_not(None), table.c.gone_at < too_old)
        for scope in FOLLOW_UP_SCOPES:
            code = literal("") if scope == "all" else table.c[f"seen_{scope}"]
            newest = func.max(table.c[f"position_{scope}"])
            of_stream = select(table.c.distributor_id, code, newest).where(gone).group_by(table.c.distributor_id, code)
            for distributor_id, plain, position in connection.execute(of_stream):
                if scope == "all" or plain:
                    stream = follow_up(distributor_id, scope, plain)
                    floors[stream] = max(floors.get(stream, 0), position)
        swept += connection.execute(delete(table).where(gone)).rowcount
    left = FOLLOW_UP_LEFT.c.left_at < too_old
    newest = func.max(FOLLOW_UP_LEFT.c.position)
    for stream, position in connection.execute(
        select(FOLLOW_UP_LEFT.c.stream, newest).where(left).group_by(FOLLOW_UP_LEFT.c.stream)
    ):
        floors[stream] = max(floors.get(stream, 0), position)
    return swept + connection.execute(delete(FOLLOW_UP_LEFT).where(left)).rowcount


def _raise_floors(connection: Connection, floors: dict[str, int]) -> None:
    if not floors:
        return
    statement = insert_or(connection.dialect, STREAM_FLOORS)
    statement = statement.on_conflict_do_update(
        index_elements=["stream"],
        set_={"floor": statement.excluded.floor},
        where=STREAM_FLOORS.c.floor < statement.excluded.floor,
    )
    connection.execute(statement, [{"stream": stream, "floor": floor} for stream, floor in floors.items()])
