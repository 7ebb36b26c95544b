"""One history: the machines, the server, the network, what people were told; and the means that every step uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple
from unittest.mock import patch

from desktop.cache.meta import get_meta
from desktop.sync.client import Trouble
from desktop.sync.engine import RoundReport
from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from sync_server.features.sync import pull
from tests.sync_scenarios.simulation.at_the_desk import Deed
from tests.sync_scenarios.simulation.beginnings import Beginning, copy_of, profile_of
from tests.sync_scenarios.simulation.choices import Choices, once_in, pick
from tests.sync_scenarios.simulation.fail_points import running
from tests.sync_scenarios.simulation.ledger import Ledger, Told
from tests.sync_scenarios.simulation.listening import Listener, listening
from tests.sync_scenarios.simulation.machines import Fall, Machine
from tests.sync_scenarios.simulation.network import Network
from tests.sync_scenarios.simulation.one_process import DeviceClock, Identifiers, TradeTime, same_identifiers
from tests.sync_scenarios.simulation.server import Programs, TradeServer
from tests.sync_scenarios.simulation.session import (
    Ask,
    VersionLog,
    Watcher,
    check_own_ground,
    check_writes_follow_reads,
)
from tests.sync_scenarios.simulation.story import Story, Violation
from tests.sync_scenarios.simulation.truth import Truth, read_truth

_STATEMENTS_OF_A_DEED = 30
_STATEMENTS_OF_A_ROUND = 200
_COMMITS_OF_A_ROUND = 16
_FAULTS_OF_OURS = frozenset({"file_unreadable", "file_not_writable", "file_busy", "disk_full", "newer_file"})
_UNEXPLAINED = frozenset(
    {
        "already_there",
        "malformed_operation",
        "unknown_operation",
        "newer_operation",
        "value_impossible",
        "not_signed_in",
    }
)
"""Refusals that no history explains: each of them means that something was done twice, or garbled."""


class Manner(NamedTuple):
    """What differs from history to history besides the steps."""

    tiny_pages: bool = False
    """A few rows a page, so that a pull takes several."""
    processes: int = 1
    """Server programs over the same database."""


class WrittenFile(NamedTuple):
    """A file of waiting operations, and what is in it."""

    path: Path
    writer: str
    station_id: str
    ids: frozenset[str]


class Trade:
    """Made by `open_trade`."""

    def __init__(
        self,
        beginning: Beginning,
        folder: Path,
        server: TradeServer,
        time: TradeTime,
        identifiers: Identifiers,
        ask: Ask,
        listener: Listener,
    ) -> None:
        self.world = beginning.world
        self.folder = folder
        self.server = server
        self.time = time
        self.identifiers = identifiers
        self.story = Story()
        self.tell = self.story.tell
        self.ledger = Ledger()
        self.network = Network(server, self.tell)
        self.log = VersionLog(ask)
        self.machines: list[Machine] = []
        self.watchers: dict[str, Watcher] = {}
        self.has_backup = False
        """Of the server."""
        self.facts = self.facts_of_backup = beginning.facts.copy()
        self.published = 0
        """How many files and single records."""
        self.orders: dict[str, str] = {}
        """Station id to what is to become of what waits there: `accept` or `discard`."""
        self.files: list[WrittenFile] = []
        """Of waiting operations."""
        self._listener = listener
        self.network.on_killed = self._after_kill

    def _after_kill(self) -> None:
        """A program that is being killed says this and that; what it committed, and told nobody, is published."""
        self._listener.unexpected()
        self.log.catch_up()

    def seat(self, machine: Machine) -> None:
        """One more machine; its commits are watched from now on."""
        self.machines.append(machine)
        watcher = Watcher(machine.name, self.log, self.ledger)
        self.watchers[machine.name] = watcher
        machine.after_commit = watcher.committed

    def truth(self) -> Truth:
        """What the server holds now."""
        # The connection may stay in the pool, and ends with the server program.
        with running(self.server):
            return read_truth(self.server.database, local_day(self.time.now))

    # --- what a person does ------------------------------------------------------------------------------

    def do(self, machine: Machine, deed: Deed, choices: Choices) -> None:
        """Record it at the machine, which now and then falls over meanwhile."""
        operation, words = deed
        told: list[Told] = []
        if machine.is_shut_out:
            return

        def work() -> None:
            desk = machine.desk
            reader = desk.database.read()
            history_id = get_meta(reader, "history_id")
            cursors = dict(reader.rows("SELECT stream, position FROM streams WHERE refetching = 0"))
            recorded = desk.record(operation)
            told.append(
                Told(
                    recorded.operation_id,
                    operation,
                    machine.name,
                    desk.acting.organisation_id,
                    machine.clock.now(),
                    history_id,
                    cursors,
                )
            )

        fall = self.fall_within(choices, statements=_STATEMENTS_OF_A_DEED) if once_in(choices, 12) else None
        try:
            whole = machine.at_risk(work, fall)
        except DomainError as refusal:
            self.tell(f"{machine.name} {words}; the desk says: {refusal.sentence}")
            _require_explained(machine.name, refusal.code, refusal.sentence)
            return
        for one in told:
            self.ledger.note(one)
        if not whole:
            self.tell(f"{machine.name} {words}, and falls over at {fall} of it")
        else:
            self.tell(f"{machine.name} {words}")

    # --- rounds ------------------------------------------------------------------------------------------

    def sync(self, machine: Machine, choices: Choices | None = None, *, fall: Fall | None = None) -> RoundReport | None:
        """A round; with `choices` the weather is bad, with `fall` the machine falls over in the middle of it."""
        machine.wire.weather = choices
        self.network.meanwhile = self._another_round(machine, choices) if choices is not None else None
        reports: list[RoundReport] = []
        self.tell(f"{machine.name} syncs{' in bad weather' if choices is not None else ''}")

        def work() -> None:
            if machine.is_shut_out:
                self._leave(machine)
                return
            if machine.needs_sign_in:
                self.tell(f"{machine.name}'s person signs in again")
                machine.sign_in()
            reports.append(machine.round())
            if reports[0].state == "revoked":
                self._leave(machine)

        try:
            whole = machine.at_risk(work, fall)
        except Trouble as trouble:
            self.tell(f"nobody is let in: {trouble.sentence}")
            if choices is None and machine.wire.is_plugged_in:
                raise Violation(f"{machine.name} cannot sign in: {trouble.sentence}") from None
            return None
        finally:
            machine.wire.weather = None
            self.network.meanwhile = None
        if not whole:
            self.tell(f"{machine.name} falls over at {fall} of the round")
            if not machine.keys.exists:
                self._begin_anew(machine)
            return None
        if not reports or reports[0].state == "revoked":
            return None
        self._judge(machine, reports[0], is_good_weather=choices is None)
        return reports[0]

    def _leave(self, machine: Machine) -> None:
        """It heard that it is shut out, and does what the operator ordered."""
        asked = (
            "SELECT revoked_order, revoked_waiting, farewell_at FROM stations WHERE id = ? AND revoked_at IS NOT NULL"
        )
        said = self.server.storage.ask(asked, machine.station_id)
        is_a_copy = bool(said) and said[0][2] is not None
        self.orders[machine.station_id] = said[0][1] if said and said[0][0] == "wipe" else "accept"
        try:
            farewell = machine.leave()
        except Trouble as trouble:
            self.tell(f"{machine.name} cannot do as ordered: {trouble.sentence}")
            machine.put_down()
            return
        self.tell(f"{machine.name}: {farewell.sentence}")
        if is_a_copy:
            # The station has said its last word; what comes with its token after that is not heard.
            machine.leaves_with = set()
            self._forfeit_what_is_nowhere(machine)
        if farewell.order == "wipe":
            self._begin_anew(machine)

    def _begin_anew(self, machine: Machine) -> None:
        """Its files are gone: what was taken of its work is asked, then its person signs in anew."""
        self._account_for(machine)
        machine.wire.weather = None
        machine.wire.is_plugged_in = True
        self.watchers[machine.name].forget()
        self.watchers[machine.name].is_blind = False
        machine.begin_anew()
        self.tell(f"{machine.name}'s person signs in there anew")

    def _account_for(self, machine: Machine) -> None:
        """What was unsettled there: taken, or kept for an administrator, or left out as the operator decided."""
        left = machine.leaves_with - self.truth().receipts.keys()
        if self.orders.get(machine.leaves_as) == "discard":
            # What another machine or another station's file has as well is not this one's alone.
            others: list[Set[str]] = [one.unsettled() for one in self.machines if one is not machine]
            others += [file.ids for file in self.files if file.station_id != machine.leaves_as]
            self.ledger.discard(left.difference(*others))
            self._forfeit_what_is_nowhere(machine)
            return
        kept = "\n".join(text for (text,) in self.server.storage.ask("SELECT content FROM rescued_operations"))
        lost = {one for one in left if one not in kept}
        if lost:
            raise Violation(f"{machine.name} was shut out, and {len(lost)} operations are lost: {sorted(lost)[:3]}")
        self.ledger.dealt_with |= left

    def _forfeit_what_is_nowhere(self, wiped: Machine) -> None:
        """What a station may not send is gone with its files, also what a restored server lacks by now."""
        known = set(self.truth().receipts)
        for machine in self.machines:
            if machine is not wiped:
                known |= {key for (key,) in machine.desk.database.read().rows("SELECT id FROM operations")}
        self.ledger.forfeit(known)

    def fall_within(self, choices: Choices, *, statements: int = 0) -> Fall:
        """At which of so many statements a machine falls; early ones are likelier. 0 stands for those of a round.

        In a round, half of the falls lie between two transactions.
        """
        if not statements and once_in(choices, 2):
            return Fall(choices.below(_COMMITS_OF_A_ROUND), "commit")
        place: Literal["before", "after"] = "after" if once_in(choices, 2) else "before"
        return Fall(choices.below(1 + choices.below(statements or _STATEMENTS_OF_A_ROUND)), place)

    def _another_round(self, busy: Machine, choices: Choices) -> Callable[[], None]:
        def work() -> None:
            others = [one for one in self.machines if one is not busy and not one.needs_sign_in]
            other = pick(choices, others)
            if other.desk.outbox.waiting_count() and not self.server.can_take_two_pushes:
                return
            self.tell(f"in the middle of the server's work {other.name} syncs")
            report = other.round()
            self._judge(other, report, is_good_weather=False)

        return work

    def _judge(self, machine: Machine, report: RoundReport, *, is_good_weather: bool) -> None:
        if report.state in ("offline", "waiting", "sign_in_needed"):
            self.tell(f"{machine.name}: {report.sentence}")
        for sentence in self._listener.unexpected():
            raise Violation(f"the log of {machine.name}'s round says: {sentence}")
        if report.state == "trouble":
            raise Violation(f"{machine.name}'s round ends in trouble: {report.sentence}")
        if is_good_weather and machine.wire.is_plugged_in and report.state == "offline":
            raise Violation(f"{machine.name} gets no answer in good weather: {report.sentence}")
        if machine.taken_from and machine.taken_from not in machine.shared_ids:
            raise Violation(
                f"{machine.name} is taken for a copy as {machine.taken_from}, which no other machine ever was"
            )
        if report.refetched and not machine.is_damaged:
            raise Violation(f"{machine.name} came to differ from the server in {', '.join(report.refetched)}")
        if report.state in ("synced", "waiting"):
            # It has looked at its rows: from now on everything must be right again.
            machine.is_damaged = self.watchers[machine.name].is_blind = False
        reader = machine.desk.database.read()
        refusals = reader.rows("SELECT code, sentence FROM operations WHERE state = 'refused'")
        for code, sentence in refusals:
            _require_explained(machine.name, code, sentence)
        check_own_ground(machine.name, reader, self.ledger)
        check_writes_follow_reads(reader, self.ledger, self.log.history_id)


def _require_explained(where: str, code: str, sentence: str) -> None:
    if code in _UNEXPLAINED | _FAULTS_OF_OURS:
        raise Violation(f"{where} refuses with {code}: {sentence}")


@contextmanager
def open_trade(beginning: Beginning, folder: Path, programs: Programs, seed: int, manner: Manner) -> Iterator[Trade]:
    """A fresh copy of the beginning, everybody's machines switched on."""
    with ExitStack() as stack:
        copy_of(beginning, folder)
        time = TradeTime()
        identifiers = Identifiers(seed)
        stack.enter_context(same_identifiers(identifiers))
        listener = stack.enter_context(listening())
        if manner.tiny_pages:
            stack.enter_context(patch.object(pull, "ANSWER_BYTES", 2000))
            stack.enter_context(patch.object(pull, "SMALLEST_SHARE", 600))
        storage = stack.enter_context(beginning.open_storage(folder))
        server = TradeServer(storage, folder / "server", time, programs, processes=manner.processes)
        identifiers.clock = server.clock.now
        server.start()
        stack.callback(server.stop)
        stack.callback(storage.close)
        trade = Trade(beginning, folder, server, time, identifiers, storage.ask, listener)
        server.on_moved.append(trade.log.moved)
        for seat, key in zip(beginning.seats, beginning.keys, strict=True):
            profile = profile_of(folder, seat)
            clock = DeviceClock(time)
            trade.seat(Machine(seat, profile, key, clock, trade.network, identifiers, beginning.migrations))
        try:
            yield trade
        finally:
            for machine in trade.machines:
                machine.fall()
