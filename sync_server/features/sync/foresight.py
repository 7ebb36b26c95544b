"""What the operations of a batch will ask for, so that the database is asked once for all of them.

Only a matter of speed: what is not foreseen is asked for when it is needed.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from shared_models.accounts.records import Organisation, Person
from shared_models.designers.operations import AddDesigner, EditDesigner
from shared_models.designers.records import Designer
from shared_models.inquiries.operations import AnswerInquiry, AskDistributor, WithdrawInquiry
from shared_models.inquiries.records import Inquiry
from shared_models.kernel.operation import Operation
from shared_models.kernel.records import Record
from shared_models.library.operations import CheckOutCopy, ReturnCopy, SetSidemark, TakeBackCheckOut, TakeBackReturn
from shared_models.library.records import Copy, CopyReturn, Loan
from shared_models.picking.operations import ConfirmLines
from shared_models.picking.records import Confirmation
from shared_models.sample_orders.operations import CancelLine, PlaceSampleOrder
from shared_models.sample_orders.records import RequestLine, SampleOrder, SampleRequest


class Foresight(NamedTuple):
    """Records by their id, and records by the value of one column; ids of new ones too, which must not be there."""

    keys: dict[type[Record], set[str]]
    columns: dict[tuple[type[Record], str], set[str]]
    numbered: set[str]
    """The distributors whose requests get numbers."""


def foresee(operations: Iterable[tuple[Operation, str, str]]) -> Foresight:
    """For all operations of a batch together, each with the organisation and the person that it is done by."""
    seen = Foresight(defaultdict(set), defaultdict(set), set())
    for operation, organisation_id, person_id in operations:
        _see(operation, seen)
        if isinstance(operation, PlaceSampleOrder):
            seen.keys[Organisation].add(organisation_id)
            seen.keys[Person].add(person_id)
    return seen


def _see(operation: Operation, seen: Foresight) -> None:
    match operation:
        case CheckOutCopy():
            seen.keys[Loan].add(operation.loan_id)
            seen.keys[Designer].add(operation.designer_id)
            _see_copy(operation.copy_id, seen)
        case ReturnCopy():
            seen.keys[CopyReturn].add(operation.return_id)
            _see_copy(operation.copy_id, seen)
        case TakeBackCheckOut():
            seen.keys[Loan].add(operation.loan_id)
            _see_copy(operation.copy_id, seen)
        case TakeBackReturn():
            seen.keys[CopyReturn].add(operation.return_id)
            _see_copy(operation.copy_id, seen)
        case SetSidemark():
            seen.keys[Loan] |= set(operation.loan_ids)
        case AddDesigner() | EditDesigner():
            seen.keys[Designer].add(operation.designer_id)
        case PlaceSampleOrder():
            _see_order(operation, seen)
        case CancelLine():
            seen.keys[RequestLine].add(operation.line_id)
        case ConfirmLines():
            seen.keys[Confirmation].add(operation.confirmation_id)
            seen.keys[SampleRequest].add(operation.request_id)
            seen.columns[RequestLine, "request_id"].add(operation.request_id)
        case AskDistributor() | WithdrawInquiry() | AnswerInquiry():
            seen.keys[Inquiry].add(operation.inquiry_id)
        case _:
            pass


def _see_copy(copy_id: str, seen: Foresight) -> None:
    seen.keys[Copy].add(copy_id)
    seen.columns[Loan, "copy_id"].add(copy_id)
    seen.columns[CopyReturn, "copy_id"].add(copy_id)


def _see_order(operation: PlaceSampleOrder, seen: Foresight) -> None:
    seen.keys[SampleOrder].add(operation.order_id)
    if operation.designer_id:
        seen.keys[Designer].add(operation.designer_id)
    for part in operation.parts:
        seen.keys[Organisation].add(part.distributor_id)
        seen.keys[SampleRequest].add(part.request_id)
        seen.keys[RequestLine] |= {item.line_id for item in part.items}
        seen.columns[RequestLine, "request_id"].add(part.request_id)
        seen.numbered.add(part.distributor_id)
