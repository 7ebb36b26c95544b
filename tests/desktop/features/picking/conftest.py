"""The warehouse's desk with one request of three lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.sync.desk import Desk
from tests.builders.desk import make_context, make_desk, put
from tests.builders.requests import CHEVRON, MARLOW, OCHRE, line, request, stock
from tests.screens.picking import PickingScreen


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path, "picker")
    put(
        desk.database,
        [
            request("CTH-1001"),
            line("CTH-1001", 1, CHEVRON, "Chevron Sea Glass"),
            line("CTH-1001", 2, OCHRE, "Chevron Ochre"),
            line("CTH-1001", 3, MARLOW, "Marlow Stripe Ink", quantity=2),
            stock(CHEVRON, "C-01-02", 5),
            stock(MARLOW, "A-03-01", 9),
        ],
    )
    yield desk
    desk.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext) -> PickingScreen:
    return PickingScreen(qtbot, context)
