"""A station with its files, engine and client, signed in at a running server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import requests

from desktop.cache.keys import KeyRing
from desktop.sync.client import ServerClient
from desktop.sync.desk import Desk
from desktop.sync.engine import RoundReport, SyncEngine
from desktop.sync.sign_in import sign_in
from shared_models.accounts.records import Person
from shared_models.designers.records import Designer
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, ReturnId, new_id
from shared_models.library.operations import CheckOutCopy, ReturnCopy
from shared_models.library.records import Copy
from shared_models.sync.registry import STATION_KINDS
from tests.builders.server import PASSWORD

NOWHERE = "http://127.0.0.1:9"
"""Nothing listens there."""
DUE = date(2027, 1, 15)


class SwitchableClient(ServerClient):
    """The real client, with the network cable in the test's hand."""

    def __init__(self, server_url: str, session: requests.Session | None = None) -> None:
        super().__init__(server_url, session=session)
        self._real = server_url

    def unplug(self) -> None:
        self.server_url = NOWHERE

    def plug_in(self) -> None:
        self.server_url = self._real


@dataclass
class Station:
    """One desk and its engine."""

    desk: Desk
    client: SwitchableClient
    engine: SyncEngine
    profile: Path
    clock: SettableClock

    def sync(self) -> RoundReport:
        return self.engine.round()

    def lend(self, copy: Copy, designer: Designer) -> str:
        operation = CheckOutCopy(
            loan_id=LoanId(new_id()), copy_id=CopyId(copy.id), designer_id=DesignerId(designer.id), due_on=DUE
        )
        return self.desk.record(operation).operation_id

    def take_back(self, copy: Copy) -> str:
        return self.desk.record(ReturnCopy(return_id=ReturnId(new_id()), copy_id=CopyId(copy.id))).operation_id

    def state_of(self, operation_id: str) -> str:
        return self.desk.outbox.get(operation_id).state

    def everything(self) -> dict[str, list[Any]]:
        """All rows of all record tables, by table."""
        reader = self.desk.database.read()
        return {kind.TABLE.name: reader.rows(f"SELECT * FROM {kind.TABLE.name} ORDER BY id") for kind in STATION_KINDS}

    def library(self) -> dict[str, list[Any]]:
        """What every desk of the showroom sees."""
        names = ("designers", "copies", "copy_barcodes", "loans", "copy_returns", "review_items")
        return {name: rows for name, rows in self.everything().items() if name in names}


@contextmanager
def signed_in_station(
    folder: Path, server_url: str, person: Person, *, session: requests.Session | None = None
) -> Iterator[Station]:
    """A new profile in `folder`, signed in but not yet synced; its keys are held by the password only."""
    profile = folder
    profile.mkdir(parents=True, exist_ok=True)
    clock = SettableClock(datetime.now(UTC))
    client = SwitchableClient(server_url, session=session)
    desk = sign_in(
        profile,
        server_url,
        person.email,
        PASSWORD,
        call=client.sign_in,
        clock=clock,
        keys=KeyRing(profile, holders=()),
        station_name=folder.name,
    )
    try:
        yield Station(desk, client, SyncEngine(desk, client), profile, clock)
    finally:
        desk.close()
        client.close()
