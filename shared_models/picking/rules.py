"""Pure rules of confirming: what may be said about a line, and what it does to the line's amounts."""

from datetime import date

import msgspec

from shared_models.kernel.errors import DomainError
from shared_models.picking.records import Outcome
from shared_models.sample_orders.records import RequestLine
from shared_models.sample_orders.rules import may_still_ship, pending


def stock_id(distributor_id: str, item_no: str) -> str:
    """The id of an item's sample stock: an item has one bin in a warehouse."""
    return f"{distributor_id}:{item_no}"


def require_good_outcome(line: RequestLine, outcome: Outcome, quantity: int, reason: str) -> None:
    """Refuse a confirmation that cannot be true of the line as it stands, or as it stood before it was cancelled.

    Raises `DomainError`: `quantity_out_of_range`, `line_settled`, `more_than_open` or `reason_missing`.
    """
    what = line.title or line.item_no
    if quantity < 1:
        raise DomainError("quantity_out_of_range", f"Confirm at least 1 of {what}.", line_id=line.id)
    if outcome == "will_not_ship" and not reason.strip():
        raise DomainError("reason_missing", f"Say why {what} will not ship.", line_id=line.id)
    still_open = pending(line) if outcome == "backordered" else may_still_ship(line)
    if outcome == "backordered" and still_open == 0 and line.backordered:
        still_open = line.backordered
    # A bench that did not know of a cancellation is not wrong: `after_cancellation` says what its word means then.
    still_open += line.cancelled
    if still_open == 0:
        raise DomainError("line_settled", f"{what} is already settled.", line_id=line.id)
    if quantity > still_open:
        raise DomainError(
            "more_than_open",
            f"Only {still_open} of {what} are still open, not {quantity}.",
            line_id=line.id,
            still_open=still_open,
        )


def after_cancellation(line: RequestLine, outcome: Outcome, quantity: int) -> tuple[RequestLine, int, int]:
    """What a confirmation of `quantity` is about when the showroom has cancelled some of the line meanwhile.

    Gives the line with as many reopened as left all the same, how many the outcome still holds for, and how many of
    `quantity` had been cancelled. Goods that left are shipped, whatever was cancelled; a word about others is void.
    """
    room = may_still_ship(line)
    if outcome == "backordered":
        room = pending(line) or line.backordered
    overtaken = max(0, quantity - room)
    if outcome != "shipped":
        return line, quantity - overtaken, overtaken
    return msgspec.structs.replace(line, cancelled=line.cancelled - overtaken), quantity, overtaken


def apply_outcome(line: RequestLine, outcome: Outcome, quantity: int) -> dict[str, int | date | None]:
    """The line's new amounts. Shipped and refused ones come from the pending first, then from the backordered.

    Saying “backordered” of ones that are backordered already only gives them a new date.
    """
    from_pending = min(quantity, pending(line))
    if outcome == "backordered":
        return {"backordered": line.backordered + from_pending}
    left = line.backordered - (quantity - from_pending)
    # A date stands only as long as something waits for it.
    taken: dict[str, int | date | None] = {
        "backordered": left,
        **({} if left else {"backordered_until": None}),
    }
    if outcome == "shipped":
        return {**taken, "shipped": line.shipped + quantity}
    return {**taken, "will_not_ship": line.will_not_ship + quantity}
