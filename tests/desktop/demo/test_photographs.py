"""Pictures of the window: one that fails ends with its sentence, and leaves no thread and no window behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.demo.day_log import StepFailed
from desktop.demo.photographs import Picture, choose_first, photograph
from desktop.feature import Page
from desktop.foundation.paths import open_profile
from tests.builders.desk import make_desk


def windows() -> int:
    return sum(widget.objectName() == "main_window" for widget in QApplication.topLevelWidgets())


def fail(_page: Page) -> None:
    raise StepFailed("the picture fails")


def test_a_picture_that_fails_closes_its_window_first(qapp: QApplication, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    open_profile(profile)
    desk = make_desk(profile)
    pictures = (Picture("library"), Picture("follow_up", prepare=fail))
    with pytest.raises(StepFailed, match="the picture fails"):
        photograph(desk, profile, pictures, tmp_path / "screens")
    assert windows() == 0
    assert {file.name.split("-")[0] for file in (tmp_path / "screens").glob("*.png")} == {"library"}


def test_a_window_that_was_photographed_is_gone(qapp: QApplication, tmp_path: Path) -> None:
    for number in range(2):
        profile = tmp_path / str(number)
        open_profile(profile)
        written = photograph(make_desk(profile), profile, [Picture("inquiries")], tmp_path / "screens")
        assert len(written) == 4
        assert windows() == 0


def test_a_table_that_is_not_there_is_named(qapp: QApplication, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    open_profile(profile)
    pictures = [Picture("library", prepare=choose_first("table_of_dreams"))]
    with pytest.raises(StepFailed, match="page_library has no table table_of_dreams"):
        photograph(make_desk(profile), profile, pictures, tmp_path / "screens")
