"""The frozen rows that the questions of the follow-up answer with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, TypeVar

from desktop.cache.inquiries import InquiryNow
from desktop.features.follow_up.ages import Age
from shared_models.catalogue.freshness import DatasetFreshness
from shared_models.catalogue.one_lot import OneLot
from shared_models.catalogue.records import InventoryRow, MillOrderLine
from shared_models.follow_up.records import FollowUpRecord
from shared_models.kernel.records import Record

F = TypeVar("F", bound=FollowUpRecord)
L = TypeVar("L", InventoryRow, MillOrderLine)


class Seen(NamedTuple, Generic[F]):
    """One row of a list: the record, where it stands in the usual order, and whose it is."""

    place: int
    record: F
    distributor: str
    fresh: DatasetFreshness | None = None
    """How old the distributor's dataset is, and how often new ones are promised."""
    inquiry: InquiryNow | None = None
    """What was asked last about it."""


class LineSeen(NamedTuple, Generic[L]):
    """One row of a line's stock or mill orders: as `Seen`, with what its item is called."""

    place: int
    record: L
    distributor: str
    distributor_id: str
    title: str
    fresh: DatasetFreshness | None = None


class Elsewhere(NamedTuple):
    """Another list, and what to look for in it."""

    list_name: str
    text: str
    row_id: str = ""
    """The row to choose there; the first one when empty."""


class Step(NamedTuple):
    """One step of a project: something that happened, or shall, on a day."""

    place: int
    on: str
    """A day or an instant, ISO; empty when it is not known."""
    what: str
    """What happened, in a word: Ordered, Reserved, Shipped, Lent."""
    number: str
    detail: str
    state: str
    sidemark: str
    distributor: str
    distributor_id: str
    record: Record
    is_open: bool
    """Whether the record still wants somebody's attention."""
    age: str
    """How old the distributor's word is; empty for the desk's own records."""
    leads_to: Elsewhere | None
    """Where the record itself stands; None for the desk's own."""


AnySeen = Seen[Any] | LineSeen[Any] | Step


class Related(NamedTuple):
    """Something that bears on the row in front."""

    kind: str
    """What it is, in a word: Order, Reserve, Shipment, Loan."""
    on: str
    """Its day, ISO; empty when it has none."""
    what: str
    state: str
    detail: str = ""
    leads_to: Elsewhere | None = None
    """Where more of it can be seen."""


class OneLotAnswer(NamedTuple):
    """Will one lot of this item do it."""

    distributor_id: str
    distributor: str
    item_no: str
    title: str
    answer: OneLot
    age: Age


class Hit(NamedTuple):
    """One answer to Ctrl+K, and where it leads."""

    title: str
    detail: str
    leads_to: Elsewhere


class Fact(NamedTuple):
    """A caption and what stands under it."""

    caption: str
    value: str


class Story(NamedTuple):
    """All that the drawer says of a row."""

    heading: str
    subheading: str
    facts: tuple[Fact, ...]
    related: tuple[Related, ...]
    notes: str = ""
    link: str = ""
    """The carrier's page for a tracking number, where there is one."""
    sidemark: str = ""
    """Of the project to which the row belongs."""


def told_facts(facts: Iterable[tuple[str, str]]) -> tuple[Fact, ...]:
    """Captions with what stands under them; those of which nothing is known are left out."""
    return tuple(Fact(caption, value) for caption, value in facts if value.strip())
