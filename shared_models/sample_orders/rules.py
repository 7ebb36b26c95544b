"""Pure rules of sample orders: how a basket splits, and what a line's amounts mean."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from shared_models.sample_orders.records import LineStatus, RequestLine


class _ForDistributor(Protocol):
    @property
    def distributor_id(self) -> str: ...


T = TypeVar("T", bound=_ForDistributor)


def split_by_distributor(lines: Iterable[T]) -> dict[str, list[T]]:
    """The lines of each distributor, in the order in which the distributors first appear."""
    parts: dict[str, list[T]] = {}
    for line in lines:
        parts.setdefault(line.distributor_id, []).append(line)
    return parts


def pending(line: RequestLine) -> int:
    """How many nobody has decided about yet; never negative."""
    return line.quantity - line.shipped - line.backordered - line.will_not_ship - line.cancelled


def may_still_ship(line: RequestLine) -> int:
    """How many a confirmation may still ship or settle: pending and backordered ones."""
    return pending(line) + line.backordered


def line_status(line: RequestLine) -> LineStatus:
    """One word for the line; `in_part` when its quantity has met several fates."""
    amounts: dict[LineStatus, int] = {
        "pending": pending(line),
        "shipped": line.shipped,
        "backordered": line.backordered,
        "will_not_ship": line.will_not_ship,
        "cancelled": line.cancelled,
    }
    met = [status for status, amount in amounts.items() if amount > 0]
    return met[0] if len(met) == 1 else "in_part"


def is_settled(lines: Sequence[RequestLine]) -> bool:
    """Whether nothing is left to pick or to wait for."""
    return all(may_still_ship(line) == 0 for line in lines)


def line_number(request_number: str, position: int) -> str:
    """The public number of a line: `KRA-1042-3`."""
    return f"{request_number}-{position}"
