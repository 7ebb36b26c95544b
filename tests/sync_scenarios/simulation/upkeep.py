"""What befalls a machine's own files: its program is updated with work waiting, rows are there that nobody pulled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from desktop.cache.records import StationRecords
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from shared_models.kernel.records import Record
from shared_models.library.records import Copy, Loan
from shared_models.sample_orders.records import RequestLine
from tests.sync_scenarios.simulation.choices import Choices, once_in, pick
from tests.sync_scenarios.simulation.machines import Machine
from tests.sync_scenarios.simulation.story import Violation
from tests.sync_scenarios.simulation.trade import Trade

_STATEMENTS_OF_AN_UPDATE = 60
_WORD_OF: dict[type[Record], str] = {Designer: "name", Copy: "title", Loan: "sidemark", RequestLine: "title"}
"""Kinds of rows, and what of each a damaged disk changes."""


def update_program(trade: Trade, choices: Choices) -> None:
    """A machine gets the next version of the program; where it has that already, somebody starts the old one."""
    machine = pick(choices, trade.machines)
    if machine.is_updated:
        _start_old_program(trade, machine)
        return
    waiting = machine.desk.outbox.waiting_count()
    machine.stop()
    machine.is_updated = True
    fall = trade.fall_within(choices, statements=_STATEMENTS_OF_AN_UPDATE) if once_in(choices, 2) else None
    whole = machine.at_risk(machine.start, fall)
    words = "" if whole else f", and it falls over at {fall} of it"
    trade.tell(f"{machine.name}'s program is updated with {waiting} waiting{words}")
    if machine.desk.outbox.waiting_count() != waiting:
        raise Violation(f"{machine.name} had {waiting} waiting before the update")


def _start_old_program(trade: Trade, machine: Machine) -> None:
    machine.stop()
    machine.is_updated = False
    try:
        machine.start()
    except DomainError as refusal:
        trade.tell(f"somebody starts the old program on {machine.name}, which says: {refusal.sentence}")
        if refusal.code != "newer_file":
            raise
    else:
        raise Violation(f"an older program opens the newer file of {machine.name}")
    finally:
        machine.stop()
        machine.is_updated = True


def plant_row(trade: Trade, choices: Choices) -> None:
    """A row goes missing, is another one or is too many, while the program does not run."""
    machine = pick(choices, trade.machines)
    kind, damage = pick(choices, tuple(_WORD_OF)), pick(choices, _DAMAGES)
    rows = machine.desk.database.read().records(kind, "ORDER BY id")
    if not rows:
        return
    row: Record = pick(choices, rows)
    trade.tell(f"on {machine.name}'s disk the {kind.__name__} {row.id} {damage.words}")
    machine.is_damaged = trade.watchers[machine.name].is_blind = True
    with machine.at_work(), machine.desk.database.write() as records:
        damage.happen(records, row)
    # Programs look at their rows when they have started, and then from hour to hour.
    machine.fall()


class _Damage(NamedTuple):
    words: str
    happen: Callable[[StationRecords, Record], None]


def _lose(records: StationRecords, row: Record) -> None:
    records.restore(type(row), row.id, None)


def _garble(records: StationRecords, row: Record) -> None:
    changed: dict[str, Any] = {_WORD_OF[type(row)]: "Somebody Else"}
    records.restore(type(row), row.id, msgspec.structs.replace(row, **changed))


def _double(records: StationRecords, row: Record) -> None:
    twin = msgspec.structs.replace(row, id=new_id())
    records.restore(type(row), twin.id, twin)


_DAMAGES = (
    _Damage("is gone", _lose),
    _Damage("says something else", _garble),
    _Damage("is there twice", _double),
)

UPKEEP = (
    ("update a program", 2, update_program),
    ("plant a row", 1, plant_row),
)
