"""The frozen rows that the questions of the follow-up answer with."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from shared_models.follow_up.records import FollowUpRecord

F = TypeVar("F", bound=FollowUpRecord)


class Seen(NamedTuple, Generic[F]):
    """One row of a list: the record, where it stands in the usual order, and whose it is."""

    place: int
    record: F
    distributor: str


class Elsewhere(NamedTuple):
    """Another list, and what to look for in it."""

    list_name: str
    text: str
    row_id: str = ""
    """The row to choose there; the first one when empty."""


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
