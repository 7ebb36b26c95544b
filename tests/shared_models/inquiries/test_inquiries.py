"""Asking a distributor about a reserve or an order: what may be asked, what may be answered, and how it stands then."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared_models.accounts.records import Membership, Person
from shared_models.follow_up.records import Reserve, SalesOrderLine
from shared_models.inquiries.operations import AnswerInquiry, AskDistributor, InquiryId, WithdrawInquiry
from shared_models.inquiries.records import Inquiry
from shared_models.inquiries.rules import Standing, standing
from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Role
from tests.builders.memory_records import MemoryRecords
from tests.shared_models.world import CLERK, KRAVEL, NINE, OTHER_SHOWROOM, SHOWROOM, STRANGER, act, at, do, world

MASTER = "person-max"
FRIDAY = date(2026, 11, 20)
HELD = Reserve(
    id="1@dist-kravel", distributor_id=KRAVEL, reserve_no="R-5501", item_no="01354.010", qty=12_500, unit="YD",
    sidemark="Penthouse", expires_at="2026-11-16T11:00:00Z", status="ACTIVE", rep_code="R7",
)  # fmt: skip
ORDERED = SalesOrderLine(
    id="2@dist-kravel", distributor_id=KRAVEL, order_no="40117", line_no="2", item_no="0150-01", qty_ordered=32_000
)


@pytest.fixture
def records() -> MemoryRecords:
    found = world()
    for record in (
        Person(id=MASTER, name="Max Roth", email="max@kravel.example"),
        Membership(id="member-max", person_id=MASTER, organisation_id=KRAVEL, role=Role.MASTER),
        HELD,
        ORDERED,
    ):
        found.insert(record)
    return found


def ask(records: MemoryRecords, *, inquiry: str = "i1", when: datetime = NINE, by: str = CLERK, **more: Any) -> Inquiry:
    values = {"dataset": "reserves", "number": "R-5501", "wanted": "EXTEND", "until_on": FRIDAY, **more}
    operation = AskDistributor(inquiry_id=InquiryId(inquiry), distributor_id=KRAVEL, **values)
    do(records, operation, act(by=by, of=OTHER_SHOWROOM if by == STRANGER else SHOWROOM, at=when))
    return records.need(Inquiry, inquiry)


def answer(records: MemoryRecords, said: str = "AGREED", *, inquiry: str = "i1", **more: Any) -> Inquiry:
    operation = AnswerInquiry(inquiry_id=InquiryId(inquiry), answer=said, **more)  # type: ignore[arg-type]
    do(records, operation, act(by=MASTER, of=KRAVEL, at=at(10), station="office"))
    return records.need(Inquiry, inquiry)


def move(records: MemoryRecords, **values: Any) -> Reserve:
    """What the next file says of the reserve."""
    return records.change(records.need(Reserve, HELD.id), **values)


def test_an_inquiry_repeats_what_stood_in_the_row(records: MemoryRecords) -> None:
    inquiry = ask(records, note=" until the client is back ")
    assert (inquiry.asked_by_name, inquiry.asked_from, inquiry.asked_at) == ("Nora Velez", "Halden & Reyes", NINE)
    assert (inquiry.item_no, inquiry.qty, inquiry.unit, inquiry.sidemark) == ("01354.010", 12_500, "YD", "Penthouse")
    assert (inquiry.expires_at, inquiry.until_on, inquiry.note) == (HELD.expires_at, FRIDAY, "until the client is back")
    assert standing(inquiry, HELD, as_of=NINE) is Standing.OPEN


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"number": "R-1"}, "not_found", "Reserve R-1 is not among what the distributor shows you now"),
        ({"line_no": "7"}, "not_found", "Reserve R-5501 line 7 is not among"),
        ({"until_on": None}, "day_not_later", "Choose a day after 16 Nov 2026"),
        ({"until_on": date(2026, 11, 16)}, "day_not_later", "until then it is held already"),
        ({"until_on": date(2031, 1, 1)}, "day_too_late", "within two years"),
        ({"wanted": "QUESTION", "note": "  "}, "question_empty", "Write what you want to know"),
        ({"note": "x" * 2_001}, "text_too_long", "at most 2,000 characters"),
        (
            {"dataset": "sales_orders", "number": "40117", "line_no": "2"},
            "not_asked_so",
            "An order cannot be extended or released",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(
    records: MemoryRecords, more: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(DomainError, match=words) as refused:
        ask(records, **more)
    assert refused.value.code == code
    assert records.all(Inquiry) == []


@pytest.mark.parametrize(
    ("status", "when", "words"),
    [
        ("EXPIRED", NINE, "Reserve R-5501 expired on 16 Nov 2026: nothing is held any more"),
        ("RELEASED", NINE, "Reserve R-5501 was released: nothing is held any more"),
        ("CONVERTED", NINE, "Reserve R-5501 became an order: nothing"),
        ("ACTIVE", at(11), "Reserve R-5501 expired on 16 Nov 2026"),
    ],
)
@pytest.mark.parametrize("wanted", ["EXTEND", "RELEASE", "CFA"])
def test_a_reserve_that_is_over_can_only_be_asked_about(
    records: MemoryRecords, status: str, when: datetime, words: str, wanted: str
) -> None:
    move(records, status=status)
    with pytest.raises(DomainError, match=words):
        ask(records, wanted=wanted, when=when)
    assert ask(records, wanted="QUESTION", note="What happened?", when=when).note == "What happened?"


def test_the_same_is_asked_once_a_showroom_until_there_is_an_answer(records: MemoryRecords) -> None:
    ask(records)
    with pytest.raises(DomainError, match="Nora Velez asked to be extended already on 16 Nov 2026; there is no answer"):
        ask(records, inquiry="i2", when=at(9, 30))
    ask(records, inquiry="i3", wanted="CFA")
    for one in ("q1", "q2"):
        ask(records, inquiry=one, wanted="QUESTION", note="Which lot?")
    ask(records, inquiry="i4", by=STRANGER)
    answer(records, "DECLINED", text="All of it is sold.")
    assert ask(records, inquiry="i5", when=at(10, 30)).answer is None


def test_who_withdrew_may_ask_again_and_withdrawing_twice_is_once(records: MemoryRecords) -> None:
    ask(records)
    for minute in (5, 6):
        do(records, WithdrawInquiry(inquiry_id=InquiryId("i1")), act(at=at(9, minute)))
    withdrawn = records.need(Inquiry, "i1")
    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_by_name) == (at(9, 5), "Nora Velez")
    assert standing(withdrawn, HELD, as_of=None) is Standing.WITHDRAWN
    with pytest.raises(DomainError, match="Nora Velez withdrew this on 16 Nov 2026; it needs no answer"):
        answer(records, until_on=FRIDAY)
    ask(records, inquiry="i2")


def test_what_was_answered_cannot_be_withdrawn_or_answered_again_unless_it_is_a_correction(
    records: MemoryRecords,
) -> None:
    ask(records)
    answer(records, until_on=FRIDAY)
    with pytest.raises(DomainError, match="Max Roth answered this already on 16 Nov 2026"):
        do(records, WithdrawInquiry(inquiry_id=InquiryId("i1")), act(at=at(11)))
    with pytest.raises(DomainError, match="answered this already"):
        answer(records, "DECLINED", text="No.")
    corrected = answer(records, "DECLINED", text="Sold meanwhile.", corrects=True)
    assert (corrected.answer, corrected.agreed_until_on, corrected.answer_text) == ("DECLINED", None, "Sold meanwhile.")


@pytest.mark.parametrize(
    ("wanted", "said", "more", "words"),
    [
        ("EXTEND", "AGREED", {}, "until which day it is extended"),
        ("EXTEND", "AGREED", {"until_on": date(2026, 11, 15)}, "today or later"),
        ("EXTEND", "AGREED", {"until_on": date(2036, 11, 15)}, "within two years"),
        ("EXTEND", "DECLINED", {}, "Say why not"),
        ("EXTEND", "TOLD", {"text": " "}, "Write the answer"),
        ("QUESTION", "AGREED", {}, "answered with words"),
        ("CFA", "AGREED", {"tracking_no": "1" * 2_001}, "too long"),
    ],
)
def test_an_answer_that_says_too_little_is_refused(
    records: MemoryRecords, wanted: str, said: str, more: dict[str, Any], words: str
) -> None:
    ask(records, wanted=wanted, note="Which lot?")
    with pytest.raises(DomainError, match=words):
        answer(records, said, **more)
    assert records.need(Inquiry, "i1").answer is None


def test_another_house_finds_no_such_inquiry(records: MemoryRecords) -> None:
    ask(records)
    with pytest.raises(DomainError, match="There is no such inquiry here"):
        do(records, AnswerInquiry(inquiry_id=InquiryId("i1"), answer="TOLD", text="x"), act(of="dist-loomis"))
    with pytest.raises(DomainError, match="There is no such inquiry here"):
        do(records, WithdrawInquiry(inquiry_id=InquiryId("i1")), act(by=STRANGER, of=OTHER_SHOWROOM))


# --- how it stands against the next file -----------------------------------------------------------------------

LATER, EARLIER = at(12), at(9, 30)


def test_an_extension_is_agreed_until_a_file_shows_it(records: MemoryRecords) -> None:
    ask(records)
    agreed = answer(records, until_on=FRIDAY)
    assert standing(agreed, HELD, as_of=EARLIER) is Standing.AGREED
    moved = move(records, expires_at="2026-11-20T17:00:00Z", times_extended=1)
    assert standing(agreed, moved, as_of=LATER) is Standing.CARRIED_OUT
    assert standing(agreed, moved, as_of=None) is Standing.CARRIED_OUT


@pytest.mark.parametrize(
    "says", [{}, {"expires_at": "2026-11-18T17:00:00Z"}, {"status": "EXPIRED", "expires_at": "2026-11-20T17:00:00Z"}]
)
def test_a_later_file_that_says_otherwise_differs_and_an_earlier_one_does_not(
    records: MemoryRecords, says: dict[str, Any]
) -> None:
    ask(records)
    agreed = answer(records, until_on=FRIDAY)
    row = replace(HELD, **says)
    assert standing(agreed, row, as_of=LATER) is Standing.DIFFERS
    assert standing(agreed, row, as_of=EARLIER) is Standing.AGREED


def test_an_agreed_extension_whose_reserve_went_differs(records: MemoryRecords) -> None:
    ask(records)
    assert standing(answer(records, until_on=FRIDAY), None, as_of=LATER) is Standing.DIFFERS


def test_a_day_alone_holds_to_its_end(records: MemoryRecords) -> None:
    move(records, expires_at="2026-11-16")
    ask(records, when=at(23, 30), until_on=date(2026, 11, 21))
    assert standing(answer(records, until_on=FRIDAY), move(records, expires_at="2026-11-20"), as_of=LATER) is (
        Standing.CARRIED_OUT
    )


def test_a_file_that_does_it_without_an_answer_carries_it_out(records: MemoryRecords) -> None:
    asked = ask(records)
    assert standing(asked, replace(HELD, expires_at="2026-11-21T17:00:00Z"), as_of=LATER) is Standing.CARRIED_OUT
    assert standing(asked, replace(HELD, expires_at="2026-11-18T17:00:00Z"), as_of=LATER) is Standing.OPEN


@pytest.mark.parametrize("row", [None, replace(HELD, status="EXPIRED"), replace(HELD, status="CONVERTED")])
def test_what_nobody_answered_before_the_reserve_was_over_is_overtaken(
    records: MemoryRecords, row: Reserve | None
) -> None:
    assert standing(ask(records), row, as_of=LATER) is Standing.OVERTAKEN
    question = ask(records, inquiry="q", wanted="QUESTION", note="Why?")
    assert standing(question, row, as_of=LATER) is Standing.OPEN


@pytest.mark.parametrize("row", [None, replace(HELD, status="RELEASED")])
def test_a_release_is_carried_out_when_the_reserve_is_released_or_gone(
    records: MemoryRecords, row: Reserve | None
) -> None:
    ask(records, wanted="RELEASE")
    agreed = answer(records)
    assert standing(agreed, HELD, as_of=EARLIER) is Standing.AGREED
    assert standing(agreed, row, as_of=LATER) is Standing.CARRIED_OUT


def test_a_cutting_is_carried_out_when_a_file_says_it_was_sent_since(records: MemoryRecords) -> None:
    ask(records, wanted="CFA")
    agreed = answer(records, carrier="UPS", tracking_no="1Z 77")
    assert (agreed.carrier, agreed.tracking_no, agreed.agreed_until_on) == ("UPS", "1Z 77", None)
    long_ago = replace(HELD, cfa_sent_at=(NINE - timedelta(days=9)).isoformat())
    assert standing(agreed, long_ago, as_of=LATER) is Standing.DIFFERS
    assert standing(agreed, replace(HELD, cfa_sent_at="2026-11-16T15:00:00Z"), as_of=LATER) is Standing.CARRIED_OUT


@pytest.mark.parametrize(
    ("wanted", "said", "stands"),
    [
        ("QUESTION", "TOLD", Standing.ANSWERED),
        ("CFA", "AGREED", Standing.ANSWERED),
        ("CFA", "DECLINED", Standing.DECLINED),
    ],
)
def test_what_no_file_of_orders_will_show_is_answered_with_the_answer(
    records: MemoryRecords, wanted: str, said: str, stands: Standing
) -> None:
    ask(records, dataset="sales_orders", number="40117", line_no="2", wanted=wanted, note="Which lot?")
    assert standing(answer(records, said, text="Lot L4471."), ORDERED, as_of=LATER) is stands
    assert standing(records.need(Inquiry, "i1"), None, as_of=LATER) is stands
