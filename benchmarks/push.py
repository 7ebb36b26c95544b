"""Pushing waiting operations, acknowledged durably: a real server process over loopback HTTP against bare SQL.

Sixteen stations of sixteen showrooms push at once, each its own waiting operations in their order: one by one, and in
batches of 50. Of 20 operations 9 lend a copy, 9 take it back, one adds a designer and one orders two samples (which
writes a mail as well). The reference writes the very rows that the server wrote, by hand, with as many commits as the
server made, each with the same operations in it. Both are timed per operation; the better of the turns counts.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks._bare_push import commits_of, write_bare
from benchmarks._server_desks import Answer, Station, converse, fill, http_request, serving
from benchmarks.figures import Figure
from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import CopyId, DesignerId, LineId, LoanId, OrderId, RequestId, ReturnId, new_id
from shared_models.kernel.operation import Operation
from shared_models.library.operations import CheckOutCopy, ReturnCopy
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sync.operation_codec import encode
from shared_models.sync.wire import OperationEnvelope, PushAnswer, PushRequest
from sync_server.foundation.database import open_database
from tests.builders.postgres import NO_SERVER_PROGRAM, find_server_programs, postgres_cluster

STATIONS = 16
SINGLE_EACH = 60
BATCHED_EACH = 400
BATCH = 50
WARM_EACH = 20
TURNS = 2
GOAL = 2.0
AIMS = {"SQLite": (1_500, 10_000), "PostgreSQL": (None, 6_000)}
"""Operations a second, one by one and in batches."""

Fresh = Callable[[], str]
"""The URL of a fresh copy of the filled database."""


class _Turn(NamedTuple):
    """Seconds an operation, and the commits that the server made."""

    ours: float
    bare: float
    commits: int
    operations: int


def run() -> list[Figure]:
    """Both ways on each database that is there."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        folder = Path(name)
        with _sqlite(folder) as (fresh, stations):
            figures += _figures("SQLite", folder, fresh, stations)
        if find_server_programs() is None:
            print(f"push on PostgreSQL is left out: {NO_SERVER_PROGRAM}", file=sys.stderr)
            return figures
        with _postgres() as (fresh, stations):
            figures += _figures("PostgreSQL", folder, fresh, stations)
    return figures


def _figures(database: str, folder: Path, fresh: Fresh, stations: Sequence[Station]) -> Iterator[Figure]:
    for words, each, batch, aim in zip(
        ("one by one", f"batches of {BATCH}"), (SINGLE_EACH, BATCHED_EACH), (1, BATCH), AIMS[database], strict=True
    ):
        turns = [_turn(folder, fresh, stations, each, batch) for _ in range(TURNS)]
        ours, bare = min(turn.ours for turn in turns), min(turn.bare for turn in turns)
        for turn in turns:
            print(
                f"  {database}, {words}: {1 / turn.ours:,.0f}/s, bare {1 / turn.bare:,.0f}/s, "
                f"{turn.operations} operations in {turn.commits} commits",
                file=sys.stderr,
            )
        yield Figure(f"push on {database}, {words}, an operation", ours * 1000, bare * 1000, "ms", GOAL)
        if aim is not None:
            yield Figure(f"push on {database}, {words}, against {aim:,}/s", ours * 1000, 1000 / aim, "ms", 1.0)


@contextmanager
def _sqlite(folder: Path) -> Iterator[tuple[Fresh, list[Station]]]:
    filled = folder / "filled.db"
    stations = fill(f"sqlite:///{filled}", STATIONS)
    numbers = iter(range(1000))

    def fresh() -> str:
        path = folder / f"turn-{next(numbers)}.db"
        shutil.copy(filled, path)
        return f"sqlite:///{path}"

    yield fresh, stations


@contextmanager
def _postgres() -> Iterator[tuple[Fresh, list[Station]]]:
    programs = find_server_programs()
    assert programs is not None
    with postgres_cluster(programs, durable=True) as cluster:
        stations: list[Station] = []
        template = cluster.template("filled", lambda url: stations.extend(fill(url, STATIONS)))

        def fresh() -> str:
            return cluster.url(cluster._create(template))

        yield fresh, stations


def _turn(folder: Path, fresh: Fresh, stations: Sequence[Station], each: int, batch: int) -> _Turn:
    work = [_envelopes(station, each + WARM_EACH) for station in stations]
    operations = {envelope.id: operation for one in work for envelope, operation in one}
    url = fresh()
    with serving(folder / "server", url) as port:
        converse(port, [_requests(s, one[:WARM_EACH], 1) for s, one in zip(stations, work, strict=True)])
        questions = [_requests(s, one[WARM_EACH:], batch) for s, one in zip(stations, work, strict=True)]
        seconds, answers = converse(port, questions)
    count = _require_applied(answers)
    database = open_database(url)
    try:
        commits = commits_of(database, operations)
    finally:
        database.close()
    warm_ids = {envelope.id for one in work for envelope, _ in one[:WARM_EACH]}
    warm = [commit.changes for commit in commits if commit.operation_ids <= warm_ids]
    timed = [commit.changes for commit in commits if not commit.operation_ids <= warm_ids]
    bare = open_database(fresh())
    try:
        write_bare(bare, warm)
        by_hand = write_bare(bare, timed)
    finally:
        bare.close()
    return _Turn(seconds / count, by_hand / count, len(timed), count)


def _requests(station: Station, work: Sequence[tuple[OperationEnvelope, Operation]], batch: int) -> list[bytes]:
    envelopes = [envelope for envelope, _ in work]
    return [
        http_request(
            "/v1/operations",
            station.token,
            msgspec.json.encode(
                PushRequest(station_clock=datetime.now(UTC), operations=envelopes[start : start + batch])
            ),
        )
        for start in range(0, len(envelopes), batch)
    ]


def _require_applied(answers: Sequence[Sequence[Answer]]) -> int:
    """How many operations were applied; anything else than that is no measurement."""
    count = 0
    for answer in (answer for one in answers for answer in one):
        if answer.status != 200:
            raise AssertionError(f"the server answered {answer.status}: {answer.body[:300]!r}")
        outcomes = msgspec.json.decode(answer.body, type=PushAnswer).outcomes
        if others := [outcome for outcome in outcomes if outcome.result != "applied"]:
            raise AssertionError(f"an operation was not applied: {others[0]}")
        count += len(outcomes)
    return count


# --- what is pushed --------------------------------------------------------------------------------------


def _envelopes(station: Station, count: int) -> list[tuple[OperationEnvelope, Operation]]:
    began = datetime.now(UTC) - timedelta(hours=1)
    return [
        (
            OperationEnvelope(
                id=new_id(),
                name=type(operation).__name__,
                version=operation.VERSION,
                payload=encode(operation),
                made_at=began + timedelta(milliseconds=number * 100),
                organisation_id=station.organisation.id,
                station_seq=number,
                lane=operation.lane(),
            ),
            operation,
        )
        for number, operation in enumerate(_day(station, count), start=1)
    ]


def _day(station: Station, count: int) -> Iterator[Operation]:
    for number in range(count):
        at, turn = number % 20, number // 20
        if at < 18:
            copy = station.copies[(turn * 9 + at % 9) % len(station.copies)]
            copy_id, designer = CopyId(copy.id), station.designers[(turn + at % 9) % len(station.designers)]
            if at < 9:
                due_on = (datetime.now(UTC) + timedelta(days=14)).date()
                designer_id = DesignerId(designer.id)
                yield CheckOutCopy(loan_id=LoanId(new_id()), copy_id=copy_id, designer_id=designer_id, due_on=due_on)
            else:
                yield ReturnCopy(return_id=ReturnId(new_id()), copy_id=copy_id)
        elif at == 18:
            card = DesignerCard(name=f"June Castellane {number}", firm="The Mayfield Company")
            yield AddDesigner(designer_id=DesignerId(new_id()), card=card)
        else:
            yield _order(station, turn)


def _order(station: Station, turn: int) -> PlaceSampleOrder:
    distributor = station.distributors[turn % len(station.distributors)]
    items = tuple(
        OrderedItem(line_id=LineId(new_id()), item_no=f"1354.{number}.0", title="Trianon, Slate") for number in (1, 2)
    )
    part = RequestPart(request_id=RequestId(new_id()), distributor_id=distributor.id, items=items)
    return PlaceSampleOrder(order_id=OrderId(new_id()), parts=(part,), ship_to=ShipTo(name="Paloma Winslow"))
