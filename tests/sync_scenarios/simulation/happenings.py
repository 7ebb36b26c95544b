"""What befalls the trade: cables, clocks, disks, copies, updates, the operator's doings, feeds, a restored server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation
from shared_models.kernel.clock import local_day
from shared_models.kernel.operation import Module, Role
from sync_server.features.accounts.actions import (
    add_line,
    add_membership,
    end_line,
    end_membership,
    end_module,
    grant_module,
)
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.sweep import sweep_tombstones
from tests.sync_scenarios.simulation.choices import Choices, once_in, pick
from tests.sync_scenarios.simulation.fail_points import running
from tests.sync_scenarios.simulation.one_process import DeviceClock
from tests.sync_scenarios.simulation.published import DATASETS
from tests.sync_scenarios.simulation.publishing import houses_of, post_whole
from tests.sync_scenarios.simulation.trade import Trade

MOST_TWINS = 2
FURTHEST_CLOCK = timedelta(days=9)


def pull_or_plug_cable(trade: Trade, choices: Choices) -> None:
    """A cable is pulled out, or put back."""
    machine = pick(choices, trade.machines)
    wire = machine.wire
    wire.is_plugged_in = not wire.is_plugged_in
    trade.tell(f"the cable of {machine.name} is {'put back' if wire.is_plugged_in else 'pulled out'}")


def restart(trade: Trade, choices: Choices) -> None:
    """A program is closed, or killed, and starts again at its next use."""
    machine = pick(choices, trade.machines)
    if once_in(choices, 2):
        trade.tell(f"{machine.name} is killed")
        machine.fall()
    else:
        trade.tell(f"{machine.name} is closed")
        machine.stop()


def set_clock(trade: Trade, choices: Choices) -> None:
    """A clock is hours off from now on, or days, or right again."""
    machine = pick(choices, trade.machines)
    furthest = 24 * FURTHEST_CLOCK.days
    hours = pick(choices, (0, 3, -3, 26, -26, furthest, -furthest))
    trade.tell(f"the clock of {machine.name} is now {hours} hours off" if hours else f"{machine.name}'s clock is right")
    machine.set_clock(timedelta(hours=hours))


def keep_backup(trade: Trade, choices: Choices) -> None:
    """Backup software copies a profile."""
    machine = pick(choices, trade.machines)
    if machine.is_damaged:
        return
    trade.tell(f"{machine.name}'s profile is backed up")
    machine.keep_backup(trade.folder / f"backup-{trade.machines.index(machine)}")


def bring_backup_back(trade: Trade, choices: Choices) -> None:
    """A disk fails; what the backup does not have and the server does not know is gone with it."""
    machines = [machine for machine in trade.machines if machine.backup is not None]
    if not machines:
        return
    machine = pick(choices, machines)
    machine.bring_backup_back()
    trade.watchers[machine.name].forget()
    machine.is_damaged = trade.watchers[machine.name].is_blind = False
    lost = forfeit(trade)
    trade.tell(f"{machine.name}'s disk fails and comes back as it was backed up; {lost} operations died with it")


def copy_machine(trade: Trade, choices: Choices) -> None:
    """Somebody sets a second machine up by copying the first one's profile."""
    originals = [machine for machine in trade.machines if not machine.name.endswith("twin")]
    if len(trade.machines) - len(originals) >= MOST_TWINS:
        return
    machine = pick(choices, originals)
    name = f"{machine.name}'s twin"
    if machine.is_damaged or any(other.name == name for other in trade.machines):
        return
    trade.tell(f"{machine.name}'s profile is copied onto a second machine")
    trade.seat(machine.twin(name, trade.folder / f"twin-{trade.machines.index(machine)}", DeviceClock(trade.time)))


def forfeit(trade: Trade) -> int:
    """After a disaster, note what nobody holds any more."""
    known = set(trade.truth().receipts)
    for machine in trade.machines:
        known |= {key for (key,) in machine.desk.database.read().rows("SELECT id FROM operations")}
    return trade.ledger.forfeit(known)


def late_request(trade: Trade, choices: Choices) -> None:
    """The network lets go of a request that it held."""
    if trade.network.late:
        trade.network.deliver_late(choices.below(len(trade.network.late)))


# --- the server ------------------------------------------------------------------------------------------


def back_up_server(trade: Trade, _choices: Choices) -> None:
    """The operator backs the server up while it runs."""
    trade.tell("the server is backed up")
    trade.server.storage.back_up()
    trade.has_backup, trade.facts_of_backup = True, trade.facts.copy()


def restore_server(trade: Trade, choices: Choices) -> None:
    """The server's disk fails: its last backup is brought back, and a new history begins, perhaps with the feeds."""
    if not trade.has_backup:
        return
    trade.server.restore()
    trade.facts = trade.facts_of_backup.copy()
    trade.log.begin()
    # What the operator decided since then is forgotten with the rest.
    trade.ledger.discarded.clear()
    lost = forfeit(trade)
    trade.tell(f"the server is restored from its backup; {lost} operations are nowhere else")
    if once_in(choices, 2):
        for house in houses_of(trade):
            for dataset in DATASETS:
                post_whole(trade, choices, house, dataset)


def restart_server(trade: Trade, _choices: Choices) -> None:
    """The server is killed and starts again."""
    trade.tell("the server is killed and starts again")
    trade.server.stop()
    trade.server.start()
    trade.log.catch_up()


def sweep(trade: Trade, _choices: Choices) -> None:
    """Deletions so far are long enough ago: the server forgets them."""
    later = trade.time.now + timedelta(days=4000)
    swept = _on_server(trade, lambda connection: sweep_tombstones(connection, later))
    trade.tell(f"the server forgets {swept} deletions")


def _on_server(trade: Trade, unit: Callable[[Connection], object]) -> object:
    with running(trade.server):
        return trade.server.database.write_unit(unit)


# --- the operator ------------------------------------------------------------------------------------------


def end_or_begin_line(trade: Trade, choices: Choices) -> None:
    """A showroom loses a line, or has it again."""
    world = trade.world
    showroom, distributor = pick(
        choices,
        (
            (world.showroom, world.other_distributor),
            (world.showroom, world.distributor),
            (world.other_showroom, world.other_distributor),
        ),
    )
    today = local_day(trade.time.now)

    def unit(connection: Connection) -> str:
        lines = ServerRecords(connection).find(Line, showroom_id=showroom.id, distributor_id=distributor.id)
        if any(line.starts_on <= today <= (line.ends_on or today) for line in lines):
            end_line(connection, showroom, distributor, last_day=today - timedelta(days=1))
            return "no longer sells"
        add_line(connection, showroom, distributor, starts_on=today)
        return "sells again"

    trade.tell(f"{showroom.name} {_on_server(trade, unit)} {distributor.name}")


def end_or_grant_module(trade: Trade, choices: Choices) -> None:
    """An organisation loses a module, or has it again."""
    world = trade.world
    house, module = pick(
        choices,
        (
            (world.showroom, Module.SAMPLE_CHECKOUT),
            (world.showroom, Module.SAMPLE_ORDERS),
            (world.distributor, Module.INVENTORY),
            (world.distributor, Module.BASIC),
            (world.other_distributor, Module.BASIC),
        ),
    )
    today = local_day(trade.time.now)

    def unit(connection: Connection) -> str:
        grants = ServerRecords(connection).find(ModuleGrant, organisation_id=house.id, module=module.value)
        if any(grant.starts_on <= today <= (grant.ends_on or today) for grant in grants):
            end_module(connection, house, module, last_day=today - timedelta(days=1))
            return "loses"
        grant_module(connection, house, module, starts_on=today)
        return "has again"

    trade.tell(f"{house.name} {_on_server(trade, unit)} {module.value}")


def end_or_give_membership(trade: Trade, choices: Choices) -> None:
    """The rep leaves a showroom, or comes back."""
    world = trade.world
    house: Organisation = pick(choices, (world.showroom, world.other_showroom))

    def unit(connection: Connection) -> str:
        found = ServerRecords(connection).find(Membership, person_id=world.rep.id, organisation_id=house.id)
        if found:
            end_membership(connection, world.rep, house, Role.REP)
            return "leaves"
        add_membership(connection, world.rep, house, Role.REP)
        return "works again for"

    trade.tell(f"{world.rep.name} {_on_server(trade, unit)} {house.name}")


HAPPENINGS = (
    ("cable", 4, pull_or_plug_cable),
    ("restart", 4, restart),
    ("clock", 2, set_clock),
    ("back a machine up", 1, keep_backup),
    ("bring a machine's backup back", 1, bring_backup_back),
    ("copy a machine", 2, copy_machine),
    ("late request", 3, late_request),
    ("back the server up", 2, back_up_server),
    ("restore the server", 2, restore_server),
    ("restart the server", 1, restart_server),
    ("sweep", 1, sweep),
    ("line", 2, end_or_begin_line),
    ("module", 2, end_or_grant_module),
    ("membership", 1, end_or_give_membership),
)
