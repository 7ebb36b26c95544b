"""What was told in real time as a line of the history: one an hour and dataset, which grows while it is told.

A line a record would bury the files, and none at all would leave a master without an answer to who changed a figure.
"""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, select, update

from shared_models.kernel.ids import new_id
from sync_server.features.feeds.difference_store import MOST_ROWS_OF_A_GROWING_PAGE, forget_oldest
from sync_server.features.feeds.history import LIVE, Run, change_run, newest_live, store_run
from sync_server.features.feeds.row_changes import (
    KINDS,
    MOST_ROWS_KEPT,
    ChangeKind,
    RowChange,
    RunDifference,
    page_of,
    unpacked,
)
from sync_server.features.feeds.tables import FEED_DIFFERENCE_PAGES


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the records of one call."""

    distributor_id: str
    dataset: str
    as_of: datetime
    now: datetime
    by: str = ""
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_gone: int = 0
    left_alone: int = 0
    differences: tuple[RunDifference, ...] = ()


def note_told(connection: Connection, told: Told) -> str:
    """Add a call to the line of its hour; gives the line's id. The dataset's state must be locked."""
    hour = told.now.replace(minute=0, second=0, microsecond=0)
    before = newest_live(connection, told.distributor_id, told.dataset, since=hour)
    run = before or Run(
        id=new_id(),
        distributor_id=told.distributor_id,
        dataset=told.dataset,
        mode=LIVE,
        as_of=told.as_of,
        batch_id=new_id(),
        sha256="",
        posted_at=told.now,
        posted_by=told.by,
        status="landed",
        difference="kept",
    )
    kept = {kind: _room_filled(run, kind) for kind in KINDS}
    changes = [change for one in told.differences for change in one.row_changes()]
    wanted = {kind: [one for one in changes if one.kind == kind][: MOST_ROWS_KEPT - kept[kind]] for kind in KINDS}
    run = _grown(run, told, {kind: len(rows) for kind, rows in wanted.items()})
    if before is None:
        store_run(connection, run)
        forget_oldest(connection, run)
    else:
        change_run(connection, run)
    for kind, rows in wanted.items():
        _append(connection, run.id, kind, rows)
    return run.id


def _room_filled(run: Run, kind: ChangeKind) -> int:
    return {"gone": run.kept_gone, "changed": run.kept_changed, "new": run.kept_new}[kind]


def _grown(run: Run, told: Told, kept: dict[ChangeKind, int]) -> Run:
    columns = dict(run.changed_columns)
    for one in told.differences:
        for name, count in one.changed_columns.items():
            columns[name] = columns.get(name, 0) + count
    records = told.rows_new + told.rows_changed + told.rows_unchanged + told.rows_gone + told.left_alone
    run = msgspec.structs.replace(
        run,
        as_of=max(run.as_of, told.as_of),
        settled_at=told.now,
        settled_by=told.by,
        rows_read=run.rows_read + records,
        rows_new=run.rows_new + told.rows_new,
        rows_changed=run.rows_changed + told.rows_changed,
        rows_unchanged=run.rows_unchanged + told.rows_unchanged,
        rows_gone=run.rows_gone + told.rows_gone,
        rows_left_alone=run.rows_left_alone + told.left_alone,
        changed_columns=dict(sorted(columns.items(), key=lambda one: -one[1])),
        kept_new=run.kept_new + kept["new"],
        kept_changed=run.kept_changed + kept["changed"],
        kept_gone=run.kept_gone + kept["gone"],
    )
    return msgspec.structs.replace(run, sentence=_sentence(run))


def _sentence(run: Run) -> str:
    left_alone = f", {run.rows_left_alone:,} left alone: newer was known of them" if run.rows_left_alone else ""
    told = "1 record" if run.rows_read == 1 else f"{run.rows_read:,} records"
    return (
        f"Told in real time within an hour, {told}: {run.rows_new:,} new, {run.rows_changed:,} changed, "
        f"{run.rows_gone:,} gone, {run.rows_unchanged:,} unchanged{left_alone}."
    )


def _append(connection: Connection, run_id: str, kind: ChangeKind, rows: list[RowChange]) -> None:
    """Put the rows behind those of their kind: into its last page while that is small, else into a new one."""
    if not rows:
        return
    pages = FEED_DIFFERENCE_PAGES
    last = connection.execute(
        select(pages).where(pages.c.run_id == run_id, pages.c.kind == kind).order_by(pages.c.place.desc()).limit(1)
    ).first()
    if last is not None and last.rows + len(rows) <= MOST_ROWS_OF_A_GROWING_PAGE:
        page = page_of(kind, [*unpacked(last.body), *rows])
        connection.execute(
            update(pages)
            .where(pages.c.run_id == run_id, pages.c.place == last.place)
            .values(rows=page.rows, body=page.body)
        )
        return
    newest = select(pages.c.place).where(pages.c.run_id == run_id).order_by(pages.c.place.desc()).limit(1)
    place = connection.execute(newest).scalar()
    page = page_of(kind, rows)
    connection.execute(insert(pages).values(run_id=run_id, place=0 if place is None else place + 1, **page._asdict()))
