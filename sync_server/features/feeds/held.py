"""Held runs: a person accepts one, and its file lands as it was posted, or rejects it, and the file is dropped."""

import tempfile
from pathlib import Path

import msgspec
import zstandard
from sqlalchemy import Connection, select

from shared_models.accounts.records import Organisation
from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.difference_store import keep_difference
from sync_server.features.feeds.habits import read_habits
from sync_server.features.feeds.history import Run, change_run, need_run, take_file
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.sync.tables import RECORD_TABLES


def accept_run(desk: FeedDesk, run_id: str, distributor_ids: list[str], by: str) -> Run:
    """Land a held run without asking the guards again; it is read by what was declared when it was posted.

    Raises `DomainError`: `not_found`, `not_held`. When something newer landed meanwhile it is ignored, not landed.
    """

    def unit(connection: Connection) -> Run:
        run = _need_held(connection, run_id, distributor_ids)
        organisations = RECORD_TABLES[Organisation]
        code = connection.execute(
            select(organisations.c.code).where(organisations.c.id == run.distributor_id)
        ).scalar_one()
        posting = Posting(
            run.distributor_id,
            code,
            run.dataset,
            run.mode,
            run.as_of,
            run.batch_id,
            accept_good_rows=run.accept_good_rows,
            has_been_seen=True,
        )
        held = msgspec.structs.replace(run, code="", sentence="", errors=[])
        with tempfile.TemporaryDirectory(prefix="order-track-held-") as folder:
            file = Path(folder) / "held"
            kept = take_file(connection, run_id)
            file.write_bytes(zstandard.ZstdDecompressor().decompress(kept.body))
            habits = kept.habits or read_habits(connection, run.distributor_id, run.dataset)
            settled, difference = desk.settle_seen(connection, held, posting, file, habits)
        settled = msgspec.structs.replace(settled, settled_at=desk.clock.now(), settled_by=by)
        change_run(connection, settled)
        keep_difference(connection, settled, difference)
        return settled

    return desk.database.write_unit(unit)


def reject_run(desk: FeedDesk, run_id: str, distributor_ids: list[str], by: str) -> Run:
    """Drop a held run; what is live stays. Raises `DomainError`: `not_found`, `not_held`."""

    def unit(connection: Connection) -> Run:
        run = _need_held(connection, run_id, distributor_ids)
        take_file(connection, run_id)
        settled = msgspec.structs.replace(
            run,
            status="rejected",
            code="rejected",
            sentence="Rejected by a person; what was live stays.",
            settled_at=desk.clock.now(),
            settled_by=by,
        )
        change_run(connection, settled)
        return settled

    return desk.database.write_unit(unit)


def _need_held(connection: Connection, run_id: str, distributor_ids: list[str]) -> Run:
    run = need_run(connection, run_id, distributor_ids)
    if run.status != "held":
        raise DomainError("not_held", f"This run is {run.status}, not held; there is nothing to decide.", id=run_id)
    return run
