"""Review items are raised once and settled by a person or by what they asked for."""

import pytest

from shared_models.kernel.errors import DomainError
from shared_models.reviews.operations import SettleReview, raise_review, settle_reviews
from shared_models.reviews.records import ReviewItem
from tests.builders.memory_records import MemoryRecords
from tests.shared_models.world import CLERK, OTHER_SHOWROOM, STRANGER, act, at, do, world


def raised() -> MemoryRecords:
    records = world()
    raise_review(records, act(operation_id="op", at=at(9)), code="odd", sentence="Two said so.", about_id="thing")
    return records


def item(records: MemoryRecords) -> ReviewItem:
    (one,) = records.all(ReviewItem)
    return one


def test_the_same_operation_raises_the_same_item_only_once() -> None:
    records = raised()
    raise_review(records, act(operation_id="op"), code="odd", sentence="Two said so.", about_id="thing")
    assert item(records).sentence == "Two said so."


def test_a_person_settles_an_item_and_settling_again_changes_nothing() -> None:
    records = raised()
    do(records, SettleReview(review_id=item(records).id), act(at=at(10)))
    do(records, SettleReview(review_id=item(records).id), act(at=at(11)))
    assert (item(records).resolved_at, item(records).resolved_by) == (at(10), CLERK)


def test_another_organisations_item_cannot_be_settled() -> None:
    records = raised()
    with pytest.raises(DomainError, match="There is no such review item here"):
        do(records, SettleReview(review_id=item(records).id), act(by=STRANGER, of=OTHER_SHOWROOM))


def test_what_an_item_asked_for_settles_it_and_no_other() -> None:
    records = raised()
    settle_reviews(records, act(), about_id="another thing", code="odd")
    settle_reviews(records, act(), about_id="thing", code="another oddity")
    settle_reviews(records, act(of=OTHER_SHOWROOM), about_id="thing", code="odd")
    assert item(records).resolved_at is None
    settle_reviews(records, act(at=at(12)), about_id="thing", code="odd")
    assert item(records).resolved_at == at(12)
