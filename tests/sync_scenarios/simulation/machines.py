"""A machine on a desk: its profile, its clock, its program, and everything that befalls machines."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple
from unittest.mock import patch

import requests

from desktop.cache import station_db, upgrade
from desktop.cache.keys import KeyRing
from desktop.cache.meta import get_meta
from desktop.sync.client import ServerClient
from desktop.sync.desk import Desk
from desktop.sync.engine import RoundReport, SyncEngine
from desktop.sync.farewell import Farewell, carry_out
from desktop.sync.lease import is_shut_out
from desktop.sync.leaving import wipe
from desktop.sync.opening import open_desk
from desktop.sync.sign_in import sign_in
from shared_models.accounts.records import Person
from tests.builders.next_version import NEXT_VERSION
from tests.builders.server import PASSWORD
from tests.sync_scenarios.simulation.fail_points import Crash, Process, mortal, running
from tests.sync_scenarios.simulation.network import Network, Wire
from tests.sync_scenarios.simulation.one_process import DeviceClock, Identifiers
from tests.sync_scenarios.simulation.server import ADDRESS


class Seat(NamedTuple):
    """Whose machine it is, by what name stories call it."""

    name: str
    person: Person


class Fall(NamedTuple):
    """Where a program stops dead."""

    number: int
    at: Literal["before", "after", "commit"]
    """Before or after the so many-th statement, or after the so many-th transaction."""

    def __str__(self) -> str:
        what = "transaction" if self.at == "commit" else "statement"
        return f"{what} {self.number}"


class MachineKeyring:
    """What the system of a machine holds of its keys; it outlives programs, and no backup has it."""

    kind = "keyring"

    def __init__(self, parts: Mapping[str, bytes] | None = None) -> None:
        """Empty, or with what another one holds."""
        self.parts = dict(parts or {})

    def put(self, name: str, part: bytes) -> bool:
        """As in `KeyHolder`."""
        self.parts[name] = part
        return True

    def get(self, name: str) -> bytes | None:
        """As in `KeyHolder`."""
        return self.parts.get(name)

    def delete(self, name: str) -> None:
        """As in `KeyHolder`."""
        self.parts.pop(name, None)


class Machine:
    """One station. It is off until `start`."""

    def __init__(
        self,
        seat: Seat,
        profile: Path,
        key: bytes,
        clock: DeviceClock,
        network: Network,
        identifiers: Identifiers,
        migrations: Path,
    ) -> None:
        """`key` opens the files in `profile`: the keyring of this machine holds it. `migrations` lead to the next
        version of its program."""
        self.name = seat.name
        self.person = seat.person
        self.profile = profile
        self.key = key
        self.keyring = MachineKeyring()
        self.clock = clock
        self.identifiers = identifiers
        self.migrations = migrations
        self.network = network
        self.wire = Wire(network, seat.name)
        self.process = Process(seat.name)
        self.after_commit: Callable[[Any], None] | None = None
        self.open_desk: Desk | None = None
        self.engine: SyncEngine | None = None
        self.needs_sign_in = False
        self.backup: Path | None = None
        self._id_in_backup, self._key_in_backup = "", b""
        self.restores = 0
        """How often its disk came back from a backup: what it had shown before counts no more."""
        self.leaves_as, self.leaves_with = "", set[str]()
        """Its station id and what was unsettled when it last did as the operator ordered."""
        self.is_updated = False
        """Whether it has the next version of the program."""
        self.is_damaged = False
        """Whether rows in its files were changed behind the program's back and no round has looked at them yet."""
        self.shared_ids: set[str] = set()
        """Station ids under which files of this machine are, or were, at work elsewhere or at another time."""
        self.taken_from = ""
        """The station id that the last round gave up, because the server took this machine for a copy."""
        self._client: ServerClient | None = None
        self._planned_fall: Fall | None = None

    # --- running -------------------------------------------------------------------------------------

    @property
    def is_on(self) -> bool:
        """Whether the program runs."""
        return self.open_desk is not None

    @property
    def desk(self) -> Desk:
        """The open desk; the program is started where it does not run."""
        if self.open_desk is None:
            self.start()
        assert self.open_desk is not None
        return self.open_desk

    @property
    def station_id(self) -> str:
        """Under which the server knows it; empty once it gave that up and nobody has signed in again."""
        return get_meta(self.desk.database.read(), "station_id")

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """What is done inside is done by this machine's program, at its own time."""
        before = self.identifiers.clock
        self.identifiers.clock = self.clock.now
        try:
            with running(self):
                yield
        finally:
            self.identifiers.clock = before

    def start(self) -> None:
        """Start the program over the files as they are."""
        self._new_process()
        with self.at_work(), self._program():
            self._take(open_desk(self.profile, self.key, self.clock))

    def sign_in(self) -> None:
        """The person signs in again, in the profile as it is."""
        self.stop()
        self._new_process()
        with self.at_work(), self._program():
            desk = sign_in(
                self.profile,
                ADDRESS,
                self.person.email,
                PASSWORD,
                call=self.client.sign_in,
                clock=self.clock,
                keys=KeyRing(self.profile, holders=()),
                station_name=self.name,
            )
            self._take(desk)
        self.needs_sign_in = False

    @property
    def keys(self) -> KeyRing:
        """The key file in its profile."""
        return KeyRing(self.profile, holders=(self.keyring,))

    def lock(self) -> None:
        """The desk closes, and nothing opens it without asking."""
        self.stop()
        self.keys.lock()

    def open_again(self, pin: str, password: str) -> str:
        """Its person opens it, by the PIN where there is one; gives by what."""
        opened = self.keys.unlock_with_pin(pin) if self.keys.has_pin else self.keys.unlock_with_password(password)
        self.key = opened.key
        return opened.kind

    @property
    def is_shut_out(self) -> bool:
        """Whether it has heard that it is shut out, and has not yet done what it was ordered to."""
        return is_shut_out(self.desk.database.read())

    def unsettled(self) -> set[str]:
        """What waits, or was refused and needs somebody."""
        states = "state = 'waiting' OR (state = 'refused' AND dealt_with_at IS NULL)"
        return {one for (one,) in self.desk.database.read().rows(f"SELECT id FROM operations WHERE {states}")}

    def leave(self) -> Farewell:
        """Do what the operator ordered. Raises `Trouble`; then all is as it was."""
        self.leaves_as, self.leaves_with = self.station_id, self.unsettled()
        with self.at_work():
            farewell = carry_out(self.desk, self.client, self.profile, self.keys)
        self.put_down()
        self.needs_sign_in = True
        return farewell

    def put_down(self) -> None:
        """The desk is closed in the middle of something that goes on."""
        self.stop()
        self._new_process()

    def begin_anew(self) -> None:
        """In a profile that was wiped, the person signs in as if for the first time."""
        self.fall()
        wipe(self.profile, self.keys, kept_files_too=True)
        self.is_updated = self.is_damaged = False
        self.sign_in()
        self.key = self.keys.unlock_with_password(PASSWORD).key

    def stop(self) -> None:
        """The program is closed by its person."""
        if self.open_desk is not None:
            with self.at_work():
                self.open_desk.close()
        self._off()

    def fall(self) -> None:
        """The program is gone from one instant to the next; the files stay as they are."""
        self.process.end()
        self._off()

    def at_risk(self, work: Callable[[], None], fall: Fall | None) -> bool:
        """Do something in which the machine falls over, unless it ends before that; whether it was done to its end."""
        self._planned_fall = fall
        if self.is_on:
            self._plan_stop()
        try:
            with mortal(self), self.at_work():
                work()
        except Crash:
            self.fall()
            return False
        finally:
            self._planned_fall = None
            self.process.go_on()
        return True

    def round(self) -> RoundReport:
        """One round of sync."""
        self.desk  # noqa: B018 - starts the program
        assert self.engine is not None
        before = self.station_id
        with self.at_work():
            report = self.engine.round()
        self.needs_sign_in = report.state == "sign_in_needed"
        self.taken_from = "" if self.station_id else before
        return report

    # --- what befalls its disk ---------------------------------------------------------------------------

    def keep_backup(self, folder: Path) -> None:
        """Copy the profile while the program is closed."""
        self._id_in_backup, self._key_in_backup = self.station_id, self.key
        self.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.profile, folder)
        self.backup = folder

    def bring_backup_back(self) -> None:
        """The disk failed: all there is now is what was copied once."""
        assert self.backup is not None
        self.fall()
        shutil.rmtree(self.profile)
        shutil.copytree(self.backup, self.profile)
        self.restores += 1
        self.shared_ids.add(self._id_in_backup)
        self.key = self._key_in_backup

    def twin(self, name: str, profile: Path, clock: DeviceClock) -> Machine:
        """Another machine with the same files, keyring included."""
        self.shared_ids.add(self.station_id)
        self.stop()
        shutil.copytree(self.profile, profile)
        twin = Machine(
            Seat(name, self.person), profile, self.key, clock, self.network, self.identifiers, self.migrations
        )
        twin.is_updated = self.is_updated
        twin.keyring = MachineKeyring(self.keyring.parts)
        twin.shared_ids = set(self.shared_ids)
        return twin

    def set_clock(self, error: timedelta) -> None:
        """Somebody sets the clock, or its battery is empty."""
        self.clock.error = error

    # --- inside --------------------------------------------------------------------------------------

    @property
    def client(self) -> ServerClient:
        """Speaks through this machine's wire."""
        if self._client is None:
            session = requests.Session()
            # Settings of the machine that runs the tests are none of ours.
            session.trust_env = False
            session.mount("http://", self.wire)
            self._client = ServerClient(ADDRESS, session=session)
        return self._client

    @contextmanager
    def _program(self) -> Iterator[None]:
        """The version of the program that this machine has, as far as its files are concerned."""
        with ExitStack() as stack:
            version = NEXT_VERSION if self.is_updated else NEXT_VERSION - 1
            stack.enter_context(patch.object(station_db, "SCHEMA_VERSION", version))
            upgraded = partial(upgrade.upgrade_station_file, migrations=self.migrations)
            stack.enter_context(patch.object(upgrade, "upgrade_station_file", upgraded))
            yield

    def _new_process(self) -> None:
        self.process = Process(self.name)
        self.process.after_commit = self.after_commit
        self._plan_stop()

    def _plan_stop(self) -> None:
        """The plan is for one process, the one that runs now or the next one."""
        fall, self._planned_fall = self._planned_fall, None
        if fall is not None and fall.at == "commit":
            self.process.stop_after_commit(fall.number)
        elif fall is not None:
            self.process.stop_at(fall.number, after=fall.at == "after")

    def _take(self, desk: Desk) -> None:
        self.open_desk = desk
        self.engine = SyncEngine(desk, self.client)

    def _off(self) -> None:
        self.process.end()
        self.open_desk, self.engine = None, None
