"""The frozen rows that the library's questions answer with."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple


class DesignerRow(NamedTuple):
    """A designer as the desk needs her in front of it."""

    designer_id: str
    name: str
    firm: str
    phone: str
    email: str
    city: str
    card_barcode: str
    resale_certificate_no: str
    resale_expires_on: date | None
    notes: str
    blocked: bool


class CopyRow(NamedTuple):
    """A copy, its shelf, and who has it; `loan_id` is empty while nobody has."""

    copy_id: str
    distributor_id: str
    item_no: str
    title: str
    sample_type: str
    shelf: str
    status: str
    barcode: str
    loan_id: str
    designer_id: str
    designer: str
    lent_at: datetime | None
    due_on: date | None
    sidemark: str = ""

    @property
    def is_out(self) -> bool:
        """Whether somebody has it."""
        return bool(self.loan_id)


class LoanRow(NamedTuple):
    """An open loan."""

    loan_id: str
    copy_id: str
    barcode: str
    item_no: str
    title: str
    sample_type: str
    designer_id: str
    designer: str
    firm: str
    phone: str
    lent_at: datetime
    due_on: date
    sidemark: str
    days_overdue: int
    """0 when it is not overdue; due today is not."""
