"""What the tests of the widget kit share: the house look and rows of a showroom."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from desktop.settings import Settings
from desktop.widgets.theme import ThemeKeeper


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def theme(qapp: QApplication, settings: Settings) -> ThemeKeeper:
    return ThemeKeeper(qapp, settings)
