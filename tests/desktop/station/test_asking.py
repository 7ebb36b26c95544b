"""Asking and answering from a script: numbers and codes instead of ids."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from desktop.station.friendly import operations_from
from desktop.sync.desk import Desk
from shared_models.inquiries.operations import AnswerInquiry, AskDistributor, WithdrawInquiry
from shared_models.inquiries.records import Inquiry
from shared_models.kernel.errors import DomainError
from tests.builders.desk import CALDER, make_desk, put
from tests.builders.follow_up import follow_up_records


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    put(desk.database, follow_up_records())
    yield desk
    desk.close()


def do(desk: Desk, **line: object) -> None:
    for operation in operations_from(desk, dict(line)):
        desk.record(operation)


def test_a_reserve_is_asked_for_by_its_number_and_the_distributors_name(desk: Desk) -> None:
    do(desk, operation="AskDistributor", distributor="Calder & Thrane", reserve="R-5501", wanted="EXTEND",
       until_on="2026-11-20", note="Please.")  # fmt: skip
    (inquiry,) = desk.database.read().records(Inquiry)
    assert (inquiry.distributor_id, inquiry.dataset, inquiry.number) == (CALDER, "reserves", "R-5501")
    assert (inquiry.until_on, inquiry.note) == (date(2026, 11, 20), "Please.")
    do(desk, operation="WithdrawInquiry", reserve="R-5501")
    assert desk.database.read().records(Inquiry)[0].withdrawn_by_name == "Marisol Vega"


def test_what_was_asked_about_an_order_last_is_meant(desk: Desk) -> None:
    ask = {"distributor_id": CALDER, "order": "40117", "line_no": "1", "wanted": "QUESTION"}
    for note in ("Which lot?", "And when?"):
        do(desk, operation="AskDistributor", note=note, **ask)
    (operation,) = operations_from(
        desk, {"operation": "AnswerInquiry", "order": "40117", "answer": "TOLD", "text": "x"}
    )
    assert isinstance(operation, AnswerInquiry)
    meant = desk.database.read().get(Inquiry, operation.inquiry_id)
    assert meant is not None
    assert meant.note in ("Which lot?", "And when?")


def test_what_was_never_asked_is_said_to_be_nothing(desk: Desk) -> None:
    for name in ("WithdrawInquiry", "AnswerInquiry"):
        with pytest.raises(DomainError, match="Nothing that counts was asked here about R-1"):
            operations_from(desk, {"operation": name, "reserve": "R-1", "answer": "TOLD"})


def test_the_operations_own_fields_are_taken_as_they_are(desk: Desk) -> None:
    line = {"operation": "WithdrawInquiry", "inquiry_id": "i1"}
    (withdrawal,) = operations_from(desk, line)
    assert withdrawal == WithdrawInquiry(inquiry_id="i1")  # type: ignore[arg-type]
    asked = {"operation": "AskDistributor", "distributor_id": CALDER, "dataset": "reserves", "number": "R-5502"}
    (operation,) = operations_from(desk, {**asked, "wanted": "CFA"})
    assert isinstance(operation, AskDistributor)
    assert len(operation.inquiry_id) == 36
