"""What the drawer tells of a step that is the desk's own: a loan or a sample request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from desktop.cache.reader import Reader
from desktop.features.follow_up.rows import Related, Step, Story, told_facts
from desktop.features.follow_up.words import day_words
from desktop.sync.desk import Desk
from shared_models.designers.records import Designer
from shared_models.kernel.clock import local_day
from shared_models.library.records import Loan
from shared_models.sample_orders.records import RequestLine, SampleRequest


def step_story(desk: Desk, step: Step) -> Story:
    """The drawer of a loan or a sample request."""
    reader, today = desk.database.read(), desk.today()
    if isinstance(step.record, Loan):
        return _loan_story(reader, step, step.record, today)
    assert isinstance(step.record, SampleRequest)
    return _request_story(reader, step, step.record, today)


def _loan_story(reader: Reader, step: Step, loan: Loan, today: date) -> Story:
    designer = reader.get(Designer, loan.designer_id)
    facts = (
        ("Item", step.number), ("With", designer.name if designer is not None else ""),
        ("Firm", designer.firm if designer is not None else ""), ("Lent", _day(loan.lent_at, today)),
        ("Due back", day_words(loan.due_on.isoformat(), today)), ("Returned", _day(loan.returned_at, today)),
        ("Sidemark", loan.sidemark),
    )  # fmt: skip
    return Story(f"Loan of {step.detail}", step.distributor, told_facts(facts), (), sidemark=loan.sidemark)


def _request_story(reader: Reader, step: Step, request: SampleRequest, today: date) -> Story:
    facts = (
        ("Asked for", _day(request.placed_at, today)), ("By", request.placed_by_name),
        ("For", request.designer_name), ("Ship to", request.ship_to_name), ("Ships by", request.ship_method),
        ("Sidemark", request.sidemark),
    )  # fmt: skip
    lines = reader.records(RequestLine, "WHERE request_id = ? ORDER BY position", request.id)
    heading = f"Samples, request {request.number}" if request.number else "Samples, not yet numbered"
    return Story(heading, step.distributor, told_facts(facts), tuple(_lines(lines)), request.note,
                 sidemark=request.sidemark)  # fmt: skip


def _lines(lines: list[RequestLine]) -> Iterator[Related]:
    for line in lines:
        parts = (
            (line.shipped, "sent"), (line.backordered, "backordered"), (line.will_not_ship, "will not come"),
            (line.cancelled, "cancelled"),
        )  # fmt: skip
        state = ", ".join(f"{number} {word}" for number, word in parts if number) or "asked for"
        on = line.last_confirmed_at.isoformat() if line.last_confirmed_at is not None else ""
        yield Related("Sample", on, line.title or line.item_no, state, f"{line.quantity} × {line.item_no}")


def _day(instant: datetime | None, today: date) -> str:
    return "" if instant is None else day_words(local_day(instant).isoformat(), today)
