"""Things that were accepted but that a person should look at; shown in the sync centre of every desk concerned."""

from datetime import datetime
from typing import ClassVar

from shared_models.kernel.records import Record, TableSpec


class ReviewItem(Record, frozen=True, kw_only=True):
    """One plain sentence about what two people did at odds with each other."""

    TABLE: ClassVar = TableSpec("review_items", indexes=(("organisation_id", "resolved_at"),), thing="review item")

    organisation_id: str
    """Whose desks see it."""
    operation_id: str
    """The operation that raised it."""
    about_id: str
    """The record it is about: a loan, a request line."""
    code: str
    sentence: str
    raised_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str = ""
