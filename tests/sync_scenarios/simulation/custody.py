"""Who holds a desk: locked and opened by PIN or password, shut out by the operator, its waiting work in a file."""

from __future__ import annotations

from desktop.cache.pin_slot import MOST_WRONG_PINS
from desktop.sync.rescue_file import export_waiting, import_waiting
from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import RevocationKind, WaitingRule
from sync_server.features.accounts.revocation import revoke_station
from tests.builders.server import PASSWORD
from tests.sync_scenarios.simulation.choices import Choices, once_in, pick
from tests.sync_scenarios.simulation.fail_points import running
from tests.sync_scenarios.simulation.machines import Machine
from tests.sync_scenarios.simulation.story import Violation
from tests.sync_scenarios.simulation.trade import Trade, WrittenFile

PIN, WRONG_PIN = "204713", "860257"
_STATEMENTS_OF_AN_IMPORT = 60
_ORDERS: tuple[tuple[RevocationKind, WaitingRule], ...] = (
    ("wipe", "accept"),
    ("wipe", "discard"),
    ("sign_in", "accept"),
)
_NOT_FOR_THIS_DESK = frozenset({"not_a_member", "foreign_writer", "not_signed"})


def set_pin(trade: Trade, choices: Choices) -> None:
    """A person sets a PIN, or takes it away."""
    machine = pick(choices, trade.machines)
    if machine.keys.has_pin:
        machine.keys.remove_pin()
        trade.tell(f"{machine.name} has no PIN any more")
    else:
        machine.keys.set_pin(machine.key, PIN)
        trade.tell(f"{machine.name} gets a PIN")


def lock_and_open(trade: Trade, choices: Choices) -> None:
    """Nobody is at the desk, so it locks; somebody tries a few PINs, and then its person opens it."""
    machine = pick(choices, trade.machines)
    waiting = machine.desk.outbox.waiting_count()
    machine.lock()
    if machine.keys.unlock() is not None:
        raise Violation(f"{machine.name} is locked, and a keyring opens it without asking")
    tried = choices.below(MOST_WRONG_PINS + 1) if machine.keys.has_pin else 0
    for _ in range(tried):
        _try_wrong_pin(machine)
    if tried == MOST_WRONG_PINS and machine.keys.has_pin:
        raise Violation(f"{machine.name}'s PIN still opens after {tried} wrong ones")
    by = machine.open_again(PIN, PASSWORD)
    trade.tell(f"{machine.name} locks itself, {tried} wrong PINs are tried, and its {by} opens it")
    if machine.desk.outbox.waiting_count() != waiting:
        raise Violation(f"{machine.name} had {waiting} waiting before it was locked")


def _try_wrong_pin(machine: Machine) -> None:
    try:
        machine.keys.unlock_with_pin(WRONG_PIN)
    except DomainError as refusal:
        if refusal.code not in ("wrong_pin", "pin_gone"):
            raise
    else:
        raise Violation(f"{machine.name} opens by a wrong PIN")


def shut_out(trade: Trade, choices: Choices) -> None:
    """The operator shuts a station out: what waits there is taken or not, its files go or stay."""
    machine = pick(choices, trade.machines)
    station_id, (order, waiting) = machine.station_id, pick(choices, _ORDERS)
    if not station_id:
        return
    with running(trade.server):
        known = trade.server.storage.ask("SELECT 1 FROM stations WHERE id = ?", station_id)
        if not known:
            return
        trade.server.database.write_unit(
            lambda connection: revoke_station(
                connection, station_id, trade.server.clock.now(), order=order, waiting=waiting
            )
        )
    trade.tell(f"{machine.name} is shut out by the operator: {order}, {waiting} what waits")


def write_file(trade: Trade, choices: Choices) -> None:
    """What waits on a machine is written to a file."""
    machine = pick(choices, trade.machines)
    if not machine.desk.outbox.unsettled_count() or machine.is_shut_out:
        return
    path = trade.folder / f"waiting-{len(trade.files)}.json"
    export_waiting(machine.desk, path)
    ids = frozenset(machine.unsettled())
    trade.files.append(WrittenFile(path, machine.name, machine.station_id, ids))
    trade.tell(f"{machine.name} writes {len(ids)} waiting operations to {path.name}")


def bring_file(trade: Trade, choices: Choices) -> None:
    """Somebody brings such a file in, at the desk that wrote it or at another one, which now and then falls over."""
    if not trade.files:
        return
    file, machine = pick(choices, trade.files), pick(choices, trade.machines)
    if machine.is_shut_out:
        return
    said: list[str] = []

    def work() -> None:
        brought = import_waiting(machine.desk, file.path)
        said.append(f"{brought.new} are new there")

    fall = trade.fall_within(choices, statements=_STATEMENTS_OF_AN_IMPORT) if once_in(choices, 6) else None
    try:
        whole = machine.at_risk(work, fall)
    except DomainError as refusal:
        if refusal.code not in _NOT_FOR_THIS_DESK:
            raise Violation(f"{file.path.name} of {file.writer} at {machine.name}: {refusal.sentence}") from refusal
        trade.tell(f"{machine.name} does not take {file.path.name}: {refusal.sentence}")
        return
    trade.tell(f"{file.path.name} of {file.writer} is brought to {machine.name}{'' if whole else ', which falls over'}")
    here = {one for (one,) in machine.desk.database.read().rows("SELECT id FROM operations")}
    if whole and not file.ids <= here:
        raise Violation(f"{machine.name} took {file.path.name} and lacks {sorted(file.ids - here)[:3]}")
    trade.ledger.recover(file.ids & here)


CUSTODY = (
    ("PIN", 2, set_pin),
    ("lock", 2, lock_and_open),
    ("shut out", 2, shut_out),
    ("write a file", 3, write_file),
    ("bring a file", 3, bring_file),
)
