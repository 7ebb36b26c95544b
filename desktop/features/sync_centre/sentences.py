"""Every operation in plain words: what a person did, as she would say it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from desktop.cache.reader import Reader
from shared_models.accounts.records import Organisation
from shared_models.designers.records import Designer
from shared_models.inquiries.operations import named_within
from shared_models.inquiries.records import Inquiry
from shared_models.kits.records import Kit
from shared_models.library.records import Copy, CopyReturn, Loan
from shared_models.sample_orders.records import RequestLine, SampleRequest
from shared_models.sync.registry import OPERATIONS

Payload = dict[str, Any]
Words = Callable[[Payload, Reader], str]


def sentence_of(name: str, payload: str, reader: Reader) -> str:
    """What an operation did; one that a newer program made, or that is of no known form, is named by its name.

    Whatever was refused must be shown here, above all what was refused because it cannot be read.
    """
    words = WORDS.get(name)
    if words is None:
        return name
    try:
        return words(msgspec.json.decode(payload), reader)
    except (LookupError, TypeError, ValueError, AttributeError):
        return name


def _copy(copy_id: str, reader: Reader) -> str:
    copy = reader.get(Copy, copy_id)
    return copy.title if copy is not None else "a copy"


def _designer(designer_id: str, reader: Reader) -> str:
    designer = reader.get(Designer, designer_id) if designer_id else None
    return designer.name if designer is not None else "a designer"


def _request(request_id: str, reader: Reader) -> str:
    request = reader.get(SampleRequest, request_id)
    return f"request {request.number}" if request is not None and request.number else "a sample request"


def _house(organisation_id: str, reader: Reader) -> str:
    house = reader.get(Organisation, organisation_id)
    return house.name if house is not None else "a distributor"


def _counted(number: int, one: str) -> str:
    return f"{number} {one if number == 1 else one + 's'}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%b}"


def _check_out(payload: Payload, reader: Reader) -> str:
    whom = _designer(payload["designer_id"], reader)
    return f"Lent {_copy(payload['copy_id'], reader)} to {whom}, due {_day(payload['due_on'])}"


def _return(payload: Payload, reader: Reader) -> str:
    back = reader.get(CopyReturn, payload["return_id"])
    loan = reader.get(Loan, back.loan_id) if back is not None and back.loan_id else None
    whose = f" from {_designer(loan.designer_id, reader)}" if loan is not None else ""
    return f"Took {_copy(payload['copy_id'], reader)} back{whose}"


def _undo_check_out(payload: Payload, reader: Reader) -> str:
    return f"Undid the loan of {_copy(payload['copy_id'], reader)}"


def _undo_return(payload: Payload, reader: Reader) -> str:
    return f"Undid the return of {_copy(payload['copy_id'], reader)}"


def _sidemark(payload: Payload, _reader: Reader) -> str:
    loans = _counted(len(payload["loan_ids"]), "loan")
    return f"Wrote the sidemark “{payload['sidemark']}” on {loans}"


def _order(payload: Payload, reader: Reader) -> str:
    items = sum(len(part["items"]) for part in payload["parts"])
    houses = ", ".join(_house(part["distributor_id"], reader) for part in payload["parts"])
    whom = f" for {_designer(payload['designer_id'], reader)}" if payload.get("designer_id") else ""
    return f"Ordered {_counted(items, 'sample')}{whom} from {houses}"


def _cancel(payload: Payload, reader: Reader) -> str:
    line = reader.get(RequestLine, payload["line_id"])
    what = (line.title or line.item_no) if line is not None else "a line"
    return f"Cancelled {what} of {_request(payload['request_id'], reader)}"


def _confirm(payload: Payload, reader: Reader) -> str:
    said: dict[str, int] = {}
    for line in payload["lines"]:
        said[line["outcome"]] = said.get(line["outcome"], 0) + line["quantity"]
    parts = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in said.items())
    return f"Confirmed {_request(payload['request_id'], reader)}: {parts}"


def _print(payload: Payload, reader: Reader) -> str:
    requests = payload["request_ids"]
    if len(requests) == 1:
        return f"Printed the ticket of {_request(requests[0], reader)}"
    return f"Printed {_counted(len(requests), 'ticket')}"


def _count(payload: Payload, _reader: Reader) -> str:
    return f"Counted {payload['counted']} of {payload['item_no']} in bin {payload['bin']}"


def _kit(payload: Payload, _reader: Reader) -> str:
    return f"Wrote the kit “{payload['name']}” with {_counted(len(payload['items']), 'item')}"


def _remove_kit(payload: Payload, reader: Reader) -> str:
    kit = reader.get(Kit, payload["kit_id"])
    return f"Removed the kit “{kit.name}”" if kit is not None else "Removed a kit"


_WANTED = {
    "EXTEND": "to extend",
    "RELEASE": "to release",
    "CFA": "for a cutting for approval of",
    "QUESTION": "about",
}
_ANSWERS = {"AGREED": "Agreed to", "DECLINED": "Declined", "TOLD": "Answered"}


def _ask(payload: Payload, reader: Reader) -> str:
    name = named_within(payload["dataset"], payload["number"], payload.get("line_no", ""))
    until = f" until {_day(payload['until_on'])}" if payload.get("until_on") else ""
    return f"Asked {_house(payload['distributor_id'], reader)} {_WANTED[payload['wanted']]} {name}{until}"


def _about(inquiry_id: str, reader: Reader) -> str:
    inquiry = reader.get(Inquiry, inquiry_id)
    if inquiry is None:
        return "something about a reserve or an order"
    return f"what was asked about {named_within(inquiry.dataset, inquiry.number, inquiry.line_no)}"


def _answer(payload: Payload, reader: Reader) -> str:
    until = f", until {_day(payload['until_on'])}" if payload.get("until_on") else ""
    return f"{_ANSWERS[payload['answer']]} {_about(payload['inquiry_id'], reader)}{until}"


WORDS: dict[str, Words] = {
    "AddDesigner": lambda payload, _: f"Wrote a card for {payload['card']['name']}",
    "EditDesigner": lambda payload, _: f"Changed the card of {payload['card']['name']}",
    "AddCopy": lambda payload, _: f"Added {payload['title']} to the library, barcode {', '.join(payload['barcodes'])}",
    "CheckOutCopy": _check_out,
    "ReturnCopy": _return,
    "TakeBackCheckOut": _undo_check_out,
    "TakeBackReturn": _undo_return,
    "SetSidemark": _sidemark,
    "PlaceSampleOrder": _order,
    "CancelLine": _cancel,
    "DefineKit": _kit,
    "RemoveKit": _remove_kit,
    "PrintTickets": _print,
    "ConfirmLines": _confirm,
    "CountSampleStock": _count,
    "AskDistributor": _ask,
    "WithdrawInquiry": lambda payload, reader: f"Withdrew {_about(payload['inquiry_id'], reader)}",
    "AnswerInquiry": _answer,
    "SettleReview": lambda _payload, _reader: "Settled something that needed a look",
}
"""A builder for each of `OPERATIONS`; a test holds both to be the same names."""

__all__ = ["OPERATIONS", "WORDS", "sentence_of"]
