"""A signed-in station, and the sample orders page on a screen of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.sync.desk import Desk
from tests.builders.desk import make_context, make_desk
from tests.screens.sample_orders import SampleOrdersScreen


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = make_desk(tmp_path)
    yield made
    made.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext) -> SampleOrdersScreen:
    return SampleOrdersScreen(qtbot, context)
