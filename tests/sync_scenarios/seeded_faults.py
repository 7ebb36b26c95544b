"""Faults of the kind that loses or doubles data, each switched on by its name in the real code, one at a time.

They show that the simulation can fail: it must find every one of them (`test_seeded_faults.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

import msgspec

from desktop.cache.encrypted_file import transaction
from desktop.cache.line_file import LineFile
from desktop.cache.line_files import LineFiles
from desktop.sync import engine, push, rebase, sending, sign_in
from shared_models.catalogue.line_file_form import keep_state
from shared_models.picking import operations as picking
from shared_models.picking.records import StockMovement
from shared_models.sync.wire import Outcome
from sync_server.features.sync import apply, endpoints, pages, pull, stream_log
from sync_server.features.sync.permissions import allowed_streams

Work = Callable[..., Any]


class Fault(NamedTuple):
    """Where it sits, and what stands there instead; `wrong` gets what is there and gives what is wrong."""

    what: str
    place: Any
    name: str
    wrong: Callable[[Work], Work]
    seed: int = 0
    """The history from which on it is looked for: those before cost time and do not meet it."""


@contextmanager
def switched_on(fault: Fault) -> Iterator[None]:
    """The fault is in the program until the end of the block."""
    with patch.object(fault.place, fault.name, fault.wrong(getattr(fault.place, fault.name))):
        yield


def _nothing(_real: Work) -> Work:
    return lambda *_arguments, **_named: None


def _empty_set(_real: Work) -> Work:
    return lambda *_arguments, **_named: set()


def _undo_forgets_one(real: Work) -> Work:
    def undo(records: Any) -> set[str]:
        last = "SELECT max(row) FROM operations WHERE state IN ('waiting', 'sent') AND undo <> '[]'"
        records.connection.execute(f"UPDATE operations SET undo = '[]' WHERE row = ({last})")
        return set(real(records))

    return undo


def _cursor_before_page(real: Work) -> Work:
    def take_page(database: Any, page: Any, *, at: Any) -> Any:
        with database.write() as records:
            known = "SELECT position FROM streams WHERE stream = ?"
            before = records.connection.execute(known, (page.stream,)).fetchone()
            move = "UPDATE streams SET position = ? WHERE stream = ?"
            records.connection.execute(move, (page.upto, page.stream))
        with database.write() as records:
            if before is not None:
                records.connection.execute(move, (before[0], page.stream))
        return real(database, page, at=at)

    return take_page


def _page_whatever_its_place(real: Work) -> Work:
    def take_over(records: Any, page: Any, now: Any) -> Any:
        row = records.connection.execute("SELECT position FROM streams WHERE stream = ?", (page.stream,)).fetchone()
        return real(records, msgspec.structs.replace(page, after=row[0] if row else 0, fresh=False), now)

    return take_over


def _head_stays(real: Work) -> Work:
    def write_heads(connection: Any, heads: Any) -> None:
        real(connection, {stream: head._replace(head=max(1, head.head - 1)) for stream, head in heads.items()})

    return write_heads


def _page_skips_its_last_group(real: Work) -> Work:
    def read(connection: Any, stream: str, after: int, head: int, budget: int) -> Any:
        changed = real(connection, stream, after, head, budget)
        return changed._replace(tables=changed.tables[:-1]) if len(changed.tables) > 1 else changed

    return read


def _no_deletions(real: Work) -> Work:
    return lambda *arguments: real(*arguments)._replace(gone=[])


def _two_snapshots(real: Work) -> Work:
    """The heads are read a little earlier than the rows: the last change is told, but not sent."""

    def read_page(connection: Any, stream: str, after: int, head: Any, budget: int, **named: Any) -> Any:
        page = real(connection, stream, after, head, budget, **named)
        if page.upto != page.head or not page.tables or page.after == 0:
            return page
        return msgspec.structs.replace(page, tables=page.tables[1:])

    return read_page


def _refused_on_server_fault(real: Work) -> Work:
    def refuse(trouble: Any, batch: Any) -> Any:
        if trouble.kind == "server_fault":
            return Outcome(operation_id=batch.envelopes[0].id, result="refused", code="server_fault", sentence="500")
        return real(trouble, batch)

    return refuse


def _sent_backwards(real: Work) -> Work:
    def next_batch(database: Any, *, without: Any) -> Any:
        batch = real(database, without=without)
        if batch is None:
            return None
        backwards = [msgspec.structs.replace(one, after=[]) for one in reversed(batch.envelopes)]
        return push.PushedBatch(tuple(backwards))

    return next_batch


def _arrived_when_answered(_real: Work) -> Work:
    def drop(records: Any, at: Any) -> None:
        records.connection.execute(
            "UPDATE operations SET state = outcome, settled_at = ? WHERE state = 'sent'", (at.isoformat(),)
        )

    return drop


def _stock_is_set(_real: Work) -> Work:
    def move_stock(
        records: Any, act: Any, stock: Any, *, movement_id: str, amount: int, why: str, **named: Any
    ) -> None:
        records.change(stock, on_hand=max(0, amount))
        records.insert(
            StockMovement(
                id=movement_id,
                stock_id=stock.id,
                distributor_id=stock.distributor_id,
                amount=amount,
                why=why,  # type: ignore[arg-type]
                moved_at=act.made_at,
                moved_by=act.person_id,
                **named,
            )
        )

    return move_stock


def _history_ignored(_real: Work) -> Work:
    return lambda _self, _history_id, **_named: False


def _not_offered_again(real: Work) -> Work:
    def fetch(database: Any, *, at: Any) -> Any:
        done = "state IN ('applied', 'needs_review')"
        with database.write() as records:
            kept = records.connection.execute(f"SELECT row, state FROM operations WHERE {done}").fetchall()
        kinds = real(database, at=at)
        with database.write() as records:
            for row, state in kept:
                records.connection.execute("UPDATE operations SET state = ?, undo = '[]' WHERE row = ?", (state, row))
        return kinds

    return fetch


def _arrived_between_pages(_real: Work) -> Work:
    """What a position says is taken for granted although more of its stream is on the way."""

    def drop(records: Any, at: Any) -> None:
        reached = dict(records.connection.execute("SELECT stream, position FROM streams").fetchall())
        sent = records.connection.execute("SELECT row, outcome, positions FROM operations WHERE state = 'sent'")
        for row, outcome, positions in sent.fetchall():
            wanted = msgspec.json.decode(positions, type=dict[str, int])
            if all(reached[stream] >= position for stream, position in wanted.items() if stream in reached):
                settled = "UPDATE operations SET state = ?, settled_at = ? WHERE row = ?"
                records.connection.execute(settled, (outcome, at.isoformat(), row))

    return drop


def _only_what_waits_is_numbered(_real: Work) -> Work:
    """What is done keeps the numbers of the former station: when it is offered again, they stand there twice."""

    def number_anew(records: Any, station_id: str) -> None:
        waiting = "SELECT row FROM operations WHERE state = 'waiting' ORDER BY row"
        records.connection.execute("UPDATE operations SET station_id = ?", (station_id,))
        records.connection.executemany(
            "UPDATE operations SET station_seq = ? WHERE row = ?",
            [(number, row) for number, (row,) in enumerate(records.connection.execute(waiting).fetchall(), start=1)],
        )

    return number_anew


def _patch_without_rows(_real: Work) -> Work:
    def patch(file: Any, _blocks: Any, *, after: int, agreed: Any) -> None:
        with transaction(file._connection):
            if after <= file.state().position:
                keep_state(file._connection, position=agreed.position)

    return patch


def _line_of_any_history(real: Work) -> Work:
    return lambda files, card, _history: real(files, card, files._file(card).state().history)


def _always_the_same(_real: Work) -> Work:
    return lambda *_arguments, **_named: True


def _everything_is_allowed(_real: Work) -> Work:
    def allowed(connection: Any, caller: Any, today: Any) -> set[str]:
        mine = set(allowed_streams(connection, caller, today))
        return mine | {stream for (stream,) in connection.exec_driver_sql("SELECT stream FROM stream_heads")}

    return allowed


FAULTS: dict[str, Fault] = {
    "outcome_not_stored": Fault("the server does not keep what it answered", apply, "store_receipts", _nothing),
    "undo_forgotten": Fault("the newest waiting effect is not taken back", rebase, "_undo", _undo_forgets_one),
    "rebase_skips_reapply": Fault("what waits is not applied again", rebase, "_apply_again", _empty_set),
    "cursor_before_page": Fault(
        "the cursor is saved before its page", engine, "take_page", _cursor_before_page, seed=3
    ),
    "page_out_of_order": Fault("a page is taken wherever it belongs", rebase, "take_over", _page_whatever_its_place),
    "head_not_raised": Fault("two changes share one position", stream_log, "_write_heads", _head_stays),
    "page_skips_rows": Fault("a page leaves some of its rows out", pages, "_read_entries", _page_skips_its_last_group),
    "deletions_not_sent": Fault("what left a stream is not told", pages, "_read_entries", _no_deletions),
    "head_ahead_of_rows": Fault("a head is told before its rows", pull, "read_page", _two_snapshots),
    "dropped_on_5xx": Fault(
        "a 500 counts as a refusal", sending, "refuse_by_problem", _refused_on_server_fault, seed=14
    ),
    "other_body_accepted": Fault("an id may say something else", apply, "_require_same", _nothing),
    "lane_order_broken": Fault("operations are sent backwards", sending, "next_batch", _sent_backwards),
    "arrived_between_pages": Fault("half a stream counts as all", rebase, "_drop_arrived", _arrived_between_pages),
    "arrived_too_early": Fault("an answer counts as the effect", rebase, "_drop_arrived", _arrived_when_answered),
    "withdrawn_stream_kept": Fault("a lost stream's rows stay", rebase, "withdraw", _empty_set),
    "stock_set_not_moved": Fault("a count sets the stock", picking, "move_stock", _stock_is_set),
    "copy_not_noticed": Fault("two machines may be one station", apply, "_require_own_numbers", _nothing, seed=3),
    "numbers_not_kept": Fault(
        "what is done keeps another station's numbers", sign_in, "_number_anew", _only_what_waits_is_numbered, seed=4
    ),
    "history_ignored": Fault(
        "a restored server goes unnoticed", engine.SyncEngine, "_check_history", _history_ignored, seed=9
    ),
    "not_offered_again": Fault(
        "done work is not offered again", engine, "fetch_all_afresh", _not_offered_again, seed=11
    ),
    "put_back_unnoticed": Fault("nothing is ever new", endpoints, "stands_there", _always_the_same),
    "line_patch_empty": Fault("a line is at its head without its rows", LineFile, "patch", _patch_without_rows),
    "line_kept": Fault("a lost line stays on the disk", LineFiles, "drop", _nothing),
    "line_of_any_history": Fault(
        "a restored line is not fetched", LineFiles, "_position", _line_of_any_history, seed=11
    ),
    "stream_not_checked": Fault("every stream is given to everybody", pull, "allowed_streams", _everything_is_allowed),
}
