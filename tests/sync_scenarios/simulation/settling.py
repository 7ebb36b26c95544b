"""Everybody syncs until nothing waits, and then all that was promised is looked at."""

from __future__ import annotations

from desktop.sync.client import Trouble
from desktop.sync.rebase import reapply
from sync_server.features.sync.apply import OFFERED_FOR
from tests.sync_scenarios.simulation.checks import (
    check_amounts,
    check_discarded,
    check_facts,
    check_nothing_waits,
    check_operations,
    check_purity,
    check_server,
    check_station,
)
from tests.sync_scenarios.simulation.choices import Choices, once_in
from tests.sync_scenarios.simulation.happenings import FURTHEST_CLOCK
from tests.sync_scenarios.simulation.machines import Machine
from tests.sync_scenarios.simulation.story import Violation
from tests.sync_scenarios.simulation.trade import Trade

_MOST_PASSES = 8
_PASSES_WITH_SECOND_TRIES = 2
_UNTIL_GIVEN_UP = OFFERED_FOR + FURTHEST_CLOCK
"""What was made by a clock that is ahead is offered for as much longer."""


def settle(trade: Trade, choices: Choices) -> None:
    """Good weather, cables in, everybody syncs and deals with what was refused; then every check."""
    trade.tell("The weather clears. Everybody syncs, and deals with what was refused")
    for machine in trade.machines:
        machine.wire.is_plugged_in = True
    while trade.network.late:
        trade.network.deliver_late(0)
    if not _settles(trade, choices):
        # What a restored server lacks it waits for as long as stations hold it; after that it says no.
        _require_only_restored(trade)
        trade.tell(f"{_UNTIL_GIVEN_UP.days} days go by")
        trade.time.pass_by(_UNTIL_GIVEN_UP)
        if not _settles(trade, choices):
            raise Violation(f"after {_MOST_PASSES} rounds each there is still something that waits")
    for machine in trade.machines:
        trade.sync(machine)
    check_everything(trade)


def _settles(trade: Trade, choices: Choices) -> bool:
    """Whether nothing waits any more after a few rounds of everybody."""
    for number in range(_MOST_PASSES):
        settled = [_sync_and_deal(trade, machine, choices, number) for machine in trade.machines]
        if all(settled):
            return True
    return False


def _require_only_restored(trade: Trade) -> None:
    for machine in trade.machines:
        rows = machine.desk.database.read().rows("SELECT id, code FROM operations WHERE state = 'waiting'")
        for operation_id, code in rows:
            if code not in ("restored", "held"):
                raise Violation(f"{machine.name}'s {operation_id} still waits after {_MOST_PASSES} rounds: {code}")


def check_everything(trade: Trade) -> None:
    """Every promise."""
    truth = trade.truth()
    check_server(truth)
    check_amounts(truth)
    check_facts(truth, trade.facts)
    check_discarded(trade.ledger, truth)
    for machine in trade.machines:
        check_nothing_waits(machine)
        check_station(machine, truth)
        check_purity(machine)
    check_operations(trade.ledger, trade.machines, truth)


def _sync_and_deal(trade: Trade, machine: Machine, choices: Choices, number: int) -> bool:
    """Whether this machine had nothing left to do."""
    try:
        report = trade.sync(machine)
    except Trouble as trouble:
        raise Violation(f"{machine.name}: {trouble.sentence}") from trouble
    if report is not None and report.state == "sign_in_needed":
        return False
    refused = machine.desk.outbox.needs_attention()
    for entry in refused:
        again = number < _PASSES_WITH_SECOND_TRIES and once_in(choices, 3) and entry.id not in trade.ledger.dealt_with
        trade.tell(f"{machine.name} {'sends again:' if again else 'gives up:'} {entry.name} ({entry.sentence})")
        trade.ledger.dealt_with.add(entry.id)
        with machine.at_work():
            if again:
                fresh = machine.desk.outbox.send_again(entry.id, at=machine.clock.now())
                reapply(machine.desk.database, at=machine.clock.now())
                former = trade.ledger.told.get(entry.id)
                if former is not None:
                    trade.ledger.note(former._replace(operation_id=fresh))
            else:
                machine.desk.outbox.discard(entry.id, at=machine.clock.now())
    return not refused and machine.desk.outbox.waiting_count() == 0 and report is not None and report.state == "synced"
