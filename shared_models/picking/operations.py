"""What a warehouse does with sample requests: print, confirm, count its samples."""

from datetime import date
from typing import ClassVar

import msgspec

from shared_models.accounts.records import Person
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import ConfirmationId, LineId, RequestId, WaveId
from shared_models.kernel.operation import Act, Module, Operation, Role
from shared_models.kernel.records import Records
from shared_models.picking.records import (
    Confirmation,
    ConfirmationLine,
    Outcome,
    PickWave,
    SampleStock,
    StockMovement,
)
from shared_models.picking.rules import after_cancellation, apply_outcome, require_good_outcome, stock_id
from shared_models.reviews.operations import raise_review
from shared_models.sample_orders.records import RequestLine, SampleRequest

MOST_IN_A_BIN = 999_999
SHIPPED_AFTER_CANCELLATION = "shipped_after_cancellation"
_BENCH = frozenset({Role.PICKER, Role.MASTER})


class PrintTickets(Operation, frozen=True, kw_only=True):
    """Picking tickets were printed, one or a wave of them; printing again counts as a reprint."""

    ROLES: ClassVar = _BENCH
    MODULE: ClassVar = Module.SAMPLE_PROCESSING

    wave_id: WaveId
    request_ids: tuple[RequestId, ...]

    def lane(self) -> str:
        """The wave."""
        return f"wave:{self.wave_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Count the print on each request and remember the wave."""
        if not self.request_ids:
            raise DomainError("nothing_chosen", "Choose at least one request to print.")
        for request_id in self.request_ids:
            request = records.need(SampleRequest, request_id, distributor_id=act.organisation_id)
            records.change(request, times_printed=request.times_printed + 1, last_printed_at=act.made_at)
        records.insert(
            PickWave(
                id=self.wave_id,
                distributor_id=act.organisation_id,
                printed_at=act.made_at,
                printed_by=act.person_id,
                request_ids=tuple(self.request_ids),
            )
        )


class ConfirmedLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of a quantity of one line; a line may appear several times with different outcomes."""

    line_id: LineId
    outcome: Outcome
    quantity: int
    until_on: date | None = None
    """For backordered ones: when they are expected; None when nobody knows."""
    reason: str = ""
    """For ones that will not ship: why."""
    replacement_item_no: str = ""


class ConfirmLines(Operation, frozen=True, kw_only=True):
    """A picker confirms lines of a request as Shipped, Backordered or Will Not Ship, all or in parts."""

    ROLES: ClassVar = _BENCH
    MODULE: ClassVar = Module.SAMPLE_PROCESSING

    confirmation_id: ConfirmationId
    request_id: RequestId
    lines: tuple[ConfirmedLine, ...]
    carrier: str = ""
    tracking_no: str = ""

    def lane(self) -> str:
        """The request."""
        return f"request:{self.request_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Move the quantities and remember the confirmation.

        Goods that left after the showroom had cancelled them are shipped all the same, and a word about others that
        were cancelled is void; both leave a review item. Refused as a whole when nothing is confirmed, a line is not
        of this request, a reason is missing, or more is confirmed than was ever open of a line.
        """
        request = records.need(SampleRequest, self.request_id, distributor_id=act.organisation_id)
        if not self.lines:
            raise DomainError("nothing_chosen", "Confirm at least one line.")
        records.insert(
            Confirmation(
                id=self.confirmation_id,
                request_id=request.id,
                organisation_id=request.organisation_id,
                distributor_id=act.organisation_id,
                confirmed_at=act.made_at,
                confirmed_by_name=act.guest_name or records.need(Person, act.person_id).name,
                carrier=self.carrier,
                tracking_no=self.tracking_no,
            )
        )
        for number, confirmed in enumerate(self.lines, start=1):
            self._confirm(number, confirmed, records, act)

    def _confirm(self, number: int, said: ConfirmedLine, records: Records, act: Act) -> None:
        line = records.need(RequestLine, said.line_id, request_id=self.request_id)
        require_good_outcome(line, said.outcome, said.quantity, said.reason)
        open_again, quantity, overtaken = after_cancellation(line, said.outcome, said.quantity)
        if overtaken:
            self._tell_of_cancellation(line, said.outcome, overtaken, records, act)
        if quantity == 0:
            return
        confirmed = msgspec.structs.replace(said, quantity=quantity)
        records.change(
            line,
            cancelled=open_again.cancelled,
            **apply_outcome(open_again, confirmed.outcome, quantity),
            last_confirmed_at=act.made_at,
            **(
                {"carrier": self.carrier, "tracking_no": self.tracking_no}
                if confirmed.outcome == "shipped"
                else {"backordered_until": confirmed.until_on}
                if confirmed.outcome == "backordered"
                else {"reason": confirmed.reason, "replacement_item_no": confirmed.replacement_item_no}
            ),
        )
        records.insert(
            ConfirmationLine(
                id=f"{self.confirmation_id}:{number}",
                confirmation_id=self.confirmation_id,
                organisation_id=line.organisation_id,
                distributor_id=line.distributor_id,
                **msgspec.structs.asdict(confirmed),
            )
        )
        if confirmed.outcome == "shipped":
            self._take_from_stock(number, line, quantity, records, act)

    def _tell_of_cancellation(
        self, line: RequestLine, outcome: Outcome, overtaken: int, records: Records, act: Act
    ) -> None:
        """At this warehouse; the server tells the showroom."""
        what = line.title or line.item_no
        showroom = records.need(SampleRequest, self.request_id).showroom_name or "The showroom"
        sentence = (
            f"{showroom} had cancelled {overtaken} of {what}. They left all the same and count as shipped; it is told."
            if outcome == "shipped"
            else f"{showroom} has cancelled {overtaken} of {what}; what was said of it here is not needed any more."
        )
        code = SHIPPED_AFTER_CANCELLATION if outcome == "shipped" else "cancelled_meanwhile"
        raise_review(records, act, code=code, about_id=line.id, sentence=sentence)

    def _take_from_stock(self, number: int, line: RequestLine, quantity: int, records: Records, act: Act) -> None:
        """Where the distributor keeps stock of the item, shipping lowers it, below zero if need be: it was there."""
        stock = records.get(SampleStock, stock_id(act.organisation_id, line.item_no))
        if stock is None:
            return
        move_stock(
            records,
            act,
            stock,
            movement_id=f"{self.confirmation_id}:{number}",
            amount=-quantity,
            why="shipped",
            line_id=line.id,
        )


class CountSampleStock(Operation, frozen=True, kw_only=True):
    """Somebody looked into a bin and says what is there; also how an item first gets a bin."""

    ROLES: ClassVar = _BENCH
    MODULE: ClassVar = Module.SAMPLE_PROCESSING

    item_no: str
    bin: str
    counted: int

    def lane(self) -> str:
        """The item's stock."""
        return f"stock:{self.item_no}"

    def apply(self, records: Records, act: Act) -> None:
        """Correct the stock, as it was when it was counted, by a movement of the difference.

        A count of what was right is a movement of 0, so that it is known when somebody looked last. Refused when
        the count is not 0 to 999,999 or the item number is missing.
        """
        if not 0 <= self.counted <= MOST_IN_A_BIN or not self.item_no.strip():
            raise DomainError(
                "count_out_of_range",
                f"A count needs an item number and a quantity from 0 to {MOST_IN_A_BIN:,}.",
            )
        key = stock_id(act.organisation_id, self.item_no)
        stock = records.get(SampleStock, key)
        if stock is None:
            stock = SampleStock(id=key, distributor_id=act.organisation_id, item_no=self.item_no, bin=self.bin)
            records.insert(stock)
        elif stock.bin != self.bin:
            stock = records.change(stock, bin=self.bin)
        moved_since = sum(
            movement.amount for movement in records.find(StockMovement, stock_id=key) if movement.moved_at > act.made_at
        )
        difference = self.counted - (stock.on_hand - moved_since)
        move_stock(records, act, stock, movement_id=act.operation_id, amount=difference, why="count")


def move_stock(
    records: Records,
    act: Act,
    stock: SampleStock,
    *,
    movement_id: str,
    amount: int,
    why: str,
    line_id: str = "",
) -> None:
    """Write a movement and change the stock by it; the stock stays the sum of its movements.

    When somebody counted after it happened, that count has seen it already: the count's own movement gives way
    and the stock stays what was counted.
    """
    later_counts = [
        movement
        for movement in records.find(StockMovement, stock_id=stock.id, why="count")
        if movement.moved_at > act.made_at
    ]
    if later_counts:
        first = min(later_counts, key=lambda movement: movement.moved_at)
        records.change(first, amount=first.amount - amount)
    else:
        records.change(stock, on_hand=stock.on_hand + amount)
    records.insert(
        StockMovement(
            id=movement_id,
            stock_id=stock.id,
            distributor_id=stock.distributor_id,
            amount=amount,
            why=why,  # type: ignore[arg-type]
            moved_at=act.made_at,
            moved_by=act.person_id,
            line_id=line_id,
        )
    )
