"""Distributors publish: whole files and single records, late ones among them, while the server is killed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from shared_models.accounts.records import Organisation, RepCode
from shared_models.kernel.ids import new_id
from sync_server.features.accounts.actions import add_rep_code, end_rep_code
from sync_server.features.feeds import datasets as server_datasets
from sync_server.features.feeds.live import LiveDesk, Teller
from sync_server.features.feeds.runs import Posting
from sync_server.features.sync.records import ServerRecords
from tests.sync_scenarios.simulation.choices import Choices, once_in, pick
from tests.sync_scenarios.simulation.fail_points import Crash, mortal, running
from tests.sync_scenarios.simulation.published import DATASETS, REP_CODES, Cells, post_rows
from tests.sync_scenarios.simulation.story import Violation
from tests.sync_scenarios.simulation.trade import Trade

Result = TypeVar("Result")
_STATEMENTS_OF_A_RUN = 80
_LATEST_HOURS = 6


def feed(trade: Trade, choices: Choices) -> None:
    """A distributor's program posts a whole file: some cells differ, one row may be missing, it may come late."""
    post_whole(trade, choices, pick(choices, houses_of(trade)), pick(choices, tuple(DATASETS)))


def houses_of(trade: Trade) -> tuple[Organisation, Organisation]:
    """Both distributors."""
    return trade.world.distributor, trade.world.other_distributor


def post_whole(trade: Trade, choices: Choices, house: Organisation, dataset: str) -> None:
    """A file of one dataset. One that is older than the newest that is known changes nothing."""
    about = DATASETS[dataset]
    left_out = choices.below(len(about.keys) + 2)
    rows = {key: _cells(dataset, choices) for number, key in enumerate(about.keys) if number != left_out}
    as_of, batch_id = _instant(trade, choices), new_id()
    posting = Posting(house.id, house.code, dataset, as_of=as_of, batch_id=batch_id)
    run = _on_server(
        trade, choices, lambda: post_rows(trade.server, posting, rows, trade.folder / "server" / "posted.csv")
    )
    trade.tell(f"{house.name} posts its {dataset} as of {as_of:%d %b %H:%M}: {run[0]} {run[1]}")
    is_old = trade.facts.is_old(house.id, dataset, as_of)
    if run[0] not in (("ignored",) if is_old else ("landed", "held")):
        raise Violation(f"a file of {dataset} as of {as_of} is {run[0]}: {run[1]}")
    if run[0] == "landed":
        trade.facts.file(house.id, dataset, as_of, rows)


def tell_record(trade: Trade, choices: Choices) -> None:
    """A distributor's program tells one record by itself: some cells of it, or that it is no more."""
    house, dataset = pick(choices, houses_of(trade)), pick(choices, tuple(DATASETS))
    about, as_of = DATASETS[dataset], _instant(trade, choices)
    key = pick(choices, about.keys)
    is_there = key in trade.facts.live(house.id, dataset)
    cells: Cells | None = None
    if not is_there or not once_in(choices, 4):
        cells = _cells(dataset, choices)
        if is_there and once_in(choices, 2):
            name = pick(choices, tuple(about.cells))
            cells = {name: cells[name]}
    named = dict(zip(about.key, key, strict=True))
    teller = Teller(house.id, house.code, dataset, as_of)
    desk = LiveDesk(trade.server.database, trade.server.clock)

    def work() -> str:
        answer = desk.end(teller, _whole_key(dataset, named)) if cells is None else desk.tell(teller, [named | cells])
        return answer.sentence

    said = _on_server(trade, choices, work)
    trade.facts.record(house.id, dataset, as_of, key, cells)
    words = "is no more" if cells is None else f"says {cells}"
    trade.tell(f"{house.name} tells that {' '.join(key)} of {dataset} {words}, as of {as_of:%d %b %H:%M}: {said}")


def give_or_take_rep_code(trade: Trade, choices: Choices) -> None:
    """A distributor names the rep by a code, or does so no longer."""
    rep, house = trade.world.rep, pick(choices, houses_of(trade))
    code = pick(choices, REP_CODES[1:])
    with running(trade.server):

        def unit(connection: object) -> str:
            found = ServerRecords(connection).find(  # type: ignore[arg-type]
                RepCode, person_id=rep.id, distributor_id=house.id, code=code
            )
            (end_rep_code if found else add_rep_code)(connection, rep, house, code)  # type: ignore[arg-type]
            return "no longer calls" if found else "calls"

        said = trade.server.database.write_unit(unit)
    trade.tell(f"{house.name} {said} {rep.name} {code}")


def _cells(dataset: str, choices: Choices) -> Cells:
    return {
        name: pick(choices, options) if once_in(choices, 3) else options[0]
        for name, options in DATASETS[dataset].cells.items()
    }


def _whole_key(dataset: str, named: Cells) -> Cells:
    """Parts of the natural key that these distributors leave blank belong to it all the same."""
    return {name: named.get(name, "") for name in server_datasets.DATASETS[dataset].key}


def _instant(trade: Trade, choices: Choices) -> datetime:
    """Of the fact: now, or some hours ago; no two are alike."""
    late = timedelta(hours=choices.below(_LATEST_HOURS)) if once_in(choices, 4) else timedelta(0)
    trade.published += 1
    return trade.time.now - late + timedelta(milliseconds=trade.published)


def _on_server(trade: Trade, choices: Choices, work: Callable[[], Result]) -> Result:
    """Do it; where the server is killed meanwhile, once more: distributors' programs do so until they are answered."""
    if once_in(choices, 5):
        trade.server.process.stop_at(choices.below(_STATEMENTS_OF_A_RUN), after=once_in(choices, 2))
    try:
        with mortal(trade.server), running(trade.server):
            return work()
    except Crash:
        trade.tell("the server is killed in the middle of what a distributor publishes, and starts again")
        trade.network.on_killed()
        trade.server.stop()
        trade.server.start()
    finally:
        trade.server.process.go_on()
    with running(trade.server):
        return work()


PUBLISHING = (
    ("feed", 6, feed),
    ("record in real time", 5, tell_record),
    ("rep code", 1, give_or_take_rep_code),
)
