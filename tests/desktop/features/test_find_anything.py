"""Ctrl+K over all features: every kind of thing that a clerk is asked for on the telephone is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import FEATURES
from desktop.feature import FeatureContext
from shared_models.kernel.operation import Module
from shared_models.sync.wire import MembershipCard
from tests.builders.desk import SHOWROOM, make_context, make_desk, put
from tests.builders.follow_up import follow_up_records
from tests.builders.stock import fill_stock_and_mills

CLERK = MembershipCard(
    organisation_id=SHOWROOM, organisation_code="HPS", organisation_name="Halloran Pryce", organisation_kind="showroom",
    role="clerk", modules=[Module.SAMPLE_CHECKOUT.value, Module.SAMPLE_ORDERS.value],
)  # fmt: skip


@pytest.fixture
def context(tmp_path: Path) -> Iterator[FeatureContext]:
    desk = make_desk(tmp_path)
    fill_stock_and_mills(desk)
    put(desk.database, follow_up_records())
    yield make_context(desk)
    desk.close()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("marlow stripe", "0150-01  Marlow Stripe Ink"),
        ("40117", "Order 40117, line 1"),
        ("pw-2231", "Order 40117, line 2"),
        ("mp-902", "Mill PO MP-902-1"),
        ("1z999aa101", "Shipment S-77120"),
        ("551-2207741", "Shipment S-76998"),
        ("r-5502", "Reserve R-5502"),
        ("winslow", "Paloma Winslow"),
        ("mayfield", "The Mayfield Company"),
        ("goldfarb", "Sidemark Goldfarb Penthouse"),
        ("0123-04 38", "0123-04  Chevron Sea Glass, 38 in one lot: Yes"),
    ],
)
def test_every_kind_is_found_at_once(context: FeatureContext, typed: str, found: str) -> None:
    seen = [feature for feature in FEATURES if feature.visible_for(CLERK)]
    hits = [hit.title for feature in seen for hit in feature.search(context, typed)]
    assert found in hits
