"""What a person does on the follow-up page: ask the distributor about a row, and take that back."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.follow_up.records import Reserve, SalesOrderLine
from shared_models.inquiries.operations import AskDistributor, InquiryId, WithdrawInquiry
from shared_models.inquiries.records import Wanted
from shared_models.kernel.ids import new_id


class Wish(NamedTuple):
    """What is wanted of the distributor."""

    wanted: Wanted
    until_on: date | None = None
    note: str = ""


def ask(desk: Desk, row: Reserve | SalesOrderLine, wish: Wish) -> tuple[Changes, InquiryId]:
    """Ask about this row; gives the new inquiry's id. Raises what `AskDistributor` refuses."""
    inquiry_id = InquiryId(new_id())
    recorded = desk.record(
        AskDistributor(
            inquiry_id=inquiry_id,
            distributor_id=row.distributor_id,
            dataset="reserves" if isinstance(row, Reserve) else "sales_orders",
            number=row.reserve_no if isinstance(row, Reserve) else row.order_no,
            line_no=row.line_no,
            wanted=wish.wanted,
            until_on=wish.until_on,
            note=wish.note,
        )
    )
    return Changes(recorded.kinds), inquiry_id


def withdraw(desk: Desk, inquiry_id: InquiryId) -> Changes:
    """It is not wanted any more. Raises `DomainError("already_answered")`."""
    recorded = desk.record(WithdrawInquiry(inquiry_id=inquiry_id))
    return Changes(recorded.kinds)
