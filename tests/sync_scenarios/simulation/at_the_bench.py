"""What pickers and masters do: print waves, confirm lines in parts, count stock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shared_models.kernel.ids import ConfirmationId, LineId, RequestId, WaveId, new_id
from shared_models.picking.operations import ConfirmedLine, ConfirmLines, CountSampleStock, PrintTickets
from shared_models.picking.records import Outcome
from shared_models.sample_orders.records import RequestLine, SampleRequest
from shared_models.sample_orders.rules import may_still_ship
from tests.sync_scenarios.simulation.at_the_desk import Deed
from tests.sync_scenarios.simulation.choices import Choices, once_in, pick
from tests.sync_scenarios.simulation.published import ITEMS

if TYPE_CHECKING:
    from tests.sync_scenarios.simulation.machines import Machine

_OUTCOMES: tuple[Outcome, ...] = ("shipped", "backordered", "will_not_ship")


def _requests(machine: Machine, limit: int) -> list[SampleRequest]:
    house = machine.desk.acting.organisation_id
    return machine.desk.database.read().records(
        SampleRequest, "WHERE distributor_id = ? ORDER BY placed_at DESC, id LIMIT ?", house, limit
    )


def print_wave(machine: Machine, choices: Choices) -> Deed | None:
    """The newest requests on paper, printed before or not."""
    requests = _requests(machine, 1 + choices.below(4))
    if not requests:
        return None
    operation = PrintTickets(wave_id=WaveId(new_id()), request_ids=tuple(RequestId(one.id) for one in requests))
    return operation, f"prints a wave of {len(requests)} tickets"


def confirm(machine: Machine, choices: Choices) -> Deed | None:
    """Some lines of a request, each in whole or in part; now and then more than is open by now."""
    requests = _requests(machine, 6)
    if not requests:
        return None
    request = pick(choices, requests)
    lines = machine.desk.database.read().records(RequestLine, "WHERE request_id = ? ORDER BY position", request.id)
    lines = [line for line in lines if may_still_ship(line)]
    if not lines:
        return None
    confirmed = tuple(_said(line, machine, choices) for line in lines[: 1 + choices.below(3)])
    operation = ConfirmLines(
        confirmation_id=ConfirmationId(new_id()), request_id=RequestId(request.id), lines=confirmed, carrier="UPS"
    )
    said = ", ".join(f"{one.quantity} {one.outcome.replace('_', ' ')}" for one in confirmed)
    return operation, f"confirms of request {request.number or 'without a number'}: {said}"


def _said(line: RequestLine, machine: Machine, choices: Choices) -> ConfirmedLine:
    outcome = pick(choices, _OUTCOMES)
    quantity = may_still_ship(line) if once_in(choices, 2) else 1
    return ConfirmedLine(
        line_id=LineId(line.id),
        outcome=outcome,
        quantity=quantity,
        until_on=machine.desk.today() + timedelta(days=21) if outcome == "backordered" else None,
        reason="discontinued" if outcome == "will_not_ship" else "",
    )


def count_stock(machine: Machine, choices: Choices) -> Deed | None:
    """Somebody looks into a bin."""
    item, counted = pick(choices, ITEMS[:4]), choices.below(12)
    operation = CountSampleStock(item_no=item, bin=f"B-{choices.below(2)}", counted=counted)
    return operation, f"counts {counted} of {item}"
