"""What must be true when everybody has synced; each check raises `Violation` with a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, get_args

import msgspec

from desktop.cache.reader import Reader
from desktop.cache.records import StationRecords
from desktop.sync.rebase import _apply_again, _undo
from shared_models.catalogue.freshness import DatasetFreshness
from shared_models.catalogue.records import LINE_DATASETS, Dataset
from shared_models.follow_up.records import FollowUpRecord, FreightLine
from shared_models.kernel.records import Record, row_hash, values_of
from shared_models.library.records import Loan
from shared_models.picking.records import ConfirmationLine, PickWave, SampleStock, StockMovement
from shared_models.sample_orders.records import RequestLine, SampleRequest
from shared_models.sync.registry import STATION_KINDS
from shared_models.sync.streams import audiences
from tests.builders.memory_records import MemoryRecords
from tests.sync_scenarios.simulation.ledger import Ledger, effect_of
from tests.sync_scenarios.simulation.machines import Machine
from tests.sync_scenarios.simulation.published import DATASETS, Cells, Facts, Key
from tests.sync_scenarios.simulation.story import Violation
from tests.sync_scenarios.simulation.truth import RowKey, Truth, may_pull

_FINAL = ("applied", "needs_review", "refused")


def check_server(truth: Truth) -> None:
    """Every record is in exactly the streams of its audiences, and every head counts what is in its stream."""
    expected: dict[str, dict[RowKey, int]] = {}
    for place, record in truth.all().items():
        if isinstance(record, FollowUpRecord):
            continue
        hashed = row_hash(place[0], values_of(record))
        for audience in audiences(record, truth.records):
            expected.setdefault(audience, {})[place] = hashed
    for stream in sorted(expected.keys() | truth.entries.keys()):
        _same(f"stream {stream} on the server", truth.entries.get(stream, {}), expected.get(stream, {}))
    expected |= truth.of_follow_up()
    for stream, (_, rows, checksum) in truth.heads.items():
        if stream.startswith("line:"):
            continue
        hashes = expected.get(stream, {}).values()
        if (rows, checksum) != (len(hashes), sum(hashes) % 2**64):
            raise Violation(f"the head of {stream} counts {rows} rows and is wrong: there are {len(hashes)}")


def check_amounts(truth: Truth) -> None:
    """Sums that hold whatever happened: lines, prints, stock, open loans."""
    records = truth.records
    confirmed: Counter[tuple[str, str]] = Counter()
    for one in records.all(ConfirmationLine):
        confirmed[one.line_id, one.outcome] += one.quantity
    for line in records.all(RequestLine):
        parts = (line.shipped, line.backordered, line.will_not_ship, line.cancelled)
        pending = line.quantity - sum(parts)
        if min(*parts, pending) < 0:
            raise Violation(f"of {line.quantity} of line {line.id} there are {parts} and {pending} pending")
        said = confirmed[line.id, "shipped"], confirmed[line.id, "will_not_ship"]
        if (line.shipped, line.will_not_ship) != said:
            raise Violation(f"line {line.id} says shipped and not {parts[0], parts[2]}, its confirmations {said}")
    _check_counts(records)


def _check_counts(records: MemoryRecords) -> None:
    printed = Counter(request for wave in records.all(PickWave) for request in wave.request_ids)
    for request in records.all(SampleRequest):
        if request.times_printed != printed[request.id]:
            raise Violation(
                f"request {request.number} counts {request.times_printed} prints, there were {printed[request.id]}"
            )
    moved: Counter[str] = Counter()
    for movement in records.all(StockMovement):
        moved[movement.stock_id] += movement.amount
    for stock in records.all(SampleStock):
        if stock.on_hand != moved[stock.id]:
            raise Violation(f"{stock.on_hand} of {stock.item_no} are on hand, the movements make {moved[stock.id]}")
    open_loans = Counter(loan.copy_id for loan in records.all(Loan) if loan.returned_at is None)
    for copy_id, count in open_loans.items():
        if count > 1:
            raise Violation(f"copy {copy_id} is out {count} times at once")
    numbers = Counter(request.number for request in records.all(SampleRequest))
    if numbers and (max(numbers.values()) > 1 or "" in numbers):
        raise Violation(f"request numbers are doubled or missing: {numbers.most_common(2)}")


def check_facts(truth: Truth, facts: Facts) -> None:
    """What is live is what the newest fact says of each row, and stations are told how old it is."""
    found: dict[tuple[str, str], dict[Key, Cells]] = {}
    for (house, dataset), rows in truth.lines.items():
        for row in rows:
            _note(found, house, dataset, dict(zip(LINE_DATASETS[dataset].columns, row, strict=True)))
    for one in truth.follow_up:
        _note(found, one.record.distributor_id, one.place[0], msgspec.structs.asdict(one.record))
    for house, dataset in facts.rows:
        _same(f"{dataset} of {house}", found.get((house, dataset), {}), facts.live(house, dataset))
    told = {(one.distributor_id, one.dataset): one.as_of for one in truth.records.all(DatasetFreshness)}
    if told != facts.as_of:
        raise Violation(f"datasets are said to be as of {told}, and are as of {facts.as_of}")
    _check_whose(truth, facts)


def _note(found: dict[tuple[str, str], dict[Key, Cells]], house: str, dataset: str, row: Mapping[str, Any]) -> None:
    about = DATASETS.get(dataset)
    if about is None:
        return
    cells = {name: _posted(name, row[name]) for name in about.cells}
    found.setdefault((house, dataset), {})[tuple(row[name] for name in about.key)] = cells


def _posted(name: str, value: Any) -> str:
    """As a distributor's file has it: quantities travel in thousandths."""
    return str(value // 1000) if name.startswith("qty_") and value is not None else str(value)


def _check_whose(truth: Truth, facts: Facts) -> None:
    """An order is its showroom's and rep's, and freight belongs to whom its order belongs."""
    for row in truth.follow_up:
        told: Any = msgspec.structs.asdict(row.record)
        may_be_nobodys = False
        if isinstance(row.record, FreightLine):
            orders = facts.rows.get((row.record.distributor_id, "sales_orders"), {})
            order = orders.get((row.record.order_no, row.record.line_no))
            # An order that is closed leaves its file; the server still knows whose it was, for some months.
            told, may_be_nobodys = (order.former or {}, order.cells is None) if order is not None else ({}, False)
        whose = told.get("showroom_code", ""), told.get("rep_code", "")
        if (row.showroom, row.rep) != whose and not (may_be_nobodys and (row.showroom, row.rep) == ("", "")):
            raise Violation(f"{row.place} is taken to be {row.showroom, row.rep}'s and is {whose}'s")


def check_station(machine: Machine, truth: Truth) -> None:
    """The station shows what it may pull, all of it and nothing else; its line files too."""
    allowed = may_pull(machine.person.id, truth)
    everything = truth.all()
    reader = machine.desk.database.read()
    of_follow_up = truth.of_follow_up()
    expected = {
        place: everything[place]
        for stream in allowed
        for place in truth.entries.get(stream, {}) | of_follow_up.get(stream, {})
        if place in everything
    }
    _same(f"the screen of {machine.name}", _rows(reader), expected)
    held = {stream for (stream,) in reader.rows("SELECT DISTINCT stream FROM stream_rows")}
    if not held <= allowed:
        raise Violation(f"{machine.name} holds rows of {sorted(held - allowed)}, which it may not pull")
    _check_lines(machine, truth, allowed)


def _check_lines(machine: Machine, truth: Truth, allowed: set[str]) -> None:
    catalogue = machine.desk.catalogue
    for dataset in get_args(Dataset):
        shape = LINE_DATASETS[dataset]
        found: dict[str, list[tuple[object, ...]]] = {}
        with machine.at_work():
            for distributor, row in catalogue.rows(dataset):
                found.setdefault(distributor, []).append(msgspec.structs.astuple(row))
        for distributor in found.keys() | {key[0] for key in truth.lines if key[1] == dataset}:
            rows = truth.lines.get((distributor, dataset), []) if f"line:{distributor}:{dataset}" in allowed else []
            blank = msgspec.structs.astuple(shape.row(**dict.fromkeys(shape.key, "")))
            wanted = [
                tuple(default if value is None else value for value, default in zip(row, blank, strict=True))
                for row in rows
            ]
            if sorted(map(repr, found.get(distributor, []))) != sorted(map(repr, wanted)):
                raise Violation(f"{machine.name} has other {dataset} of {distributor} than the server")


def check_nothing_waits(machine: Machine) -> None:
    """Everything here is settled."""
    states = dict(machine.desk.database.read().rows("SELECT state, count(*) FROM operations GROUP BY state"))
    left = {state: count for state, count in states.items() if state not in _FINAL}
    if left:
        raise Violation(f"{machine.name} still has {left} after everybody has synced")


def check_operations(ledger: Ledger, machines: Iterable[Machine], truth: Truth) -> None:
    """Every operation that somebody was told is done has one outcome, the same everywhere, and its effect once."""
    outcomes: dict[str, set[str]] = {key: {result} for key, result in truth.receipts.items()}
    for machine in machines:
        for operation_id, state in machine.desk.database.read().rows("SELECT id, state FROM operations"):
            outcomes.setdefault(operation_id, set()).add(state)
    everything = truth.all()
    done: dict[RowKey, bool] = {}
    for operation_id, told in ledger.owed.items():
        what = f"{type(told.operation).__name__} {operation_id} of {told.machine}"
        found = outcomes.get(operation_id) or ({"refused"} if operation_id in ledger.dealt_with else set())
        if len(found) != 1 or not found <= set(_FINAL):
            raise Violation(f"{what} ended as {sorted(found) or 'nothing at all'}")
        effect = effect_of(told)
        if effect is not None:
            place = (effect.kind.TABLE.name, effect.key)
            done[place] = done.get(place, False) or found != {"refused"}
    for place, is_done in done.items():
        if (place in everything) != is_done:
            raise Violation(f"{place[0]} {place[1]} is {'not ' if is_done else ''}there, against what was answered")


def check_discarded(ledger: Ledger, truth: Truth) -> None:
    """What waited at a station that was shut out with nothing to be taken was not done."""
    done = {one for one in ledger.discarded if truth.receipts.get(one, "refused") != "refused"}
    if done:
        raise Violation(f"{sorted(done)[:3]} waited at a station whose work is discarded, and were done")


class _OnlyALook(Exception):
    """Ends a transaction that was only a look."""


def check_purity(machine: Machine) -> None:
    """Without what waits, the file holds exactly what the server told; with it, exactly what the screens show."""
    reader = machine.desk.database.read()
    states: dict[RowKey, set[int]] = {}
    for kind, key, hashed in reader.rows("SELECT kind, key, local_hash FROM stream_rows"):
        states.setdefault((kind, key), set()).add(hashed)
    looks: list[dict[RowKey, Record]] = []
    with suppress(_OnlyALook), machine.at_work(), machine.desk.database.write() as records:
        looks.append(_all(records))
        _undo(records)
        looks.append(_all(records))
        _apply_again(records)
        looks.append(_all(records))
        raise _OnlyALook
    shown, pure, again = looks
    hashes = {place: row_hash(place[0], values_of(record)) for place, record in pure.items()}
    # A row of two streams may have come anew by one page only, when the round was broken off between the two.
    told = {place: hashes[place] if hashes.get(place) in some else min(some) for place, some in states.items()}
    _same(f"{machine.name} without what waits", hashes, told)
    _same(f"the screen of {machine.name} against its outbox", shown, again)


def _all(records: StationRecords) -> dict[RowKey, Record]:
    return {(kind.TABLE.name, record.id): record for kind in STATION_KINDS for record in records.find(kind)}


def _rows(reader: Reader) -> dict[RowKey, Record]:
    return {(kind.TABLE.name, record.id): record for kind in STATION_KINDS for record in reader.records(kind)}


def _same(where: str, found: dict[RowKey, object] | object, wanted: object) -> None:
    assert isinstance(found, dict)
    assert isinstance(wanted, dict)
    if found == wanted:
        return
    missing = sorted(wanted.keys() - found.keys())
    extra = sorted(found.keys() - wanted.keys())
    wrong = sorted(place for place in found.keys() & wanted.keys() if found[place] != wanted[place])
    detail = f"; first: {found[wrong[0]]} instead of {wanted[wrong[0]]}" if wrong else ""
    raise Violation(f"{where}: missing {missing[:3]}, too many {extra[:3]}, wrong {wrong[:3]}{detail}")
