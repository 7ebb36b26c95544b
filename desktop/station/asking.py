"""What a script writes to ask a distributor, to withdraw that and to answer it: numbers instead of ids."""

from __future__ import annotations

from typing import Any, TypeAlias

from desktop.station import lookups
from desktop.sync.desk import Desk
from shared_models.inquiries.records import Inquiry
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id

Fields: TypeAlias = dict[str, Any]
HELP: dict[str, str] = {
    "AskDistributor": "distributor (code, name or id), reserve or order (its number), line_no, wanted (EXTEND, "
    "RELEASE, CFA, QUESTION), until_on, note",
    "WithdrawInquiry": "reserve or order (its number) or inquiry_id",
    "AnswerInquiry": "reserve or order (its number) or inquiry_id, answer (AGREED, DECLINED, TOLD), until_on, carrier, "
    "tracking_no, text, corrects",
}
_NUMBERS = {"reserve": "reserves", "order": "sales_orders"}


def ask(desk: Desk, fields: Fields) -> list[Fields]:
    """About a reserve or an order by its number."""
    if "distributor" in fields:
        fields["distributor_id"] = lookups.organisation_of(desk, str(fields.pop("distributor")), "distributor").id
    for name, dataset in _NUMBERS.items():
        if name in fields:
            fields |= {"dataset": dataset, "number": str(fields.pop(name))}
    return [{"inquiry_id": new_id(), **fields}]


def withdraw_or_answer(desk: Desk, fields: Fields) -> list[Fields]:
    """What was asked last about a reserve or an order. Raises `DomainError("not_found")`."""
    for name, dataset in _NUMBERS.items():
        if name in fields:
            fields["inquiry_id"] = _latest(desk, dataset, str(fields.pop(name))).id
    return [fields]


def _latest(desk: Desk, dataset: str, number: str) -> Inquiry:
    found = desk.database.read().records(
        Inquiry,
        "WHERE dataset = ? AND number = ? AND withdrawn_at IS NULL ORDER BY answer IS NOT NULL, asked_at DESC LIMIT 1",
        dataset,
        number,
    )
    if not found:
        raise DomainError("not_found", f"Nothing that counts was asked here about {number}.", number=number)
    return found[0]
