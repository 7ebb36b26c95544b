"""What a person does with an inquiry: answer it, or take it back."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.inquiries.operations import AnswerInquiry, InquiryId, WithdrawInquiry
from shared_models.inquiries.records import Answer


class Said(NamedTuple):
    """An answer as a person gives it."""

    answer: Answer
    until_on: date | None = None
    carrier: str = ""
    tracking_no: str = ""
    text: str = ""
    corrects: bool = False


def answer(desk: Desk, inquiry_id: str, said: Said) -> Changes:
    """Raises `DomainError`: `already_answered`, `inquiry_withdrawn`, or what the answer lacks."""
    recorded = desk.record(AnswerInquiry(inquiry_id=InquiryId(inquiry_id), **said._asdict()))
    return Changes(recorded.kinds)


def withdraw(desk: Desk, inquiry_id: str) -> Changes:
    """It is not wanted any more. Raises `DomainError("already_answered")`."""
    recorded = desk.record(WithdrawInquiry(inquiry_id=InquiryId(inquiry_id)))
    return Changes(recorded.kinds)
