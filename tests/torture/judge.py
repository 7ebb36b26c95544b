"""Opening a station after whatever happened to it, and holding it to what was promised."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop.cache.key_file import KEY_FILE
from desktop.cache.keys import KeyRing
from desktop.cache.station_db import STATION_FILE
from desktop.sync.checks import mend_differences
from desktop.sync.client import ServerClient
from desktop.sync.desk import Desk
from desktop.sync.engine import SyncEngine
from desktop.sync.opening import is_signed_in, open_desk
from desktop.sync.rebase import reapply
from desktop.sync.sign_in import sign_in
from shared_models.kernel.clock import SystemClock
from shared_models.kernel.errors import DomainError
from shared_models.sync.registry import RECORD_KINDS
from tests.builders.server import PASSWORD

FINAL = {"applied", "needs_review", "refused"}


@dataclass
class Judge:
    """Knows what the server has, as a station sees it that nothing ever happened to."""

    server_url: str
    email: str
    truth: dict[str, list[Any]]
    """`everything` of that station."""
    _keys: dict[bytes, bytes] = field(default_factory=dict)
    """The key that a key file holds, so that each content is opened by its password only once."""

    def station(self, profile: Path, saved: Collection[str]) -> list[str]:
        """The faults of a station at which these operations were told to be saved; it has synced afterwards."""
        try:
            desk = self._opened(profile, saved)
        except DomainError as error:
            return [f"does not open: {error.code}: {error.sentence}"]
        try:
            return [*self._as_found(desk, saved), *self._after_sync(desk, saved)]
        except DomainError as error:
            # A file may be damaged beyond what looking for the damage stands.
            return [f"cannot be judged: {error.code}: {error.sentence}"]
        finally:
            desk.close()

    def _opened(self, profile: Path, saved: Collection[str]) -> Desk:
        """The station as its program opens it; where nobody was signed in yet, signing in must work."""
        clock = SystemClock()
        if is_signed_in(profile) and (key := self._key(profile)) is not None:
            try:
                return open_desk(profile, key, clock)
            except DomainError as error:
                if error.code != "not_signed_in" or saved:
                    raise
        client = ServerClient(self.server_url)
        try:
            keys = KeyRing(profile, holders=())
            return sign_in(profile, self.server_url, self.email, PASSWORD, call=client.sign_in, clock=clock, keys=keys)
        finally:
            client.close()

    def _key(self, profile: Path) -> bytes | None:
        """After a power cut no keyring of the system's memory holds anything: the password does."""
        content = (profile / KEY_FILE).read_bytes() if (profile / KEY_FILE).exists() else b""
        if content not in self._keys:
            self._keys[content] = KeyRing(profile, holders=()).unlock_with_password(PASSWORD).key
        return self._keys[content]

    def _as_found(self, desk: Desk, saved: Collection[str]) -> list[str]:
        """Before any sync: whole, everything that was saved, and nothing by halves."""
        faults = [f"damaged: {said}" for said in damage(desk)]
        kept = {entry.id for entry in desk.outbox.operations(limit=1_000_000)}
        if lost := set(saved) - kept:
            faults.append(f"lost {len(lost)} of {len(saved)} operations that were told to be saved")
        before = everything(desk)
        reapply(desk.database, at=datetime.now(UTC))
        if halves := [table for table, rows in everything(desk).items() if rows != before[table]]:
            faults.append(f"half an operation in {', '.join(halves)}")
        if differing := mend_differences(desk.database, at=datetime.now(UTC)):
            faults.append(f"rows that no operation explains differ from what was pulled: {', '.join(differing)}")
        return faults

    def _after_sync(self, desk: Desk, saved: Collection[str]) -> list[str]:
        client = ServerClient(desk.server_url)
        try:
            report = SyncEngine(desk, client).round()
        finally:
            client.close()
        if report.state != "synced":
            return [f"does not sync: {report.state}: {report.sentence}"]
        faults = [f"{', '.join(report.refetched)} had to be fetched afresh"] if report.refetched else []
        states = {entry.id: entry.state for entry in desk.outbox.operations(limit=1_000_000)}
        if unsettled := [state for key in saved if (state := states.get(key, "applied")) not in FINAL]:
            faults.append(f"{len(unsettled)} operations ended as {', '.join(sorted(set(unsettled)))}")
        faults += [f"{entry.name} was refused: {entry.sentence}" for entry in desk.outbox.operations("refused")]
        mine = everything(desk)
        faults += [f"{table} differs from the server" for table, rows in self.truth.items() if rows != mine[table]]
        return faults


def everything(desk: Desk) -> dict[str, list[Any]]:
    """All rows of all tables, and of the lines."""
    reader = desk.database.read()
    rows: dict[str, list[Any]] = {
        kind.TABLE.name: reader.rows(f"SELECT * FROM {kind.TABLE.name} ORDER BY id") for kind in RECORD_KINDS
    }
    rows["products"] = list(desk.catalogue.rows("products"))
    rows["inventory"] = list(desk.catalogue.rows("inventory"))
    return rows


def damage(desk: Desk) -> list[str]:
    """What SQLite and SQLCipher find wrong with station.db itself."""
    reader = desk.database.read()
    pages = [str(row[0]) for row in reader.rows("PRAGMA cipher_integrity_check")]
    trees = [str(row[0]) for row in reader.rows("PRAGMA integrity_check")]
    return pages + [said for said in trees if said != "ok"]


def files_of(profile: Path) -> str:
    """The names of a profile's files with their sizes, for a fault's story."""
    return ", ".join(f"{file.name} {file.stat().st_size}" for file in sorted(profile.glob(f"{STATION_FILE}*")))
