"""The time line of a project: loans, samples, reserves with their CFA, orders and freight in order of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.follow_up.feature import FollowUpFeature
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.library.records import Loan
from shared_models.sample_orders.records import RequestLine, SampleRequest
from tests.builders.desk import CALDER, NINE, SHOWROOM, WINSLOW, make_context, make_desk, put
from tests.builders.follow_up import PENTHOUSE, follow_up_records, order
from tests.screens.follow_up import FollowUpScreen

LENT = Loan(
    id="loan-1", showroom_id=SHOWROOM, copy_id="copy-chevron", designer_id=WINSLOW, sidemark=PENTHOUSE.upper(),
    lent_at=NINE - timedelta(days=30), lent_by="person-marisol", due_on=(NINE + timedelta(days=4)).date(),
)  # fmt: skip
SAMPLES = SampleRequest(
    id="request-1", order_id="sample-1", organisation_id=SHOWROOM, distributor_id=CALDER, number="CAL-7",
    placed_at=NINE - timedelta(days=25), placed_by_name="Marisol Vega", sidemark=PENTHOUSE,
)  # fmt: skip
SAMPLE = RequestLine(
    id="line-1", request_id="request-1", organisation_id=SHOWROOM, distributor_id=CALDER, position=1,
    item_no="0150-01", title="Marlow Stripe Ink", quantity=2, shipped=2, last_confirmed_at=NINE - timedelta(days=22),
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    put(desk.database, [*follow_up_records(), LENT, SAMPLES, SAMPLE])
    yield desk
    desk.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext) -> FollowUpScreen:
    return FollowUpScreen(qtbot, context)


def test_a_sidemark_tells_its_whole_story_in_order_of_time(screen: FollowUpScreen) -> None:
    screen.shows("timeline")
    screen.types("goldf")
    assert screen.listed == [
        ("17 Oct", "Lent"),
        ("22 Oct", "Samples asked for"),
        ("25 Oct", "Samples sent"),
        ("2 Nov", "Ordered"),
        ("2 Nov", "Ordered"),
        ("9 Nov", "Ordered"),
        ("10 Nov", "Shipped"),
        ("12 Nov", "Reserved"),
        ("12 Nov", "Reserved"),
        ("12 Nov", "Reserved"),
        ("12 Nov", "CFA asked for"),
        ("13 Nov", "CFA sent"),
        ("16 Nov", "Expires"),
        ("17 Nov", "Expected"),
        ("20 Nov", "Due back"),
        ("20 Nov", "Expires"),
        ("4 Dec", "Promised"),
        ("4 Dec", "Promised"),
        ("15 Jan 2027", "Promised"),
    ]


def test_nothing_is_listed_until_a_sidemark_is_typed(screen: FollowUpScreen) -> None:
    screen.shows("timeline")
    assert screen.listed == []
    assert "Type a few letters of a sidemark" in screen.empty_words
    screen.types("nobody")
    assert "Nothing matches" in screen.empty_words


def test_what_is_done_can_be_left_out_and_every_column_orders(screen: FollowUpScreen) -> None:
    screen.shows("timeline")
    screen.types("goldf")
    panel = screen.page.in_front
    everything = panel.table.row_count()
    for column in panel.columns:
        panel.table.order_by(column.key)
        assert panel.table.row_count() == everything, column.key
    panel.open_only.setChecked(True)
    assert 0 < panel.table.row_count() < everything
    assert "Samples sent" not in {row[1] for row in screen.listed}


def test_each_step_tells_its_own_record(screen: FollowUpScreen) -> None:
    screen.shows("timeline")
    screen.types("goldf")
    table = screen.page.in_front.table
    table.select_place(0)
    assert screen.heading == "Loan of Chevron Sea Glass"
    assert screen.page.drawer.facts()["With"] == "Paloma Winslow"
    table.select_place(1)
    assert screen.heading == "Samples, request CAL-7"
    assert screen.related == [("Sample", "Marlow Stripe Ink", "2 sent")]
    table.select_place(6)
    assert screen.heading == "Shipment S-77120"
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert screen.page.in_front.shown.name == "freight"


def test_the_drawer_of_an_order_leads_to_its_project(screen: FollowUpScreen) -> None:
    screen.types("40117 chevron")
    screen.page.in_front.table.select_place(0)
    assert screen.page.drawer.timeline.isVisible()
    QTest.keyClick(screen.page, Qt.Key.Key_F7)
    assert screen.page.in_front.shown.name == "timeline"
    assert screen.page.in_front.filter.text() == PENTHOUSE
    assert len(screen.listed) == 19
    screen.shows("customers")
    assert not screen.page.drawer.timeline.isVisible()


def test_ctrl_k_leads_to_the_project(screen: FollowUpScreen, context: FeatureContext) -> None:
    opener = FollowUpFeature().routes()[""]
    context.routes.register("follow_up", lambda **arguments: opener(screen.page, arguments))
    hit = FollowUpFeature().search(context, "penthouse")[0]
    assert (hit.title, hit.detail) == (
        f"Sidemark {PENTHOUSE}",
        "3 order lines, 3 reserves, 1 loan, 1 sample request",
    )
    assert callable(hit.value)
    hit.value()
    assert screen.page.in_front.shown.name == "timeline"
    assert len(screen.listed) == 19


def test_a_new_order_of_the_project_is_seen_and_the_chosen_step_stays(
    screen: FollowUpScreen, desk: Desk, context: FeatureContext
) -> None:
    screen.shows("timeline")
    screen.types("goldf")
    screen.page.in_front.table.select_place(6)
    put(desk.database, [order("40200", "1", "0123-04", "Chevron", ordered_on="2026-09-01", order_status="CLOSED")])
    context.changes.publish(Changes.of("sales_orders"))
    assert screen.listed[0] == ("1 Sep", "Ordered")
    assert screen.heading == "Shipment S-77120"
