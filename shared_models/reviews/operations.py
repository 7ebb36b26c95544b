"""Raising and settling review items."""

from typing import ClassVar

from shared_models.kernel.operation import Act, Operation, Role
from shared_models.kernel.records import Records
from shared_models.reviews.records import ReviewItem


def raise_review(
    records: Records, act: Act, *, code: str, sentence: str, about_id: str, organisation_id: str = ""
) -> None:
    """Leave a review item for an organisation, the acting one unless another is named.

    The same operation raises the same item only once.
    """
    owner = organisation_id or act.organisation_id
    key = f"{act.operation_id}:{code}:{about_id}"
    if owner != act.organisation_id:
        key += f":{owner}"
    if records.get(ReviewItem, key) is None:
        records.insert(
            ReviewItem(
                id=key,
                organisation_id=owner,
                operation_id=act.operation_id,
                about_id=about_id,
                code=code,
                sentence=sentence,
                raised_at=act.made_at,
            )
        )


def settle_reviews(records: Records, act: Act, *, about_id: str, code: str) -> None:
    """Settle what is still open of one code about one record, because what it asked for has happened."""
    for item in records.find(
        ReviewItem, organisation_id=act.organisation_id, about_id=about_id, code=code, resolved_at=None
    ):
        records.change(item, resolved_at=act.made_at, resolved_by=act.person_id)


class SettleReview(Operation, frozen=True, kw_only=True):
    """A person has looked at a review item and dealt with it; settling twice is the same as once."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REP, Role.PICKER, Role.MASTER})
    MODULE: ClassVar = None

    review_id: str

    def lane(self) -> str:
        """The review item."""
        return f"review:{self.review_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Mark it settled, by whom and when."""
        item = records.need(ReviewItem, self.review_id, organisation_id=act.organisation_id)
        if item.resolved_at is None:
            records.change(item, resolved_at=act.made_at, resolved_by=act.person_id)
