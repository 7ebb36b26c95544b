"""What people were told is done, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from shared_models.designers.operations import AddDesigner, EditDesigner
from shared_models.designers.records import Designer
from shared_models.kernel.operation import Operation
from shared_models.kernel.records import Record
from shared_models.library.operations import AddCopy, CheckOutCopy, ReturnCopy, TakeBackCheckOut, TakeBackReturn
from shared_models.library.records import Copy, CopyReturn, Loan
from shared_models.picking.operations import ConfirmLines, CountSampleStock, PrintTickets
from shared_models.picking.records import Confirmation, PickWave, StockMovement
from shared_models.sample_orders.operations import CancelLine, PlaceSampleOrder
from shared_models.sample_orders.records import SampleOrder
from shared_models.sync.streams import library, orders, requests


class Told(NamedTuple):
    """One operation that a person was told is done."""

    operation_id: str
    operation: Operation
    machine: str
    organisation_id: str
    made_at: datetime
    history_id: str
    """The server's history as the station knew it."""
    cursors: dict[str, int]
    """How far the person's screen had seen each stream: what was done may have been done because of it."""


class Effect(NamedTuple):
    """A record that is there when an operation was done and that nobody ever deletes."""

    kind: type[Record]
    key: str
    stream: str
    """One in which the people who did it see it."""


class Ledger:
    """All that was told, and what was lost with a disk that nothing else could know of."""

    def __init__(self) -> None:
        """Nothing was done yet."""
        self.told: dict[str, Told] = {}
        self.forfeited: set[str] = set()
        self.dealt_with: set[str] = set()
        """What was refused and somebody dealt with: a station forgets it after a month, a restored server at once."""
        self.discarded: set[str] = set()
        """What waited at stations that were shut out with nothing to be taken."""

    def note(self, told: Told) -> None:
        """A person read that it is done."""
        self.told[told.operation_id] = told

    def forfeit(self, still_known: Iterable[str]) -> int:
        """After a disaster: what no machine and no server holds any more cannot be asked for; gives how many."""
        gone = self.told.keys() - set(still_known) - self.forfeited
        self.forfeited |= gone
        return len(gone)

    def discard(self, left: Iterable[str]) -> None:
        """Never to be done, whoever brings it."""
        self.discarded |= set(left)

    def recover(self, found: Iterable[str]) -> None:
        """Somebody had them in a file after all."""
        self.forfeited -= set(found)

    @property
    def owed(self) -> dict[str, Told]:
        """What must have an outcome."""
        return {key: told for key, told in self.told.items() if key not in self.forfeited}


def made_by(operation: Operation) -> set[str]:
    """The ids of what an operation brings into the world."""
    match operation:
        case CheckOutCopy():
            return {operation.loan_id}
        case ReturnCopy():
            return {operation.return_id}
        case AddCopy():
            return {operation.copy_id}
        case AddDesigner():
            return {operation.designer_id}
        case PlaceSampleOrder():
            return {part.request_id for part in operation.parts}
        case _:
            return set()


def needed_by(operation: Operation) -> set[str]:
    """The ids of what must be there for an operation to be done."""
    match operation:
        case CheckOutCopy():
            return {operation.copy_id, operation.designer_id}
        case ReturnCopy():
            return {operation.copy_id}
        case TakeBackCheckOut():
            return {operation.loan_id}
        case TakeBackReturn():
            return {operation.return_id}
        case EditDesigner():
            return {operation.designer_id}
        case CancelLine():
            return {operation.request_id}
        case _:
            return set()


def effect_of(told: Told) -> Effect | None:
    """The lasting record of an operation; None for those that only change what is there."""
    house, operation = told.organisation_id, told.operation
    match operation:
        case CheckOutCopy():
            return Effect(Loan, operation.loan_id, library(house))
        case ReturnCopy():
            return Effect(CopyReturn, operation.return_id, library(house))
        case AddCopy():
            return Effect(Copy, operation.copy_id, library(house))
        case AddDesigner():
            return Effect(Designer, operation.designer_id, library(house))
        case PlaceSampleOrder():
            return Effect(SampleOrder, operation.order_id, orders(house))
        case PrintTickets():
            return Effect(PickWave, operation.wave_id, requests(house))
        case ConfirmLines():
            return Effect(Confirmation, operation.confirmation_id, requests(house))
        case CountSampleStock():
            return Effect(StockMovement, told.operation_id, requests(house))
        case _:
            return None
