"""The frozen rows that the questions about designers answer with."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class DesignerRow(NamedTuple):
    """A designer in the list, with what is out to her."""

    designer_id: str
    name: str
    firm: str
    city: str
    state: str
    phone: str
    email: str
    card_barcode: str
    resale_expires_on: date | None
    notes: str
    blocked: bool
    out: int
    overdue: int


class MemoRow(NamedTuple):
    """A copy that is out to a designer."""

    loan_id: str
    item_no: str
    title: str
    lent_on: date
    due_on: date
    sidemark: str
    days_overdue: int
